// What waits to be sent: nothing of it is lost when the app is closed.

import { button, icon, make } from "../dom.js";
import { livePage } from "../page.js";
import { wake } from "../sender.js";
import { store } from "../store.js";
import { hourOf, say, sayOf, sizeOf } from "../words.js";

/** @returns {import("../router.js").Page} */
export function waitingPage() {
  return livePage({
    title: say("waiting.title"), back: "/me",
    shows: () => [store.unanswered, store.proofsOnTheWay, store.points, store.isReachable],
    draw: () => ({ body: bodyOf(), action: store.waiting || store.points ? [button("main", say("waiting.send"), wake, { icon: "send" })] : [] }),
  });
}

function bodyOf() {
  if (!store.waiting && !store.points) return [make("div.empty", {}, icon("check"), make("p", {}, say("waiting.nothing")))];
  return [
    make("p.hint", {}, icon(store.isReachable ? "send" : "offline"), make("span", {}, say(store.isReachable ? "waiting.sending" : "waiting.offline"))),
    make("ul.rows", {},
      ...store.unanswered.map(({ action, label }) => make("li.row", {}, icon("clock"),
        make("div.grow", {}, make("strong", {}, sayOf("action", action.kind)), make("span.fine", {}, label)), make("span.hours", {}, hourOf(action.device_time)))),
      ...store.proofsOnTheWay.map((proof) => {
        const bar = make("i.bar");
        bar.style.transform = `scaleX(${proof.received_bytes / proof.size_bytes})`;
        return make("li.row", {}, icon(proof.kind),
          make("div.grow", {}, make("strong", {}, say(`proof.${proof.kind}`)), make("span.fine", {}, `${proof.label} · ${sizeOf(proof.size_bytes)}`), make("span.track", { "aria-hidden": "true" }, bar)),
          make("span.hours", {}, hourOf(proof.device_time)));
      }),
      store.points > 0 ? make("li.row", {}, icon("pin"), make("div.grow", {}, make("strong", {}, say("waiting.points", { n: store.points })))) : ""),
  ];
}
