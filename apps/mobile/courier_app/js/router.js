// Which page is shown, by the part of the address behind `#`: pages can be linked, and the phone's back button works.

/** @typedef {{title: string, back?: string, element: HTMLElement, action?: HTMLElement | null, update?: () => void, close?: () => void}} Page */

let path = "";
/** @type {(path: string) => void} */
let changed = () => undefined;

/** @param {(path: string) => void} show */
export function startRouter(show) {
  changed = show;
  addEventListener("hashchange", turn);
  turn();
}

function turn() {
  path = decodeURIComponent(location.hash.replace(/^#/, "")) || "/";
  changed(path);
}

export const here = () => path;

/** @param {string} to */
export function go(to) {
  if (to === path) changed(path);
  else location.hash = to;
}

/** Go on, without a way back to what was here: it is done. @param {string} to */
export function goOn(to) {
  history.replaceState(null, "", `#${to}`);
  turn();
}

/** The page of a stop, or a part of it. @param {{leg_id: string, kind: string}} stop @param {string} [part] */
export const pathOf = (stop, part = "") => `/stop/${stop.leg_id}/${stop.kind}${part && `/${part}`}`;
