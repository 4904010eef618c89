// A field to sign in with a finger: pointer events on a canvas, kept as PNG, black on white whatever the theme.

import { blobOf } from "./proofs.js";

export class SignatureField {
  #isEmpty = true;
  /** @type {[number, number] | null} */
  #last = null;

  /** @param {HTMLCanvasElement} canvas @param {() => void} drawn */
  constructor(canvas, drawn) {
    this.canvas = canvas;
    const box = canvas.getBoundingClientRect();
    const density = Math.min(2, devicePixelRatio);
    canvas.width = Math.round(box.width * density);
    canvas.height = Math.round(box.height * density);
    this.clear();
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.#last = this.#placeOf(event);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!this.#last) return;
      for (const each of event.getCoalescedEvents?.() ?? [event]) this.#lineTo(this.#placeOf(each), density);
      if (this.#isEmpty) ((this.#isEmpty = false), drawn());
    });
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => (this.#last = null));
  }

  get isEmpty() {
    return this.#isEmpty;
  }

  clear() {
    const pen = this.#pen;
    pen.fillStyle = "#ffffff";
    pen.fillRect(0, 0, this.canvas.width, this.canvas.height);
    this.#isEmpty = true;
  }

  /** @returns {Promise<Blob>} */
  picture() {
    return blobOf(this.canvas, "image/png");
  }

  get #pen() {
    const pen = this.canvas.getContext("2d");
    if (!pen) throw new Error("This browser cannot draw.");
    return pen;
  }

  /** @param {PointerEvent} event @returns {[number, number]} */
  #placeOf(event) {
    const box = this.canvas.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * this.canvas.width, ((event.clientY - box.top) / box.height) * this.canvas.height];
  }

  /** @param {[number, number]} place @param {number} density */
  #lineTo(place, density) {
    const pen = this.#pen;
    Object.assign(pen, { strokeStyle: "#10151a", lineWidth: 2.6 * density, lineCap: "round", lineJoin: "round" });
    pen.beginPath();
    pen.moveTo(.../** @type {[number, number]} */ (this.#last));
    pen.lineTo(...place);
    pen.stroke();
    this.#last = place;
  }
}
