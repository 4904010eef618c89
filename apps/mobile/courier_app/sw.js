// Keeps the app's files, so that it starts without a network. The platform puts `SHELL` above this line: the names of all
// files, and a version made of what is in them. Requests to the API are none of its business: the outbox sees to those.

/** @type {any} */
const worker = self;
/** @type {{version: string, files: string[]}} */
// @ts-ignore - `SHELL` is written by apps/mobile/app_shell.py
const shell = SHELL;
const CACHE = `shell-${shell.version}`;
const PAGE = new URL("./", worker.location.href).href;
const ADDRESSES = new Set(shell.files.filter(isNeeded).map((name) => new URL(name, PAGE).href));

/** The barcode reader is for browsers that have none. @param {string} name */
function isNeeded(name) {
  return !(name.startsWith("vendor/barcode-detector/") && "BarcodeDetector" in worker);
}

worker.addEventListener("install", (/** @type {any} */ event) => event.waitUntil(install()));
worker.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil(activate()));
worker.addEventListener("fetch", (/** @type {any} */ event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(PAGE)) return;
  const address = request.url.split(/[?#]/)[0];
  if (request.mode === "navigate") event.respondWith(answer(PAGE, request));
  else if (ADDRESSES.has(address)) event.respondWith(answer(address, request));
});

/** All files or none: a release is never mixed with the one before. */
async function install() {
  const cache = await caches.open(CACHE);
  await cache.addAll([PAGE, ...ADDRESSES].map((address) => new Request(address, { cache: "no-cache", credentials: "omit" })));
  await worker.skipWaiting();
}

/** The releases before are gone. */
async function activate() {
  for (const name of await caches.keys()) if (name.startsWith("shell-") && name !== CACHE) await caches.delete(name);
  await worker.clients.claim();
}

/** @param {string} address @param {Request} request */
async function answer(address, request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(address)) ?? fetch(request);
}
