// The map: the city's drawing, the stops ahead as numbers, the way between them, and the courier. It works without a network:
// the library is part of the app, the drawing is kept after the first time. Where it cannot be drawn, the list goes on.

import { keep, kept } from "./database.js";
import { make } from "./dom.js";
import { baseStyle, palette } from "./map_style.js";
import { API } from "./network.js";
import { lastPoint } from "./positions.js";
import { isDark } from "./settings.js";
import { store } from "./store.js";

const LIBRARY = new URL("../vendor/maplibre-gl/", import.meta.url).href;
const FALLBACK = { type: "FeatureCollection", features: [] };

/** @typedef {{lat: number, lon: number, kind: string, label: string}} Mark */

/** @type {Promise<any> | null} */
let loading = null;

/** The library; null where it cannot be loaded. @returns {Promise<any>} */
function library() {
  loading ??= new Promise((resolve) => {
    const script = make("script", { src: `${LIBRARY}maplibre-gl-csp.js` });
    const style = make("link", { rel: "stylesheet", href: `${LIBRARY}maplibre-gl.css` });
    script.addEventListener("load", () => {
      window.maplibregl?.setWorkerUrl(`${LIBRARY}maplibre-gl-csp-worker.js`);
      resolve(window.maplibregl ?? null);
    });
    script.addEventListener("error", () => ((loading = null), resolve(null)));
    document.head.append(style, script);
  });
  return loading;
}

/** The city's drawing: from the platform if it answers, else as it was kept. */
async function drawing() {
  const before = await kept("base_map");
  try {
    const headers = new Headers({ Authorization: `Bearer ${store.session?.token}` });
    if (before?.etag) headers.set("If-None-Match", before.etag);
    const response = await fetch(`${API}base_map`, { headers, signal: AbortSignal.timeout(4000), credentials: "omit", cache: "no-store" });
    if (response.status === 200) {
      const fresh = { etag: response.headers.get("ETag"), map: await response.json() };
      await keep("base_map", fresh);
      return fresh.map;
    }
  } catch {
    // no network: what was kept is as good
  }
  return before?.map ?? FALLBACK;
}

/** Keep the drawing while there is a network, for when there is none. */
export const keepDrawing = () => void drawing().catch(console.error);

export class RouteMap {
  /** @type {any} */
  #map = null;
  /** @type {any[]} */
  #marks = [];
  /** @type {any} */
  #me = null;
  #isFramed = false;
  #isReady = false;
  #isClosed = false;
  /** @type {Mark[]} */
  #stops = [];

  /** @param {HTMLElement} container @param {{tapped?: (place: {lat: number, lon: number}) => void}} [more] */
  constructor(container, more = {}) {
    this.container = container;
    this.tapped = more.tapped;
  }

  /** Draw. Returns whether this phone can. */
  async open() {
    const [maplibre, base] = await Promise.all([library(), drawing()]);
    if (!maplibre || this.#isClosed) return false;
    try {
      this.#map = new maplibre.Map({
        container: this.container, style: baseStyle(base, isDark()), center: [2.3405, 48.8575], zoom: 12, minZoom: 8, maxZoom: 18,
        attributionControl: false, dragRotate: false, pitchWithRotate: false, touchPitch: false,
      });
    } catch {
      return false; // no WebGL
    }
    this.#map.touchZoomRotate.disableRotation();
    if (this.tapped) this.#map.on("click", (/** @type {any} */ event) => this.tapped?.({ lat: event.lngLat.lat, lon: event.lngLat.lng }));
    this.#map.on("load", () => {
      const colour = palette(isDark()).route;
      this.#map.addSource("route", { type: "geojson", data: FALLBACK });
      this.#map.addLayer({
        id: "route", type: "line", source: "route", layout: { "line-cap": "round", "line-join": "round" },
        paint: { "line-color": colour, "line-width": 4, "line-opacity": 0.75, "line-dasharray": [0.6, 1.8] },
      });
      this.#isReady = true;
      this.container.dataset.ready = "true";
      this.show(this.#stops, base);
    });
    this.show(this.#stops, base);
    return true;
  }

  /**
   * Show these stops in their order.
   * @param {Mark[]} stops
   * @param {any} [base]
   */
  show(stops, base) {
    this.#stops = stops;
    if (!this.#map) return;
    const maplibre = window.maplibregl;
    for (const mark of this.#marks) mark.remove();
    this.#marks = together(stops).map((stop) =>
      new maplibre.Marker({ element: make(`span.map-stop.${stop.kind}`, { title: stop.label }, stop.label), anchor: "center" })
        .setLngLat([stop.lon, stop.lat]).addTo(this.#map));
    const me = lastPoint();
    if (me) {
      this.#me ??= new maplibre.Marker({ element: make("span.map-me"), anchor: "center" });
      this.#me.setLngLat([me.lon, me.lat]).addTo(this.#map);
    }
    const line = [...(me ? [[me.lon, me.lat]] : []), ...stops.map((stop) => [stop.lon, stop.lat])];
    if (this.#isReady) {
      this.#map.getSource("route").setData({ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: line.length > 1 ? line : [] } });
    }
    this.#frame(line.length ? line : cornersOf(base));
  }

  /** The first view: everything that is ahead. @param {number[][]} points */
  #frame(points) {
    if (this.#isFramed || !points.length) return;
    this.#isFramed = true;
    const bounds = new window.maplibregl.LngLatBounds();
    for (const point of points) bounds.extend(point);
    this.#map.fitBounds(bounds, { padding: 56, maxZoom: 15.5, animate: false });
  }

  close() {
    this.#isClosed = true;
    this.#map?.remove();
    this.#map = null;
  }
}

/** Stops at one place share a mark: none hides another. @param {Mark[]} stops @returns {Mark[]} */
function together(stops) {
  /** @type {Map<string, Mark>} */
  const places = new Map();
  for (const stop of stops) {
    const key = `${stop.lat.toFixed(4)} ${stop.lon.toFixed(4)}`; // about ten metres
    const here = places.get(key);
    if (here) here.label += `·${stop.label}`;
    else places.set(key, { ...stop });
  }
  return [...places.values()];
}

/** @param {any} base @returns {number[][]} */
function cornersOf(base) {
  const outline = base?.features?.find((/** @type {any} */ feature) => feature.properties.kind === "outline");
  return outline?.geometry.coordinates[0] ?? [];
}
