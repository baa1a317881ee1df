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

export const NO_LIMIT = "no rate limit is stated";

/** What runs the model; empty for an API. @param {PlanRecord} plan @param {Words} words */
export function machineWords(plan, words) {
  if (!plan.gpu) return "";
  const replica = `${plan.tensor_parallel} × ${words.gpus[plan.gpu] ?? plan.gpu}`;
  return plan.replicas === 1 ? replica : `${count(plan.replicas)} replicas of ${replica}`;
}

/** How it is run; empty for an API. @param {PlanRecord} plan @param {Words} words */
export function engineWords(plan, words) {
  if (!plan.gpu) return "";
  return `${plan.precision}, ${words.engines[plan.engine] ?? plan.engine} ${plan.engine_version}`.trim();
}

/** Where it runs. @param {PlanRecord} plan @param {Words} words */
export function sellerWords(plan, words) {
  return words.own[plan.kind] ?? `at ${words.providers[plan.provider] ?? plan.provider}`;
}

/** What runs where and on what terms, in one line. @param {PlanRecord} plan @param {Words} words */
export function nameWords(plan, words) {
  const machine = machineWords(plan, words);
  const where = `${words.models[plan.model] ?? plan.model}${machine ? ` on ${machine}` : ""} ${sellerWords(plan, words)}`;
  return machine && !(plan.kind in words.own) ? `${where}, ${words.kinds[plan.kind]}` : where;
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
    return `${name} ${milliseconds(plan[`${metric}_ms`])} ms${band ? `, 90\u00a0%: ${band}` : ""}`;
  };
  return [part("TTFT", "ttft"), part("ITL", "itl"), `E2E ${seconds(plan.e2e_ms)} s`].join("; ");
}

/** Why a plan is here: target, limit, replicas, idle money, risks, and how all that is known. @param {PlanRecord} plan @param {Words} words */
export function whyLines(plan, words) {
  const { slo_margin: margin, utilisation: load, replicas_min: least, replicas_max: most } = plan;
  const risks = Object.entries(plan.risks).map(([name, premium]) => `${name} ${percent(premium)}`).join(", ");
  const reasons = plan.reasons.filter((/** @type {string} */ reason) => reason !== plan.slo_reason);
  const lines = [
    ["Cost", costWords(plan)],
    ["Target", plan.slo_reason + (margin === null ? "" : `; nearest bound ${signedPercent(margin)}`)],
    ["Limited by", plan.binds],
    ["Load at peak", load === null ? "" : `${percent(load)} of what the replicas can carry`],
    ["Replicas", least === null ? "" : least === most ? plan.scaling : `${count(least)} to ${count(most)}. ${plan.scaling}`],
    ["Idle", plan.usd_idle === null ? "" : `${money(plan.usd_idle)} a month, ${percent(plan.idle_share)} of the capacity that is paid for`],
    ["KV cache", plan.gpu ? `${plan.kv_cache}, up to ${count(plan.concurrency)} requests at a time` : ""],
    ["Added for risk in comparisons", risks ? `${percent(plan.risk)}: ${risks}` : ""],
    ["Not in the cost", plan.surcharges.map(chargeWords).join("; ")],
    ["How", reasons.join("; ")],
    ["Measured", plan.measured_on ? `last on ${plan.measured_on}` : ""],
    ["Assumes", plan.assumptions.join("; ")],
    ["Price stated by", plan.kind in words.own ? "" : plan.price_evidence.split(" ").filter(Boolean).join(", ")],
  ];
  return lines.filter(([, text]) => text).map(([label, text]) => `${label}: ${text}.`);
}

/** The same cost by the hour and by the token. @param {PlanRecord} plan */
function costWords({ usd_per_hour: hour, usd_per_million_tokens: both, usd_per_million_output: out }) {
  return `${money(hour)} an hour; ${money(both)} per 1M tokens in and out together, ${money(out)} per 1M out`;
}

/** What is paid beside the cost. @param {{name: string, usd_per_month: string | null, words: string}} charge */
function chargeWords({ name, usd_per_month: usd, words }) {
  return `${name}${usd === null ? "" : ` ${money(usd)} a month`}: ${words}`;
}

/** What the offer is called at its seller. @param {PlanRecord} plan */
export function skuWords(plan) {
  return ["", "global"].includes(plan.region) ? plan.sku : `${plan.sku}, ${plan.region}`;
}
