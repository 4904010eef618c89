// Who is signed in on this phone. The token lies in IndexedDB; the phone's own id is made once and stays.

import { keep, kept, persist } from "./database.js";
import { ask, Refused } from "./network.js";
import { store } from "./store.js";

/** @typedef {import("../types.js").Session} Session */

/** The id that this browser made for itself. @returns {Promise<string>} */
async function deviceId() {
  const known = await kept("device_id");
  if (known) return known;
  const made = crypto.randomUUID();
  await keep("device_id", made);
  return made;
}

/** Ask for a code for this telephone. @param {string} phone */
export const askForCode = (phone) => ask("POST", "sign_in/code", { body: { phone } });

/**
 * Sign in with the code. What an earlier sign-in of the same courier left in the outbox goes on.
 * @param {string} phone
 * @param {string} code
 */
export async function signIn(phone, code) {
  const body = { phone, code, device_label: deviceLabel(), device_id: await deviceId() };
  const { token, courier } = await ask("POST", "sign_in", { body }).catch((error) => {
    if (!knowsNoDeviceId(error)) throw error;
    const { device_id: _, ...plain } = body;
    return ask("POST", "sign_in", { body: plain });
  });
  await keep("session", { token, courier_id: courier.id, name: courier.name, phone, fleet: courier.fleet ?? null });
  await keep("sync", undefined);
  await store.reload();
  persist().catch(console.error);
}

/** Forget the sign-in. What waits in the outbox stays for this courier's next one. */
export async function forgetSession() {
  await keep("session", undefined);
  await keep("sync", undefined);
  await store.reload();
}

/** End the sign-in on the platform too, if it can be reached. */
export async function signOut() {
  const token = store.session?.token;
  try {
    if (token) await ask("POST", "sign_out", { token });
  } catch (error) {
    if (!(error instanceof Refused)) throw error; // a token that has ended already is as good
  }
  await forgetSession();
}

/** An older platform refuses the field that it does not know. @param {unknown} error */
const knowsNoDeviceId = (error) =>
  error instanceof Refused && error.status === 400 && (error.error.fields ?? []).some((field) => field.path === "device_id");

const deviceLabel = () => `${/android|iphone|ipad|windows|mac|linux/i.exec(navigator.userAgent)?.[0] ?? "Browser"}, app`;
