// The list of orders: what needs a person on top, then what is due first.

import { hourOf, minutesUntil, span } from "./clock.js";
import { byId, make, icon, setText } from "./dom.js";
import { RowList, walkable } from "./rows.js";
import { lateBy, store } from "./store.js";

const FILTERS = {
  all: (row) => row.state !== "ended",
  attention: (row) => Boolean(row.attention),
  late: (row) => row.state !== "ended" && lateBy(row) >= 1,
  ended: (row) => row.state === "ended",
};

export class OrderList {
  filter = "all";
  words = [];
  #rows = new RowList(byId("order-rows"), { build, update });

  constructor() {
    walkable(byId("order-rows"));
    store.hear("orders", (changed) => this.show(changed));
    store.hear("selection", () => this.mark(true));
    setInterval(() => this.show(null), 10000); // ages and lateness
  }

  setFilter(name) {
    this.filter = name;
    this.show(null);
    byId("orders").scrollTop = 0;
  }

  setSearch(text) {
    this.words = plain(text).split(/\s+/).filter(Boolean);
    this.show(null);
  }

  show(changed) {
    const wanted = FILTERS[this.filter] ?? ((row) => row.state === this.filter);
    const found = [...store.orders.values()].filter((row) => (this.words.length ? this.#matches(row) : wanted(row)));
    found.sort(this.filter === "ended" ? newestEnd : mostPressing);
    this.#rows.show(found, changed);
    const empty = byId("orders-empty");
    empty.hidden = found.length > 0;
    if (!found.length) setText(empty, this.words.length ? "No order matches." : "Nothing here now.");
    byId("cut").hidden = !store.isCut;
    this.mark(false);
  }

  mark(scroll) {
    const { orders } = store.highlighted();
    this.#rows.mark(orders, "is-selected");
    if (scroll && store.selection.kind === "order") {
      this.#rows.get(store.selection.id)?.scrollIntoView({ block: "nearest" });
    }
  }

  #matches(row) {
    const text = plain(`${row.code} ${row.merchant} ${row.pickup} ${row.dropoff} ${row.courier} ${row.status_word}`);
    return this.words.every((word) => text.includes(word));
  }
}

const plain = (text) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
const shortName = (name) => name.replace(/^(\S+)\s+.*?(\S)\S*$/u, "$1 $2.");
const newestEnd = (a, b) => Date.parse(b.ended_at) - Date.parse(a.ended_at) || (a.id < b.id ? 1 : -1);
const rank = (row) => (row.attention ? 0 : row.state === "ended" ? 2 : 1);
const mostPressing = (a, b) =>
  rank(a) - rank(b) || Date.parse(a.due_at) - Date.parse(b.due_at) || (a.id < b.id ? -1 : 1);

function build(row) {
  const choose = () => store.select("order", row.id);
  return make("li", {}, make("button.row.order-row", { type: "button", onclick: choose, "data-order": row.id },
    make("span.row-top", {}, make("span.chip"), make("span.row-merchant"), make("span.row-time")),
    make("span.row-bottom", {}, make("span.code"), make("span.row-street"), make("span.row-courier"), make("span.row-when")),
    make("span.row-why")));
}

function update(element, row) {
  const part = (name) => element.querySelector(`.${name}`);
  const chip = part("chip");
  chip.className = `chip ${row.status === "offered" ? "offered" : row.state}`;
  setText(chip, row.status_word);
  setText(part("code"), row.code);
  setText(part("row-merchant"), row.merchant);
  setText(part("row-street"), row.dropoff);
  setText(part("row-courier"), shortName(row.courier));
  const { time, when, tone } = timing(row);
  setText(part("row-time"), time);
  setText(part("row-when"), when);
  element.firstElementChild.classList.toggle("is-late", tone === "late");
  element.firstElementChild.classList.toggle("is-attention", Boolean(row.attention));
  const why = part("row-why");
  const text = row.attention || row.note;
  if (why.dataset.text !== text) {
    why.dataset.text = text;
    why.replaceChildren(...(row.attention ? [icon("alert")] : []), text);
  }
  why.hidden = !text;
}

/** The right column: the time that counts, and how far away it is. */
function timing(row) {
  const late = lateBy(row);
  if (row.state === "ended") {
    return { time: hourOf(row.ended_at), when: late >= 1 ? `${span(late)} late` : `in ${span(clickToDoor(row))}`, tone: late >= 1 ? "late" : "" };
  }
  const expected = row.expected_at && minutesUntil(row.expected_at) > 0 ? row.expected_at : null;
  if (late >= 1) return { time: hourOf(expected ?? row.due_at), when: `${span(late)} late`, tone: "late" };
  const target = expected ?? row.due_at;
  return { time: hourOf(target), when: `${expected ? "in" : "due in"} ${span(minutesUntil(target))}`, tone: "" };
}

const clickToDoor = (row) => (Date.parse(row.ended_at) - Date.parse(row.placed_at)) / 60000;
