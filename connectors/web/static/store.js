// Holds what the page knows: channels, messages, and the sentences the server has not confirmed yet.

export class Store {
  you = { name: "You", role: "" };
  channels = [{ name: "#general", purpose: "" }];
  suggestions = [];
  greeted = false;
  connected = false;
  typing = new Set();
  #messages = new Map();
  #unconfirmed = new Map();

  greet(hello) {
    this.greeted = this.connected = true;
    this.you = hello.you ?? this.you;
    this.channels = hello.channels?.length ? hello.channels : this.channels;
    this.suggestions = hello.suggestions ?? [];
    this.typing.clear();
    this.#messages.clear();
    for (const message of hello.messages ?? []) this.put(message);
  }

  put(message) {
    const previous = this.#messages.get(message.id) ?? null;
    this.#messages.set(message.id, message);
    if (this.channel(message.channel) === null) this.channels = [...this.channels, { name: message.channel, purpose: "" }];
    if (message.author === "you") this.#unconfirmed.delete(message.client_id);
    return previous;
  }

  addSentence(channel, text) {
    const id = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random().toString(36).slice(2)}`;
    const at = new Date().toISOString();
    const sentence = { id, client_id: id, channel, text, at, author: "you", name: this.you.name, delivery: "waiting" };
    this.#unconfirmed.set(id, sentence);
    return sentence;
  }

  setDelivery(clientId, delivery, reason = "") {
    const sentence = this.#unconfirmed.get(clientId);
    if (sentence === undefined) return false;
    this.#unconfirmed.set(clientId, { ...sentence, delivery, reason });
    return true;
  }

  forgetSentence(clientId) {
    this.#unconfirmed.delete(clientId);
  }

  sentences(delivery) {
    return [...this.#unconfirmed.values()].filter((sentence) => sentence.delivery === delivery);
  }

  loseConnection() {
    this.connected = false;
    this.typing.clear();
    // A sentence on its way may have arrived; sending it again by itself could run a command twice.
    for (const sentence of this.sentences("sent")) this.setDelivery(sentence.client_id, "unsure");
  }

  itemsOf(channel) {
    return this.#everything().filter((item) => item.channel === channel);
  }

  ownSentences() {
    return this.#everything().filter((item) => item.author === "you").map((item) => item.text);
  }

  channel(name) {
    return this.channels.find((channel) => channel.name === name) ?? null;
  }

  #everything() {
    return [...this.#messages.values(), ...this.#unconfirmed.values()];
  }
}
