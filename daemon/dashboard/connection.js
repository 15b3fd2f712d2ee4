// One WebSocket to the daemon that outlives restarts: reconnects, resumes where it was, and pairs
// answers with requests. Every message is dispatched as an event named by its type.

const FIRST_RETRY_MS = 400;
const LONGEST_RETRY_MS = 8_000;
const ANSWER_PATIENCE_MS = 15_000;
const REFUSED = new Set([4401, 4403]);

export class Connection extends EventTarget {
  #path;
  #wishes;
  #socket = null;
  #retry = FIRST_RETRY_MS;
  #timer = 0;
  #wanted = false;
  #asked = new Map();
  #number = 0;
  #epoch = null;
  #since = null;

  /** `path` is /v1/alerts or /v1/telemetry; `wishes` go with hello. */
  constructor(path, wishes = {}) {
    super();
    this.#path = path;
    this.#wishes = wishes;
    for (const name of ["online", "focus"]) addEventListener(name, () => this.hurry());
  }

  get live() {
    return this.#socket?.ready === true;
  }

  open() {
    this.#wanted = true;
    if (this.#socket === null) this.#connect();
  }

  close() {
    this.#wanted = false;
    clearTimeout(this.#timer);
    this.#socket?.close(1000);
  }

  /** Try again now instead of when it is due. */
  hurry() {
    if (!this.#wanted || this.#socket !== null) return;
    clearTimeout(this.#timer);
    this.#connect();
  }

  /** The answer to a request; an Error with the daemon's sentence if it was refused. */
  request(type, fields = {}) {
    if (!this.live) return Promise.reject(new Error("The daemon is not connected."));
    const id = `p${(this.#number += 1)}`;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#settle(id, null, "The daemon did not answer."), ANSWER_PATIENCE_MS);
      this.#asked.set(id, { resolve, reject, timer });
      this.#socket.send(JSON.stringify({ type, id, v: 1, ...fields }));
    });
  }

  #connect() {
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${this.#path}`);
    this.#socket = socket;
    socket.ready = false;
    socket.addEventListener("open", () => {
      socket.send(JSON.stringify({ type: "hello", v: 1, since: this.#since, epoch: this.#epoch, ...this.#wishes }));
    });
    socket.addEventListener("message", (event) => this.#take(socket, JSON.parse(event.data)));
    socket.addEventListener("close", (event) => this.#lost(socket, event));
  }

  #take(socket, message) {
    if (message.type === "snapshot") {
      const resumed = message.epoch === this.#epoch && this.#since !== null && this.#since <= message.seq;
      if (!resumed) this.#since = message.seq;
      this.#epoch = message.epoch;
      socket.ready = true;
      this.#retry = FIRST_RETRY_MS;
      message.resumed = resumed;
    } else if (message.type === "alert") {
      if (message.seq <= this.#since) return;
      this.#since = message.seq;
    }
    if (typeof message.id === "string" && this.#asked.has(message.id)) {
      this.#settle(message.id, message, message.type === "error" ? message.message : "");
      return;
    }
    this.dispatchEvent(new CustomEvent(message.type, { detail: message }));
  }

  #settle(id, message, problem) {
    const asked = this.#asked.get(id);
    if (asked === undefined) return;
    this.#asked.delete(id);
    clearTimeout(asked.timer);
    if (problem) asked.reject(new Error(problem));
    else asked.resolve(message);
  }

  #lost(socket, event) {
    if (socket !== this.#socket) return;
    const was = socket.ready;
    this.#socket = null;
    for (const id of [...this.#asked.keys()]) this.#settle(id, null, "The connection was lost; try again.");
    this.dispatchEvent(
      new CustomEvent("lost", {
        detail: { was, refused: REFUSED.has(event.code), reason: event.reason, wanted: this.#wanted },
      }),
    );
    if (!this.#wanted) return;
    // Not all pages at the same moment after a restart.
    this.#timer = setTimeout(() => this.#connect(), this.#retry * (0.7 + 0.6 * Math.random()));
    this.#retry = Math.min(2 * this.#retry, REFUSED.has(event.code) ? 60_000 : LONGEST_RETRY_MS);
  }
}
