// The list of couriers on duty: those who are not heard from first, then free ones.

import { byId, make, icon, setText } from "./dom.js";
import { RowList, walkable } from "./rows.js";
import { store } from "./store.js";

export const STATE_WORDS = { free: "Free", to_pickup: "To pickup", carrying: "Carrying", paused: "Paused", silent: "Not heard from" };
const ORDER = ["silent", "free", "to_pickup", "carrying", "paused"];
const plain = (text) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");

export class CourierList {
  words = [];
  #rows = new RowList(byId("courier-rows"), { build, update });

  constructor() {
    walkable(byId("courier-rows"));
    store.hear("couriers", () => this.show());
    store.hear("selection", () => this.#rows.mark(store.highlighted().couriers, "is-selected"));
  }

  setSearch(text) {
    this.words = plain(text).split(/\s+/).filter(Boolean);
    this.show();
  }

  show() {
    const found = [...store.couriers.values()].filter((row) =>
      this.words.every((word) => plain(`${row.name} ${row.fleet} ${row.vehicle}`).includes(word)),
    );
    found.sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || a.name.localeCompare(b.name));
    this.#rows.show(found);
    const empty = byId("couriers-empty");
    empty.hidden = found.length > 0;
    setText(empty, this.words.length ? "No courier matches." : "Nobody is on duty.");
    this.#rows.mark(store.highlighted().couriers, "is-selected");
  }
}

function build(row) {
  const choose = () => store.select("courier", row.id);
  return make("li", {}, make("button.row.courier-row", { type: "button", onclick: choose, "data-courier": row.id },
    make("span.avatar"), make("span.courier-name", {}, make("b"), make("small")), icon(row.vehicle),
    make("span.courier-load"), make("span.state")));
}

function update(element, row) {
  const avatar = element.querySelector(".avatar");
  avatar.className = `avatar ${row.state}`;
  setText(avatar, row.initials);
  setText(element.querySelector("b"), row.name);
  setText(element.querySelector("small"), row.fleet);
  setText(element.querySelector(".courier-load"), `${row.load}/${row.capacity}`);
  const state = element.querySelector(".state");
  state.className = `state ${row.state}`;
  setText(state, STATE_WORDS[row.state]);
}
