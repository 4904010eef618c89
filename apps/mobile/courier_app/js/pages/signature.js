// Signing, on a page of its own: nothing else can be touched by the hand that signs.

import { button, make } from "../dom.js";
import { keepProof } from "../proofs.js";
import { goOn, pathOf } from "../router.js";
import { SignatureField } from "../signature.js";
import { say } from "../words.js";
import { gone, stopOf } from "./stop.js";

/**
 * @param {string} legId
 * @param {string} kind
 * @returns {import("../router.js").Page}
 */
export function signaturePage(legId, kind) {
  const stop = stopOf(legId, kind);
  if (!stop) return { title: say("proof.signature"), back: "/", element: make("div.page", {}, ...gone().body), action: make("div.action-row", {}, ...gone().action) };
  const canvas = /** @type {HTMLCanvasElement} */ (make("canvas.signature", { role: "img", "aria-label": say("signature.field") }));
  const name = /** @type {HTMLInputElement} */ (make("input", { type: "text", maxlength: 80, autocomplete: "off", name: "signed_by", value: stop.contact_name }));
  /** @type {SignatureField | null} */
  let field = null;
  const save = async () => {
    if (!field || field.isEmpty) return;
    keepIt.disabled = true;
    await keepProof("signature", stop, await field.picture(), name.value.trim());
    goOn(pathOf(stop, "hand_over"));
  };
  const keepIt = button("main", say("signature.keep"), save, { icon: "check", disabled: true });
  const again = button("plain", say("signature.again"), () => (field?.clear(), (keepIt.disabled = true)));
  const element = make("div.page.signing", {}, make("p.fine", {}, say("signature.for", { code: stop.short_code, address: stop.address })), canvas,
    make("label.field", {}, make("span", {}, say("signature.name")), name));
  requestAnimationFrame(() => (field = new SignatureField(canvas, () => (keepIt.disabled = false))));
  return { title: say("proof.signature"), back: pathOf(stop, "hand_over"), element, action: make("div.action-row", {}, again, keepIt) };
}
