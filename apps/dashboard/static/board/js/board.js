// The live board: wires the store, the stream and the views.

import { pace, useTimeZone, wallTime } from "./clock.js";
import { startCounters } from "./counters.js";
import { CourierList } from "./courier_list.js";
import { byId, make, setText } from "./dom.js";
import { Drawer } from "./drawer.js";
import { Live } from "./live.js";
import { BoardMap } from "./map.js";
import { OrderList } from "./order_list.js";
import { isPictureOpen, startPictures } from "./pictures.js";
import { store } from "./store.js";

const addresses = JSON.parse(byId("addresses").textContent);
const orders = new OrderList();
const couriers = new CourierList();
const live = new Live(addresses);
new Drawer(addresses, () => live.refresh());
new BoardMap(byId("map"), addresses);
startCounters();
startPictures();

function setFilter(name) {
  showTab("orders");
  orders.setFilter(name);
  for (const radio of byId("filters").children) radio.setAttribute("aria-checked", radio.dataset.filter === name);
  for (const counter of document.querySelectorAll(".counter[data-filter]")) {
    counter.classList.toggle("is-on", counter.dataset.filter === name);
  }
}

function showTab(name) {
  for (const each of ["orders", "couriers"]) {
    byId(each).hidden = each !== name;
    const tab = byId(`tab-${each}`);
    tab.setAttribute("aria-selected", each === name);
    tab.tabIndex = each === name ? 0 : -1;
  }
  byId("filters").hidden = name !== "orders";
}

byId("filters").addEventListener("click", (event) => {
  const radio = event.target.closest("[data-filter]");
  if (radio) setFilter(radio.dataset.filter);
});
document.querySelector(".counters").addEventListener("click", (event) => {
  const counter = event.target.closest("button.counter");
  if (counter?.dataset.tab) showTab(counter.dataset.tab);
  else if (counter) setFilter(counter.classList.contains("is-on") ? "all" : counter.dataset.filter);
});
document.querySelector(".tabs").addEventListener("click", (event) => {
  const tab = event.target.closest("[role=tab]");
  if (tab) showTab(tab.getAttribute("aria-controls"));
});
document.querySelector(".tabs").addEventListener("keydown", (event) => {
  if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
  const other = byId("orders").hidden ? "orders" : "couriers";
  showTab(other);
  byId(`tab-${other}`).focus();
});
byId("search").addEventListener("input", (event) => {
  orders.setSearch(event.target.value);
  couriers.setSearch(event.target.value);
});
document.addEventListener("keydown", (event) => {
  if (isPictureOpen()) return;
  const isTyping = event.target.closest("input, select, textarea");
  if (event.key === "/" && !isTyping) {
    event.preventDefault();
    byId("search").focus();
  }
  if (event.key === "Escape") {
    if (event.target === byId("search") && byId("search").value) return;
    store.select("", "");
  }
});

// Zones: a choice only where there is one.
store.hear("zones", () => {
  const select = byId("zone");
  const here = store.zones.find((zone) => zone.id === store.zone) ?? store.zones[0];
  if (here) useTimeZone(here.time_zone);
  byId("paused").hidden = !store.isPaused;
  if (select.childElementCount === store.zones.length + 1) return;
  select.replaceChildren(
    make("option", { value: "" }, "All zones"),
    ...store.zones.map((zone) => make("option", { value: zone.id }, zone.name)),
  );
  select.value = store.zone;
  select.closest("label").hidden = store.zones.length < 2;
});
byId("zone").addEventListener("change", (event) => {
  store.zone = event.target.value;
  live.connect();
});

// The selection is in the address: a dispatcher can send a colleague to it.
store.hear("selection", ({ id }) => history.replaceState(null, "", id ? `#${id}` : location.pathname));
const asked = location.hash.slice(1);
if (asked) store.select(asked.startsWith("cou_") ? "courier" : "order", asked);

setInterval(() => {
  setText(byId("clock"), wallTime());
  const speed = byId("speed");
  speed.hidden = pace() === 1;
  setText(speed, `× ${pace()}`);
}, 500);

setFilter("all");
live.connect();
