// It cannot be done: why, in words that the platform knows. And anything else that goes wrong on the street.

import { button, linkButton, make, setText } from "../dom.js";
import { act } from "../outbox.js";
import { choiceOf, noteField } from "../page.js";
import { knowsProofs, nextStep } from "../projection.js";
import { draftsOf } from "../proofs.js";
import { go, goOn, pathOf } from "../router.js";
import { store } from "../store.js";
import { labelOf } from "../stop_parts.js";
import { say, sayOf } from "../words.js";
import { fileRow } from "./hand_over.js";
import { gone, stopOf } from "./stop.js";

const USUAL = {
  pickup: ["closed", "not_ready", "no_parcel", "damaged", "too_large", "wrong_address", "unsafe", "other"],
  dropoff: ["recipient_absent", "recipient_refused", "wrong_address", "no_access", "damaged", "unsafe", "other"],
};

/**
 * @param {string} legId
 * @param {"pickup" | "dropoff"} kind
 * @returns {import("../router.js").Page}
 */
export function failPage(legId, kind) {
  const stop = stopOf(legId, kind);
  const title = say("fail.link");
  if (!stop || nextStep(stop) !== "complete") {
    return { title, back: "/", element: make("div.page", {}, ...gone().body), action: make("div.action-row", {}, ...gone().action) };
  }
  const isFull = knowsProofs(stop);
  let reason = "";
  const note = noteField(say("hand_over.note"), 200);
  const files = make("div.proof-rows");
  const done = async () => {
    confirm.disabled = true;
    const proofs = isFull ? draftsOf(stop).map((draft) => draft.id) : [];
    await act("fail", { leg_id: stop.leg_id, epoch: stop.epoch, reason, ...(isFull && note.text() && { note: note.text() }), ...(proofs.length && { proofs }) }, labelOf(stop));
    goOn(`/done/failed/${stop.short_code}`);
  };
  const confirm = button("danger", say(kind === "pickup" ? "fail.confirm_pickup" : "fail.confirm_dropoff"), done, { icon: "cross", disabled: true });
  const hint = make("p.missing", { role: "status" }, say("fail.choose"));
  const element = make("div.page", {},
    make("section.card.summary", {}, make("div.row-top", {}, make("span.code", {}, stop.short_code), make("strong", {}, stop.contact_name)), make("p", {}, stop.address)),
    make("section.card", {}, choiceOf({
      legend: say("fail.why"), name: "reason", options: (store.sync?.fail_reasons?.[kind] ?? USUAL[kind]).map((each) => [each, sayOf("reason", each)]), chosen: "",
      choose: (value) => ((reason = value), (confirm.disabled = false), setText(hint, say("fail.hint"))),
    })),
    isFull && make("section.card", {}, files), isFull && make("section.card", {}, note.field));
  let drawn = "";
  const update = () => {
    const drafts = JSON.stringify(draftsOf(stop).map((draft) => draft.id));
    if (!isFull || drafts === drawn) return;
    drawn = drafts;
    files.replaceChildren(fileRow(stop, "photo", false));
  };
  update();
  return { title, back: pathOf(stop), element, action: make("div.action-column", {}, hint, confirm), update };
}

/**
 * A report to the dispatcher, of an order or of the courier.
 * @param {string} [legId]
 * @returns {import("../router.js").Page}
 */
export function reportPage(legId = "") {
  const stop = store.view?.stops.find((each) => each.leg_id === legId);
  const kinds = store.sync?.incident_kinds ?? [];
  let incident = "";
  const note = noteField(say("hand_over.note"), 200);
  const hint = make("p.missing", { role: "status" }, say("report.choose"));
  const done = async () => {
    confirm.disabled = true;
    await act("report", { incident, ...(note.text() && { note: note.text() }), ...(stop && { leg_id: stop.leg_id, epoch: stop.epoch }) }, stop ? labelOf(stop) : "");
    go("/");
  };
  const confirm = button("danger", say("report.send"), done, { icon: "warning", disabled: true });
  const element = make("div.page", {},
    stop && make("section.card.summary", {}, make("div.row-top", {}, make("span.code", {}, stop.short_code)), make("p", {}, stop.address)),
    make("section.card", {}, choiceOf({
      legend: say("report.what"), name: "incident", options: kinds.map((each) => [each, sayOf("incident", each)]), chosen: "",
      choose: (value) => {
        incident = value;
        confirm.disabled = false;
        setText(hint, ["accident", "breakdown"].includes(value) ? say("report.pauses") : say("report.hint"));
      },
    })),
    make("section.card", {}, note.field));
  const back = stop ? pathOf(stop) : "/";
  const none = make("div.action-row", {}, linkButton("main", say("back"), `#${back}`));
  return { title: say("report.link"), back, element, action: kinds.length ? make("div.action-column", {}, hint, confirm) : none };
}

