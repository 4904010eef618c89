// What is so now, as far as the phone knows: the last sync, with the courier's own actions since laid over it. It lets a
// courier go on for a whole tour without a network. Pure: the same sync and actions give the same view.

/** @typedef {import("../types.js").Sync} Sync */
/** @typedef {import("../types.js").Stop} Stop */
/** @typedef {import("../types.js").Action} Action */

/** @type {Record<string, import("../types.js").CourierStatus>} */
const DUTY = { start_shift: "on_duty", resume: "on_duty", pause: "paused", end_shift: "off_duty" };
const ARRIVED = { pickup: "at_pickup", dropoff: "at_dropoff" };
const ORDER_OF_STEPS = ["assigned", "at_pickup", "picked_up", "at_dropoff"];
const PAUSING = ["accident", "breakdown"];

/**
 * The view after these actions, in their order. `accepting`: offers that were accepted, whose stops are not known yet.
 * @param {Sync} sync
 * @param {Action[]} actions
 */
export function projected(sync, actions) {
  const view = { ...structuredClone(sync), accepting: /** @type {import("../types.js").Offer[]} */ ([]) };
  for (const action of actions) lay(view, action);
  return view;
}

/**
 * @param {Sync & {accepting: import("../types.js").Offer[]}} view
 * @param {Action} action
 */
function lay(view, action) {
  if (action.kind in DUTY) return void (view.courier.status = DUTY[action.kind]);
  if (action.kind === "report" && PAUSING.includes(action.incident ?? "") && view.courier.status === "on_duty") view.courier.status = "paused";
  if (action.offer_id) {
    const offer = view.offers.find((each) => each.id === action.offer_id);
    view.offers = view.offers.filter((each) => each !== offer);
    const isKnown = offer && view.stops.some((stop) => stop.leg_id === offer.leg_id);
    if (offer && !isKnown && action.kind === "accept_offer") view.accepting.push(offer);
    return;
  }
  const of = view.stops.filter((stop) => stop.leg_id === action.leg_id && stop.epoch === action.epoch);
  if (!of.length) return;
  if (action.kind === "arrive" && action.stop) reach(of, ARRIVED[action.stop]);
  if (action.kind === "scan") scan(of, action);
  if (action.kind === "pick_up") {
    reach(of, "picked_up");
    view.stops = view.stops.filter((stop) => !(of.includes(stop) && stop.kind === "pickup"));
  }
  if (action.kind === "deliver" || action.kind === "fail") view.stops = view.stops.filter((stop) => !of.includes(stop));
}

/** A leg goes forward only: the platform may know more than this action. @param {Stop[]} stops @param {string} status */
function reach(stops, status) {
  for (const stop of stops)
    if (ORDER_OF_STEPS.indexOf(status) > ORDER_OF_STEPS.indexOf(stop.leg_status)) stop.leg_status = status;
}

/** @param {Stop[]} stops @param {Action} action */
function scan(stops, action) {
  for (const stop of stops.filter((each) => each.kind === action.stop))
    for (const parcel of stop.parcels)
      if (action.parcel_id ? parcel.id === action.parcel_id : parcel.barcode === action.barcode) parcel.is_scanned = true;
}

/**
 * The one thing to do next at a stop: `arrive`, `complete` (pick up, or deliver), or `wait` until the parcels are on board.
 * @param {Stop} stop
 * @returns {"arrive" | "complete" | "wait" | "none"}
 */
export function nextStep(stop) {
  if (stop.leg_status === (stop.kind === "pickup" ? "assigned" : "picked_up")) return "arrive";
  if (stop.leg_status === ARRIVED[stop.kind]) return "complete";
  return ORDER_OF_STEPS.includes(stop.leg_status) ? "wait" : "none";
}

/** Whether the platform knows photos, scans and notes at this stop: older ones refuse fields that are new to them. @param {Stop} stop */
export const knowsProofs = (stop) => Array.isArray(stop.proofs_given);
