// Ways out of the app: the phone's own navigation and telephone.

/** @typedef {import("../types.js").Place} Place */

/**
 * What opens the phone's navigation at a place: the chooser of Android, Apple's maps, or Google's elsewhere.
 * @param {Place} place
 * @param {string} [agent]
 */
export function directionsTo(place, agent = navigator.userAgent) {
  const at = `${place.lat},${place.lon}`;
  const name = encodeURIComponent(place.address);
  if (/android/i.test(agent)) return `geo:${at}?q=${at}(${name})`;
  if (/iphone|ipad|macintosh/i.test(agent)) return `https://maps.apple.com/?daddr=${at}&q=${name}`;
  return `https://www.google.com/maps/dir/?api=1&destination=${encodeURIComponent(at)}`;
}

/** @param {string} phone */
export const callTo = (phone) => `tel:${phone.replace(/[^+\d]/g, "")}`;
