// Keeps the last sync fresh: the platform pushes a counter, and where it cannot, it is asked as often as it advises.

import { heardTime } from "./clock.js";
import { answerOf, inTransaction } from "./database.js";
import { API, ask, backoffMs, failureOf, Refused, Unreachable } from "./network.js";
import { dropAnswered } from "./outbox.js";
import { advice } from "./positions.js";
import { dropDone } from "./proofs.js";
import { answered, takeAdvice } from "./sender.js";
import { forgetSession } from "./session.js";
import { store } from "./store.js";

const SILENCE_MS = 40_000; // a stream says something every 15 s: after this it is dead, whatever the browser thinks
const POLL_S = 10; // without advice: offers do not wait for long
const SHORT_MS = 2000; // a stream that ends sooner is no stream

/** @type {Promise<void> | null} */
let syncing = null;
let isAskedAgain = false;
let isStreamMissing = false;
let generation = 0;
let timer = 0;
/** @type {AbortController | null} */
let stream = null;

/** Start keeping up, now and whenever the app is looked at again. */
export function startNews() {
  addEventListener("online", connect);
  document.addEventListener("visibilitychange", () => document.hidden || connect());
  connect();
}

/** Sync now, and listen anew. */
export function connect() {
  const mine = ++generation;
  stream?.abort();
  stream = null;
  if (!store.session) return;
  refresh();
  listen(mine).catch(console.error);
}

/** The counter stands at this. @param {number} news */
export function heardNews(news) {
  if (news !== store.sync?.news || store.actions.some((kept) => kept.answered_at !== null)) refresh();
}

/** Read what is new. Several calls in a row make one request, and one more for what came meanwhile. */
export function refresh() {
  if (syncing) return void (isAskedAgain = true);
  clearTimeout(timer);
  syncing = sync()
    .catch(failed)
    .finally(() => {
      syncing = null;
      if (isAskedAgain) refresh();
      else timer = setTimeout(refresh, 1000 * (store.sync?.advice ? advice().sync_every_s : POLL_S));
      isAskedAgain = false;
    });
}

/** @param {unknown} error */
async function failed(error) {
  if (error instanceof Refused && error.status === 401) return forgetSession();
  if (!(error instanceof Unreachable || error instanceof Refused)) console.error(error);
  store.setLine({ isReachable: false, isLive: false });
}

async function sync() {
  const session = store.session;
  if (!session) return;
  const [askedAt, ticks] = [performance.timeOrigin + performance.now(), performance.now()];
  const isAnyAnswered = store.actions.some((kept) => kept.answered_at !== null);
  const since = store.sync && !isAnyAnswered ? `?since=${store.sync.news}` : "";
  const answer = await ask("GET", `sync${since}`, { token: session.token });
  heardTime(answer.server_time, ticks);
  answered();
  if (answer.is_unchanged) return answer.advice && takeAdvice(answer.advice);
  await inTransaction(["kept", "actions", "proofs", "files"], "readwrite", async (opened) => {
    const current = await answerOf(opened("kept").get("session"));
    if (current?.token !== session.token) return; // signed out meanwhile
    opened("kept").put(answer, "sync");
    await dropAnswered(opened, askedAt);
    await dropDone(opened, answer, session.courier_id);
  });
  await store.reload();
}

/** Listen to the stream, again and again, until a newer call does. @param {number} mine */
async function listen(mine) {
  let failures = 0;
  while (mine === generation && store.session && !isStreamMissing) {
    try {
      const began = performance.now();
      await streamOnce(mine, () => (failures = 0));
      if (performance.now() - began < SHORT_MS) throw new Unreachable("The stream ended at once.");
    } catch (error) {
      store.setLine({ isLive: false });
      if (mine !== generation) return;
      if (error instanceof Refused && error.status === 404) isStreamMissing = true; // an older platform
      else if (error instanceof Refused && error.status === 401) return refresh();
      failures += 1;
      const wait = error instanceof Unreachable ? error.retryAfterS * 1000 : 0;
      await new Promise((resolve) => setTimeout(resolve, Math.max(wait, backoffMs(failures))));
    }
  }
}

/** @param {number} mine @param {() => void} opened */
async function streamOnce(mine, opened) {
  const controller = new AbortController();
  stream = controller;
  let watchdog = setTimeout(() => controller.abort(), SILENCE_MS);
  try {
    const headers = { Authorization: `Bearer ${store.session?.token}`, Accept: "text/event-stream" };
    const response = await fetch(`${API}events`, { headers, signal: controller.signal, cache: "no-store", credentials: "omit" });
    if (response.status === 404) throw new Refused(404, { code: "not_found", message: "No stream." }, null);
    if (!response.ok || !response.body) throw failureOf(response, await response.json().catch(() => null));
    opened();
    store.setLine({ isLive: true });
    for await (const event of eventsOf(response.body)) {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => controller.abort(), SILENCE_MS);
      if (mine !== generation) return;
      if (event.name === "news") heardNews(JSON.parse(event.data).news);
    }
  } catch (error) {
    throw error instanceof Refused || error instanceof Unreachable ? error : new Unreachable(String(error));
  } finally {
    clearTimeout(watchdog);
  }
}

/**
 * The events of a `text/event-stream`; comments come as events without a name.
 * @param {ReadableStream<Uint8Array<ArrayBuffer>>} body
 */
export async function* eventsOf(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    text = (text + value).replaceAll("\r\n", "\n");
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      const lines = text.slice(0, end).split("\n");
      text = text.slice(end + 2);
      const of = (/** @type {string} */ field) =>
        lines.filter((line) => line.startsWith(`${field}:`)).map((line) => line.slice(field.length + 1).trim()).join("\n");
      yield { name: of("event"), data: of("data") };
    }
  }
}
