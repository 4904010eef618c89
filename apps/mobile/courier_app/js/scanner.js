// Reads barcodes with the camera: by the browser itself where it can, else by a library that is loaded only then.

const FORMATS = ["code_128", "code_39", "ean_13", "ean_8", "qr_code", "data_matrix", "itf", "upc_a", "pdf417"];
const BETWEEN_MS = 150;
const OUT_OF_SIGHT_MS = 2500;
const LIBRARY = "../vendor/barcode-detector/";

/** @typedef {{detect(source: CanvasImageSource | Blob): Promise<{rawValue: string}[]>}} Detector */

/** @type {Promise<Detector> | null} */
let making = null;

/** What reads barcodes on this phone. @returns {Promise<Detector>} */
export function detector() {
  making ??= makeDetector().catch((error) => ((making = null), Promise.reject(error)));
  return making;
}

async function makeDetector() {
  const own = "BarcodeDetector" in globalThis ? await BarcodeDetector.getSupportedFormats().catch(() => []) : [];
  if (own.length) return new BarcodeDetector({ formats: FORMATS.filter((format) => own.includes(format)) });
  const library = await import(`${LIBRARY}ponyfill.js`);
  library.prepareZXingModule({ overrides: { locateFile: (/** @type {string} */ path) => new URL(LIBRARY + path, import.meta.url).href } });
  return new library.BarcodeDetector({ formats: FORMATS });
}

/** What is in sight: a camera sees a label many times a second, and one that stays before it comes into sight once. */
export class Sightings {
  /** @type {Map<string, number>} */
  #last = new Map();

  /**
   * Whether a code comes into sight: it was not seen for a while.
   * @param {string} code
   * @param {number} at milliseconds of any clock that goes forward
   */
  isNew(code, at) {
    const before = this.#last.get(code);
    this.#last.set(code, at);
    return before === undefined || at - before > OUT_OF_SIGHT_MS;
  }
}

/** A camera that looks for barcodes until it is stopped. */
export class Scanner {
  /** @type {MediaStream | null} */
  #stream = null;
  #isStopped = false;

  /**
   * @param {HTMLVideoElement} video
   * @param {(code: string) => void} found told each code that comes into sight
   */
  constructor(video, found) {
    this.video = video;
    this.found = found;
  }

  /** Returns whether there is a camera that may be used. */
  async start() {
    if (!navigator.mediaDevices) return false;
    try {
      this.#stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: { ideal: "environment" }, width: { ideal: 1280 } } });
    } catch {
      return false; // none, or not allowed: the code is typed
    }
    if (this.#isStopped) return void this.stop();
    this.video.srcObject = this.#stream;
    await this.video.play().catch(() => undefined);
    this.#look().catch(console.error);
    return true;
  }

  stop() {
    this.#isStopped = true;
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
  }

  async #look() {
    const reader = await detector();
    while (!this.#isStopped) {
      if (this.video.readyState >= this.video.HAVE_CURRENT_DATA) {
        const codes = await reader.detect(this.video).catch(() => []);
        for (const code of codes) if (!this.#isStopped) this.found(code.rawValue);
      }
      await new Promise((resolve) => setTimeout(resolve, BETWEEN_MS));
    }
  }
}
