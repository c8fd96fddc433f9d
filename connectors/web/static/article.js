// Draws one message as an article, and draws it again in place when the message is edited.

import { card, cardSummary } from "./cards.js";
import { element } from "./dom.js";
import * as times from "./times.js";

const LABEL_LENGTH = 80;
const DELIVERY_WORDS = new Map([
  ["sent", "Sending…"],
  ["waiting", "Will be sent when the connection is back"],
  ["unsure", "The connection was lost before Atlas confirmed this"],
]);

export function fill(article, item, actions) {
  const restore = placeInside(article);
  article.dataset.id = item.id;
  article.dataset.author = item.author;
  article.setAttribute("aria-label", accessibleName(item));
  // Own sentences and progress cards would be read aloud again at every change.
  if (item.author === "you" || item.card?.kind === "progress") article.setAttribute("aria-live", "off");
  article.classList.toggle("is-unconfirmed", item.delivery !== undefined);
  article.classList.toggle("is-refused", item.delivery === "refused");
  article.replaceChildren(avatar(item), content(item, actions));
  restore();
}

function content(item, actions) {
  return element("div", { class: "message-body" }, [
    head(item),
    plainText(item),
    item.card ? card(item.card, (button) => actions.press(button, item.channel)) : null,
    item.delivery ? delivery(item, actions) : null,
  ]);
}

function head(item) {
  const edited = times.parse(item.edited_at);
  const word = item.card ? "updated" : "edited";
  return element("p", { class: "message-head" }, [
    element("span", { class: "message-author", dir: "auto" }, [item.name || nameOf(item)]),
    timeOf(item),
    edited ? element("span", { class: "message-edited", title: times.full(edited) },
      [`${word} ${times.clock(edited)}`]) : null,
  ]);
}

function timeOf(item) {
  const date = times.parse(item.at);
  if (date === null) return null;
  return element("time", { datetime: item.at, title: times.full(date) }, [times.clock(date)]);
}

function plainText(item) {
  const text = (item.text ?? "").trim();
  // With a card, the text is often the same content again for clients that draw no cards.
  const repeats = item.card && [item.card.fallback_text, item.card.title, item.card.text].includes(item.text);
  return text === "" || repeats ? null : element("p", { class: "message-text", dir: "auto" }, [text]);
}

function avatar(item) {
  if (item.author === "you") {
    return element("span", { class: "avatar", "aria-hidden": "true" }, [[...nameOf(item)][0].toUpperCase()]);
  }
  return element("img", { class: "avatar", src: "/web/static/favicon.svg", alt: "", width: "32", height: "32" });
}

function delivery(item, actions) {
  const words = item.delivery === "refused" ? `Not sent: ${item.reason || "Atlas did not take it"}`
    : DELIVERY_WORDS.get(item.delivery);
  const line = element("p", { class: "delivery", "data-delivery": item.delivery }, [element("span", {}, [words])]);
  if (item.delivery === "refused") line.append(smallButton("Edit", () => actions.edit(item)));
  if (item.delivery === "unsure") {
    line.append(smallButton("Send again", () => actions.sendAgain(item)));
    line.append(smallButton("Remove", () => actions.remove(item)));
  }
  return line;
}

function smallButton(label, onClick) {
  const node = element("button", { type: "button", class: "link-button" }, [label]);
  node.addEventListener("click", onClick);
  return node;
}

function accessibleName(item) {
  const date = times.parse(item.at);
  const summary = item.card ? cardSummary(item.card) : (item.text ?? "");
  const short = summary.length > LABEL_LENGTH ? `${summary.slice(0, LABEL_LENGTH)}…` : summary;
  return `${nameOf(item)}${date ? ` at ${times.clock(date)}` : ""}: ${short}`;
}

function nameOf(item) {
  return item.name || (item.author === "you" ? "You" : "Atlas");
}

function placeInside(article) {
  const focused = article.contains(document.activeElement) ? document.activeElement : null;
  const command = focused?.dataset.command;
  const inTable = focused?.classList.contains("table-region");
  const { scrollLeft = 0, scrollTop = 0 } = article.querySelector(".table-region") ?? {};
  return () => {
    const region = article.querySelector(".table-region");
    region?.scrollTo(scrollLeft, scrollTop);
    if (focused === null) return;
    const button = [...article.querySelectorAll(".card-button")].find((node) => node.dataset.command === command);
    focusOn((inTable ? region : button) ?? article);
  };
}

function focusOn(node) {
  if (node.matches("article")) node.tabIndex = -1;
  node.focus({ preventScroll: true });
}
