/** The times of a level: against the plan with a strip each, and all percentiles that the file holds. */
import { milliseconds, rate } from "./figures.mjs";
import { bandPicture } from "./observe_bands.mjs";
import { ms, observedText, said, TARGET_CHIP, VERDICT_CHIP } from "./observe_words.mjs";
import { element } from "./panel.mjs";
import { chip, panelTable } from "./panel_table.mjs";
import { english } from "./texts.mjs";

const LEVELS = ["50", "90", "95", "99"];
const NAMED = [3, 4, 5, 6, 7]; // columns whose cells carry their heads, for narrow screens
const FAR = 0.1; // as the engine counts drift

/** The sentence over everything, and the figures beside it. @param {any} report @param {any} level */
export function verdictPart({ prediction }, level) {
  const figures = level.comparison?.figures ?? [];
  const missed = figures.filter((/** @type {any} */ f) => f.target === "missed");
  const kept = figures.length > 0 && figures.every((/** @type {any} */ f) => f.target === "met");
  const kind = missed.length ? "missed" : kept ? "kept" : "open";
  const known = level.requests_per_s != null;
  const times = missed.map((/** @type {any} */ f) => said(`what.${f.name}`)).join(", ");
  const head = said(`head.${kind}${known ? "" : "_plain"}`, { rate: known ? rate(level.requests_per_s) : "", times });
  const numbers = ["requests_per_s", "output_tokens_per_s", "concurrency", "requests", "errors", "seconds", "waiting", "kv_use", "prefix_hits", "preemptions"]
    .filter((name) => level[name] != null)
    .map((name) => element("div", {}, element("dt", {}, said(`number.${name}`)), element("dd", {}, ["kv_use", "prefix_hits"].includes(name) ? `${rate(100 * level[name])} %` : rate(level[name]))));
  const source = [level.tool, level.label, level.model].filter(Boolean).join(" · ");
  return [
    element("h2", { className: `head-${kind}`, tabIndex: -1 }, head),
    element("p", {}, prediction ? bandWords(figures) : said("head.no_plan")),
    element("dl", { className: "observe-numbers" }, ...numbers),
    element("p", { className: "muted observe-source" }, `${level.file}: ${source}`, ...level.notes.flatMap((/** @type {string} */ note) => [" · ", english(note)])),
  ];
}

/** @param {any[]} figures */
function bandWords(figures) {
  const verdicts = figures.map((f) => f.verdict);
  if (verdicts.includes("above")) return said("head.out_of_band");
  if (verdicts.length && verdicts.every((v) => v === "below")) return said("head.better");
  return verdicts.length && verdicts.every((v) => v === "inside" || v === "below") ? said("head.in_band") : "";
}

/** @param {any} report @param {any} level */
export function timesPart({ prediction }, level) {
  const against = level.comparison?.figures.length ? [againstPlan(level, prediction)] : [];
  const all = allPercentiles(level);
  if (!against.length) return all ? [element("h2", {}, said("times.title_open")), all] : [];
  return [
    element("h2", {}, said("times.title")),
    ...against.flat(),
    ...(all ? [element("details", { className: "more" }, element("summary", {}, said("times.all")), all)] : []),
  ];
}

/** @param {any} level @param {any} prediction */
function againstPlan(level, prediction) {
  const heads = ["time", "observed", "picture", "predicted", "band", "verdict", "bound", "target"].map((name) => said(`times.${name}`));
  const { box, body, row } = panelTable(said("times.caption"), heads, [1, 3, 4, 6]);
  for (const f of level.comparison.figures) {
    const what = said(`what.${f.name}`);
    const gap = f.name === "itl" && (f.observed !== null || f.between) ? [element("small", {}, said(f.metric === "tpot" ? "what.mean_gap" : "what.every_gap"))] : [];
    const told = { what, observed: observedText(f), predicted: ms(f.predicted), low: ms(f.low), high: ms(f.high), verdict: said(`verdict.${f.verdict}`) };
    const words = said("times.said", told) + (f.bound === null ? "" : said("times.said_bound", { bound: ms(f.bound) }));
    const made = row([
      [`${what} `, element("small", {}, `p${f.percentile}`), ...gap],
      element("b", {}, observedText(f)), bandPicture(f, words), ms(f.predicted), `${milliseconds(f.low)} – ${ms(f.high)}`,
      chip(VERDICT_CHIP[f.verdict], said(`verdict.${f.verdict}`)), f.bound === null ? "—" : ms(f.bound), chip(TARGET_CHIP[f.target], said(`target.${f.target}`)),
    ]);
    for (const n of NAMED) made.cells[n].dataset.head = heads[n];
    body.append(made);
  }
  box.classList.add("observe-times");
  const [planned, observed] = [prediction?.requests_per_s, level.requests_per_s];
  const away = planned && observed && Math.abs(observed / planned - 1) > FAR;
  return [
    box,
    element("p", { className: "muted" }, said("times.key")),
    ...(away ? [element("p", { className: "note" }, said("times.load_note", { planned: rate(planned), observed: rate(observed) }))] : []),
  ];
}

/** @param {any} level */
function allPercentiles(level) {
  const kinds = Object.entries(level.times_ms);
  if (!kinds.length) return null;
  const { box, body, row } = panelTable(said("times.all"), [said("times.time"), said("times.mean"), ...LEVELS.map((p) => `p${p}`), said("times.how")], [1, 2, 3, 4, 5]);
  for (const [name, of] of /** @type {[string, any][]} */ (kinds)) {
    const gap = name === "tpot" ? "what.mean_gap" : name === "itl" ? "what.every_gap" : "";
    const what = [said(`what.${name}`), ...(gap ? [element("small", {}, said(gap))] : [])];
    body.append(row([what, ms(of.mean), ...LEVELS.map((p) => percentileCell(of, p)), english(of.method)]));
  }
  return box;
}

/** @param {any} of @param {string} level */
function percentileCell(of, level) {
  const value = of.percentiles[level];
  const between = of.between[level];
  if (!between) return value == null ? "—" : ms(value);
  const edges = observedText({ between });
  return value == null ? edges : [ms(value), element("small", {}, edges)];
}

