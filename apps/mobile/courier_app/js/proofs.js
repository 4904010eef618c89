// Photos and signatures: made small, written down with the stop that they belong to, sent in pieces from where the last
// try ended. Which stop it is stands in the proof itself from the moment it is made, so none can end up at another one.

import { now } from "./clock.js";
import { answerOf, inTransaction } from "./database.js";
import { ask, Refused, Unreachable } from "./network.js";
import { store } from "./store.js";

/** @typedef {import("../types.js").Proof} Proof */
/** @typedef {import("../types.js").Stop} Stop */

export const PIECE_BYTES = 256 * 1024;
const LONGEST_SIDE = 1600;
const MOST_FAILURES = 3;

/**
 * Keep a photo or signature as a draft of this stop; an earlier one of its kind, not yet named by an action, goes.
 * @param {import("../types.js").FileKind} kind
 * @param {Stop} stop
 * @param {Blob} file
 * @param {string} signedBy
 */
export async function keepProof(kind, stop, file, signedBy = "") {
  const courierId = store.session?.courier_id;
  if (!courierId) throw new Error("Nobody is signed in.");
  const bytes = await file.arrayBuffer();
  /** @type {Proof} */
  const proof = {
    id: crypto.randomUUID(), courier_id: courierId, kind, leg_id: stop.leg_id, epoch: stop.epoch, stop: stop.kind,
    device_time: new Date(now()).toISOString(), size_bytes: bytes.byteLength, sha256: await sha256(bytes), content_type: file.type,
    signed_by: signedBy, label: stop.short_code, is_draft: true, is_announced: false, received_bytes: 0, is_complete: false, failures: 0,
  };
  const before = draftsOf(stop).filter((draft) => draft.kind === kind);
  await inTransaction(["proofs", "files"], "readwrite", (opened) => {
    for (const draft of before) (opened("proofs").delete(draft.id), opened("files").delete(draft.id));
    opened("proofs").put(proof);
    opened("files").put(bytes, proof.id);
  });
  await store.reload();
}

/** Drafts made for a stop. @param {Stop} stop */
export const draftsOf = (stop) =>
  store.proofs.filter((proof) => proof.is_draft && proof.leg_id === stop.leg_id && proof.epoch === stop.epoch && proof.stop === stop.kind);

/** The picture of a proof, while it is here. @param {string} id @returns {Promise<Blob | null>} */
export async function pictureOf(id) {
  const bytes = await inTransaction(["files"], "readonly", (opened) => answerOf(opened("files").get(id)));
  const proof = store.proofs.find((each) => each.id === id);
  return bytes && proof ? new Blob([bytes], { type: proof.content_type }) : null;
}

/** Throw a draft away. @param {string} id */
export async function dropProof(id) {
  await inTransaction(["proofs", "files"], "readwrite", (opened) => {
    opened("proofs").delete(id);
    opened("files").delete(id);
  });
  await store.reload();
}

/**
 * Send what is missing of a proof. Raises Unreachable, to be tried again; a refusal is kept for the courier to read.
 * @param {Proof} proof
 * @param {string} token
 */
export async function sendProof(proof, token) {
  try {
    let state = { received_bytes: proof.received_bytes, is_complete: proof.is_complete };
    if (!proof.is_announced) {
      state = await ask("POST", "proofs", { token, body: announced(proof) });
      await update(proof.id, { is_announced: true, ...stateOf(state) });
    }
    while (!state.is_complete) {
      state = await sendPiece(proof, state.received_bytes, token);
      await update(proof.id, stateOf(state));
    }
    await finish(proof.id);
  } catch (error) {
    if (!(error instanceof Refused) || error.status === 401) throw error;
    if (error.status === 404 && error.code !== "leg_not_found") throw new Unreachable(error.message); // no such operation, yet
    await refused(proof, error);
  }
}

/** @param {{received_bytes: number, is_complete: boolean}} state */
const stateOf = ({ received_bytes, is_complete }) => ({ received_bytes, is_complete });

