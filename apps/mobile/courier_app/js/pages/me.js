// The courier and this phone: language, colours, what waits, signing out.

import { button, icon, linkButton, make, setText } from "../dom.js";
import { choiceOf, livePage } from "../page.js";
import { go } from "../router.js";
import { forgetSession, signOut } from "../session.js";
import { chooseLanguage, chooseTheme, language, theme } from "../settings.js";
import { store } from "../store.js";
import { say, sayOf } from "../words.js";

/** The browser's offer to install the app, kept until the courier asks. @type {any} */
let installing = null;
addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  installing = event;
  store.tell();
});

/**
 * @param {() => void} redraw the words of the whole app changed
 * @returns {import("../router.js").Page}
 */
export function mePage(redraw) {
  return livePage({
    title: say("tab.me"),
    shows: () => [store.session, store.sync?.courier, store.waiting, store.points, store.refusals.length, language(), theme(), Boolean(installing)],
    draw: () => ({ body: bodyOf(redraw) }),
  });
}

/** @param {() => void} redraw */
function bodyOf(redraw) {
  const courier = store.sync?.courier;
  const fleet = courier?.fleet ?? store.session?.fleet;
  const version = make("p.fine.version", {}, "");
  versionOfShell().then((text) => setText(version, text && say("me.version", { version: text }))).catch(console.error);
  return [
    make("section.card.person", {}, make("span.avatar", { "aria-hidden": "true" }, initials(store.session?.name ?? "")),
      make("div.grow", {}, make("h2", {}, store.session?.name ?? ""), make("p.fine", {}, [fleet?.name, courier?.vehicle && sayOf("vehicle", courier.vehicle.kind)].filter(Boolean).join(" · ")))),
    make("a.card.row-link", { href: "#/waiting" }, icon("send"), make("span.grow", {}, say("waiting.title")), make("strong", {}, store.waiting || "0"), icon("next")),
    Boolean(store.sync?.incident_kinds) && make("a.card.row-link", { href: "#/report" }, icon("warning"), make("span.grow", {}, say("report.link")), icon("next")),
    make("section.card", {}, choiceOf({
      legend: say("me.language"), name: "language", options: [["fr", "Français"], ["en", "English"]], chosen: language(), isInline: true,
      choose: (value) => (chooseLanguage(value === "fr" ? "fr" : "en"), redraw()),
    })),
    make("section.card", {}, choiceOf({
      legend: say("me.colours"), name: "theme", options: [["auto", say("me.auto")], ["light", say("me.light")], ["dark", say("me.dark")]], chosen: theme(), isInline: true,
      choose: (value) => chooseTheme(/** @type {any} */ (value)),
    })),
    installing && button("plain", say("me.install"), async () => {
      await installing.prompt();
      installing = null;
      store.tell();
    }, { icon: "phone" }),
    linkButton("plain", say("me.sign_out"), "#/sign_out", { icon: "out" }),
    version,
  ];
}

/** Signing out, with what it would leave behind. @returns {import("../router.js").Page} */
export function signOutPage() {
  const trouble = make("p.trouble", { role: "alert" });
  const out = async () => {
    try {
      await signOut();
      go("/");
    } catch {
      setText(trouble, say("me.sign_out_offline"));
      action.replaceChildren(linkButton("plain", say("back"), "#/me"), button("danger", say("me.sign_out_anyway"), async () => {
        await forgetSession();
        go("/");
      }));
    }
  };
  const action = make("div.action-row", {}, linkButton("plain", say("back"), "#/me"), button("danger", say("me.sign_out"), out, { icon: "out" }));
  const waits = store.waiting ? say("me.sign_out_waiting", { n: store.waiting }) : say("me.sign_out_hint");
  return { title: say("me.sign_out"), back: "/me", element: make("div.page", {}, make("div.question", {}, icon("out"), make("h2", {}, say("me.sign_out_question")), make("p", {}, waits), trouble)), action };
}

/** @param {string} name */
const initials = (name) => name.split(/\s+/).map((part) => part[0] ?? "").slice(0, 2).join("").toUpperCase();

/** The version of the app's files on this phone. */
async function versionOfShell() {
  const names = "caches" in globalThis ? await caches.keys() : [];
  return names.find((name) => name.startsWith("shell-"))?.slice(6) ?? "";
}
