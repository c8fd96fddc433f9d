// Draws the table of a card as a real table inside a region that can be scrolled with the keyboard.

import { element } from "./dom.js";
import { icon } from "./icons.js";

const STATES = new Map([
  ["queued", "queued"], ["running", "running"], ["succeeded", "succeeded"], ["done", "succeeded"],
  ["failed", "failed"], ["skipped", "skipped"], ["cancelled", "cancelled"], ["passed", "succeeded"],
]);
const SHORT = 24;
const NUMBER = /^[-+−]?[\d,. ]*\d ?%?$/;

export function table({ columns, rows }, title) {
  const numeric = (columns ?? []).map((_, index) => isNumeric(rows ?? [], index));
  const region = element("div", {
    class: "table-region", role: "region", tabindex: "0", "aria-label": `Table: ${title || "details"}`,
  });
  region.append(element("table", {}, [head(columns ?? [], numeric), body(rows ?? [], numeric)]));
  return region;
}

function head(columns, numeric) {
  const cells = columns.map((name, index) =>
    element("th", { scope: "col", dir: "auto", class: numeric[index] ? "number" : null }, [text(name)]));
  return element("thead", {}, [element("tr", {}, cells)]);
}

function body(rows, numeric) {
  const lines = rows.map((row) => element("tr", {}, row.map((value, index) => cell(text(value), numeric[index]))));
  return element("tbody", {}, lines);
}

function cell(value, isNumber) {
  const state = STATES.get(value.trim().toLowerCase());
  if (state !== undefined) {
    return element("td", {}, [element("span", { class: "state", "data-state": state }, [icon(state), value])]);
  }
  const kind = isNumber ? "number" : value.length <= SHORT ? "short" : null;
  return element("td", { dir: "auto", class: kind }, [value]);
}

function isNumeric(rows, index) {
  const values = rows.map((row) => text(row[index]).trim()).filter((value) => value !== "" && value !== "–");
  return values.length > 0 && values.every((value) => NUMBER.test(value));
}

function text(value) {
  return String(value ?? "");
}
