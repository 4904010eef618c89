// Sends what waits: actions first, then photos and signatures, then positions. One window of the app at a time.

import { inTransaction } from "./database.js";
import { ask, backoffMs, Refused, Unreachable } from "./network.js";
import { MAX_BATCH, onWaiting, settle } from "./outbox.js";
import { drop, followDuty, forget, MAX_BATCH as MOST_POINTS, onPoints, reported, reportIfDue, waitingPoints } from "./positions.js";
import { sendProof } from "./proofs.js";
import { forgetSession } from "./session.js";
import { store } from "./store.js";

/** @typedef {import("../types.js").Action} Action */
/** @typedef {import("../types.js").Result} Result */

const AGAIN_MS = 4000; // for actions that the platform could not take yet
/** Answers to what cannot be read: it never can. Any other refusal of a whole request is not about what is in it. */
const UNREADABLE = new Set([400, 413, 422]);

/** @type {(news: number) => void} */
let heardNews = () => undefined;
let failures = 0;
let isSending = false;
let isWokenAgain = false;
let timer = 0;

/** Start, and tell whoever keeps up with the platform what the news are. @param {(news: number) => void} news */
export function startSender(news) {
  heardNews = news;
  onWaiting(wake);
  onPoints(wake);
  addEventListener("online", () => ((failures = 0), wake()));
  addEventListener("offline", () => store.setLine({ isReachable: false }));
  document.addEventListener("visibilitychange", () => document.hidden || wake());
  setInterval(reportIfDue, 2000);
  wake();
}

/** Something waits, or the line may be back: send now. */
export function wake() {
  clearTimeout(timer);
  if (isSending) return void (isWokenAgain = true);
  isSending = true;
  navigator.locks
    .request("coursier-sender", sendAll)
    .then((isMore) => isMore && later(AGAIN_MS))
    .catch(failed)
    .finally(() => {
      isSending = false;
      if (isWokenAgain && !failures) setTimeout(wake);
      isWokenAgain = false;
    });
}

/** @param {number} ms */
function later(ms) {
  clearTimeout(timer);
  timer = setTimeout(wake, ms);
}

/** @param {unknown} error */
function failed(error) {
  if (error instanceof Refused && error.status === 401) return void forgetSession().catch(console.error);
  if (!(error instanceof Unreachable || error instanceof Refused)) console.error(error);
  failures += 1;
  store.setLine({ isReachable: false });
  later(Math.max(backoffMs(failures), error instanceof Unreachable ? error.retryAfterS * 1000 : 0));
}

/** Send all that waits. Returns whether something has to be tried again. */
async function sendAll() {
  const token = store.session?.token;
  if (!token) return false;
  await store.reload(); // another window may have sent it
  const isAnyKept = await sendActions(token);
  const failure = await sendProofs(token);
  await sendPositions(token);
  if (failure) throw failure;
  return isAnyKept || store.proofsOnTheWay.length > 0;
}

/**
 * One after the other; a picture that does not get through keeps neither the next one nor positions from it.
 * @param {string} token
 * @returns {Promise<unknown>} the first failure, if there was one
 */
async function sendProofs(token) {
  let failure = null;
  for (const proof of store.proofsOnTheWay) {
    try {
      await sendProof(proof, token);
    } catch (error) {
      failure ??= error;
      if (error instanceof Refused) throw error; // signed out
    }
  }
  return failure;
}

/** An answer came: the line works. */
export function answered() {
  failures = 0;
  if (!store.isReachable) store.setLine({ isReachable: true });
}

/**
 * Batch by batch, oldest first, until all are answered or one has to wait.
 * @param {string} token
 */
async function sendActions(token) {
  while (store.unanswered.length) {
    const waiting = store.unanswered;
    const results = await sendBatch(waiting.slice(0, MAX_BATCH).map((kept) => kept.action), token);
    answered();
    const { kept } = await settle(waiting, results);
    if (kept.some((action) => results.some((result) => result.id === action.id))) return true;
  }
  return false;
}

/**
 * One batch. If the platform cannot read one of them, that one is refused and the others go on.
 * @param {Action[]} actions
 * @param {string} token
 * @returns {Promise<Result[]>}
 */
async function sendBatch(actions, token) {
  try {
    const answer = await ask("POST", "actions", { token, body: { actions } });
    heardNews(answer.news);
    return answer.results;
  } catch (error) {
    if (!(error instanceof Refused) || !UNREADABLE.has(error.status)) throw error;
    if (actions.length === 1) return [{ id: actions[0].id, outcome: "refused", error: { ...error.error, retry: false } }];
    return sendBatch(actions.slice(0, 1), token);
  }
}

/** @param {string} token */
async function sendPositions(token) {
  const isFollowed = store.view !== null && store.view.courier.status !== "off_duty";
  if (!isFollowed || store.unanswered.some((kept) => kept.action.kind === "start_shift")) return; // on duty by the phone only
  for (;;) {
    const { points, keys } = await waitingPoints();
    if (!points.length) return;
    reported();
    try {
      const answer = await ask("POST", "positions", { token, body: { positions: points } });
      answered();
      if (answer.advice) await takeAdvice(answer.advice);
      heardNews(answer.news);
      await drop(keys);
    } catch (error) {
      if (error instanceof Refused && error.code === "off_duty") return forget();
      if (!(error instanceof Refused) || !UNREADABLE.has(error.status)) throw error;
      await drop(keys);
    }
    if (points.length < MOST_POINTS) return;
  }
}

/** The newest advice counts, wherever it came. @param {import("../types.js").Advice} advised */
export async function takeAdvice(advised) {
  const isSame = JSON.stringify(advised) === JSON.stringify(store.sync?.advice);
  if (isSame || !store.sync) return;
  await inTransaction(["kept"], "readwrite", (opened) => void opened("kept").put({ ...store.sync, advice: advised }, "sync"));
  await store.reload();
  followDuty();
}
