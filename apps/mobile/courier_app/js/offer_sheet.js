// An offer, over the lower half of the pages of the bar: nothing under it moves when it comes or goes, and accepting is where
// the thumb is. Its size does not change while it counts down.

import { pace, secondsUntil } from "./clock.js";
import { button, icon, make, setText } from "./dom.js";
import { act } from "./outbox.js";
import { store } from "./store.js";
import { amountOf, distanceOf, say, weightOf } from "./words.js";

/** @typedef {import("../types.js").Offer} Offer */

export class OfferSheet {
  /** @type {string} */
  #shown = "";
  /** @type {number} */
  #ticker = 0;
  /** The longest that an offer was seen to have, for its bar. @type {Map<string, number>} */
  #wholes = new Map();

  /** @param {HTMLElement} place */
  constructor(place) {
    this.place = place;
  }

  /** Offers that can still be accepted. @returns {Offer[]} */
  static live() {
    return (store.view?.offers ?? []).filter((offer) => secondsUntil(offer.expires_at) > 0);
  }

  /** Show the first offer, if offers are shown on this page. @param {boolean} isShownHere */
  update(isShownHere) {
    const offers = isShownHere ? OfferSheet.live() : [];
    const [offer] = offers;
    const key = offer ? JSON.stringify([offer, offers.length]) : "";
    if (key === this.#shown) return;
    const isNew = offer && !this.#shown.includes(offer.id);
    this.#shown = key;
    clearInterval(this.#ticker);
    this.place.hidden = !offer;
    if (!offer) return this.place.replaceChildren();
    if (isNew) navigator.vibrate?.([200, 100, 200]);
    this.#draw(offer, offers.length);
  }

  /** @param {Offer} offer @param {number} count */
  #draw(offer, count) {
    const left = make("span.countdown", { role: "timer" }, "0:00");
    const bar = make("i.bar");
    const decline = () => this.#answer("decline_offer", offer);
    const accept = () => this.#answer("accept_offer", offer);
    const buttons = make("div.action-row", {}, button("plain", say("offer.decline"), decline), button("main", say("offer.accept"), accept, { icon: "check" }));
    this.place.replaceChildren(
      make("div.offer-track", { "aria-hidden": "true" }, bar),
      make("div.offer-head", {}, make("h2", {}, count > 1 ? say("offer.titles", { n: count }) : say("offer.title")), left),
      make("p.offer-pay", {}, amountOf(offer.payout), make("span.fine", {}, [distanceOf(offer.distance_m), say("offer.parcels", { n: offer.parcels }), weightOf(offer.weight_g)].join(" · "))),
      make("p.offer-end.pickup", {}, icon("up"), make("span", {}, offer.pickup.address)),
      make("p.offer-end.dropoff", {}, icon("down"), make("span", {}, offer.dropoff.address)),
      buttons);
    const whole = Math.max(secondsUntil(offer.expires_at), this.#wholes.get(offer.id) ?? 1);
    this.#wholes.set(offer.id, whole);
    const tick = () => {
      const seconds = Math.max(0, secondsUntil(offer.expires_at));
      const wall = Math.ceil(seconds / pace());
      setText(left, `${Math.floor(wall / 60)}:${String(wall % 60).padStart(2, "0")}`);
      bar.style.transform = `scaleX(${(seconds / whole).toFixed(3)})`;
      this.place.classList.toggle("is-urgent", wall <= 10);
      if (seconds <= 0) this.update(true);
    };
    tick();
    this.#ticker = setInterval(tick, 250);
  }

  /** @param {string} kind @param {Offer} offer */
  async #answer(kind, offer) {
    for (const each of this.place.querySelectorAll("button")) each.disabled = true;
    await act(kind, { offer_id: offer.id }, offer.pickup.address);
  }
}
