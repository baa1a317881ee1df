/** What stands around the times: lengths and load against the plan, use and cost, and what follows from all of it. */
import { money, rate, signedPercent } from "./figures.mjs";
import { ms, said, shareText } from "./observe_words.mjs";
import { element } from "./panel.mjs";
import { chip, panelTable } from "./panel_table.mjs";
import { english } from "./texts.mjs";

/** @param {any} level @param {any} prediction @returns {HTMLElement[]} nothing without a plan */
export function aroundPart(level, prediction) {
  const { comparison } = level;
  if (!comparison) return [];
  const parts = [];
  if (comparison.drift.length) parts.push(element("section", {}, element("h2", {}, said("drift.title")), driftTable(comparison.drift)));
  const facts = useFacts(level, comparison, prediction);
  if (facts.length) parts.push(element("section", {}, element("h2", {}, said("use.title")), element("dl", { className: "observe-facts" }, ...facts)));
  return parts;
}

/** @param {any[]} drift */
function driftTable(drift) {
  const { box, body, row } = panelTable(said("drift.caption"), ["what", "planned", "observed", "change"].map((name) => said(`drift.${name}`)), [1, 2]);
  for (const d of drift) {
    const word = chip(d.drifted ? "warns" : "met", said(d.drifted ? "drift.drifted" : "drift.as_planned"));
    const shown = d.name.endsWith("_ms") ? ms : rate;
    body.append(row([said(`drift.${d.name}`), shown(d.planned), shown(d.observed), [signedPercent(d.change), " ", word]]));
  }
  return box;
}

/** @param {any} level @param {any} comparison @param {any} prediction */
function useFacts(level, { use, cost }, prediction) {
  const fact = (/** @type {string} */ name, /** @type {string} */ value, /** @type {string} */ beside = "") => [
    element("dt", {}, said(`use.${name}`)),
    element("dd", {}, element("b", {}, value), ...(beside ? [" ", element("small", {}, beside)] : [])),
  ];
  const facts = [];
  if (use) facts.push(...fact("share", shareText(use.observed), use.planned == null ? "" : said("use.share_planned", { share: shareText(use.planned) })));
  if (cost) {
    const planned = cost.planned_peak_usd_per_million_output;
    facts.push(...fact("cost", money(plain(cost.observed_usd_per_million_output)), planned == null ? "" : said("use.cost_planned", { usd: money(plain(planned)) })));
    facts.push(...fact("hour", money(plain(cost.usd_per_hour))));
  }
  if (level.kv_use != null) facts.push(...fact("kv", shareText(level.kv_use)));
  if (level.prefix_hits != null) facts.push(...fact("hits", shareText(level.prefix_hits)));
  if (prediction.usd_per_hour === null) facts.push(element("dd", { className: "muted wide" }, said("use.no_cost")));
  return facts;
}

/** A number in plain digits, as figures.mjs takes it. @param {number} value */
const plain = (value) => (/e/.test(String(value)) ? value.toFixed(12) : String(value));

/** Flags, advice and questions, the engine's sentences. @param {any} level */
export function saidPart(level) {
  const { advice = [], questions = [] } = level.comparison ?? {};
  const kinds = /** @type {[string, string, string[]][]} */ ([["flag", "warns", level.flags], ["advice", "likely", advice], ["question", "unknown", questions]]);
  const items = kinds.flatMap(([kind, look, sentences]) => sentences.map((words) => element("li", {}, chip(look, said(`said.${kind}`)), " ", english(sentence(words)))));
  return [element("h2", {}, said("said.title")), items.length ? element("ul", { className: "observe-said" }, ...items) : element("p", { className: "muted" }, said("said.nothing"))];
}

/** @param {string} words */
export const sentence = (words) => `${words[0].toUpperCase()}${words.slice(1)}${/[.?!]$/.test(words) ? "" : "."}`;
