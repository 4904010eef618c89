// The drawer on the right: one order (the server writes it) or one courier (the store knows all of it).

import { hourOf, minutesUntil, span } from "./clock.js";
import { STATE_WORDS } from "./courier_list.js";
import { byId, icon, make, setText } from "./dom.js";
import { thumbOf } from "./pictures.js";
import { store } from "./store.js";

export class Drawer {
  #addresses;
  #acted;
  #shown = "";

  /** `acted` is called after something was changed here. */
  constructor(addresses, acted) {
    this.#addresses = addresses;
    this.#acted = acted;
    this.drawer = byId("drawer");
    this.body = byId("drawer-body");
    this.picker = byId("picker");
    byId("drawer-close").addEventListener("click", () => store.select("", ""));
    this.drawer.addEventListener("click", (event) => this.#clicked(event));
    this.drawer.addEventListener("submit", (event) => this.#act(event));
    store.hear("selection", () => this.#selected());
    store.hear("orders", (changed) => this.#ordersChanged(changed));
    store.hear("couriers", () => store.selection.kind === "courier" && this.#showCourier());
  }

  #selected() {
    const { kind, id } = store.selection;
    const isOther = this.#shown !== id;
    this.#shown = id;
    this.drawer.hidden = !kind;
    byId("stage").classList.toggle("has-drawer", Boolean(kind));
    if (isOther) {
      this.#refuse("");
      this.#closePicker();
    }
    if (kind === "order" && (isOther || !this.body.querySelector(".detail"))) this.#showOrder();
    if (kind === "courier") this.#showCourier();
  }

  #ordersChanged(changed) {
    const { kind, id } = store.selection;
    if (kind === "courier") this.#showCourier();
    if (kind === "order" && (!changed || changed.has(id))) this.#showOrder();
  }

  async #showOrder() {
    const { id } = store.selection;
    const response = await fetch(`${this.#addresses.orders}orders/${id}`).catch(() => null);
    if (store.selection.id !== id) return;
    if (response?.status === 401) location.reload();
    if (response?.ok) this.#put(await response.text(), id);
    else if (response?.status === 404) this.body.replaceChildren(make("p.empty", {}, "This order is no longer on your board."));
    else this.#refuse("The details could not be read. Trying again with the next change.");
  }

  /** Put in what our own server wrote: its templates escape every value. */
  #put(html, id) {
    if (store.selection.id !== id) return;
    const scroll = this.body.scrollTop;
    const focused = this.body.contains(document.activeElement) ? document.activeElement.dataset.picture : "";
    this.body.innerHTML = html;
    thumbOf(this.body, focused)?.focus({ preventScroll: true });
    this.body.scrollTop = scroll;
    const picked = this.picker.querySelector("[name=version]");
    const version = this.body.querySelector(".detail")?.dataset.version;
    if (picked && picked.value !== version) this.#openPicker(); // the list was made for an older state
  }

  #showCourier() {
    const courier = store.couriers.get(store.selection.id);
    if (!courier) {
      this.body.replaceChildren(make("p.empty", {}, "This courier is no longer on duty."));
      return;
    }
    const silent = courier.seen_at ? -minutesUntil(courier.seen_at) : null;
    const stops = store.routeOf(courier.id);
    this.body.replaceChildren(make("article.detail", {},
      make("header.detail-head", {}, make(`span.state.${courier.state}`, {}, STATE_WORDS[courier.state]), make("h2", {}, courier.name),
        make("p.detail-sub", {}, courier.fleet)),
      make("section.with", {}, make(`span.avatar.${courier.state}`, {}, courier.initials),
        make("div", {}, make("b", {}, `${courier.load} of ${courier.capacity} legs`),
          make("span", {}, silent === null ? "no position yet" : silent < 1 ? "seen just now" : `last seen ${span(silent)} ago`)),
        icon(courier.vehicle)),
      make("section", {}, make("h3", {}, stops.length ? "Stops ahead" : "No stop ahead"), make("ol.route", {}, ...stops.map(stopLine)))));
  }

  #clicked(event) {
    const courier = event.target.closest("[data-courier]");
    const order = event.target.closest("[data-select-order]");
    if (courier) store.select("courier", courier.dataset.courier);
    else if (order) store.select("order", order.dataset.selectOrder);
    else if (event.target.closest("[data-open-picker]")) this.#openPicker();
    else if (event.target.closest("[data-close-picker]")) this.#closePicker();
  }

  async #openPicker() {
    const { id } = store.selection;
    const response = await fetch(`${this.#addresses.orders}orders/${id}/couriers`).catch(() => null);
    if (!response?.ok || store.selection.id !== id) return;
    const wasOpen = !this.picker.hidden;
    this.picker.innerHTML = await response.text();
    this.picker.hidden = false;
    if (!wasOpen) this.picker.querySelector("li button:not([disabled])")?.focus();
  }

  #closePicker() {
    this.picker.hidden = true;
    this.picker.replaceChildren();
  }

  /** Assign or take back. The answer is the fresh drawer, or an error in words. */
  async #act(event) {
    const form = event.target.closest("[data-act]");
    if (!form) return;
    event.preventDefault();
    const { id } = store.selection;
    const body = new FormData(form, event.submitter);
    for (const button of form.querySelectorAll("button")) button.disabled = true;
    this.#refuse("");
    const response = await fetch(form.action, { method: "POST", body }).catch(() => null);
    this.#closePicker();
    if (response?.ok) {
      this.#put(await response.text(), id);
      this.body.focus();
      this.#acted();
      return;
    }
    const error = await response?.json().catch(() => null);
    this.#refuse(error?.error?.message ?? "The server did not answer. Nothing was changed, as far as we know.");
    this.#showOrder();
  }

  #refuse(text) {
    const line = byId("refusal");
    setText(line, text);
    line.hidden = !text;
  }
}

function stopLine(stop, index) {
  const time = stop.kind === "dropoff" ? stop.order.expected_at ?? stop.order.due_at : stop.order.ready_at;
  return make("li", {}, make("button", { type: "button", "data-select-order": stop.order.id },
    make(`span.stop-number.${stop.kind}`, {}, index + 1),
    make("span.stop-what", {}, make("b", {}, stop.kind === "pickup" ? stop.order.merchant : stop.order.dropoff),
      make("small", {}, `${stop.kind} · ${stop.order.code}`)),
    make("time", {}, hourOf(time))));
}
