// Draws the small line icons of the page as inline SVG that takes the colour of its text.

const SVG = "http://www.w3.org/2000/svg";
const RING = "M8 1.75a6.25 6.25 0 1 1 0 12.5a6.25 6.25 0 0 1 0-12.5z";

const PATHS = new Map([
  ["info", [RING, "M8 7.25v3.75", "M8 4.9v.1"]],
  ["success", [RING, "M5.25 8.25l1.9 1.9l3.6-4"]],
  ["warning", ["M8 2l6.25 11.25H1.75z", "M8 6.5v3", "M8 11.4v.1"]],
  ["critical", ["M5.4 1.75h5.2l3.65 3.65v5.2l-3.65 3.65H5.4L1.75 10.6V5.4z", "M8 4.75v4", "M8 11v.1"]],
  ["progress", ["M8 1.75a6.25 6.25 0 1 1-6.25 6.25", "M8 4.75V8l2.25 1.5"]],
  ["queued", [RING, "M8 4.75V8l2.25 1.5"]],
  ["running", [RING, "M6.75 5.5l3.75 2.5l-3.75 2.5z"]],
  ["succeeded", [RING, "M5.25 8.25l1.9 1.9l3.6-4"]],
  ["failed", [RING, "M5.75 5.75l4.5 4.5", "M10.25 5.75l-4.5 4.5"]],
  ["skipped", ["M3 4.25l4.5 3.75l-4.5 3.75z", "M8.25 4.25l4.5 3.75l-4.5 3.75z"]],
  ["cancelled", [RING, "M3.6 3.6l8.8 8.8"]],
  ["send", ["M8 13.25V2.75", "M3.5 7.25L8 2.75l4.5 4.5"]],
  ["down", ["M8 2.75v10.5", "M3.5 8.75L8 13.25l4.5-4.5"]],
  ["chat", ["M2 3.25h12v8.25H7l-3.25 2.75v-2.75H2z"]],
  ["lock", ["M3.25 7.25h9.5v6.5h-9.5z", "M5.25 7.25V5a2.75 2.75 0 0 1 5.5 0v2.25"]],
  ["list", ["M2.5 4h11", "M2.5 8h11", "M2.5 12h7"]],
]);

export function icon(name, className = "icon") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", className);
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("focusable", "false");
  svg.append(...(PATHS.get(name) ?? PATHS.get("info")).map(line));
  return svg;
}

function line(definition) {
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", definition);
  return path;
}
