// Keeps the log of the open channel in step with its messages and keeps the reader's place in it.

import { fill } from "./article.js";
import { element, keepOnlyInOrder } from "./dom.js";
import { emptyState } from "./empty.js";
import * as times from "./times.js";

const NEAR_END_PX = 80;
const ABOVE_HEADLINE_PX = 12;
const GROUP_MS = 5 * 60_000;
const QUIET_MS = 500;

export class MessageLog {
  #drawn = new Map();
  #days = new Map();
  #places = new Map();
  #channel = null;
  #atEnd = true;
  #quietTimer = null;

  constructor(log, jump, actions) {
    this.log = log;
    this.jump = jump;
    this.actions = actions;
    log.addEventListener("scroll", () => this.#noteScroll(), { passive: true });
    jump.addEventListener("click", () => this.toEnd());
    new ResizeObserver(() => this.#stayAtEnd()).observe(log);
  }

  get isAtEnd() {
    return this.#atEnd;
  }

  show(channel, items, greeted) {
    const isOther = channel.name !== this.#channel;
    if (isOther) this.#leave(channel.name);
    keepOnlyInOrder(this.log, items.length > 0 ? this.#nodes(items) : [emptyState(channel, greeted)]);
    if (isOther) this.#returnTo(channel.name);
    else this.#stayAtEnd();
    this.#noteScroll();
  }

  quietly(draw) {
    this.log.setAttribute("aria-live", "off");
    draw();
    // Screen readers look at the region some time after it changed.
    clearTimeout(this.#quietTimer);
    this.#quietTimer = setTimeout(() => this.log.setAttribute("aria-live", "polite"), QUIET_MS);
  }

  toEnd() {
    this.#atEnd = true;
    this.log.scrollTop = this.#end();
    this.#noteScroll();
  }

  #leave(next) {
    if (this.#channel !== null) this.#places.set(this.#channel, this.#atEnd ? null : this.log.scrollTop);
    this.#channel = next;
    this.#drawn.clear();
    this.#days.clear();
    this.log.replaceChildren();
  }

  #returnTo(name) {
    const place = this.#places.get(name) ?? null;
    this.log.scrollTop = place ?? this.#end();
  }

  #nodes(items) {
    const nodes = [];
    let above = null;
    for (const item of items) {
      const isNewDay = dayOf(item) !== null && dayOf(item) !== dayOf(above);
      if (isNewDay) nodes.push(this.#separator(item));
      const article = this.#article(item);
      article.classList.toggle("is-grouped", !isNewDay && belongTogether(above, item));
      nodes.push(article);
      above = item;
    }
    this.#forgetMissing(items);
    return nodes;
  }

  #article(item) {
    const fingerprint = JSON.stringify(item);
    const drawn = this.#drawn.get(item.id) ?? { article: element("article", { class: "message" }) };
    if (drawn.fingerprint !== fingerprint) fill(drawn.article, item, this.actions);
    this.#drawn.set(item.id, { article: drawn.article, fingerprint });
    return drawn.article;
  }

  #separator(item) {
    const key = dayOf(item);
    const label = times.dayName(times.parse(item.at));
    const node = this.#days.get(key) ?? element("h3", { class: "day" }, [element("span")]);
    if (node.textContent !== label) node.firstChild.textContent = label;
    this.#days.set(key, node);
    return node;
  }

  #forgetMissing(items) {
    const present = new Set(items.map((item) => item.id));
    for (const id of this.#drawn.keys()) {
      if (!present.has(id)) this.#drawn.delete(id);
    }
  }

  #stayAtEnd() {
    if (this.#atEnd) this.log.scrollTop = this.#end();
  }

  // Where the newest message is read from: the headline of one that is taller than the log.
  #end() {
    const newest = this.log.lastElementChild;
    const isTall = newest !== null && newest.offsetHeight > this.log.clientHeight;
    return isTall ? this.#topOf(newest) - ABOVE_HEADLINE_PX : this.log.scrollHeight;
  }

  #topOf(node) {
    return node.getBoundingClientRect().top - this.log.getBoundingClientRect().top + this.log.scrollTop;
  }

  #noteScroll() {
    const end = Math.min(this.#end(), this.log.scrollHeight - this.log.clientHeight);
    const wasAtEnd = this.#atEnd;
    this.#atEnd = end - this.log.scrollTop < NEAR_END_PX;
    this.jump.hidden = this.#atEnd;
    if (this.#atEnd && !wasAtEnd) this.actions.reachedEnd();
  }
}

function dayOf(item) {
  const date = times.parse(item?.at);
  return date === null ? null : times.dayKey(date);
}

function belongTogether(above, item) {
  if (above === null || above.card || item.card || above.delivery === "refused") return false;
  return above.author === item.author && Math.abs(Date.parse(item.at) - Date.parse(above.at)) < GROUP_MS;
}
