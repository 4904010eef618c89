// Refusals, until the courier has read them: the platform said no to something that was shown as done.

import { button, icon, linkButton, make } from "./dom.js";
import { dismissRefusal } from "./outbox.js";
import { store } from "./store.js";
import { hourOf, say, sayOf } from "./words.js";

export class Notices {
  #shown = "";

  /** @param {HTMLElement} place */
  constructor(place) {
    this.place = place;
  }

  update() {
    const refusals = store.session ? store.refusals : [];
    const key = JSON.stringify([refusals, document.documentElement.lang, refusals.map((each) => this.#isStillThere(each))]);
    if (key === this.#shown) return;
    this.#shown = key;
    this.place.hidden = !refusals.length;
    this.place.replaceChildren(...refusals.map((refusal) =>
      make("section.notice", {}, icon("warning"),
        make("div.grow", {}, make("strong", {}, say("notice.refused", { what: sayOf("action", refusal.kind, sayOf("proof", refusal.kind)), time: hourOf(refusal.at) })),
          refusal.label && make("span.fine", {}, refusal.label), make("p", {}, sayOf("refusal", refusal.code, refusal.message)),
          make("div.action-row", {},
            this.#isStillThere(refusal) && linkButton("plain.small", say("notice.to_stop"), `#/stop/${refusal.leg_id}/${refusal.stop}`),
            refusal.code === "zone_not_found" && linkButton("plain.small", say("place.title"), "#/place", { icon: "pin" }),
            button("plain.small", say("notice.read"), () => dismissRefusal(refusal.id), { icon: "check" }))))));
  }

  /** @param {import("../types.js").Refusal} refusal */
  #isStillThere(refusal) {
    return Boolean(store.view?.stops.some((stop) => stop.leg_id === refusal.leg_id && stop.kind === refusal.stop));
  }
}
