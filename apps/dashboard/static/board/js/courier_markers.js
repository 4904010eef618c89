// Couriers on the map: one element each, gliding from where they were to where they are.

import { make } from "./dom.js";
import { store } from "./store.js";

const GLIDE_MS = 1000; // positions come once a second

export class CourierMarkers {
  #markers = new Map(); // id -> {marker, element, from, to, since}
  #frame = 0;

  constructor(map) {
    this.map = map;
  }

  /** Bring the markers up to date with the store: who is there, what colour. */
  show() {
    for (const [id, known] of this.#markers) {
      if (!store.couriers.has(id)) {
        known.marker.remove();
        this.#markers.delete(id);
      }
    }
    for (const courier of store.couriers.values()) {
      if (!courier.at) continue;
      const known = this.#markers.get(courier.id) ?? this.#add(courier);
      known.element.dataset.state = courier.state;
      known.element.setAttribute("aria-label", `${courier.name}, ${courier.state.replace("_", " ")}`);
      known.element.title = `${courier.name} · ${courier.fleet}`;
    }
    this.mark();
  }

  /** Let those who moved glide to their new place. */
  move(ids) {
    const since = performance.now();
    for (const id of ids) {
      const known = this.#markers.get(id);
      const courier = store.couriers.get(id);
      if (!known || !courier?.at) continue;
      Object.assign(known, { from: known.now, to: courier.at, since });
    }
    this.#frame ||= requestAnimationFrame((at) => this.#glide(at));
  }

  mark() {
    const { couriers } = store.highlighted();
    for (const [id, { element }] of this.#markers) element.classList.toggle("is-selected", couriers.has(id));
  }

  at(id) {
    return this.#markers.get(id)?.now ?? store.couriers.get(id)?.at;
  }

  #add(courier) {
    const element = make("button.courier-marker", { type: "button", "data-courier": courier.id, tabindex: "-1" },
      make("span", {}, courier.initials));
    element.addEventListener("click", (event) => {
      event.stopPropagation();
      store.select("courier", courier.id);
    });
    const marker = new maplibregl.Marker({ element }).setLngLat(courier.at).addTo(this.map);
    element.setAttribute("role", "button");
    const known = { marker, element, from: courier.at, to: courier.at, now: courier.at, since: 0 };
    this.#markers.set(courier.id, known);
    return known;
  }

  #glide(at) {
    let isMoving = false;
    for (const known of this.#markers.values()) {
      if (known.now === known.to) continue;
      const part = document.hidden ? 1 : Math.min(1, (at - known.since) / GLIDE_MS);
      known.now = part >= 1 ? known.to : between(known.from, known.to, Math.max(0, part));
      known.marker.setLngLat(known.now);
      isMoving ||= part < 1;
    }
    this.#frame = isMoving ? requestAnimationFrame((next) => this.#glide(next)) : 0;
  }
}

const between = (a, b, part) => [a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part];
