// What the pages show, in memory: who is signed in, the last sync, the outbox. Read from the database at the start and
// after each change, here or in another window of the app; whoever listens is told.

import { allOf, answerOf, inTransaction } from "./database.js";
import { projected } from "./projection.js";

/** @typedef {import("../types.js").Kept} Kept */
/** @typedef {import("../types.js").Proof} Proof */
/** @typedef {import("../types.js").Refusal} Refusal */

const channel = new BroadcastChannel("coursier");

class Store {
  /** @type {import("../types.js").Session | null} */
  session = null;
  /** @type {import("../types.js").Sync | null} */
  sync = null;
  /** This courier's outbox, by sequence: unanswered ones, and answered ones until the next sync. @type {Kept[]} */
  actions = [];
  /** @type {Proof[]} */
  proofs = [];
  /** @type {Refusal[]} */
  refusals = [];
  /** Positions that wait. */
  points = 0;
  /** Whether the last request was answered. */
  isReachable = true;
  /** Whether the platform pushes its news. */
  isLive = false;
  /** @type {Set<() => void>} */
  #listeners = new Set();
  #isTelling = false;

  constructor() {
    channel.addEventListener("message", () => this.#read().catch(console.error));
  }

  /** Read everything again, and tell the other windows to. */
  async reload() {
    await this.#read();
    channel.postMessage("changed");
  }

  async #read() {
    const [session, sync] = await inTransaction(["kept"], "readonly", (opened) =>
      Promise.all([answerOf(opened("kept").get("session")), answerOf(opened("kept").get("sync"))]),
    );
    const mine = (/** @type {{courier_id: string}} */ row) => row.courier_id === session?.courier_id;
    const actions = /** @type {Kept[]} */ (await allOf("actions")).filter(mine).sort((one, other) => one.sequence - other.sequence);
    const proofs = /** @type {Proof[]} */ (await allOf("proofs")).filter(mine);
    const refusals = /** @type {Refusal[]} */ (await allOf("refusals")).filter(mine);
    const points = await inTransaction(["positions"], "readonly", (opened) => answerOf(opened("positions").count()));
    Object.assign(this, { session: session ?? null, sync: sync ?? null, actions, proofs, refusals, points });
    this.tell();
  }

  /** What was not answered yet, oldest first. */
  get unanswered() {
    return this.actions.filter((kept) => kept.answered_at === null);
  }

  /** Photos and signatures that are named by an action and not all over there. */
  get proofsOnTheWay() {
    return this.proofs.filter((proof) => !proof.is_draft && !proof.is_complete);
  }

  /** How many things wait to be sent, positions aside. */
  get waiting() {
    return this.unanswered.length + this.proofsOnTheWay.length;
  }

  /** What is so now, as far as this phone knows: the last sync, and what the courier did since. */
  get view() {
    return this.sync && projected(this.sync, this.actions.map((kept) => kept.action));
  }

  /** @param {{isReachable?: boolean, isLive?: boolean, points?: number}} line */
  setLine(line) {
    Object.assign(this, line);
    this.tell();
  }

  /** Be told of changes, once for those of one moment. Returns how to stop. @param {() => void} listener */
  hear(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell() {
    if (this.#isTelling) return;
    this.#isTelling = true;
    queueMicrotask(() => {
      this.#isTelling = false;
      for (const listener of this.#listeners) listener();
    });
  }
}

export const store = new Store();
