// The platform's clock, as well as this phone can tell: phones' clocks are wrong, and the platform's may run faster than
// the wall. It is corrected with each sync and goes on without a network, and through a restart of the app.

import { keep, kept } from "./database.js";

const STEADY_MS = 4000; // syncs closer than this say nothing of the pace

/** @typedef {{server: number, wall: number, speed: number}} Mark `server` and `wall`: the two clocks at one moment, in ms */

/** @type {Mark} */
let mark = { server: Date.now(), wall: Date.now(), speed: 1 };
/** @type {{server: number, ticks: number} | null} */
let before = null;
let isKnown = false;

/** Go on from what was heard before the app was closed. */
export async function restoreClock() {
  const last = await kept("clock");
  if (last) [mark, isKnown] = [last, true];
}

/**
 * The platform said its time, in answer to what was asked at `askedAt` (`performance.now()`).
 * @param {string} serverTime
 * @param {number} askedAt
 */
export function heardTime(serverTime, askedAt) {
  const ticks = performance.now();
  const server = Date.parse(serverTime) + ((ticks - askedAt) / 2) * mark.speed;
  if (before === null) before = { server, ticks };
  const passed = ticks - before.ticks;
  if (passed > STEADY_MS) mark = { ...mark, speed: paceOf((server - before.server) / passed, passed) };
  mark = { ...mark, server, wall: Date.now() };
  isKnown = true;
  keep("clock", mark).catch(console.error);
}

/**
 * Seconds of the platform in a second of the wall: 1, unless it is clearly something else.
 * @param {number} measured
 * @param {number} passed ms
 */
export function paceOf(measured, passed) {
  const doubt = Math.max(0.1, 2000 / passed);
  return Math.abs(measured - 1) <= doubt || measured <= 0 ? 1 : measured;
}

/** Now, in ms, by the platform's clock. */
export const now = () => (isKnown ? mark.server + (Date.now() - mark.wall) * mark.speed : Date.now());

/** Seconds of the platform that pass in one of the wall. */
export const pace = () => mark.speed;

/** Seconds from now until a time. @param {string} time */
export const secondsUntil = (time) => (Date.parse(time) - now()) / 1000;
