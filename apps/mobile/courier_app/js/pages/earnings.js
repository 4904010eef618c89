// What was earned, the shifts to come, and what was done. Read from the platform, and shown as last read without a network.

import { keep, kept } from "../database.js";
import { icon, make, setText } from "../dom.js";
import { ask, Refused } from "../network.js";
import { card } from "../page.js";
import { store } from "../store.js";
import { amountOf, dateOf, dayOf, hourOf, say, sayOf, spanOf } from "../words.js";

/** @typedef {import("../../types.js").Earnings} Earnings */
/** @typedef {import("../../types.js").ShiftRow} ShiftRow */
/** @typedef {import("../../types.js").HistoryRow} HistoryRow */

const PARTS = /** @type {const} */ (["earnings", "shifts", "history"]);
/** @typedef {typeof PARTS[number]} Part */

/**
 * @param {string} [name]
 * @returns {import("../router.js").Page}
 */
export function earningsPage(name = "earnings") {
  const part = PARTS.find((each) => each === name) ?? "earnings";
  const tabs = make("nav.segments", { "aria-label": say("tab.earnings") }, ...PARTS.map((each) =>
    make("a", { href: `#/earnings/${each}`, "aria-current": each === part ? "page" : null }, say(`part.${each}`))));
  const content = make("div.part");
  const age = make("p.fine.age", { role: "status" });
  const element = make("div.page", {}, tabs, content, age);
  show(part, content, age).catch(console.error);
  return { title: say("tab.earnings"), element };
}

/** @param {Part} part @param {HTMLElement} content @param {HTMLElement} age */
async function show(part, content, age) {
  const key = `${part} ${store.session?.courier_id}`;
  const before = await kept(key);
  if (before) content.replaceChildren(...DRAW[part](before.answer));
  else content.replaceChildren(make("div.skeleton"));
  try {
    const answer = await ask("GET", part === "history" ? "history?limit=50" : part, { token: store.session?.token });
    await keep(key, { answer, read_at: Date.now() });
    content.replaceChildren(...DRAW[part](answer));
    setText(age, "");
  } catch (error) {
    if (error instanceof Refused) return content.replaceChildren(make("div.empty", {}, icon("moon"), make("p", {}, say("part.missing"))));
    if (!before) return content.replaceChildren(make("div.empty", {}, icon("offline"), make("p", {}, say("line.nobody_answers"))));
    setText(age, say("part.as_of", { time: `${dayOf(before.read_at)}, ${hourOf(before.read_at)}` }));
  }
}

/** @type {Record<Part, (answer: any) => HTMLElement[]>} */
const DRAW = { earnings: drawEarnings, shifts: drawShifts, history: drawHistory };

/** @param {Earnings} earnings */
function drawEarnings(earnings) {
  const { total, days } = earnings;
  const most = Math.max(1, ...days.map((day) => day.amount.amount));
  const bars = days.map((day) => {
    const bar = make("i.bar");
    bar.style.transform = `scaleX(${day.amount.amount / most})`;
    return make("li.day", {}, make("span.date", {}, dateOf(day.date)), make("span.track", {}, bar),
      make("span.legs.fine", {}, say("earnings.legs", { n: day.legs })), make("strong.amount", {}, amountOf(day.amount)));
  });
  return [
    make("section.card.total", {}, make("span.fine", {}, `${dateOf(earnings.from)} – ${dateOf(earnings.to)}`), make("strong.sum", {}, amountOf(total.amount)),
      make("dl.facts", {}, ...[[say("earnings.deliveries"), total.legs], [say("earnings.on_duty"), spanOf(total.on_duty_s)], [say("earnings.breaks"), spanOf(total.breaks_s)]]
        .map(([term, value]) => make("div", {}, make("dt", {}, term), make("dd", {}, value))))),
    card(say("earnings.by_day"), make("ol.days", {}, ...bars.reverse())),
  ];
}

/** @param {{data: ShiftRow[]}} shifts */
function drawShifts({ data }) {
  if (!data.length) return [make("div.empty", {}, icon("moon"), make("p", {}, say("shifts.none")))];
  return [make("ul.rows", {}, ...data.map((shift) =>
    make("li.row", {}, make("div.grow", {}, make("strong", {}, dayOf(shift.starts_at)), make("span.fine", {}, shift.zone.name)),
      make("span.hours", {}, `${hourOf(shift.starts_at)} – ${hourOf(shift.ends_at)}`),
      shift.ended_at ? make("span.chip.good", {}, say("earnings.legs", { n: shift.legs_done })) : shift.started_at ? make("span.chip.now", {}, say("shifts.now")) : null)))];
}

/** @param {{data: HistoryRow[]}} history */
function drawHistory({ data }) {
  if (!data.length) return [make("div.empty", {}, icon("box"), make("p", {}, say("history.none")))];
  return [make("ul.rows", {}, ...data.map((row) =>
    make("li.row", {}, make("div.grow", {}, make("strong", {}, row.address), make("span.fine", {}, `${row.short_code} · ${dayOf(row.ended_at)}, ${hourOf(row.ended_at)}`)),
      make(`span.chip${row.status === "delivered" ? ".good" : ""}`, {}, sayOf("status", row.status)), row.payout && make("strong.amount", {}, amountOf(row.payout)))))];
}
