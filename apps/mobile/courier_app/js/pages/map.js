// The route on the map; the same as a list below it when the map cannot be drawn. Also: saying by a tap where one is.

import { button, icon, linkButton, make } from "../dom.js";
import { RouteMap } from "../map.js";
import { act } from "../outbox.js";
import { freshPoint, placedByHand } from "../positions.js";
import { go, pathOf } from "../router.js";
import { store } from "../store.js";
import { say } from "../words.js";

/** @returns {import("../router.js").Page} */
export function mapPage() {
  const container = make("div.map", { role: "region", "aria-label": say("map.label") });
  const missing = make("p.hint", { hidden: true }, say("map.missing"));
  const list = make("ol.map-list");
  const element = make("div.page.map-page", {}, container, missing, list);
  const map = new RouteMap(container);
  const update = () => {
    const stops = store.view?.stops ?? [];
    map.show(stops.map((stop, index) => ({ lat: stop.lat, lon: stop.lon, kind: stop.kind, label: String(index + 1) })));
    list.replaceChildren(...stops.map((stop, index) =>
      make("li", {}, make("a", { href: `#${pathOf(stop)}` }, make(`span.number.${stop.kind}`, {}, index + 1), make("span.grow", {}, stop.address), icon("next")))));
  };
  update();
  queueMicrotask(() => map.open().then((isDrawn) => ((missing.hidden = isDrawn), (container.hidden = !isDrawn))).catch(console.error));
  return { title: say("tab.map"), element, update, close: () => map.close() };
}

/** Where the phone cannot tell where it is, the courier does. @returns {import("../router.js").Page} */
export function placePage() {
  const container = make("div.map.tall", { role: "application", "aria-label": say("map.label") });
  const element = make("div.page.map-page", {}, make("p.hint", {}, icon("pin"), make("span", {}, say("place.hint"))), container);
  const start = async () => {
    await act("start_shift", {}, "");
    go("/");
  };
  const confirm = button("main", say("duty.start"), start, { icon: "play", disabled: !freshPoint() });
  const map = new RouteMap(container, {
    tapped(place) {
      placedByHand(place);
      map.show([]);
      confirm.disabled = false;
    },
  });
  queueMicrotask(() => map.open().catch(console.error));
  return { title: say("place.title"), back: "/", element, action: make("div.action-row", {}, linkButton("plain", say("back"), "#/"), confirm), close: () => map.close() };
}
