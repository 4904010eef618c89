// What the courier did and the platform has not answered yet. It is written down before anything is shown as done, sent as
// often as needed, and goes by the rules of docs/mobile-api.md, "What a phone does with its outbox".

import { answerOf, inTransaction } from "./database.js";
import { now } from "./clock.js";
import { freshPoint } from "./positions.js";
import { store } from "./store.js";

/** @typedef {import("../types.js").Action} Action */
/** @typedef {import("../types.js").Kept} Kept */
/** @typedef {import("../types.js").Result} Result */
/** @typedef {import("../types.js").ApiError} ApiError */

export const MAX_BATCH = 100;
const KEPT_CODES = new Set(["unavailable", "conflict"]);

/** @type {() => void} */
let wakeSender = () => undefined;
/** Who is told that something waits. @param {() => void} wake */
export const onWaiting = (wake) => void (wakeSender = wake);

/**
 * Write an action down, numbered, with its time and place; the proofs that it names are no drafts any more. One transaction:
 * when this returns, closing the app loses nothing.
 * @param {string} kind
 * @param {import("../types.js").ActionFields} fields
 * @param {string} label what it is about, for the list of what waits
 * @returns {Promise<Action>}
 */
export async function act(kind, fields, label) {
  const courierId = store.session?.courier_id;
  if (!courierId) throw new Error("Nobody is signed in.");
  const point = freshPoint();
  const action = await inTransaction(["kept", "actions", "proofs"], "readwrite", async (opened) => {
    const last = (await answerOf(opened("kept").get("numbering"))) ?? { sequence: 0, device_time: 0 };
    const time = Math.max(now(), last.device_time + 1); // never backwards, though the clock was corrected since
    const sequence = last.sequence + 1;
    const place = point ? { lat: point.lat, lon: point.lon } : {};
    const made = { id: crypto.randomUUID(), kind, sequence, device_time: new Date(time).toISOString(), ...place, ...fields };
    opened("kept").put({ sequence, device_time: time }, "numbering");
    opened("actions").put({ id: made.id, sequence, courier_id: courierId, label, action: made, answered_at: null });
    for (const id of fields.proofs ?? []) {
      const proof = await answerOf(opened("proofs").get(id));
      if (proof) opened("proofs").put({ ...proof, is_draft: false });
    }
    return made;
  });
  await store.reload();
  wakeSender();
  return action;
}

/**
 * What becomes of unanswered actions by these results: rules 2 and 3. Pure.
 * @param {Action[]} unanswered all of them, by sequence
 * @param {Result[]} results
 */
export function judged(unanswered, results) {
  const byId = new Map(results.map((result) => [result.id, result]));
  /** @type {{applied: Action[], refused: {action: Action, error: ApiError}[], kept: Action[]}} */
  const verdict = { applied: [], refused: [], kept: [] };
  for (const action of unanswered) {
    const result = byId.get(action.id);
    const error = result?.error;
    if (result && !error) verdict.applied.push(action);
    else if (error && !(error.retry && (verdict.kept.length || KEPT_CODES.has(error.code)))) verdict.refused.push({ action, error });
    else verdict.kept.push(action); // unanswered, or worth another try: later ones may depend on it
  }
  return verdict;
}

/**
 * Keep what a batch came to. Applied actions count until the next sync shows what they did; refused ones are shown.
 * @param {Kept[]} unanswered as they were when the batch was sent
 * @param {Result[]} results
 */
export async function settle(unanswered, results) {
  const verdict = judged(unanswered.map((kept) => kept.action), results);
  const labels = new Map(unanswered.map((kept) => [kept.id, kept]));
  await inTransaction(["actions", "proofs", "refusals"], "readwrite", async (opened) => {
    for (const action of verdict.applied) {
      const kept = labels.get(action.id);
      if (kept) opened("actions").put({ ...kept, answered_at: performance.timeOrigin + performance.now() });
    }
    for (const { action, error } of verdict.refused) await refuse(opened, action, error, labels.get(action.id));
  });
  await store.reload();
  return verdict;
}

/**
 * Drop an action and keep its refusal; photos and signatures that it named can be named by another one.
 * @param {import("./database.js").Opened} opened
 * @param {Action} action
 * @param {ApiError} error
 * @param {Kept | undefined} kept
 */
async function refuse(opened, action, error, kept) {
  opened("actions").delete(action.id);
  for (const id of action.proofs ?? []) {
    const proof = await answerOf(opened("proofs").get(id));
    if (proof) opened("proofs").put({ ...proof, is_draft: true });
  }
  const stop = action.stop ?? (action.kind === "deliver" ? "dropoff" : action.kind === "pick_up" ? "pickup" : undefined);
  opened("refusals").put({
    id: action.id, courier_id: kept?.courier_id ?? "", kind: action.kind, label: kept?.label ?? "", code: error.code,
    message: error.message, at: action.device_time, leg_id: action.leg_id, stop,
  });
}

/**
 * A sync that was asked for after these were answered shows what they did: they are done with.
 * @param {import("./database.js").Opened} opened
 * @param {number} askedAt ms since 1970, as `answered_at`
 */
export async function dropAnswered(opened, askedAt) {
  const all = /** @type {Kept[]} */ (await answerOf(opened("actions").getAll()));
  for (const kept of all) if (kept.answered_at !== null && kept.answered_at <= askedAt) opened("actions").delete(kept.id);
}

/** The courier has read it. @param {string} id */
export async function dismissRefusal(id) {
  await inTransaction(["refusals"], "readwrite", (opened) => void opened("refusals").delete(id));
  await store.reload();
}
