// Draws a card: severity, title, text, facts, table, chart, diagram and buttons.

import { chart } from "./charts.js";
import { diagram } from "./diagrams.js";
import { element, hiddenWord } from "./dom.js";
import { icon } from "./icons.js";
import { table } from "./tables.js";

const SEVERITY_WORDS = new Map([
  ["info", "Information"], ["success", "Success"], ["warning", "Warning"], ["critical", "Critical"],
]);
const BUTTON_STYLES = new Set(["default", "primary", "danger"]);
const SWEEP_MS = 1800;

export function isUnderWay(card) {
  return card?.kind === "progress" && severityOf(card) === "info";
}

export function severityWord(card) {
  return isUnderWay(card) ? "In progress" : SEVERITY_WORDS.get(severityOf(card));
}

export function cardSummary(card) {
  return `${severityWord(card)}: ${card.title || card.fallback_text || card.text || "card"}`;
}

export function card(data, onButton) {
  const isBare = !data.title && !data.text && !data.table?.columns?.length && !data.facts?.length
    && !data.chart?.series?.length && !data.picture?.nodes?.length;
  const text = isBare ? data.fallback_text || "Nothing to show" : data.text;
  return element("div", { class: "card", "data-kind": data.kind, "data-severity": severityOf(data) }, [
    heading(data),
    text ? element("p", { class: "card-text", dir: "auto" }, [text]) : null,
    data.facts?.length ? facts(data.facts) : null,
    data.picture?.nodes?.length ? diagram(data.picture) : null,
    data.table?.columns?.length ? table(data.table, data.title) : null,
    data.chart?.series?.length ? chart(data.chart) : null,
    data.buttons?.length ? buttons(data.buttons, onButton) : null,
    isUnderWay(data) ? progressBar() : null,
  ]);
}

function severityOf(data) {
  return SEVERITY_WORDS.has(data.severity) ? data.severity : "info";
}

function heading(data) {
  const name = isUnderWay(data) ? "progress" : severityOf(data);
  const word = hiddenWord(`${severityWord(data)}: `);
  const title = element("span", { dir: "auto" }, [data.title ?? ""]);
  return element(data.title ? "h4" : "p", { class: "card-title" }, [icon(name), word, title]);
}

function facts(list) {
  const pairs = list.map(({ name, value }) => element("div", { class: "fact", dir: "auto" }, [
    element("dt", {}, [name ?? ""]),
    element("dd", {}, [String(value ?? "") || "–"]),
  ]));
  return element("dl", { class: "facts" }, pairs);
}

function buttons(list, onButton) {
  return element("div", { class: "card-buttons" }, list.map((data) => button(data, onButton)));
}

function button(data, onButton) {
  const style = BUTTON_STYLES.has(data.style) ? data.style : "default";
  const node = element("button", {
    type: "button", class: `button card-button ${style}`, "data-command": data.command, title: data.command,
  }, [data.label ?? ""]);
  node.addEventListener("click", (event) => {
    // The second click of a double click would run the command twice.
    if (event.detail <= 1) onButton(data);
  });
  return node;
}

function progressBar() {
  const sweep = element("span", { class: "progress-sweep" });
  // Each edit draws the card anew; a shared phase keeps the movement from starting over.
  sweep.style.setProperty("animation-delay", `-${Math.round(performance.now()) % SWEEP_MS}ms`);
  return element("div", { class: "progress", "aria-hidden": "true" }, [sweep]);
}
