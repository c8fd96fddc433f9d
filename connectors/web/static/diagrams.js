// Draws what feeds what: boxes in columns from left to right as inline SVG, with its arrows also as a list.

import { element } from "./dom.js";

const SVG = "http://www.w3.org/2000/svg";
const BOX = { width: 164, height: 38 };
const GAP = { x: 38, y: 12 };
const EDGE = 6;
const LONGEST_LABEL = 19;
const SMALLEST = 0.72;

export function diagram(data) {
  const places = placed(data);
  const width = Math.max(...[...places.values()].map(({ x }) => x)) + BOX.width + EDGE;
  const height = Math.max(...[...places.values()].map(({ y }) => y)) + BOX.height + EDGE;
  const picture = shape("svg", {
    class: "diagram-picture", role: "img", "aria-label": told(data), focusable: "false",
    viewBox: `0 0 ${width} ${height}`,
  }, [
    ...data.edges.map((edge) => arrow(places.get(edge.source), places.get(edge.target))),
    ...data.nodes.map((node) => box(node, places.get(node.id))),
  ]);
  // As wide as the card, but never so small that its words can't be read.
  picture.style.maxWidth = `${width}px`;
  picture.style.minWidth = `${Math.round(width * SMALLEST)}px`;
  return element("figure", { class: "diagram" }, [
    element("figcaption", { class: "diagram-title", dir: "auto" }, [data.title ?? ""]),
    // A picture that is wider than the card is scrolled, by keys as well.
    element("div", { class: "diagram-scroll", tabindex: "0", role: "group", "aria-label": data.title ?? "Diagram" }, [picture]),
    data.left_out ? element("p", { class: "diagram-more" }, [`and ${data.left_out} more`]) : null,
    element("div", { class: "visually-hidden" }, [arrowsAsList(data)]),
  ]);
}

// Each column is sorted by where its boxes are fed from, so that few arrows cross.
function placed({ nodes, edges }) {
  const levels = [...new Set(nodes.map(({ level }) => level))].sort((a, b) => a - b);
  const columns = levels.map((level) => nodes.filter((node) => node.level === level));
  const tallest = Math.max(...columns.map((column) => column.length));
  const places = new Map();
  columns.forEach((column, place) => {
    const middle = (node) => mean(edges.filter(({ target }) => target === node.id)
      .map(({ source }) => places.get(source)?.y).filter((y) => y !== undefined));
    const sorted = column.map((node) => ({ node, at: middle(node) })).sort((a, b) => a.at - b.at);
    const top = ((tallest - column.length) * (BOX.height + GAP.y)) / 2;
    sorted.forEach(({ node }, row) => places.set(node.id, {
      x: EDGE + place * (BOX.width + GAP.x), y: EDGE + top + row * (BOX.height + GAP.y), column: place,
    }));
  });
  return places;
}

function mean(numbers) {
  return numbers.length ? numbers.reduce((sum, number) => sum + number, 0) / numbers.length : 0;
}

function arrow(from, to) {
  const leadsBack = to.column <= from.column;
  const start = { x: from.x + BOX.width, y: from.y + BOX.height / 2 };
  const end = { x: to.x, y: to.y + BOX.height / 2 };
  const bend = Math.max(Math.abs(end.x - start.x) / 2, GAP.x / 2);
  const line = `M${start.x} ${start.y}C${start.x + bend} ${start.y} ${end.x - bend} ${end.y} ${end.x - EDGE} ${end.y}`;
  const head = `M${end.x - EDGE} ${end.y - EDGE / 2}L${end.x} ${end.y}L${end.x - EDGE} ${end.y + EDGE / 2}Z`;
  return shape("g", { class: leadsBack ? "diagram-edge leads-back" : "diagram-edge" }, [
    shape("path", { class: "diagram-line", d: line }), shape("path", { class: "diagram-head", d: head }),
  ]);
}

function box({ label, kind, mark }, { x, y }) {
  const name = shape("text", { x: x + 12, y: y + 16, class: "diagram-name" });
  name.textContent = shortened(label);
  const what = shape("text", { x: x + 12, y: y + 30, class: "diagram-kind" });
  what.textContent = kind;
  const whole = shape("title");
  whole.textContent = label;
  return shape("g", { class: "diagram-node", "data-kind": kind, "data-mark": mark ?? "" }, [
    shape("rect", { x, y, width: BOX.width, height: BOX.height, rx: 7 }), whole, name, what,
  ]);
}

function shortened(label) {
  const letters = [...label];
  return letters.length > LONGEST_LABEL ? `${letters.slice(0, LONGEST_LABEL - 1).join("")}…` : label;
}

function told({ title, nodes, edges }) {
  return `${title}: ${nodes.length} boxes, ${edges.length} arrows; a list of them follows.`;
}

function arrowsAsList({ nodes, edges }) {
  const labels = new Map(nodes.map(({ id, label }) => [id, label]));
  return element("ul", {}, edges.map(({ source, target }) => (
    element("li", {}, [`${labels.get(source)} feeds ${labels.get(target)}`]))));
}

function shape(tag, attributes = {}, children = []) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}
