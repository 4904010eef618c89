// Requests to `/mobile/v1` over a line that breaks: every one has a timeout, and an error that says what to do next.

export const API = "/mobile/v1/";
const TIMEOUT_MS = 20_000;

/** @typedef {import("../types.js").ApiError} ApiError */

/** Nobody answered, or not with sense: try again later. */
export class Unreachable extends Error {
  /** @param {string} message @param {number} [retryAfterS] */
  constructor(message, retryAfterS = 0) {
    super(message);
    this.retryAfterS = retryAfterS;
  }
}

/** The platform said no: the same request again gets the same answer. */
export class Refused extends Error {
  /** @param {number} status @param {ApiError} error @param {any} body */
  constructor(status, error, body) {
    super(error.message);
    this.status = status;
    this.error = error;
    this.body = body;
  }

  get code() {
    return this.error.code;
  }
}

/**
 * Ask the platform. Returns the JSON of its answer. Raises Unreachable or Refused.
 * @param {string} method
 * @param {string} path
 * @param {{token?: string, body?: unknown, bytes?: ArrayBuffer | Uint8Array<ArrayBuffer>, timeoutMs?: number}} [more]
 * @returns {Promise<any>}
 */
export async function ask(method, path, more = {}) {
  const response = await reach(method, path, more);
  if (response.status === 204) return {};
  const body = await response.json().catch(() => null);
  if (response.ok && body !== null) return body;
  throw failureOf(response, body);
}

/**
 * @param {string} method
 * @param {string} path
 * @param {{token?: string, body?: unknown, bytes?: ArrayBuffer | Uint8Array<ArrayBuffer>, timeoutMs?: number}} more
 */
async function reach(method, path, more) {
  const headers = new Headers({ Accept: "application/json" });
  if (more.token) headers.set("Authorization", `Bearer ${more.token}`);
  if (more.body !== undefined) headers.set("Content-Type", "application/json");
  if (more.bytes) headers.set("Content-Type", "application/octet-stream");
  const body = more.bytes ?? (more.body === undefined ? undefined : JSON.stringify(more.body));
  const signal = AbortSignal.timeout(more.timeoutMs ?? TIMEOUT_MS);
  try {
    return await fetch(API + path, { method, headers, body, signal, cache: "no-store", credentials: "omit" });
  } catch (error) {
    throw new Unreachable(String(error));
  }
}

/**
 * What kind of failure an answer is.
 * @param {Response} response
 * @param {any} body
 */
export function failureOf(response, body) {
  const retryAfterS = Number(response.headers.get("Retry-After")) || 0;
  const error = body?.error;
  if (response.status >= 500 || response.status === 408 || !error?.code) return new Unreachable(`HTTP ${response.status}`, retryAfterS);
  if (response.status === 429 && error.code !== "too_many_codes") return new Unreachable(error.message, retryAfterS);
  return new Refused(response.status, error, body);
}

/**
 * Milliseconds to wait before the next try: 1 s, doubled each time up to a minute, with jitter so that phones that lost the
 * network together do not come back together.
 * @param {number} failures how many there were in a row
 * @param {number} [random] from 0 to 1
 */
export const backoffMs = (failures, random = Math.random()) => Math.min(60_000, 1000 * 2 ** Math.min(failures - 1, 6)) * (0.5 + random / 2);
