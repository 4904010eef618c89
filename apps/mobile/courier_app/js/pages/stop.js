// One stop: where, who, when, what, and the one thing to do next.

import { callTo, directionsTo } from "../directions.js";
import { button, icon, linkButton, make } from "../dom.js";
import { act } from "../outbox.js";
import { card, livePage } from "../page.js";
import { knowsProofs, nextStep } from "../projection.js";
import { pathOf } from "../router.js";
import { store } from "../store.js";
import { kindMark, labelOf, parcelRow, timeLine } from "../stop_parts.js";
import { say, sayOf, spanOf } from "../words.js";

/** @typedef {import("../../types.js").Stop} Stop */

/**
 * The stop as it is now; null when it is done or somebody else's.
 * @param {string} legId
 * @param {string} kind
 * @returns {Stop | null}
 */
export const stopOf = (legId, kind) => store.view?.stops.find((stop) => stop.leg_id === legId && stop.kind === kind) ?? null;

/**
 * @param {string} legId
 * @param {string} kind
 * @returns {import("../router.js").Page}
 */
export function stopPage(legId, kind) {
  return livePage({
    title: kind === "pickup" ? say("kind.pickup") : say("kind.dropoff"), back: "/",
    shows: () => [stopOf(legId, kind), Math.floor(Date.now() / 60_000)],
    draw: () => {
      const stop = stopOf(legId, kind);
      return stop ? { body: bodyOf(stop), action: [actionOf(stop)] } : gone();
    },
  });
}

/** What stands where a stop was. */
export const gone = () => ({
  body: [make("div.empty", {}, icon("check"), make("p", {}, say("stop.gone")))],
  action: [linkButton("main", say("to_tour"), "#/", { icon: "route" })],
});

/** @param {Stop} stop */
function bodyOf(stop) {
  return [
    make("section.card.stop-head", {},
      make("div.row-top", {}, kindMark(stop), make("span.code", {}, stop.short_code)),
      stop.hub && make("p.hub", {}, icon("hub"), make("strong", {}, stop.hub)),
      make("h2.big-address", {}, stop.address),
      stop.contact_name && make("p.contact", {}, stop.contact_name),
      timeLine(stop),
      make("div.two", {},
        linkButton("plain", say("stop.navigate"), directionsTo(stop), { icon: "go" }),
        stop.phone ? linkButton("plain", say("stop.call"), callTo(stop.phone), { icon: "call" }) : make("span.no-phone.fine", {}, say("stop.no_phone")))),
    stop.instructions && card(say("stop.instructions"), make("p.instructions", {}, stop.instructions)),
    card(say("stop.parcels", { n: stop.parcels.length }),
      make("ul.parcels", {}, ...stop.parcels.map((parcel) => parcelRow(parcel))),
      knowsProofs(stop) && nextStep(stop) === "complete" && linkButton("plain", say("scan.title"), `#${pathOf(stop, "scan")}`, { icon: "scan" })),
    Boolean(stop.proof?.length) && card(say("stop.proof"), make("div.chips", {}, ...(stop.proof ?? []).map((kind) => proofChip(stop, kind)))),
    make("p.fine.service", {}, say("stop.service", { span: spanOf(stop.service_s) })),
    make("div.two.problems", {},
      nextStep(stop) === "complete" && linkButton("quiet", say("fail.link"), `#${pathOf(stop, "fail")}`, { icon: "cross" }),
      Boolean(store.sync?.incident_kinds) && linkButton("quiet", say("report.link"), `#/report/${stop.leg_id}`, { icon: "warning" })),
  ];
}

/** @param {Stop} stop @param {string} kind */
function proofChip(stop, kind) {
  const isGiven = stop.proofs_given?.includes(/** @type {any} */ (kind));
  return make(`span.chip${isGiven ? ".good" : ""}`, {}, icon(isGiven ? "check" : kind), sayOf("proof", kind));
}

/** @param {Stop} stop */
function actionOf(stop) {
  const step = nextStep(stop);
  if (step === "arrive") {
    return button("main", say("stop.arrive"), () => act("arrive", { leg_id: stop.leg_id, epoch: stop.epoch, stop: stop.kind }, labelOf(stop)), { icon: "flag" });
  }
  if (step === "complete") {
    const text = say(stop.kind === "pickup" ? "stop.pick_up" : "stop.deliver");
    return linkButton("main", text, `#${pathOf(stop, "hand_over")}`, { icon: stop.kind === "pickup" ? "up" : "down" });
  }
  const pickup = stopOf(stop.leg_id, "pickup");
  if (pickup) return linkButton("main", say("stop.pick_up_first"), `#${pathOf(pickup)}`, { icon: "up" });
  return make("p.fine", {}, say("stop.nothing_to_do"));
}
