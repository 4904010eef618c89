// The recipient's PIN, on keys that a cold thumb hits. The phone's own keyboard works as well.

import { make, setText } from "./dom.js";
import { say } from "./words.js";

const LONGEST = 12;

/**
 * @param {() => void} changed
 * @returns {{element: HTMLElement, pin: () => string}}
 */
export function pinPad(changed) {
  let pin = "";
  const shown = make("output.pin-shown", { "aria-label": say("pin.typed") }, "–");
  /** @param {string} next */
  const set = (next) => {
    pin = next.slice(0, LONGEST);
    setText(shown, pin.split("").join(" ") || "–");
    changed();
  };
  const key = (/** @type {string} */ digit) => make("button.key", { type: "button", onclick: () => set(pin + digit) }, digit);
  const erase = make("button.key.erase", { type: "button", "aria-label": say("pin.erase"), onclick: () => set(pin.slice(0, -1)) }, "⌫");
  const keys = make("div.keys", {}, ...["1", "2", "3", "4", "5", "6", "7", "8", "9"].map(key), make("span"), key("0"), erase);
  const element = make("div.pin-pad", { tabindex: 0, role: "group", "aria-label": say("pin.label") }, shown, keys);
  element.addEventListener("keydown", (event) => {
    if (/^\d$/.test(event.key)) set(pin + event.key);
    else if (event.key === "Backspace") set(pin.slice(0, -1));
  });
  return { element, pin: () => pin };
}
