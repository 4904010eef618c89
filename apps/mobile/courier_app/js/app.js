// The courier app: opens what was kept, shows the page of the address, and keeps up with the platform.

import { restoreClock, secondsUntil, pace } from "./clock.js";
import { byId, icon, make, setText } from "./dom.js";
import { keepDrawing } from "./map.js";
import { connect, heardNews, startNews } from "./news.js";
import { Notices } from "./notices.js";
import { OfferSheet } from "./offer_sheet.js";
import { earningsPage } from "./pages/earnings.js";
import { failPage, reportPage } from "./pages/fail.js";
import { donePage, handOverPage } from "./pages/hand_over.js";
import { mapPage, placePage } from "./pages/map.js";
import { mePage, signOutPage } from "./pages/me.js";
import { scanPage } from "./pages/scan.js";
import { signInPage } from "./pages/sign_in.js";
import { signaturePage } from "./pages/signature.js";
import { stopPage } from "./pages/stop.js";
import { endPage, tourPage } from "./pages/tour.js";
import { waitingPage } from "./pages/waiting.js";
import { followDuty, restorePlace } from "./positions.js";
import { here, startRouter } from "./router.js";
import { startSender } from "./sender.js";
import { showTheme } from "./settings.js";
import { registerShell } from "./shell.js";
import { store } from "./store.js";
import { say } from "./words.js";

/** @typedef {import("./router.js").Page} Page */

/** The pages by their address; the first that fits counts. @type {[RegExp, (...parts: string[]) => Page][]} */
const PAGES = [
  [/^\/$/, tourPage],
  [/^\/map$/, mapPage],
  [/^\/place$/, placePage],
  [/^\/end$/, endPage],
  [/^\/earnings(?:\/(\w+))?$/, earningsPage],
  [/^\/me$/, () => mePage(() => show(here()))],
  [/^\/sign_out$/, signOutPage],
  [/^\/waiting$/, waitingPage],
  [/^\/report(?:\/(\w+))?$/, reportPage],
  [/^\/done\/(\w+)\/(\w+)$/, donePage],
  [/^\/stop\/(\w+)\/(pickup|dropoff)$/, stopPage],
  [/^\/stop\/(\w+)\/(pickup|dropoff)\/hand_over$/, handOverPage],
  [/^\/stop\/(\w+)\/(pickup|dropoff)\/scan$/, scanPage],
  [/^\/stop\/(\w+)\/(pickup|dropoff)\/signature$/, signaturePage],
  [/^\/stop\/(\w+)\/(pickup|dropoff)\/fail$/, /** @type {any} */ (failPage)],
];
const TABS = /** @type {const} */ ([["/", "tour", "route"], ["/map", "map", "map"], ["/earnings", "earnings", "wallet"], ["/me", "me", "person"]]);

const offers = new OfferSheet(byId("offer"));
const notices = new Notices(byId("notices"));
/** @type {Page | null} */
let page = null;
let isSignedIn = false;

/** Show the page of a path, in the place of the one before. @param {string} path */
function show(path) {
  page?.close?.();
  isSignedIn = store.session !== null;
  const [pattern, make] = PAGES.find(([each]) => each.test(path)) ?? PAGES[0];
  const parts = pattern.exec(path)?.slice(1).filter((part) => part !== undefined) ?? [];
  page = isSignedIn ? make(...parts) : signInPage();
  byId("page").replaceChildren(page.element);
  byId("action").replaceChildren(...(page.action ? [page.action] : []));
  byId("back").hidden = !page.back;
  byId("back").setAttribute("href", `#${page.back ?? "/"}`);
  byId("back").setAttribute("aria-label", say("back"));
  setText(byId("title"), page.title);
  document.title = page.title === "Coursier" ? page.title : `${page.title} · Coursier`;
  drawTabs(path);
  scrollTo(0, 0);
  update();
}

/** @param {string} path */
function drawTabs(path) {
  const isShown = isSignedIn && !page?.back;
  byId("tabs").hidden = !isShown;
  document.body.classList.toggle("has-tabs", isShown);
  byId("tabs").setAttribute("aria-label", say("tab.label"));
  byId("tabs").replaceChildren(...TABS.map(([to, name, picture]) => {
    const isHere = to === "/" ? path === "/" : path.startsWith(to);
    return make("a", { href: `#${to}`, "aria-current": isHere ? "page" : null }, icon(picture), make("span", {}, say(`tab.${name}`)));
  }));
}

/** The store has changed. */
function update() {
  if (isSignedIn !== (store.session !== null)) {
    if (store.session) (connect(), keepDrawing());
    return show(here());
  }
  page?.update?.();
  const isTab = isSignedIn && !page?.back;
  offers.update(isTab);
  notices.update();
  showLine(isTab);
  followDuty();
}

/** What the line is like, and what waits; on pages without the sheet also that an offer is there. @param {boolean} isTab */
function showLine(isTab) {
  const line = byId("line");
  line.hidden = !isSignedIn;
  const [offer] = isTab ? [] : OfferSheet.live();
  const waits = store.waiting;
  const state = offer ? "offer" : !store.isReachable ? "offline" : waits ? "sending" : "fine";
  line.dataset.state = state;
  line.setAttribute("href", offer ? "#/" : "#/waiting");
  const left = offer ? Math.max(0, Math.ceil(secondsUntil(offer.expires_at) / pace())) : 0;
  const words = { offer: say("line.offer", { n: left }), offline: waits ? say("line.offline_waiting", { n: waits }) : say("line.offline"), sending: say("line.sending", { n: waits }), fine: say("line.fine") };
  setText(byId("line-text"), words[state]);
}

async function start() {
  showTheme();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", showTheme);
  registerShell();
  await Promise.all([restoreClock(), restorePlace(), store.reload()]);
  store.hear(update);
  startRouter(show);
  startSender(heardNews);
  startNews();
  if (store.session) keepDrawing();
  setInterval(() => document.hidden || update(), 1000); // deadlines pass without anybody saying so
}

start().catch((error) => {
  console.error(error);
  byId("page").replaceChildren(make("div.empty", {}, make("p", {}, say("broken")), make("p.fine", {}, String(error))));
});
