// The first page: duty, and the stops ahead in their order.

import { button, icon, linkButton, make } from "../dom.js";
import { act } from "../outbox.js";
import { livePage } from "../page.js";
import { geolocation, locate } from "../positions.js";
import { nextStep } from "../projection.js";
import { go, pathOf } from "../router.js";
import { store } from "../store.js";
import { kindMark, timeLine } from "../stop_parts.js";
import { amountOf, hourOf, say } from "../words.js";

/** @typedef {import("../../types.js").Stop} Stop */

/** @returns {import("../router.js").Page} */
export function tourPage() {
  return livePage({
    title: say("tab.tour"),
    shows: () => [store.view, store.unanswered.length, geolocation, Math.floor(Date.now() / 60_000)],
    draw,
  });
}

function draw() {
  const view = store.view;
  if (!view) return { body: [make("p.empty", { role: "status" }, store.isReachable ? say("tour.loading") : say("tour.no_sync"))] };
  const isOff = view.courier.status === "off_duty";
  const body = [
    dutyCard(view),
    !isOff && geolocation === "denied" && make("p.hint.warning", {}, icon("pin"), make("span", {}, say("tour.no_place"))),
    ...view.accepting.map((offer) =>
      make("section.card.accepting", {}, make("h2", {}, say("offer.accepting")), make("p", {}, `${offer.pickup.address} → ${offer.dropoff.address}`), make("p.fine", {}, amountOf(offer.payout)))),
    view.stops.length > 0 && make("h2.list-title", {}, say("tour.stops", { n: view.stops.length })),
    view.stops.length > 0 && make("ol.stops", {}, ...view.stops.map(stopRow)),
    !view.stops.length && !isOff && make("div.empty", {}, icon("coffee"), make("p", {}, say(view.courier.status === "paused" ? "tour.nothing_paused" : "tour.nothing"))),
    !view.stops.length && isOff && make("div.empty", {}, icon("moon"), make("p", {}, say("tour.off"))),
  ];
  return { body, action: [mainAction(view)] };
}

/** @param {NonNullable<typeof store.view>} view */
function mainAction(view) {
  const [next] = view.stops;
  if (view.courier.status === "off_duty" && !next) return button("main", say("duty.start"), startShift, { icon: "play" });
  if (next) return linkButton("main", say("tour.next", { address: next.address }), `#${pathOf(next)}`, { icon: "route" });
  if (view.courier.status === "paused") return button("main", say("duty.resume"), () => act("resume", {}, ""), { icon: "play" });
  return null;
}

/** @param {Event} event */
async function startShift(event) {
  const pressed = /** @type {HTMLButtonElement} */ (event.currentTarget);
  pressed.disabled = true;
  try {
    const place = await locate();
    if (place) await act("start_shift", { lat: place.lat, lon: place.lon }, "");
    else go("/place");
  } finally {
    pressed.disabled = false;
  }
}

/** @param {NonNullable<typeof store.view>} view */
function dutyCard(view) {
  const { status } = view.courier;
  const { shift } = view;
  const until = shift && status !== "off_duty" ? [shift.zone, say("duty.until", { time: hourOf(shift.ends_at) })].filter(Boolean).join(" · ") : "";
  return make(`section.duty.${status}`, {},
    make("div.grow", {}, make("strong.duty-status", {}, make("i.dot"), say(`duty.${status}`)), make("span.fine", {}, until || view.courier.name)),
    status === "on_duty" && button("plain.small", say("duty.pause"), () => act("pause", {}, ""), { icon: "pause" }),
    status === "paused" && button("plain.small", say("duty.resume"), () => act("resume", {}, ""), { icon: "play" }),
    status !== "off_duty" && !view.stops.length && button("plain.small", say("duty.end"), () => go("/end"), { icon: "stop" }));
}

/** @param {Stop} stop @param {number} index */
function stopRow(stop, index) {
  const step = nextStep(stop);
  const state = step === "complete" ? make("span.chip.now", {}, say("stop.here")) : null;
  return make(`li.stop-row.${stop.kind}${index === 0 ? ".is-next" : ""}`, {},
    make("a", { href: `#${pathOf(stop)}` },
      make(`span.number.${stop.kind}`, { "aria-hidden": "true" }, index + 1),
      make("div.grow", {},
        make("div.row-top", {}, kindMark(stop), make("span.code", {}, stop.short_code), state),
        make("strong.address", {}, stop.hub ? `${stop.hub} · ${stop.address}` : stop.address),
        timeLine(stop)),
      icon("next")));
}

/** Going off duty, on a page of its own: one tap too many must not do it. @returns {import("../router.js").Page} */
export function endPage() {
  const done = async () => {
    await act("end_shift", {}, "");
    go("/");
  };
  return livePage({
    title: say("duty.end"), back: "/", shows: () => 0,
    draw: () => ({
      body: [make("div.question", {}, icon("moon"), make("h2", {}, say("duty.end_question")), make("p", {}, say("duty.end_hint")))],
      action: [linkButton("plain", say("back"), "#/"), button("main", say("duty.end"), done, { icon: "stop" })],
    }),
  });
}
