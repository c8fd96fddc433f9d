// Keeps one WebSocket to Atlas open and opens it again, with growing pauses, whenever it is lost.

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 10_000;

export class Connection {
  #socket = null;
  #timer = null;
  #pause = FIRST_PAUSE;

  constructor({ onMessage, onLost }) {
    this.onMessage = onMessage;
    this.onLost = onLost;
    // The browser knows about the network sooner than the socket does.
    addEventListener("online", () => this.#openNow());
    addEventListener("offline", () => this.#socket?.close());
  }

  open() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/web/socket`);
    this.#socket = socket;
    socket.addEventListener("message", (event) => this.#receive(socket, event.data));
    socket.addEventListener("close", () => this.#lost(socket));
  }

  send(message) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  #receive(socket, data) {
    if (socket !== this.#socket) return;
    const message = parsed(data);
    if (message === null) return;
    // Only a greeting proves that the server is well: one that accepts and hangs up must not be hammered.
    if (message.type === "hello") this.#pause = FIRST_PAUSE;
    this.onMessage(message);
  }

  #lost(socket) {
    if (socket !== this.#socket) return;
    this.#socket = null;
    this.onLost();
    this.#timer = setTimeout(() => this.open(), this.#pause);
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
  }

  #openNow() {
    if (this.#socket !== null) return;
    clearTimeout(this.#timer);
    this.open();
  }
}

function parsed(data) {
  try {
    const message = JSON.parse(data);
    return message !== null && typeof message === "object" ? message : null;
  } catch {
    return null;
  }
}
