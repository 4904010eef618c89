// What the board knows. Views listen to: orders, couriers, positions, figures, zones, selection.

import { follow, minutesUntil } from "./clock.js";

export const LIVE_STATES = new Set(["waiting", "assigned", "on_board", "failed"]);

class Store extends EventTarget {
  orders = new Map();
  couriers = new Map();
  figures = { delivered_today: null, click_to_door_min: null };
  zones = [];
  zone = "";
  mayAssign = false;
  isCut = false;
  isPaused = false;
  selection = { kind: "", id: "" };

  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  hear(name, listener) {
    this.addEventListener(name, (event) => listener(event.detail));
  }

  /** The whole state, as /board/state.json answers. */
  load(state) {
    follow(state.now, state.speed);
    this.zones = state.zones;
    this.orders = new Map(state.orders.map((row) => [row.id, row]));
    this.couriers = new Map(state.couriers.map((row) => [row.id, row]));
    this.figures = state.figures;
    this.mayAssign = state.may_assign;
    this.isCut = state.is_cut;
    this.isPaused = state.is_paused;
    for (const name of ["zones", "couriers", "orders", "positions", "figures"]) this.tell(name, null);
    this.select(this.selection.kind, this.selection.id);
  }

  /** What changed, as the live stream says. */
  change(changes) {
    follow(changes.now, changes.speed);
    for (const row of changes.orders) this.orders.set(row.id, row);
    for (const id of changes.gone) this.orders.delete(id);
    for (const row of changes.couriers) this.couriers.set(row.id, row);
    for (const id of changes.off_duty) this.couriers.delete(id);
    if (changes.couriers.length || changes.off_duty.length) this.tell("couriers", null);
    this.tell("orders", new Set([...changes.orders.map((row) => row.id), ...changes.gone]));
  }

  move(positions) {
    for (const [id, at] of Object.entries(positions)) {
      const courier = this.couriers.get(id);
      if (courier) courier.at = at;
    }
    this.tell("positions", positions);
  }

  select(kind, id) {
    this.selection = id ? { kind, id } : { kind: "", id: "" };
    this.tell("selection", this.selection);
  }

  /** The orders that a courier has now. */
  ordersOf(courierId) {
    return [...this.orders.values()].filter(
      (row) => row.courier_id === courierId && (row.state === "assigned" || row.state === "on_board"),
    );
  }

  /** A courier's stops ahead, in the order in which they are to be made: {kind, order, at, place}. */
  routeOf(courierId) {
    const stops = [];
    for (const order of this.ordersOf(courierId)) {
      const [pickup, dropoff] = order.places ?? [0, 1];
      if (order.state === "assigned") stops.push({ kind: "pickup", order, at: order.start, place: pickup });
      stops.push({ kind: "dropoff", order, at: order.end, place: dropoff });
    }
    return stops.sort((a, b) => a.place - b.place);
  }

  /** The couriers and orders that the selection touches. */
  highlighted() {
    const { kind, id } = this.selection;
    if (kind === "courier") {
      return { couriers: new Set([id]), orders: new Set(this.ordersOf(id).map((row) => row.id)) };
    }
    const order = kind === "order" ? this.orders.get(id) : null;
    return { couriers: new Set(order?.courier_id && order.state !== "ended" ? [order.courier_id] : []), orders: new Set(order ? [id] : []) };
  }
}

/** Minutes that an order is late, or will be by what is expected; 0 when in time. */
export function lateBy(row) {
  if (row.state === "ended") {
    return row.status === "delivered" ? Math.max(0, (Date.parse(row.ended_at) - Date.parse(row.due_at)) / 60000) : 0;
  }
  const expected = row.expected_at ? (Date.parse(row.expected_at) - Date.parse(row.due_at)) / 60000 : 0;
  return Math.max(0, expected, -minutesUntil(row.due_at));
}

export const store = new Store();
