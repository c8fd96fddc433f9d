// Draws the sentences that someone who does not know what to type can click.

import { element } from "./dom.js";

export function showSuggestions(container, suggestions, onChoose) {
  container.hidden = suggestions.length === 0;
  // Drawing the same chips again at a reconnection would take the focus away from them.
  const fingerprint = JSON.stringify(suggestions);
  if (container.dataset.shown === fingerprint) return;
  container.dataset.shown = fingerprint;
  container.replaceChildren(...suggestions.map((suggestion) => chip(suggestion, onChoose)));
}

function chip({ label, text }, onChoose) {
  const node = element("button", { type: "button", class: "suggestion", title: text }, [label || text]);
  node.addEventListener("click", (event) => {
    if (event.detail <= 1) onChoose(text);
  });
  return node;
}
