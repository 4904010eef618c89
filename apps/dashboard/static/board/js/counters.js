// The figures on top. They count what the board knows, so they move with it.

import { byId, setText } from "./dom.js";
import { lateBy, store } from "./store.js";

export function startCounters() {
  store.hear("orders", count);
  store.hear("couriers", count);
  store.hear("figures", count);
  setInterval(count, 10000);
}

function count() {
  const n = { attention: 0, waiting: 0, assigned: 0, on_board: 0, late: 0, failed: 0, ended: 0 };
  for (const row of store.orders.values()) {
    n[row.state] += 1;
    if (row.attention) n.attention += 1;
    if (row.state !== "ended" && lateBy(row) >= 1) n.late += 1;
  }
  for (const name of ["attention", "waiting", "assigned", "on_board", "late"]) setText(byId(`n-${name}`), n[name]);
  document.querySelector('.counter[data-filter="attention"]').classList.toggle("is-alarming", n.attention > 0);
  document.querySelector('.counter[data-filter="late"]').classList.toggle("is-alarming", n.late > 0);
  const couriers = [...store.couriers.values()];
  setText(byId("n-duty"), couriers.length);
  setText(byId("n-free"), couriers.filter((row) => row.state === "free").length);
  setText(byId("t-orders"), store.orders.size - n.ended);
  setText(byId("t-couriers"), couriers.length);
  const { delivered_today: delivered, click_to_door_min: minutes } = store.figures;
  setText(byId("n-delivered"), delivered ?? "–");
  setText(byId("n-minutes"), minutes === null ? "–" : `${Math.round(minutes)} min`);
}
