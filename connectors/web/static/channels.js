// Draws the list of channels with their purpose and number of unread messages.

import { element, hiddenWord, keepOnlyInOrder } from "./dom.js";

const MOST_SHOWN = 99;

export class ChannelList {
  #items = new Map();

  constructor(list, onChoose) {
    this.list = list;
    this.onChoose = onChoose;
  }

  show(channels, current, unreadOf) {
    const items = channels.map((channel) => this.#item(channel, channel.name === current, unreadOf(channel.name)));
    keepOnlyInOrder(this.list, items);
  }

  revealCurrent() {
    this.list.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  #item({ name, purpose }, isCurrent, unread) {
    const item = this.#items.get(name) ?? this.#newItem(name);
    const button = item.firstChild;
    if (isCurrent) button.setAttribute("aria-current", "page");
    else button.removeAttribute("aria-current");
    button.classList.toggle("has-unread", unread > 0);
    button.replaceChildren(...labels(name, purpose, unread));
    return item;
  }

  #newItem(name) {
    const button = element("button", { type: "button", class: "channel", "data-channel": name });
    button.addEventListener("click", () => this.onChoose(name));
    const item = element("li", {}, [button]);
    this.#items.set(name, item);
    return item;
  }
}

function labels(name, purpose, unread) {
  const shown = unread > MOST_SHOWN ? `${MOST_SHOWN}+` : String(unread);
  const nodes = [element("span", { class: "channel-name" }, [name])];
  if (unread > 0) nodes.push(hiddenWord(", "), element("span", { class: "badge" }, [shown, hiddenWord(" unread")]));
  if (purpose) nodes.push(element("span", { class: "channel-purpose" }, [hiddenWord(", "), purpose]));
  return nodes;
}
