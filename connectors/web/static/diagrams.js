// Draws what feeds what: boxes in columns from left to right as inline SVG, with its arrows also as a list.

import { element } from "./dom.js";

const SVG = "http://www.w3.org/2000/svg";
const BOX = { width: 164, height: 38 };
const GAP = { x: 30, y: 12 };
const EDGE = 6;
const BEND = 16;
const LONGEST_LABEL = 19;
const SMALLEST = 0.66;

export function diagram(data) {
  const places = placed(data);
  // What leads back leaves on the right and arrives on the left, also of the outermost boxes.
  const aside = data.edges.some((edge) => leadsBack(places.get(edge.source), places.get(edge.target))) ? BEND : 0;
  const width = Math.max(...[...places.values()].map(({ x }) => x)) + BOX.width + EDGE;
  const height = Math.max(...[...places.values()].map(({ y }) => y)) + BOX.height + EDGE;
  const picture = shape("svg", {
    class: "diagram-picture", role: "img", "aria-label": told(data), focusable: "false",
    viewBox: `${-aside} 0 ${width + 2 * aside} ${height}`,
  }, [
    ...data.edges.map((edge) => arrow(places.get(edge.source), places.get(edge.target))),
    ...data.nodes.map((node) => box(node, places.get(node.id))),
  ]);
  // As wide as the card, but never so small that its words can't be read.
  picture.style.maxWidth = `${width + 2 * aside}px`;
  picture.style.minWidth = `${Math.round((width + 2 * aside) * SMALLEST)}px`;
  // A picture that is wider than the card is scrolled, by keys as well.
  const scroll = element("div", { class: "diagram-scroll", tabindex: "0", role: "group", "aria-label": data.title ?? "Diagram" }, [picture]);
  const look = () => scroll.classList.toggle("is-cut", scroll.scrollLeft + scroll.clientWidth < scroll.scrollWidth - 1);
  scroll.addEventListener("scroll", look, { passive: true });
  new ResizeObserver(look).observe(scroll);
  return element("figure", { class: "diagram" }, [
    element("figcaption", { class: "diagram-title", dir: "auto" }, [data.title ?? ""]),
    scroll,
    data.left_out ? element("p", { class: "diagram-more" }, [`and ${data.left_out} more`]) : null,
    element("div", { class: "visually-hidden" }, [arrowsAsList(data)]),
  ]);
}

// The engine decides who stands in which column and who above whom; here that becomes places.
function placed({ nodes }) {
  const levels = [...new Set(nodes.map(({ level }) => level))].sort((a, b) => a - b);
  const columns = levels.map((level) => nodes.filter((node) => node.level === level)
    .sort((a, b) => (a.row ?? 0) - (b.row ?? 0)));
  const tallest = Math.max(...columns.map((column) => column.length));
  const places = new Map();
  columns.forEach((column, place) => {
    const top = ((tallest - column.length) * (BOX.height + GAP.y)) / 2;
    column.forEach((node, row) => places.set(node.id, {
      x: EDGE + place * (BOX.width + GAP.x), y: EDGE + top + row * (BOX.height + GAP.y), column: place,
    }));
  });
  return places;
}

function leadsBack(from, to) {
  return to.column <= from.column;
}

function arrow(from, to) {
  const start = { x: from.x + BOX.width, y: from.y + BOX.height / 2 };
  const end = { x: to.x, y: to.y + BOX.height / 2 };
  const back = leadsBack(from, to);
  const bend = back ? BEND : (end.x - start.x) / 2;
  const line = `M${start.x} ${start.y}C${start.x + bend} ${start.y} ${end.x - bend} ${end.y} ${end.x - EDGE} ${end.y}`;
  const head = `M${end.x - EDGE} ${end.y - EDGE / 2}L${end.x} ${end.y}L${end.x - EDGE} ${end.y + EDGE / 2}Z`;
  return shape("g", { class: back ? "diagram-edge leads-back" : "diagram-edge" }, [
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
