// Speaks short notices to screen readers through one visually hidden status region.

import { cardSummary, isUnderWay } from "./cards.js";
import { byId } from "./dom.js";

const CLEAR_MS = 5000;
let timer = null;

export function announce(text) {
  const region = byId("status");
  // Two notices in a row are both kept until the region is cleared, or the first would be lost.
  region.append(Object.assign(document.createElement("p"), { textContent: text }));
  clearTimeout(timer);
  timer = setTimeout(() => region.replaceChildren(), CLEAR_MS);
}

export function announceProgress(previous, message) {
  const hasBegun = previous === null && message.card?.kind === "progress";
  const hasEnded = isUnderWay(previous?.card) && message.card && !isUnderWay(message.card);
  if (hasBegun || hasEnded) announce(`${message.channel}: ${cardSummary(message.card)}`);
}
