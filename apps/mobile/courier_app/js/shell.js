// The app's own files: kept by the service worker, replaced as a whole by a new release.

import { here } from "./router.js";

const EVERY_MS = 30 * 60_000;

/** Pages on which nothing is being typed, signed or scanned: a new release may load there. */
const QUIET = /^\/($|map$|me$|earnings|waiting$|done)/;

/** Register the service worker, and take up new releases between two pages. */
export function registerShell() {
  if (!navigator.serviceWorker) return; // plain http: the app works, but not without a network
  let hasOne = Boolean(navigator.serviceWorker.controller);
  navigator.serviceWorker.register("sw.js", { scope: "./", updateViaCache: "none" }).then((registration) => {
    const look = () => document.hidden || registration.update().catch(() => undefined);
    setInterval(look, EVERY_MS);
    document.addEventListener("visibilitychange", look);
  }, console.error);
  let isNew = false;
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (!hasOne) return void (hasOne = true); // the first one brings nothing new
    isNew = true;
    if (document.hidden && QUIET.test(here())) location.reload();
  });
  addEventListener("hashchange", () => {
    if (isNew && QUIET.test(here())) location.reload(); // all that matters is in the database
  });
}
