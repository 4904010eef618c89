// IndexedDB: all that must survive when the app is closed in the middle.

const NAME = "coursier";
const VERSION = 1;

/** `kept`: single values by name. `actions`: the outbox. `proofs` and their `files`. `positions`. `refusals` not yet read. */
const STORES = /** @type {const} */ ({
  kept: {},
  actions: { keyPath: "id" },
  proofs: { keyPath: "id" },
  files: {},
  positions: { autoIncrement: true },
  refusals: { keyPath: "id" },
});

/** @typedef {keyof typeof STORES} StoreName */
/** @typedef {(name: StoreName) => IDBObjectStore} Opened */

/** @type {Promise<IDBDatabase> | null} */
let opening = null;

/** @returns {Promise<IDBDatabase>} */
function database() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      for (const [name, options] of Object.entries(STORES)) request.result.createObjectStore(name, options);
    };
    request.onsuccess = () => {
      const opened = request.result;
      opened.onversionchange = () => (opened.close(), (opening = null));
      opened.onclose = () => (opening = null); // the browser took it away: open it again
      resolve(opened);
    };
    request.onerror = () => ((opening = null), reject(request.error));
  });
  return opening;
}

/**
 * One transaction: all of the work is kept, or none of it. Only requests to these stores may be awaited inside.
 * @template T
 * @param {StoreName[]} stores
 * @param {IDBTransactionMode} mode
 * @param {(store: Opened) => Promise<T> | T} work
 * @returns {Promise<T>}
 */
export async function inTransaction(stores, mode, work) {
  const transaction = (await database()).transaction(stores, mode, { durability: mode === "readwrite" ? "strict" : "default" });
  const ended = new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(undefined);
    transaction.onerror = transaction.onabort = () => reject(transaction.error ?? new Error("The transaction was given up."));
  });
  ended.catch(() => undefined); // the work's own error says more
  let made;
  try {
    made = await work((name) => transaction.objectStore(name));
  } catch (error) {
    try {
      transaction.abort();
    } catch {
      // it is over already
    }
    throw error;
  }
  await ended;
  return made;
}

/**
 * The answer to one request.
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
export function answerOf(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/**
 * A single value that was kept under a name.
 * @param {string} name
 * @returns {Promise<any>}
 */
export const kept = (name) => inTransaction(["kept"], "readonly", (store) => answerOf(store("kept").get(name)));

/**
 * Keep a single value; undefined forgets it.
 * @param {string} name
 * @param {unknown} value
 */
export const keep = (name, value) =>
  inTransaction(["kept"], "readwrite", (store) => {
    if (value === undefined) store("kept").delete(name);
    else store("kept").put(value, name);
  });

/**
 * Everything in a store.
 * @template T
 * @param {StoreName} name
 * @returns {Promise<T[]>}
 */
export const allOf = (name) => inTransaction([name], "readonly", (store) => answerOf(store(name).getAll()));

/** Ask the browser not to throw away what is kept when space is short. */
export async function persist() {
  if (navigator.storage?.persist && !(await navigator.storage.persisted())) await navigator.storage.persist();
}
