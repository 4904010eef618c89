// Scanning the parcels of a stop: by camera, by typing what is on the label, or one by one when a label cannot be read.

import { button, linkButton, make, setText } from "../dom.js";
import { act } from "../outbox.js";
import { pathOf } from "../router.js";
import { Scanner, Sightings } from "../scanner.js";
import { labelOf, parcelRow, parcelText } from "../stop_parts.js";
import { say } from "../words.js";
import { gone, stopOf } from "./stop.js";

/** @typedef {import("../../types.js").Parcel} Parcel */

/**
 * @param {string} legId
 * @param {string} kind
 * @returns {import("../router.js").Page}
 */
export function scanPage(legId, kind) {
  const first = stopOf(legId, kind);
  if (!first) return { title: say("scan.title"), back: "/", element: make("div.page", {}, ...gone().body), action: make("div.action-row", {}, ...gone().action) };
  const video = /** @type {HTMLVideoElement} */ (make("video", { playsinline: true, muted: true, "aria-label": say("scan.camera") }));
  const noCamera = make("p.camera-missing", {}, say("scan.starting"));
  const said = make("p.scan-said", { role: "status" });
  const list = make("ul.parcels");
  const input = /** @type {HTMLInputElement} */ (make("input", { type: "text", autocomplete: "off", autocapitalize: "characters", name: "barcode", enterkeyhint: "done" }));
  const form = /** @type {HTMLFormElement} */ (make("form.by-hand", {}, make("label.field.grow", {}, make("span", {}, say("scan.by_hand")), input), button("plain", say("scan.enter"), () => form.requestSubmit())));
  const element = make("div.page", {}, make("div.viewfinder", {}, video, noCamera, make("i.frame", { "aria-hidden": "true" })), said, form, make("section.card", {}, list));
  let lastWrong = "";

  /** @param {Parcel} parcel @param {import("../../types.js").ActionFields} which */
  const scanned = async (parcel, which) => {
    await act("scan", { leg_id: first.leg_id, epoch: first.epoch, stop: first.kind, ...which }, labelOf(first));
    navigator.vibrate?.(80);
    tell(say("scan.found", { parcel: parcelText(parcel) }), true);
  };
  /** @param {string} text @param {boolean} isGood */
  const tell = (text, isGood) => {
    setText(said, text);
    said.className = `scan-said ${isGood ? "good" : "bad"}`;
  };
  /** @param {string} code */
  const found = (code) => {
    const stop = stopOf(legId, kind);
    const parcel = stop?.parcels.find((each) => each.barcode === code && !each.is_scanned);
    if (parcel) return void scanned(parcel, { barcode: code }).catch(console.error);
    if (stop?.parcels.some((each) => each.barcode === code)) return tell(say("scan.already"), true);
    if (code !== lastWrong) navigator.vibrate?.([60, 60, 60]);
    lastWrong = code;
    tell(say("scan.wrong", { code }), false);
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (input.value.trim()) found(input.value.trim());
    input.value = "";
  });
  let drawn = "";
  const update = () => {
    const parcels = stopOf(legId, kind)?.parcels ?? [];
    if (JSON.stringify(parcels) === drawn) return;
    drawn = JSON.stringify(parcels);
    list.replaceChildren(...parcels.map((parcel) =>
      parcelRow(parcel, parcel.id ? button("plain.small", say("scan.confirm"), () => scanned(parcel, { parcel_id: parcel.id })) : null)));
  };
  update();
  const sightings = new Sightings();
  const scanner = new Scanner(video, (code) => {
    if (sightings.isNew(code, performance.now())) found(code);
  });
  scanner.start().then((isOn) => {
    if (isOn) noCamera.hidden = true;
    else setText(noCamera, say("scan.no_camera"));
  }).catch(console.error);
  const action = make("div.action-row", {}, linkButton("main", say("scan.done"), `#${pathOf(first, "hand_over")}`, { icon: "check" }));
  return { title: say("scan.title"), back: pathOf(first), element, action, update, close: () => scanner.stop() };
}

