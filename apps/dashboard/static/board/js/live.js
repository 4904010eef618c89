// Keeps the store fresh: server-sent events, and polling while there are none.

import { byId, setText } from "./dom.js";
import { store } from "./store.js";

const POLL_MS = 5000;
const RETRY_STREAM_MS = 20000;
const REREAD_MS = 30000; // pushes may be lost, or nobody may be there to send them: the whole state heals the board
const WORDS = {
  live: "Live",
  polling: "Every 5 s",
  offline: "No connection",
};

export class Live {
  #addresses;
  #source = null;
  #timer = 0;
  #retryAt = 0;
  #waiting = null; // changes heard while the whole state is on its way
  #generation = 0;

  constructor(addresses) {
    this.#addresses = addresses;
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden && !this.#source) this.connect();
    });
    setInterval(() => this.#source && this.refresh(), REREAD_MS);
  }

  /** Start, or start again: for another zone, or after a pause. */
  connect() {
    this.#stop();
    const source = new EventSource(this.#address("live"));
    this.#source = source;
    const on = (name, listener) => source.addEventListener(name, (event) => listener(JSON.parse(event.data)));
    on("hello", () => this.#read().then((isRead) => isRead && show("live")));
    on("changes", (changes) => (this.#waiting ? this.#waiting.push(changes) : store.change(changes)));
    on("positions", (positions) => store.move(positions));
    on("figures", (figures) => {
      store.figures = figures;
      store.tell("figures", null);
    });
    on("away", () => this.#poll());
    source.addEventListener("error", () => {
      if (source.readyState === EventSource.CLOSED) this.#poll(); // refused: the browser does not try again
      else show("offline");
    });
  }

  /** Read everything again, now. */
  refresh() {
    return this.#read();
  }

  #stop() {
    this.#source?.close();
    this.#source = null;
    clearTimeout(this.#timer);
  }

  async #poll() {
    if (this.#source) this.#retryAt = performance.now() + RETRY_STREAM_MS;
    this.#stop();
    show((await this.#read()) ? "polling" : "offline");
    if (this.#source) return;
    this.#timer = setTimeout(() => (performance.now() > this.#retryAt ? this.connect() : this.#poll()), POLL_MS);
  }

  /** Read the whole state, then apply what was heard meanwhile. False when the server does not answer. */
  async #read() {
    const generation = ++this.#generation;
    this.#waiting ??= [];
    try {
      const response = await fetch(this.#address("state"), { headers: { Accept: "application/json" } });
      if (response.status === 401) location.reload();
      if (!response.ok) return false;
      const state = await response.json();
      if (generation !== this.#generation) return true; // a newer read is under way
      store.load(state);
      for (const changes of this.#waiting) store.change(changes);
      return true;
    } catch {
      return false;
    } finally {
      if (generation === this.#generation) this.#waiting = null;
    }
  }

  #address(name) {
    return this.#addresses[name] + (store.zone ? `?zone=${encodeURIComponent(store.zone)}` : "");
  }
}

function show(mode) {
  const pulse = byId("pulse");
  pulse.dataset.mode = mode;
  setText(pulse.lastElementChild, WORDS[mode]);
}
