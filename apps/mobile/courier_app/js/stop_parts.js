// Pieces of a stop that several pages show.

import { secondsUntil } from "./clock.js";
import { icon, make } from "./dom.js";
import { hourOf, say, spanOf, weightOf, sayOf } from "./words.js";

/** @typedef {import("../types.js").Stop} Stop */
/** @typedef {import("../types.js").Parcel} Parcel */

/** Until when this stop should be done. @param {Stop} stop */
const deadlineOf = (stop) => stop.closes_at ?? (stop.kind === "dropoff" ? stop.due_at : null);

/** The times of a stop, in a few words, and whether they are missed. @param {Stop} stop */
export function timesOf(stop) {
  const parts = [];
  const [opens, until] = [stop.opens_at, deadlineOf(stop)];
  if (stop.kind === "pickup" && stop.ready_at) parts.push(secondsUntil(stop.ready_at) > 0 ? say("stop.ready_at", { time: hourOf(stop.ready_at) }) : say("stop.ready"));
  if (stop.kind === "dropoff" && opens && secondsUntil(opens) > 0) parts.push(say("stop.opens", { time: hourOf(opens) }));
  if (until) parts.push(say("stop.until", { time: hourOf(until) }));
  const lateBy = until ? -secondsUntil(until) : 0;
  return { text: parts.join(" · "), late: lateBy > 60 ? say("stop.late", { span: spanOf(lateBy) }) : "" };
}

/** The line of times, with what is late made plain. @param {Stop} stop */
export function timeLine(stop) {
  const { text, late } = timesOf(stop);
  return make("p.times", {}, icon("clock"), make("span", {}, text || say("stop.any_time")), late && make("strong.late", {}, late));
}

/** What a parcel is. @param {Parcel} parcel */
export const parcelText = (parcel) => parcel.description || say("parcel.one");

/** Size and weight. @param {Parcel} parcel */
export const parcelFacts = (parcel) => [parcel.size && sayOf("size", parcel.size), parcel.weight_g && weightOf(parcel.weight_g)].filter(Boolean).join(" · ");

/** The end of a long barcode: enough to tell two labels apart. @param {string} barcode */
const barcodeEnd = (barcode) => (barcode.length > 16 ? `…${barcode.slice(-6)}` : barcode);

/**
 * A parcel as a row.
 * @param {Parcel} parcel
 * @param {HTMLElement | null} [end] what stands at its end
 */
export const parcelRow = (parcel, end = null) =>
  make("li.parcel", {}, icon(parcel.is_scanned ? "check" : "box"),
    make("div.grow", {}, make("strong", {}, parcelText(parcel)), make("span.fine", {}, [parcelFacts(parcel), barcodeEnd(parcel.barcode)].filter(Boolean).join(" · "))),
    parcel.is_scanned ? make("span.chip.good", {}, say("parcel.scanned")) : end);

/** The kind of a stop, with its mark. @param {Stop} stop */
export const kindMark = (stop) => make(`span.kind.${stop.kind}`, {}, icon(stop.kind === "pickup" ? "up" : "down"), make("span", {}, say(`kind.${stop.kind}`)));

/** How a stop is named in the list of what waits. @param {Stop} stop */
export const labelOf = (stop) => `${stop.short_code} · ${stop.address}`;
