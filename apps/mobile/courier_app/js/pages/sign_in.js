// Sign in: the telephone number, then the code that comes to it.

import { button, make, setText } from "../dom.js";
import { Refused } from "../network.js";
import { go } from "../router.js";
import { askForCode, signIn } from "../session.js";
import { say, sayOf } from "../words.js";

let phone = "";

/** @returns {import("../router.js").Page} */
export function signInPage() {
  const trouble = make("p.trouble", { role: "alert" });
  const form = /** @type {HTMLFormElement} */ (make("form.sign-in", { novalidate: true }));
  const action = make("div.action-row");
  const element = make("div.page.door", {}, make("div.door-mark", {}, brand()), make("h2.door-title", {}, say("sign_in.welcome")), form, trouble);

  const asksPhone = () => {
    const input = inputOf({ type: "tel", autocomplete: "tel", inputmode: "tel", value: phone, placeholder: "+33 6 12 34 56 78", name: "phone" });
    form.replaceChildren(make("label.field", {}, make("span", {}, say("sign_in.phone")), input), make("p.fine", {}, say("sign_in.phone_hint")));
    set(say("sign_in.send_code"), async () => {
      phone = international(input.value);
      await askForCode(phone);
      asksCode();
    });
    input.focus();
  };

  const asksCode = () => {
    const input = inputOf({ type: "text", autocomplete: "one-time-code", inputmode: "numeric", maxlength: 6, pattern: "[0-9]*", name: "code" });
    input.classList.add("code");
    form.replaceChildren(make("label.field", {}, make("span", {}, say("sign_in.code", { phone })), input),
      make("button.link", { type: "button", onclick: asksPhone }, say("sign_in.other_phone")));
    input.addEventListener("input", () => input.value.length === 6 && form.requestSubmit());
    set(say("sign_in.enter"), async () => {
      await signIn(phone, input.value.trim());
      go("/");
    });
    input.focus();
  };

  /** @type {() => Promise<void>} */
  let submit = async () => undefined;
  /** @param {string} text @param {() => Promise<void>} does */
  function set(text, does) {
    setText(trouble, "");
    submit = does;
    action.replaceChildren(button("main", text, () => form.requestSubmit()));
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const pressed = action.querySelector("button");
    if (!pressed || pressed.disabled) return;
    pressed.disabled = true;
    setText(trouble, "");
    try {
      await submit();
    } catch (error) {
      setText(trouble, error instanceof Refused ? sayOf("refusal", error.code, error.message) : say("line.nobody_answers"));
    } finally {
      pressed.disabled = false;
    }
  });
  asksPhone();
  return { title: "Coursier", element, action };
}

/** @param {import("../dom.js").Attributes} attributes */
const inputOf = (attributes) => /** @type {HTMLInputElement} */ (make("input", { required: true, ...attributes }));

/** `06 12…` of a French phone as `+336…`. @param {string} typed */
export function international(typed) {
  const digits = typed.replace(/[^+\d]/g, "").replace(/^00/, "+");
  return /^0\d{9}$/.test(digits) ? `+33${digits.slice(1)}` : digits;
}

function brand() {
  const picture = make("img", { src: "icons/icon.svg", alt: "", width: 88, height: 88 });
  return picture;
}
