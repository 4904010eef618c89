// The words on the screen, in the courier's language; numbers, times and money as that language writes them.

import { language } from "./settings.js";
import english from "./words/en.js";
import french from "./words/fr.js";

/** @typedef {keyof typeof english} Word */

const ALL = { en: english, fr: french };

/**
 * The text of that name, with its `{places}` filled in.
 * @param {Word} name
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function say(name, values = {}) {
  /** @type {string} */
  const text = ALL[language()][name];
  return text.replace(/\{(\w+)\}/g, (_whole, place) => String(values[place] ?? ""));
}

/**
 * The text of a name that comes from the platform, or what to show where there is none: it may know more than this app.
 * @param {string} group
 * @param {string} name
 * @param {string} [otherwise]
 */
export function sayOf(group, name, otherwise) {
  const key = `${group}.${name}`;
  return key in english ? say(/** @type {Word} */ (key)) : (otherwise ?? name.replaceAll("_", " "));
}

const tongue = () => (language() === "fr" ? "fr-FR" : "en-GB");

/** `€4.20`. @param {{amount: number, currency: string}} money */
export function amountOf(money) {
  const format = new Intl.NumberFormat(tongue(), { style: "currency", currency: money.currency });
  return format.format(money.amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}

/**
 * A moment in words; nothing for what is no moment, so that one wrong value never takes a page away.
 * @param {string | number} time
 * @param {Intl.DateTimeFormatOptions} options
 */
function moment(time, options) {
  const at = new Date(time);
  return Number.isNaN(at.getTime()) ? "" : new Intl.DateTimeFormat(tongue(), options).format(at);
}

/** `14:05`. @param {string | number} time */
export const hourOf = (time) => moment(time, { hour: "2-digit", minute: "2-digit" });

/** `Wed 10 June`. @param {string | number} time */
export const dayOf = (time) => moment(time, { weekday: "short", day: "numeric", month: "long" });

/** The same of a day of the calendar, `2026-06-10`. @param {string} day */
export const dateOf = (day) => moment(day, { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" });

/** `2.1 km`, `350 m`. @param {number} metres */
export const distanceOf = (metres) =>
  metres < 950 ? `${Math.max(10, Math.round(metres / 10) * 10)} m` : `${new Intl.NumberFormat(tongue(), { maximumFractionDigits: 1 }).format(metres / 1000)} km`;

/** `800 g`, `2.4 kg`. @param {number} grams */
export const weightOf = (grams) =>
  grams < 1000 ? `${grams} g` : `${new Intl.NumberFormat(tongue(), { maximumFractionDigits: 1 }).format(grams / 1000)} kg`;

/** `45 min`, `3 h 05`. @param {number} seconds */
export function spanOf(seconds) {
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")}`;
}

/** `240 kB`. @param {number} bytes */
export const sizeOf = (bytes) => (bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1000))} kB` : `${(bytes / 1e6).toFixed(1)} MB`);
