/**
 * What stands around the planner's ranked list, as site_templates/pages/parts.html writes it for pages without a script:
 * answers above it, near misses, other orders and what was left out below.
 *
 * @typedef {import("./plan_words.mjs").Words} Words
 * @typedef {import("./plan_answers.mjs").Ranking} Ranking
 */
import { count, money } from "./figures.mjs";
import { element } from "./panel.mjs";
import { listLines, nearLines, pointedPlans, relaxationParts } from "./plan_answers.mjs";
import { planLine } from "./plan_list.mjs";
import { timesWords } from "./plan_words.mjs";
import { english, text } from "./texts.mjs";

/** The answers above the list. @param {Ranking} ranking @param {string[]} recommendable @param {Words} words */
export function answerCards(ranking, recommendable, words) {
  const relaxation = relaxationParts(ranking);
  const cards = pointedPlans(ranking, recommendable).map(({ title, plan, note }) => {
    const figure = element("p", { className: "figure" }, `${money(plan.usd_per_month)} `, element("small", {}, text("parts.per_month")));
    const name = element("p", {}, ...planLine(plan, words));
    const times = plan.ttft_ms === null ? english(plan.slo_reason) : timesWords(plan);
    const said = element("p", { className: "muted" }, times, note ? `; ${note}` : "");
    return element("section", { className: "answer" }, element("h3", {}, title), figure, name, said);
  });
  const none = element("section", { className: "answer" }, element("h3", {}, text("plan.answer.recommended")), element("p", {}, ...relaxation));
  return relaxation.length ? [none, ...cards] : cards;
}

/** What almost qualified, as one paragraph or none. @param {Ranking} ranking @param {Words} words */
export function nearParagraphs(ranking, words) {
  const lines = nearLines(ranking, words);
  if (!lines.length) return [];
  const said = lines.flatMap((line, n) => (n ? [" ", ...line] : line));
  const about = element("a", { href: `${words.root}glossary/#near-miss` }, text("parts.near"));
  return [element("p", { className: "near-misses" }, about, ": ", ...said)];
}

/** The other orderings, one paragraph each. @param {Ranking} ranking @param {Words} words */
export function listParagraphs(ranking, words) {
  return listLines(ranking, words).map(({ line }) => element("p", {}, line));
}

/** What could not become a plan, by reason, the most frequent first. @param {Record<string, number>} excluded */
export function excludedRows(excluded) {
  const sorted = Object.entries(excluded).sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return sorted.map(([reason, number]) => {
    const head = element("th", { scope: "row" }, english(reason));
    return element("tr", {}, head, element("td", { className: "n" }, count(number)));
  });
}
