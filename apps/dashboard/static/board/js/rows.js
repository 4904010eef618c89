// A keyed list: elements are kept, changed in place and moved only when their order changes.

export class RowList {
  #elements = new Map();

  constructor(list, { build, update }) {
    this.list = list;
    this.build = build;
    this.update = update;
  }

  /** Show these rows, in this order. `changed` null: bring all up to date. */
  show(rows, changed = null) {
    const wanted = new Set(rows.map((row) => row.id));
    for (const [id, element] of this.#elements) {
      if (!wanted.has(id)) {
        element.remove();
        this.#elements.delete(id);
      }
    }
    let before = this.list.firstElementChild;
    for (const row of rows) {
      let element = this.#elements.get(row.id);
      const isNew = !element;
      if (isNew) {
        element = this.build(row);
        this.#elements.set(row.id, element);
      }
      if (isNew || !changed || changed.has(row.id)) this.update(element, row);
      if (element === before) before = before.nextElementSibling;
      else this.list.insertBefore(element, before);
    }
  }

  get(id) {
    return this.#elements.get(id);
  }

  mark(ids, name) {
    for (const [id, element] of this.#elements) element.classList.toggle(name, ids.has(id));
  }
}

/** Arrow keys move between the rows of a list. */
export function walkable(list) {
  list.addEventListener("keydown", (event) => {
    const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
    const next = step && event.target.closest("li")?.[step]?.querySelector("button");
    if (next) {
      event.preventDefault();
      next.focus();
    }
  });
}
