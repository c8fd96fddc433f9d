// Says what will appear in a channel that has no message yet.

import { element } from "./dom.js";
import { icon } from "./icons.js";

const WORDS = new Map([
  ["#general", ["chat", "Ask Atlas something", "Type a sentence below, or choose one of the suggestions."]],
  ["#data-alerts", ["warning", "No alerts yet", "Failed checks and failed runs will appear here."]],
  ["#privacy", ["lock", "Nothing found yet", "When personal data is found, it will be listed here."]],
  ["#digest", ["list", "No summaries yet", "This version sends none; the channel is kept for them."]],
]);

export function emptyState({ name, purpose }, greeted) {
  const [picture, title, text] = greeted ? wordsFor(name, purpose)
    : ["chat", "Connecting to Atlas…", "You can already type: your message will be sent as soon as Atlas answers."];
  return element("div", { class: "empty" }, [
    icon(picture, "icon empty-icon"),
    element("p", { class: "empty-title" }, [title]),
    element("p", {}, [text]),
  ]);
}

function wordsFor(name, purpose) {
  return WORDS.get(name) ?? ["chat", "No messages yet", purpose || "Messages of this channel will appear here."];
}
