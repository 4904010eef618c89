// Picking up or delivering, on a page of its own with all that it takes: parcels, to whom, PIN, photo, signature. "Delivered"
// is one tap, but never a tap by mistake: it says before what is missing, and after what was done.

import { now } from "../clock.js";
import { button, icon, linkButton, make, setText } from "../dom.js";
import { act } from "../outbox.js";
import { card, choiceOf, noteField } from "../page.js";
import { pinPad } from "../pin_pad.js";
import { knowsProofs, nextStep } from "../projection.js";
import { draftsOf, dropProof, keepProof, pictureOf, smallPhoto } from "../proofs.js";
import { goOn, pathOf } from "../router.js";
import { store } from "../store.js";
import { labelOf, parcelRow } from "../stop_parts.js";
import { hourOf, say } from "../words.js";
import { gone, stopOf } from "./stop.js";

/** @typedef {import("../../types.js").Stop} Stop */
/** @typedef {import("../../types.js").FileKind} FileKind */

const RECEIVERS = /** @type {const} */ (["recipient", "neighbour", "reception", "safe_place"]);

/**
 * @param {string} legId
 * @param {string} kind
 * @returns {import("../router.js").Page}
 */
export function handOverPage(legId, kind) {
  const title = say(kind === "pickup" ? "stop.pick_up" : "stop.deliver");
  const stop = stopOf(legId, kind);
  if (!stop || nextStep(stop) !== "complete") {
    const back = stop ? pathOf(stop) : "/";
    return { title, back, element: make("div.page", {}, ...gone().body), action: make("div.action-row", {}, linkButton("main", say("back"), `#${back}`)) };
  }
  const asks = new Set(stop.proof ?? []);
  const isFull = knowsProofs(stop); // what an older platform does not know is not asked
  /** @type {typeof RECEIVERS[number]} */
  let handedTo = "recipient";
  const note = noteField(say("hand_over.note"), 200);
  const pad = kind === "dropoff" && asks.has("pin") ? pinPad(() => check()) : null;
  const parcels = make("ul.parcels");
  const files = make("div.proof-rows");
  const missing = make("p.missing", { role: "status" });

  const done = async () => {
    const current = stopOf(legId, kind);
    if (!current || lacks(current).length) return;
    confirm.disabled = true;
    const proofs = isFull ? draftsOf(current).map((draft) => draft.id) : [];
    await act(kind === "pickup" ? "pick_up" : "deliver", {
      leg_id: current.leg_id, epoch: current.epoch, ...(pad?.pin() && { pin: pad.pin() }), ...(proofs.length && { proofs }),
      ...(isFull && note.text() && { note: note.text() }), ...(isFull && kind === "dropoff" && { handed_to: handedTo }),
    }, labelOf(current));
    goOn(`/done/${kind}/${current.short_code}`);
  };
  const confirm = button("main", say(kind === "pickup" ? "hand_over.picked_up" : "hand_over.delivered"), done, { icon: "check" });

  /** What is asked for and not there yet. @param {Stop} current */
  const lacks = (current) => {
    const drafts = new Set(draftsOf(current).map((draft) => draft.kind));
    const has = {
      pin: !pad || pad.pin().length >= 4, barcode: current.parcels.every((parcel) => parcel.is_scanned), photo: drafts.has("photo"), signature: drafts.has("signature"),
    };
    return [...asks].filter((each) => !has[each] && !current.proofs_given?.includes(each) && (each === "pin" ? pad !== null : isFull));
  };
  const check = () => {
    const current = stopOf(legId, kind);
    if (!current) return;
    const names = lacks(current).map((each) => say(`proof.${each}`));
    confirm.disabled = names.length > 0;
    setText(missing, names.length ? say("hand_over.missing", { what: names.join(", ") }) : say(kind === "pickup" ? "hand_over.ready_pickup" : "hand_over.ready_dropoff"));
  };
  const redrawn = { parcels: "", files: "" };
  const update = () => {
    const current = stopOf(legId, kind);
    if (!current) return;
    const state = JSON.stringify(current.parcels);
    if (state !== redrawn.parcels) {
      redrawn.parcels = state;
      parcels.replaceChildren(...current.parcels.map((parcel) => parcelRow(parcel)));
    }
    const drafts = JSON.stringify(draftsOf(current).map((draft) => draft.id));
    if (isFull && drafts !== redrawn.files) {
      redrawn.files = drafts;
      files.replaceChildren(fileRow(current, "photo", asks.has("photo")), fileRow(current, "signature", asks.has("signature")));
    }
    check();
  };
  update();
  const body = [
    make("section.card.summary", {}, make("div.row-top", {}, make("span.code", {}, stop.short_code), make("strong", {}, stop.contact_name)), make("p", {}, stop.hub ?? stop.address)),
    card(say("stop.parcels", { n: stop.parcels.length }), parcels, isFull && linkButton("plain", say("scan.title"), `#${pathOf(stop, "scan")}`, { icon: "scan" })),
    pad && card(say("pin.label"), pad.element),
    isFull && card(say("hand_over.proofs"), files),
    isFull && kind === "dropoff" && make("section.card", {}, choiceOf({
      legend: say("hand_over.to"), name: "handed_to", options: RECEIVERS.map((each) => [each, say(`handed_to.${each}`)]), chosen: handedTo,
      choose: (value) => (handedTo = /** @type {any} */ (value)),
    })),
    isFull && make("section.card", {}, note.field),
  ];
  const element = make("div.page", {}, ...body.filter((each) => each instanceof HTMLElement));
  return { title, back: pathOf(stop), element, action: make("div.action-column", {}, missing, confirm), update };
}

