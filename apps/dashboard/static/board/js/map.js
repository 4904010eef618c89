// The map: base drawing, stops and lines of live orders, couriers, and the route of what is selected.

import { CourierMarkers } from "./courier_markers.js";
import { byId, make } from "./dom.js";
import { addLayers, lineFeatures, setLines, stopFeatures } from "./map_layers.js";
import { baseStyle } from "./map_style.js";
import { lateBy, store } from "./store.js";

const CROWD = 120; // couriers on one screen: smaller markers
const TANGLE = 400; // live orders: lines between stops would hide the map
const darkness = matchMedia("(prefers-color-scheme: dark)");

export class BoardMap {
  #ready = false;
  #isFramed = false;
  #numbers = [];

  constructor(container, addresses) {
    this.addresses = addresses;
    if (!globalThis.maplibregl) return void (byId("map-missing").hidden = false);
    maplibregl.setWorkerUrl(container.dataset.worker);
    try {
      this.map = new maplibregl.Map({
        container, style: baseStyle(addresses, darkness.matches), center: [2.3405, 48.8575], zoom: 11.6, minZoom: 8, maxZoom: 17.5,
        attributionControl: addresses.tiles ? {} : false, dragRotate: false, pitchWithRotate: false, touchPitch: false,
      });
    } catch {
      byId("map-missing").hidden = false; // no WebGL: the lists go on
      return;
    }
    this.map.touchZoomRotate.disableRotation();
    this.map.keyboard.disableRotation();
    this.map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "bottom-right");
    this.markers = new CourierMarkers(this.map);
    this.map.on("style.load", () => this.#styled());
    this.map.on("zoom", () => this.#sizeMarkers());
    this.map.on("click", (event) => this.#clicked(event));
    darkness.addEventListener("change", () => this.map.setStyle(baseStyle(addresses, darkness.matches), { diff: false }));
    store.hear("couriers", () => this.#couriers());
    store.hear("positions", (moved) => this.#moved(moved));
    store.hear("orders", () => this.#draw());
    store.hear("selection", () => this.#selected());
    this.#sizeMarkers();
  }

  #styled() {
    addLayers(this.map, darkness.matches);
    this.#ready = true;
    this.#draw();
    for (const layer of ["stop-dots", "stop-rings"]) {
      this.map.on("mouseenter", layer, () => (this.map.getCanvas().style.cursor = "pointer"));
      this.map.on("mouseleave", layer, () => (this.map.getCanvas().style.cursor = ""));
    }
  }

  #couriers() {
    this.markers.show();
    this.#sizeMarkers();
    this.#drawRoute();
  }

  #moved(moved) {
    if (moved) this.markers.move(Object.keys(moved));
    else this.markers.move(store.couriers.keys());
    const { couriers } = store.highlighted();
    if (!moved || Object.keys(moved).some((id) => couriers.has(id))) this.#drawRoute();
  }

  #selected() {
    this.markers?.mark();
    byId("map").classList.toggle("has-selection", Boolean(store.selection.kind));
    this.#draw();
    this.map.resize();
    this.#bringIntoView();
  }

  #draw() {
    if (!this.#ready) return;
    const { orders } = store.highlighted();
    const isAny = Boolean(store.selection.kind);
    const live = [...store.orders.values()].filter((row) => row.state !== "ended" || orders.has(row.id));
    const shown = live.map((row) => ({
      row, isChosen: orders.has(row.id), isDimmed: isAny && !orders.has(row.id), isLate: lateBy(row) >= 1,
      hasPickup: row.state === "waiting" || row.state === "assigned" || row.id === store.selection.id,
    }));
    this.map.getSource("stops").setData(stopFeatures(shown));
    const lines = live.length > TANGLE ? shown.filter((each) => each.isChosen) : shown;
    this.map.getSource("lines").setData(lineFeatures(store.selection.kind === "courier" ? [] : lines));
    this.#drawRoute();
    this.#frameOnce();
  }

  /** The route of the selected courier, as a numbered line. */
  #drawRoute() {
    if (!this.#ready) return;
    const courierId = store.selection.kind === "courier" ? store.selection.id : "";
    const stops = store.couriers.has(courierId) ? store.routeOf(courierId) : [];
    const start = stops.length ? this.markers.at(courierId) : null;
    setLines(this.map, "route", stops.length ? [[...(start ? [start] : []), ...stops.map((stop) => stop.at)]] : []);
    for (const number of this.#numbers) number.remove();
    this.#numbers = stops.map((stop, index) =>
      new maplibregl.Marker({ element: make(`span.stop-number.${stop.kind}`, {}, index + 1), anchor: "center", offset: [11, -11] })
        .setLngLat(stop.at).addTo(this.map));
  }

  #clicked(event) {
    const around = [[event.point.x - 6, event.point.y - 6], [event.point.x + 6, event.point.y + 6]];
    const [found] = this.map.queryRenderedFeatures(around, { layers: ["stop-dots", "stop-rings"] });
    store.select(found ? "order" : "", found?.properties.id ?? "");
  }

  /** The first view: all of the zone. */
  #frameOnce() {
    const zones = store.zones.filter((zone) => !store.zone || zone.id === store.zone);
    if (this.#isFramed || !zones.length) return;
    this.#isFramed = true;
    const bounds = new maplibregl.LngLatBounds();
    for (const zone of zones) bounds.extend([zone.bounds[0], zone.bounds[1]]).extend([zone.bounds[2], zone.bounds[3]]);
    this.map.fitBounds(bounds, { padding: 24, animate: false });
  }

  /** Move only when what was selected is out of sight. */
  #bringIntoView() {
    const { couriers, orders } = store.highlighted();
    const points = store.selection.kind === "courier"
      ? store.routeOf(store.selection.id).map((stop) => stop.at)
      : [...orders].flatMap((id) => [store.orders.get(id).start, store.orders.get(id).end]);
    for (const id of couriers) if (store.couriers.get(id)?.at) points.push(store.couriers.get(id).at);
    const view = this.map.getBounds();
    if (!points.length || points.every((point) => view.contains(point))) return;
    const bounds = points.reduce((box, point) => box.extend(point), new maplibregl.LngLatBounds());
    this.map.fitBounds(bounds, { padding: 90, maxZoom: 14, duration: 500 });
  }

  #sizeMarkers() {
    const crowded = store.couriers.size > CROWD ? 0.9 : 0;
    byId("map").classList.toggle("is-far", this.map.getZoom() < 12.1 + crowded);
  }
}
