/**
 * A plan's record in words, as generator/render/plan_words.py writes it: a test holds the two against each other.
 * No document here.
 *
 * @typedef {Record<string, any>} PlanRecord one entry of `plans` in the published files and in the engine's answer
 * @typedef {object} Words what the page knows to say about ids
 * @property {string} root @property {Record<string, string>} models @property {Record<string, string>} classes
 * @property {Record<string, string>} providers @property {Record<string, string>} gpus
 * @property {Record<string, string>} kinds @property {Record<string, string>} engines
 * @property {Record<string, string>} statuses @property {Record<string, string>} own
 * @property {(plan: PlanRecord) => string} grade @property {(plan: PlanRecord) => {path: string, reason: string}} manifest
 * @property {(plan: PlanRecord) => Node | null} files the way to the deployment files of a plan, where they can be made
 */
import { count, milliseconds, money, percent, seconds, signedPercent } from "./figures.mjs";
import { english, parts, text } from "./texts.mjs";

/** What runs the model; empty for an API. @param {PlanRecord} plan @param {Words} words */
export function machineWords(plan, words) {
  if (!plan.gpu) return "";
  const machine = text("plan.machine", { tensor: plan.tensor_parallel, gpu: words.gpus[plan.gpu] ?? plan.gpu });
  return plan.replicas === 1 ? machine : text("plan.replicas", { replicas: plan.replicas, machine });
}

/** How it is run; empty for an API. @param {PlanRecord} plan @param {Words} words */
export function engineWords(plan, words) {
  if (!plan.gpu) return "";
  return `${plan.precision}, ${words.engines[plan.engine] ?? plan.engine} ${plan.engine_version}`.trim();
}

/** Where it runs. @param {PlanRecord} plan @param {Words} words */
export function sellerWords(plan, words) {
  return words.own[plan.kind] ?? text("plan.seller", { provider: words.providers[plan.provider] ?? plan.provider });
}

/** What runs where and on what terms, in one line. @param {PlanRecord} plan @param {Words} words */
export function nameWords(plan, words) {
  const machine = machineWords(plan, words);
  const said = { model: words.models[plan.model] ?? plan.model, seller: sellerWords(plan, words) };
  if (!machine) return text("plan.name", said);
  if (plan.kind in words.own) return text("plan.name_on_machine", { ...said, machine });
  return text("plan.name_on_terms", { ...said, machine, kind: words.kinds[plan.kind] });
}

/** The 90 % band around a time in ms; empty where none is known. @param {number} value @param {number[] | null} band */
export function bandWords(value, band) {
  if (!band || band[0] === band[1]) return "";
  return `${milliseconds(value * band[0])}–${milliseconds(value * band[1])}`;
}

/** The times in one line, or why there are none. @param {PlanRecord} plan */
export function timesWords(plan) {
  if (plan.ttft_ms === null) return plan.slo_reason;
  const part = (/** @type {string} */ name, /** @type {string} */ metric) => {
    const band = bandWords(plan[`${metric}_ms`], plan[`${metric}_band`]);
    const value = milliseconds(plan[`${metric}_ms`]);
    return band ? text("plan.time_band", { name, value, band }) : text("plan.time", { name, value });
  };
  return [part("TTFT", "ttft"), part("ITL", "itl"), text("plan.e2e", { value: seconds(plan.e2e_ms) })].join("; ");
}

/**
 * Why a plan is here: target, limit, replicas, idle money, risks, and how all that is known; each line in parts, because
 * what the engine says is English in every language. @param {PlanRecord} plan @param {Words} words
 */
export function whyParts(plan, words) {
  const { slo_margin: margin, utilisation: load, replicas_min: least, replicas_max: most } = plan;
  const risks = Object.entries(plan.risks).map(([name, premium]) => `${name} ${percent(premium)}`).join(", ");
  const reasons = plan.reasons.filter((/** @type {string} */ reason) => reason !== plan.slo_reason);
  const reason = english(plan.slo_reason);
  const rule = english(plan.scaling);
  const idle = { cost: plan.usd_idle === null ? "" : money(plan.usd_idle), share: percent(plan.idle_share) };
  const lines = /** @type {[string, (string | Node)[]][]} */ ([
    ["cost", [costWords(plan)]],
    ["target", margin === null ? [reason] : parts("plan.target", { reason, margin: signedPercent(margin) })],
    ["binds", [english(plan.binds)]],
    ["load", load === null ? [] : [text("plan.load", { share: percent(load) })]],
    ["replicas", least === null ? [] : least === most ? [rule] : parts("plan.replica_range", { least: count(least), most: count(most), rule })],
    ["idle", plan.usd_idle === null ? [] : [text("plan.idle", idle)]],
    ["kv_cache", plan.gpu ? [text("plan.kv_cache", { precision: plan.kv_cache, requests: plan.concurrency })] : []],
    ["risk", risks ? parts("plan.risk", { share: percent(plan.risk), parts: english(risks) }) : []],
    ["surcharges", plan.surcharges.flatMap((/** @type {any} */ charge, /** @type {number} */ n) => [...(n ? ["; "] : []), ...chargeParts(charge)])],
    ["how", [english(reasons.join("; "))]],
    ["measured", plan.measured_on ? [text("plan.measured", { date: plan.measured_on })] : []],
    ["assumes", [english(plan.assumptions.join("; "))]],
    ["price", [plan.kind in words.own ? "" : plan.price_evidence.split(" ").filter(Boolean).join(", ")]],
  ]);
  return lines.filter(([, said]) => said.some(Boolean)).map(([name, said]) => {
    const [before, after] = text(`plan.why.${name}`, { text: "{text}" }).split("{text}");
    return [before, ...said, after];
  });
}

/** The same cost by the hour and by the token. @param {PlanRecord} plan */
function costWords({ usd_per_hour: hour, usd_per_million_tokens: both, usd_per_million_output: out }) {
  return text("plan.cost", { hour: money(hour), both: money(both), out: money(out) });
}

/** What is paid beside the cost. @param {{name: string, usd_per_month: string | null, words: string}} charge */
function chargeParts({ name, usd_per_month: usd, words }) {
  const said = { name: english(name), words: english(words) };
  return usd === null ? parts("plan.charge_unknown", said) : parts("plan.charge", { ...said, cost: money(usd) });
}

/** What the offer is called at its seller. @param {PlanRecord} plan */
export function skuWords(plan) {
  return ["", "global"].includes(plan.region) ? plan.sku : `${plan.sku}, ${plan.region}`;
}