/** @param {Proof} proof */
function announced(proof) {
  const { id, kind, leg_id, epoch, stop, device_time, size_bytes, sha256, content_type } = proof;
  const body = { id, kind, leg_id, epoch, stop, device_time, size_bytes, sha256, content_type };
  return proof.signed_by ? { ...body, signed_by: proof.signed_by } : body;
}

/**
 * @param {Proof} proof
 * @param {number} offset
 * @param {string} token
 */
async function sendPiece(proof, offset, token) {
  const file = /** @type {ArrayBuffer | undefined} */ (
    await inTransaction(["files"], "readonly", (opened) => answerOf(opened("files").get(proof.id)))
  );
  if (!file) throw new Refused(410, { code: "file_lost", message: "The file is no longer on this phone." }, null);
  try {
    return await ask("PUT", `proofs/${proof.id}?offset=${offset}`, { token, bytes: file.slice(offset, offset + PIECE_BYTES), timeoutMs: 60_000 });
  } catch (error) {
    const state = error instanceof Refused && error.code === "wrong_offset" ? (error.body.state ?? error.body.error?.state) : null;
    if (state && state.received_bytes !== offset) return { is_complete: false, ...state }; // an answer was lost: go on from there
    throw error;
  }
}

/** @param {string} id @param {Partial<Proof>} changes */
async function update(id, changes) {
  await inTransaction(["proofs"], "readwrite", async (opened) => {
    const proof = await answerOf(opened("proofs").get(id));
    if (proof) opened("proofs").put({ ...proof, ...changes });
  });
  await store.reload();
}

/** All of it is over there: the file goes, the proof stays while an action may still name it. @param {string} id */
async function finish(id) {
  await inTransaction(["files"], "readwrite", (opened) => void opened("files").delete(id));
  await update(id, { is_complete: true });
}

/**
 * A hash that was wrong on arrival begins anew, a few times; anything else is final.
 * @param {Proof} proof
 * @param {Refused} error
 */
async function refused(proof, error) {
  if (error.code === "wrong_hash" && proof.failures + 1 < MOST_FAILURES) {
    return update(proof.id, { failures: proof.failures + 1, received_bytes: 0, is_complete: false });
  }
  await inTransaction(["proofs", "files", "refusals"], "readwrite", (opened) => {
    opened("proofs").delete(proof.id);
    opened("files").delete(proof.id);
    opened("refusals").put({
      id: proof.id, courier_id: proof.courier_id, kind: proof.kind, label: proof.label, code: error.code, message: error.message,
      at: proof.device_time, leg_id: proof.leg_id, stop: proof.stop,
    });
  });
  await store.reload();
}

/**
 * After a sync: proofs that are over there and named by nothing that waits, and drafts of legs that are gone, are done with.
 * @param {import("./database.js").Opened} opened
 * @param {import("../types.js").Sync} sync
 * @param {string} courierId
 */
export async function dropDone(opened, sync, courierId) {
  const legs = new Set(sync.stops.map((stop) => stop.leg_id));
  const actions = /** @type {import("../types.js").Kept[]} */ (await answerOf(opened("actions").getAll()));
  const named = new Set(actions.flatMap((kept) => kept.action.proofs ?? []));
  for (const proof of /** @type {Proof[]} */ (await answerOf(opened("proofs").getAll()))) {
    if (proof.courier_id !== courierId || named.has(proof.id)) continue;
    if (proof.is_draft ? legs.has(proof.leg_id) : !proof.is_complete) continue;
    opened("proofs").delete(proof.id);
    opened("files").delete(proof.id);
  }
}

/** @param {ArrayBuffer} bytes */
async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * A photo as it is kept: the right way up, at most 1,600 pixels, JPEG. What the camera wrote into it (the place!) is gone.
 * @param {Blob} file
 * @returns {Promise<Blob>}
 */
export async function smallPhoto(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const context = canvas.getContext("2d");
  if (!context) throw new Error("This browser cannot draw.");
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return blobOf(canvas, "image/jpeg", 0.8);
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {string} type
 * @param {number} [quality]
 * @returns {Promise<Blob>}
 */
export const blobOf = (canvas, type, quality) =>
  new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("No picture."))), type, quality));
