// Where the courier is: followed on duty only, as seldom as the platform's advice lets, kept without a network, sent in batches.

import { now } from "./clock.js";
import { answerOf, inTransaction, keep, kept } from "./database.js";
import { store } from "./store.js";

/** @typedef {import("../types.js").Point} Point */
/** @typedef {import("../types.js").Advice} Advice */

export const MAX_BATCH = 500;
const MOST_KEPT = 3000; // more than eight hours at ten seconds; of older ones every second goes
const FRESH_MS = 60_000;
const SIGN_OF_LIFE_S = 60; // a courier who stands still is still there
/** What holds until the platform gives advice. @type {Advice} */
export const USUAL = { report_every_s: 10, report_points: 5, min_move_m: 15, sync_every_s: 10 };

/** @type {number | null} */
let watch = null;
/** The last place known, sent or not. @type {(Point & {heard: number}) | null} */
let last = null;
/** @type {Point | null} */
let lastKept = null;
/** @type {"unknown" | "following" | "denied" | "missing"} */
export let geolocation = "unknown";
let reportedAt = 0;
/** @type {() => void} */
let wakeSender = () => undefined;
/** Who is told that enough points wait. @param {() => void} wake */
export const onPoints = (wake) => void (wakeSender = wake);

/** The last place, if it is of this minute. */
export const freshPoint = () => (last && Date.now() - last.heard < FRESH_MS ? last : null);
/** The last place, however old. */
export const lastPoint = () => last;

/** Whether the courier said where they are: it holds until the end of the shift, whatever the phone says. */
let isByHand = false;

/** Go on from where the courier said to be. */
export async function restorePlace() {
  const place = await kept("place");
  if (place) placedByHand(place, false);
  setInterval(() => isByHand && isFollowed() && last && keepPoint(pointNow(last)).catch(console.error), SIGN_OF_LIFE_S * 1000);
}

/**
 * The courier showed on the map where they are.
 * @param {{lat: number, lon: number}} place
 * @param {boolean} isNew
 */
export function placedByHand(place, isNew = true) {
  isByHand = true;
  last = { ...pointNow(place), heard: Infinity };
  if (isNew) keep("place", { lat: place.lat, lon: place.lon }).catch(console.error);
  store.tell();
}

/** @param {{lat: number, lon: number}} place @returns {Point} */
const pointNow = ({ lat, lon }) => ({ lat, lon, device_time: new Date(now()).toISOString() });

/**
 * The place now, asked for by a tap: the first time the browser asks whether it may.
 * @returns {Promise<{lat: number, lon: number} | null>}
 */
export function locate() {
  const known = freshPoint();
  if (known) return Promise.resolve(known);
  if (!navigator.geolocation) return Promise.resolve(null);
  return new Promise((resolve) => {
    navigator.geolocation.getCurrentPosition(
      (position) => (heard(position), resolve(last)),
      (error) => ((geolocation = error.code === error.PERMISSION_DENIED ? "denied" : "missing"), store.tell(), resolve(last)),
      { enableHighAccuracy: true, timeout: 12_000, maximumAge: 30_000 },
    );
  });
}

/** Follow the courier on duty, and only then. */
export function followDuty() {
  const isOnDuty = isFollowed();
  if (isOnDuty && watch === null && navigator.geolocation) {
    watch = navigator.geolocation.watchPosition(heard, missed, { enableHighAccuracy: true, maximumAge: 5000, timeout: 30_000 });
  } else if (!isOnDuty && watch !== null) {
    navigator.geolocation.clearWatch(watch);
    watch = lastKept = null;
    if (isByHand) placeForgotten();
    forget().catch(console.error);
  }
}

function isFollowed() {
  const status = store.session && store.view?.courier.status;
  return Boolean(status) && status !== "off_duty" && advice().report_every_s !== null;
}

function placeForgotten() {
  isByHand = false;
  last = null;
  keep("place", undefined).catch(console.error);
}

export const advice = () => store.sync?.advice ?? USUAL;

/** @param {GeolocationPosition} position */
function heard(position) {
  geolocation = "following";
  if (isByHand) return;
  const { latitude: lat, longitude: lon, accuracy } = position.coords;
  last = { lat, lon, device_time: new Date(now()).toISOString(), accuracy_m: Math.min(9999, Math.round(accuracy)), heard: Date.now() };
  if (watch === null) return;
  const { heard: _, ...point } = last;
  if (!isWorthKeeping(lastKept, point, advice())) return;
  lastKept = point;
  keepPoint(point).catch(console.error);
}

/** @param {GeolocationPositionError} error */
function missed(error) {
  if (error.code === error.PERMISSION_DENIED) geolocation = "denied";
  store.tell();
}

/**
 * Whether a point says something new: moved, and no more of them than a batch holds; or nothing was said for a while. Pure.
 * @param {Point | null} before
 * @param {Point} point
 * @param {Advice} by
 */
export function isWorthKeeping(before, point, by) {
  if (by.report_every_s === null) return false;
  if (before === null) return true;
  const passed = (Date.parse(point.device_time) - Date.parse(before.device_time)) / 1000;
  if (passed < (by.report_every_s / by.report_points) * 0.9) return false;
  return passed >= Math.max(SIGN_OF_LIFE_S, by.report_every_s) || metresBetween(before, point) >= by.min_move_m;
}

/**
 * As the crow flies.
 * @param {{lat: number, lon: number}} one
 * @param {{lat: number, lon: number}} other
 */
export function metresBetween(one, other) {
  const rad = Math.PI / 180;
  const x = (other.lon - one.lon) * rad * Math.cos(((one.lat + other.lat) / 2) * rad);
  const y = (other.lat - one.lat) * rad;
  return Math.hypot(x, y) * 6_371_000;
}

/** @param {Point} point */
async function keepPoint(point) {
  const waiting = await inTransaction(["positions"], "readwrite", async (opened) => {
    const positions = opened("positions");
    positions.add(point);
    const count = await answerOf(positions.count());
    if (count <= MOST_KEPT) return count;
    const keys = await answerOf(positions.getAllKeys());
    keys.slice(0, count / 2).forEach((key, index) => index % 2 && positions.delete(key));
    return answerOf(positions.count());
  });
  store.setLine({ points: waiting });
  reportIfDue();
}

/** A batch is due: some points wait, and the last batch was long enough ago. */
export function reportIfDue() {
  if (store.points && Date.now() - reportedAt >= (advice().report_every_s ?? 0) * 1000) wakeSender();
}

/** A batch was sent, or is not to be sent yet. */
export const reported = () => void (reportedAt = Date.now());

/** The oldest points that wait, with their keys. */
export function waitingPoints() {
  return inTransaction(["positions"], "readonly", async (opened) => {
    const [points, keys] = await Promise.all([
      answerOf(opened("positions").getAll(null, MAX_BATCH)), answerOf(opened("positions").getAllKeys(null, MAX_BATCH)),
    ]);
    return { points: /** @type {Point[]} */ (points), keys };
  });
}

/** They arrived. @param {IDBValidKey[]} keys */
export async function drop(keys) {
  const points = await inTransaction(["positions"], "readwrite", async (opened) => {
    for (const key of keys) opened("positions").delete(key);
    return answerOf(opened("positions").count());
  });
  store.setLine({ points });
}

/** Off duty nobody is followed: what was not sent is not sent any more. */
export async function forget() {
  await inTransaction(["positions"], "readwrite", (opened) => void opened("positions").clear());
  store.setLine({ points: 0 });
}
