/**
 * What to take from a ranking: the answers above the list and the orderings beside it, as in
 * generator/render/plan_answers.py. No document here.
 *
 * @typedef {import("./plan_words.mjs").PlanRecord} PlanRecord
 * @typedef {{plans: PlanRecord[], recommended: string, unverified: string, close: string[], pareto: string[],
 *   lists: Record<string, string[]>, relaxation: string, percentile: number}} Ranking
 * @typedef {{id: string, title: string, plan: PlanRecord, note: string}} Pointed
 */
import { money, seconds } from "./figures.mjs";
import { nameWords } from "./plan_words.mjs";
import { english, parts, text } from "./texts.mjs";

const QUALIFIED = ["met", "likely"];
const EXTREMES = ["lowest_latency", "best_quality"];
const LONG = 20;
const LIST_SHOWN = 5;
const NEAR_SHOWN = 3;
const LISTS = ["best_quality", "lowest_cost", "lowest_latency", "simplest", "balanced", "pareto"];

/** The answers, the recommended one first. @param {Ranking} ranking @param {string[]} recommendable kinds @returns {Pointed[]} */
export function pointedPlans(ranking, recommendable) {
  const byId = new Map(ranking.plans.map((plan) => [plan.id, plan]));
  const best = byId.get(ranking.recommended);
  const close = ranking.close.flatMap((id) => byId.get(id) ?? []);
  const committed = ranking.plans.find(
    (plan) =>
      QUALIFIED.includes(plan.slo) && !recommendable.includes(plan.kind) &&
      (!best || Number(plan.usd_per_month) < Number(best.usd_per_month)),
  );
  const more = close.length - 1;
  const note = more > 0 ? text("plan.close_more", { n: more }) : "";
  return /** @type {[string, string, PlanRecord | undefined, string][]} */ ([
    ["recommended", "recommended", best, ""],
    ["unverified", "unverified", byId.get(ranking.unverified), ""],
    ["close", "close", close[0], note],
    ["committed", best ? "committed" : "only_committed", committed, ""],
  ]).flatMap(([id, title, plan, said]) => (plan ? { id, title: text(`plan.answer.${title}`), plan, note: said } : []));
}

/** What would let a plan in where none is recommended, in parts; empty where one is. @param {Ranking} ranking */
export function relaxationParts(ranking) {
  if (ranking.recommended) return [];
  const committed = ranking.plans.some((plan) => QUALIFIED.includes(plan.slo));
  const nothing = text(committed ? "plan.answer.nothing_uncommitted" : "plan.answer.nothing");
  return ranking.relaxation ? parts("plan.answer.relaxation", { nothing, looser: english(ranking.relaxation) }) : [nothing];
}

/** The cheapest plans for a list, with those that an answer points to; in a long one also the fastest and the one of best quality. @param {Ranking} ranking @param {number} shown @param {string[]} recommendable */
export function shownPlans(ranking, shown, recommendable) {
  const known = new Set(ranking.plans.map(({ id }) => id));
  const first = shown < LONG ? [] : EXTREMES.flatMap((name) => ranking.lists[name]?.[0] ?? []).filter((id) => known.has(id));
  const kept = new Set([...pointedPlans(ranking, recommendable).map(({ plan }) => plan.id), ...first]);
  let free = shown - kept.size;
  for (const { id } of ranking.plans) {
    if (free <= 0) break;
    if (kept.has(id)) continue;
    kept.add(id);
    free -= 1;
  }
  return ranking.plans.filter(({ id }) => kept.has(id));
}

/**
 * Each ordering as a title and one line of its plans; empty ones are left out.
 * @param {Ranking} ranking @param {import("./plan_words.mjs").Words} words
 */
export function listLines(ranking, words) {
  const byId = new Map(ranking.plans.map((plan) => [plan.id, plan]));
  return LISTS.flatMap((name) => {
    const title = text(`plan.list.${name}.title`);
    const ids = name === "pareto" ? ranking.pareto : (ranking.lists[name] ?? []);
    const plans = ids.flatMap((id) => byId.get(id) ?? []).slice(0, LIST_SHOWN);
    const line = plans.map((plan, place) => `${place + 1}. ${listWords(plan, words)}`).join("; ");
    return plans.length ? [{ title, line: `${text("parts.ordered", { title, by: text(`plan.list.${name}.by`) })}: ${line}.` }] : [];
  });
}

/**
 * Plans that miss a bound by little and cost less than the recommended one, each in a sentence in parts, cheapest first;
 * one of each model and GPU. As `near_lines` in generator/render/plan_rows.py.
 * @param {Ranking} ranking @param {import("./plan_words.mjs").Words} words
 */
export function nearLines({ plans, recommended }, words) {
  const best = plans.find(({ id }) => id === recommended);
  const cents = (/** @type {PlanRecord} */ plan) => Math.round(Number(plan.usd_per_month) * 100);
  const seen = new Set();
  const lines = plans.flatMap((plan) => {
    const thing = `${plan.model}|${plan.gpu}`;
    const saved = best ? cents(best) - cents(plan) : null;
    if (plan.slo !== "near" || seen.has(thing) || (saved !== null && saved <= 0)) return [];
    seen.add(thing);
    const said = { name: nameWords(plan, words), cost: money(plan.usd_per_month), reason: english(plan.slo_reason) };
    return [saved === null ? parts("plan.near", said) : parts("plan.near_saves", { ...said, saved: money(String(saved / 100)) })];
  });
  return lines.slice(0, NEAR_SHOWN);
}

/** @param {PlanRecord} plan @param {import("./plan_words.mjs").Words} words */
function listWords(plan, words) {
  const e2e = plan.e2e_ms === null ? [] : [`${seconds(plan.e2e_ms)} s`];
  return [nameWords(plan, words), money(plan.usd_per_month), ...e2e, words.statuses[plan.slo]].join(", ");
}
