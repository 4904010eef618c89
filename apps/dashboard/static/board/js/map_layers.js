// What the board draws on the base map: stops, the lines between them, routes.

const STATE_COLOURS = {
  light: { waiting: "#c97a08", assigned: "#2f6fd6", on_board: "#0b8a76", failed: "#cc2b3c", ended: "#8a94a0", route: "#12181f", edge: "#ffffff" },
  dark: { waiting: "#f0a93b", assigned: "#6ea4ff", on_board: "#35cdb0", failed: "#ff7684", ended: "#7c8794", route: "#e8edf2", edge: "#12171d" },
};
const nothing = { type: "FeatureCollection", features: [] };

/** Add our sources and layers to a fresh style. */
export function addLayers(map, isDark) {
  const c = isDark ? STATE_COLOURS.dark : STATE_COLOURS.light;
  const byState = ["match", ["get", "state"], "waiting", c.waiting, "assigned", c.assigned, "on_board", c.on_board, "failed", c.failed, c.ended];
  const opacity = ["case", ["get", "isDimmed"], 0.16, 0.95];
  const size = (low, high) => ["interpolate", ["linear"], ["zoom"], 10.5, ["case", ["get", "isChosen"], low + 2, low], 15, ["case", ["get", "isChosen"], high + 2, high]];
  for (const name of ["lines", "route", "stops"]) map.addSource(name, { type: "geojson", data: nothing });
  map.addLayer({ id: "leg-lines", type: "line", source: "lines", layout: { "line-cap": "round" },
    paint: { "line-color": byState, "line-width": ["case", ["get", "isChosen"], 2.2, 0.9],
      "line-opacity": ["case", ["get", "isChosen"], 0.9, ["get", "isDimmed"], 0.05, 0.2] } });
  map.addLayer({ id: "route-line", type: "line", source: "route", layout: { "line-cap": "round", "line-join": "round" },
    paint: { "line-color": c.route, "line-width": 2.4, "line-opacity": 0.75, "line-dasharray": [1.6, 1.6] } });
  map.addLayer({ id: "stop-rings", type: "circle", source: "stops", filter: ["==", ["get", "kind"], "pickup"],
    paint: { "circle-radius": size(2.2, 5), "circle-color": c.edge, "circle-stroke-color": byState, "circle-stroke-width": 1.8,
      "circle-opacity": opacity, "circle-stroke-opacity": opacity } });
  map.addLayer({ id: "stop-dots", type: "circle", source: "stops", filter: ["==", ["get", "kind"], "dropoff"],
    paint: { "circle-radius": size(2.8, 6.5), "circle-color": byState, "circle-opacity": opacity, "circle-stroke-opacity": opacity,
      "circle-stroke-color": ["case", ["get", "isLate"], c.failed, c.edge], "circle-stroke-width": ["case", ["get", "isLate"], 1.8, 1] } });
}

const point = (kind, at, shown) => ({
  type: "Feature",
  properties: { id: shown.row.id, kind, state: shown.row.state, isChosen: shown.isChosen, isDimmed: shown.isDimmed, isLate: shown.isLate },
  geometry: { type: "Point", coordinates: at },
});

/** Dots: the dropoff of every order, and its pickup until the parcels are on board. */
export function stopFeatures(shown) {
  const features = [];
  for (const each of shown) {
    if (each.hasPickup) features.push(point("pickup", each.row.start, each));
    features.push(point("dropoff", each.row.end, each));
  }
  return { type: "FeatureCollection", features };
}

/** Thin lines from pickup to dropoff. */
export function lineFeatures(shown) {
  return {
    type: "FeatureCollection",
    features: shown.filter(({ row, isChosen }) => isChosen || row.state !== "on_board").map(({ row, isChosen, isDimmed }) => ({
      type: "Feature",
      properties: { state: row.state, isChosen, isDimmed },
      geometry: { type: "LineString", coordinates: [row.start, row.end] },
    })),
  };
}

export function setLines(map, source, lines) {
  const features = lines.map((coordinates) => ({ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates } }));
  map.getSource(source).setData({ type: "FeatureCollection", features });
}
