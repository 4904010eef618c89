// Building elements without markup in strings: text is always text.

/** @typedef {Node | string | number | null | undefined | false} Child */
/** @typedef {Record<string, string | number | boolean | null | undefined | ((event: any) => void)>} Attributes */

/**
 * The element of this id. Only for those that the page is known to have.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`There is no #${id}.`);
  return found;
}

/**
 * An element: `make("li.row", {title: "…"}, "text", child)`. `on…` values are listeners.
 * @param {string} kind
 * @param {Attributes} [attributes]
 * @param {Child[]} children
 * @returns {HTMLElement}
 */
export function make(kind, attributes = {}, ...children) {
  const [tag, ...classes] = kind.split(".");
  const element = document.createElement(tag);
  if (classes.length) element.className = classes.join(" ");
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...present(children));
  return element;
}

/**
 * @param {Child[]} children
 * @returns {(Node | string)[]}
 */
const present = (children) =>
  children.flatMap((child) => (child === null || child === undefined || child === false || child === "" ? [] : [child instanceof Node ? child : String(child)]));

/**
 * An icon of the page's sprite.
 * @param {string} name
 */
export function icon(name) {
  const drawn = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  drawn.setAttribute("class", "icon");
  drawn.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#i-${name}`);
  drawn.append(use);
  return drawn;
}

/**
 * A large button with an icon: `kind` is `main`, `plain` or `danger`.
 * @param {string} kind
 * @param {string} text
 * @param {(event: Event) => void} onclick
 * @param {{icon?: string, disabled?: boolean, id?: string}} [more]
 */
export const button = (kind, text, onclick, more = {}) =>
  /** @type {HTMLButtonElement} */ (
    make(`button.button.${kind}`, { type: "button", onclick, disabled: more.disabled, id: more.id }, more.icon && icon(more.icon), make("span", {}, text))
  );

/**
 * A link that looks like a button.
 * @param {string} kind
 * @param {string} text
 * @param {string} href
 * @param {{icon?: string}} [more]
 */
export const linkButton = (kind, text, href, more = {}) =>
  make(`a.button.${kind}`, { href }, more.icon && icon(more.icon), make("span", {}, text));

/**
 * Set a text only when it differs, so that screen readers and the layout are left in peace.
 * @param {Element} element
 * @param {string | number} text
 */
export function setText(element, text) {
  if (element.textContent !== String(text)) element.textContent = String(text);
}
