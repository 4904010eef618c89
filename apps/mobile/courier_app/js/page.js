// A page that shows the store: drawn again when what it shows has changed, and left in peace otherwise.

import { make } from "./dom.js";

/** @typedef {import("./dom.js").Child} Child */

/**
 * @param {object} page
 * @param {string} page.title
 * @param {string} [page.back] where the arrow in the header leads; none: a page of the bar below
 * @param {() => unknown} page.shows what the drawing depends on
 * @param {() => {body: Child[], action?: Child[]}} page.draw
 * @param {() => void} [page.close]
 * @returns {import("./router.js").Page}
 */
export function livePage({ title, back, shows, draw, close }) {
  const element = make("div.page");
  const action = make("div.action-row");
  let before = "";
  const update = () => {
    const now = JSON.stringify(shows()) ?? "";
    if (now === before) return;
    before = now;
    const drawn = draw();
    element.replaceChildren(...nodes(drawn.body));
    action.replaceChildren(...nodes(drawn.action ?? []));
  };
  update();
  return { title, back, element, action, update, close };
}

/** @param {Child[]} children @returns {(Node | string)[]} */
export const nodes = (children) =>
  children.flatMap((child) => (child === null || child === undefined || child === false || child === "" ? [] : [child instanceof Node ? child : String(child)]));

/**
 * A card with a heading.
 * @param {string} heading
 * @param {Child[]} children
 */
export const card = (heading, ...children) => make("section.card", {}, heading && make("h2", {}, heading), ...children);

/**
 * A choice of one among several, as large rows.
 * @param {object} choice
 * @param {string} choice.legend
 * @param {string} choice.name
 * @param {[string, string][]} choice.options value and text
 * @param {string} choice.chosen
 * @param {(value: string) => void} choice.choose
 * @param {boolean} [choice.isInline]
 */
export function choiceOf({ legend, name, options, chosen, choose, isInline = false }) {
  const rows = options.map(([value, text]) =>
    make("label.choice", {}, make("input", { type: "radio", name, value, checked: value === chosen, onchange: () => choose(value) }), make("span", {}, text)));
  return make(`fieldset.choices${isInline ? ".inline" : ""}`, {}, make("legend", {}, legend), ...rows);
}

/**
 * A field for a note.
 * @param {string} label
 * @param {number} most letters
 */
export function noteField(label, most) {
  const input = /** @type {HTMLTextAreaElement} */ (make("textarea", { rows: 2, maxlength: most }));
  return { field: make("label.field", {}, make("span", {}, label), input), text: () => input.value.trim() };
}
