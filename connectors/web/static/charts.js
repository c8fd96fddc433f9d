// Draws the chart of a card as inline SVG, with the same numbers as a table for those who can't see it.

import { element } from "./dom.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 100;
const HEIGHT = 100;
const BAR_SHARE = 0.8;
const HAIR = 0.3;
const NUMBER = new Intl.NumberFormat("en-GB", { maximumSignificantDigits: 4 });
const WHOLE = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });
const WHOLE_FROM = 1000;

export function chart(data) {
  const { labels, series } = data;
  const scale = scaleOf(series, data.kind);
  const sides = ends("chart-scale", [scale.high, scale.low].map(number));
  return element("figure", { class: "chart" }, [
    element("figcaption", { class: "chart-title", dir: "auto" }, [data.title ?? ""]),
    legend(series),
    element("div", { class: "chart-plot" }, [sides, picture(data, scale)]),
    ends("chart-labels", labels.length > 1 ? [labels[0], labels.at(-1)] : labels),
    element("div", { class: "visually-hidden" }, [sameAsTable(data)]),
  ]);
}

function picture(data, scale) {
  const marks = data.series.map((each, index) => data.kind === "bar"
    ? bars(each.values, index, data.series.length, scale) : line(each.values, index, scale));
  return shape("svg", {
    class: "chart-picture", role: "img", "aria-label": told(data), focusable: "false",
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none",
  }, [...grid(), ...marks]);
}

function told({ kind, title, labels, series }) {
  const lines = series.map(({ name, values }) => {
    const known = values.filter(isKnown);
    if (known.length === 0) return `${name}: nothing known`;
    return `${name}: ${number(known.at(-1))}, from ${number(Math.min(...known))} to ${number(Math.max(...known))}`;
  });
  const span = labels.length > 1 ? `${labels[0]} to ${labels.at(-1)}` : labels[0];
  return `${kind === "bar" ? "Bar" : "Line"} chart: ${title}, ${span}. ${lines.join(". ")}.`;
}

function scaleOf(series, kind) {
  const known = series.flatMap(({ values }) => values.filter(isKnown));
  if (kind === "bar") known.push(0);
  const low = known.length ? Math.min(...known) : 0;
  const high = known.length ? Math.max(...known) : 1;
  // Halves, since the difference of two large numbers may be more than a number can be.
  const span = high / 2 - low / 2;
  const at = (value) => HEIGHT * (1 - (span > 0 ? (value / 2 - low / 2) / span : 0.5));
  return { low, high, at };
}

function line(values, index, { at }) {
  const step = values.length > 1 ? WIDTH / (values.length - 1) : 0;
  const points = values.map((value, place) => {
    if (!isKnown(value)) return "";
    const x = values.length > 1 ? place * step : WIDTH / 2;
    const isStart = !isKnown(values[place - 1]);
    // A line of no length has round ends: a value between two gaps is seen as a dot.
    return `${isStart ? "M" : "L"}${x.toFixed(2)} ${at(value).toFixed(2)}${isStart ? "h0" : ""}`;
  });
  return shape("path", { class: "chart-line", "data-series": index, d: points.join("") });
}

function bars(values, index, count, { at }) {
  const room = WIDTH / values.length;
  const width = (room * BAR_SHARE) / count;
  const boxes = values.map((value, place) => {
    if (!isKnown(value)) return null;
    const [top, foot] = [at(value), at(0)];
    return shape("rect", {
      x: (place * room + (room * (1 - BAR_SHARE)) / 2 + index * width).toFixed(2),
      y: Math.min(top, foot).toFixed(2),
      width: width.toFixed(2),
      height: Math.max(Math.abs(foot - top), HAIR).toFixed(2),
    });
  });
  return shape("g", { class: "chart-bars", "data-series": index }, boxes.filter((box) => box !== null));
}

function grid() {
  return [0, HEIGHT / 2, HEIGHT].map((y) => shape("path", { class: "chart-grid", d: `M0 ${y}H${WIDTH}` }));
}

function legend(series) {
  const entries = series.map(({ name, values }, index) => element("li", { "data-series": index }, [
    shape("svg", { class: "chart-key", viewBox: "0 0 18 4", focusable: "false" },
      [shape("path", { class: "chart-line", "data-series": index, d: "M1 2H17" })]),
    element("span", { dir: "auto" }, [name ?? ""]),
    element("strong", {}, [values.some(isKnown) ? number(values.filter(isKnown).at(-1)) : "–"]),
  ]));
  return element("ul", { class: "chart-legend", "aria-hidden": "true" }, entries);
}

function ends(name, words) {
  return element("div", { class: name, "aria-hidden": "true" },
    words.map((word) => element("span", { dir: "auto" }, [word ?? ""])));
}

function sameAsTable({ title, labels, series }) {
  const names = ["", ...series.map(({ name }) => name)].map((name) => element("th", { scope: "col" }, [name ?? ""]));
  const rows = labels.map((label, place) => element("tr", {}, [
    element("th", { scope: "row" }, [label]),
    ...series.map(({ values }) => element("td", {}, [isKnown(values[place]) ? number(values[place]) : "–"])),
  ]));
  return element("table", {}, [
    element("caption", {}, [title ?? ""]),
    element("thead", {}, [element("tr", {}, names)]),
    element("tbody", {}, rows),
  ]);
}

function isKnown(value) {
  return typeof value === "number";
}

function number(value) {
  return (Math.abs(value) < WHOLE_FROM ? NUMBER : WHOLE).format(value);
}

function shape(tag, attributes, children = []) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}
