// The base map: the city as the platform draws it, in calm colours. The layers are those of the live board.

const LIGHT = {
  around: "#e4e8ea", land: "#f4f3ef", park: "#d9e7d0", water: "#b9d5e4", road: "#ffffff", ring: "#fbeecb",
  casing: "#e2e0d8", district: "#d3d2cb", text: "#8a8f93", halo: "#f4f3ef", place: "#5f666c", waterText: "#5d8aa3", station: "#5f666c", route: "#0a5c50",
};
const DARK = {
  around: "#0d1217", land: "#171d24", park: "#182a22", water: "#11303f", road: "#27303a", ring: "#35342c",
  casing: "#12171d", district: "#27303a", text: "#5d6975", halo: "#171d24", place: "#8b98a5", waterText: "#4f8199", station: "#8b98a5", route: "#4fe3c6",
};

/** @param {boolean} isDark */
export const palette = (isDark) => (isDark ? DARK : LIGHT);

/**
 * A MapLibre style without `glyphs`: letters are drawn with the system's font, nothing is fetched.
 * @param {any} data GeoJSON
 * @param {boolean} isDark
 */
export function baseStyle(data, isDark) {
  const colours = palette(isDark);
  const base = { type: "geojson", data };
  return { version: 8, sources: { base }, layers: [background(colours), ...areas(colours), ...roads(colours), ...names(colours)] };
}

/** @typedef {typeof LIGHT} Palette */

/** @param {string} kind */
const ofKind = (kind) => ["==", ["get", "kind"], kind];
/** @param {Palette} c */
const background = (c) => ({ id: "around", type: "background", paint: { "background-color": c.around } });
/** @param {string} kind @param {string} color */
const fill = (kind, color) => ({ id: kind, type: "fill", source: "base", filter: ofKind(kind), paint: { "fill-color": color } });

/** @param {Palette} c */
function areas(c) {
  return [
    fill("outline", c.land),
    fill("park", c.park),
    fill("water", c.water),
    fill("island", c.land),
    { id: "district", type: "line", source: "base", filter: ofKind("district"),
      paint: { "line-color": c.district, "line-width": 0.8, "line-dasharray": [3, 2] } },
    { id: "outline-edge", type: "line", source: "base", filter: ofKind("outline"), paint: { "line-color": c.district, "line-width": 1.2 } },
  ];
}

/** @param {Palette} c */
function roads(c) {
  const of = (/** @type {string} */ name) => ["all", ofKind("road"), ["==", ["get", "class"], name]];
  const line = (/** @type {string} */ id, /** @type {unknown[]} */ filter, /** @type {string} */ color, /** @type {number} */ low, /** @type {number} */ high) => ({
    id, type: "line", source: "base", filter, layout: { "line-cap": "round", "line-join": "round" },
    paint: { "line-color": color, "line-width": ["interpolate", ["exponential", 1.5], ["zoom"], 10, low, 16, high] },
  });
  return [
    line("road-casing", ofKind("road"), c.casing, 1.4, 15),
    line("road-secondary", of("secondary"), c.road, 0.7, 9),
    line("road-main", of("main"), c.road, 1.1, 12),
    line("road-ring", of("ring"), c.ring, 1.4, 12),
  ];
}

/** @param {Palette} c */
function names(c) {
  const text = (/** @type {string} */ id, /** @type {unknown[]} */ filter, /** @type {unknown[]} */ field, /** @type {any} */ extra) => ({
    id, type: "symbol", source: "base", filter, ...extra.layer,
    layout: { "text-field": field, "text-font": ["system-ui", "sans-serif"], "text-max-width": 8, ...extra.layout },
    paint: { "text-color": c.text, "text-halo-color": c.halo, "text-halo-width": 1.4, ...extra.paint },
  });
  return [
    text("road-name", ofKind("road"), ["get", "name"],
      { layer: { minzoom: 13.2 }, layout: { "symbol-placement": "line", "text-size": 11, "symbol-spacing": 420 }, paint: {} }),
    text("water-name", ofKind("water"), ["get", "name"],
      { layer: { minzoom: 12.5 }, layout: { "text-size": 11 }, paint: { "text-color": c.waterText, "text-halo-width": 0 } }),
    text("park-name", ofKind("park"), ["get", "name"], { layer: { minzoom: 13.5 }, layout: { "text-size": 11 }, paint: {} }),
    text("station", ofKind("rail_station"), ["get", "name"],
      { layer: { minzoom: 12.2 }, layout: { "text-size": 11 }, paint: { "text-color": c.station } }),
    text("place", ofKind("label"), ["get", "name"],
      { layer: { minzoom: 11.6 }, layout: { "text-size": 12 }, paint: { "text-color": c.place } }),
  ];
}