/**
 * One file: take it, see it, throw it away to take it again.
 * @param {Stop} stop
 * @param {FileKind} kind
 * @param {boolean} isAsked
 */
export function fileRow(stop, kind, isAsked) {
  const draft = draftsOf(stop).find((each) => each.kind === kind);
  const picture = /** @type {HTMLImageElement} */ (make("img.thumb", { alt: say(`proof.${kind}`), width: 64, height: 64 }));
  if (draft) pictureOf(draft.id).then((file) => file && showPicture(picture, file)).catch(console.error);
  const text = draft ? say("hand_over.taken", { time: hourOf(draft.device_time) }) : isAsked ? say("hand_over.asked") : say("hand_over.optional");
  const take = kind === "photo" ? cameraButton(stop) : linkButton("plain.small", say("signature.sign"), `#${pathOf(stop, "signature")}`, { icon: "signature" });
  const isHere = draft && !draft.is_complete; // over there already, after a refusal: it can be named again
  return make("div.proof-row", {}, isHere ? picture : make("span.thumb.none", {}, icon(draft ? "check" : kind)),
    make("div.grow", {}, make("strong", {}, say(`proof.${kind}`)), make(`span.fine${isAsked && !draft ? ".asked" : ""}`, {}, text)),
    draft ? make("button.icon-button", { type: "button", "aria-label": say("remove"), onclick: () => dropProof(draft.id) }, icon("cross")) : take);
}

/** @param {HTMLImageElement} picture @param {Blob} file */
function showPicture(picture, file) {
  const address = URL.createObjectURL(file);
  picture.onload = () => URL.revokeObjectURL(address);
  picture.src = address;
}

/** @param {Stop} stop */
function cameraButton(stop) {
  const input = /** @type {HTMLInputElement} */ (make("input.unseen", { type: "file", accept: "image/*", capture: "environment", name: "photo", "aria-label": say("photo.take") }));
  const label = make("label.button.plain.small", {}, icon("photo"), make("span", {}, say("photo.take")), input);
  input.addEventListener("change", async () => {
    const [file] = input.files ?? [];
    if (!file) return;
    label.classList.add("is-busy");
    try {
      await keepProof("photo", stop, await smallPhoto(file));
    } catch (error) {
      console.error(error);
      setText(label, say("photo.unreadable"));
    } finally {
      label.classList.remove("is-busy");
    }
  });
  return label;
}

/**
 * It is done, and kept on this phone at least.
 * @param {string} kind
 * @param {string} code
 * @returns {import("../router.js").Page}
 */
export function donePage(kind, code) {
  const at = hourOf(now());
  const sent = make("p", { role: "status" });
  const action = make("div.action-row");
  const update = () => {
    setText(sent, store.waiting ? say("done.kept") : say("done.sent"));
    const [next] = store.view?.stops ?? [];
    const href = next ? `#${pathOf(next)}` : "#/";
    if (action.querySelector("a")?.getAttribute("href") !== href) {
      action.replaceChildren(linkButton("main", next ? say("tour.next", { address: next.address }) : say("to_tour"), href, { icon: "route" }));
    }
  };
  update();
  const what = say(kind === "pickup" ? "done.pickup" : kind === "dropoff" ? "done.dropoff" : "done.failed", { code, time: at });
  return { title: code, back: "/", element: make("div.page.done", {}, make("div.done-mark", {}, icon(kind === "failed" ? "cross" : "check")), make("h2", {}, what), sent), action, update };
}
