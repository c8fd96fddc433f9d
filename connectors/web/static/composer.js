// The box where a message is written: sending, growing, recalling earlier sentences, one draft per channel.

const HINT = "Enter to send, Shift+Enter for a new line, Up arrow for your last message";

export class Composer {
  #drafts = new Map();
  #channel = null;
  #recalled = null;

  constructor({ form, box, label, note }, { onSend, ownSentences }) {
    Object.assign(this, { form, box, label, note, onSend, ownSentences });
    note.textContent = HINT;
    form.addEventListener("submit", (event) => this.#submit(event));
    box.addEventListener("keydown", (event) => this.#key(event));
    box.addEventListener("input", () => this.#typed());
    addEventListener("resize", () => this.#grow());
  }

  open(channel) {
    if (channel === this.#channel) return;
    this.#drafts.set(this.#channel, this.box.value);
    this.#channel = channel;
    this.#recalled = null;
    this.label.textContent = `Message to ${channel}`;
    this.box.placeholder = `Message ${channel}`;
    this.#put(this.#drafts.get(channel) ?? "");
  }

  edit(text) {
    this.#put(text);
    this.box.focus();
  }

  complain(reason) {
    this.note.textContent = reason;
    this.note.classList.add("is-complaint");
  }

  #submit(event) {
    event.preventDefault();
    const text = this.box.value.trim();
    this.box.focus();
    if (text === "") return;
    this.#recalled = null;
    this.#put("");
    this.onSend(text);
  }

  #key(event) {
    // While an input method is composing, Enter chooses a word.
    if (event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) this.#submit(event);
    if (event.key === "ArrowUp" && this.#mayRecall()) this.#recall(event, 1);
    if (event.key === "ArrowDown" && this.#recalled !== null && this.#mayRecall()) this.#recall(event, -1);
  }

  #mayRecall() {
    return this.box.value === "" || this.box.value === this.#recalled?.text;
  }

  #recall(event, step) {
    const sentences = this.ownSentences();
    const back = (this.box.value === "" ? 0 : this.#recalled.back) + step;
    if (back > sentences.length) return;
    event.preventDefault();
    const text = back < 1 ? "" : sentences.at(-back);
    this.#recalled = { text, back };
    this.#put(text);
  }

  #typed() {
    this.note.textContent = HINT;
    this.note.classList.remove("is-complaint");
    this.#grow();
  }

  #put(text) {
    this.box.value = text;
    this.#typed();
  }

  #grow() {
    this.box.style.setProperty("height", "auto");
    const borders = this.box.offsetHeight - this.box.clientHeight;
    this.box.style.setProperty("height", `${this.box.scrollHeight + borders}px`);
  }
}
