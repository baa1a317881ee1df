/**
 * Rows of the ranked list, as site_templates/pages/parts.html writes them for the pages without a script.
 *
 * @typedef {Record<string, any>} PlanRecord one entry of `plans` in the published files and in the engine's answer
 * @typedef {object} Words what the page knows to say about ids
 * @property {string} root @property {Record<string, string>} models @property {Record<string, string>} providers
 * @property {Record<string, string>} gpus @property {Record<string, string>} kinds
 * @property {Record<string, string>} engines @property {(plan: PlanRecord) => string} grade
 * @property {(plan: PlanRecord) => {path: string, reason: string}} manifest
 */
import { count, milliseconds, money, percent, seconds, signedPercent } from "./figures.mjs";

const SVG = "http://www.w3.org/2000/svg";
const MARGIN_PIXELS = 40;

/** Two rows a plan: the figures, and the reasons behind them. @param {PlanRecord} plan @param {string} source @param {Words} words */
export function planRows(plan, source, words) {
  const row = document.createElement("tr");
  if (plan.slo === "met") row.className = "met";
  row.dataset.planId = plan.id;
  row.dataset.usdPerMonth = plan.usd_per_month;
  row.dataset.source = source;
  row.append(
    cell("n", count(plan.rank)),
    nameCell(plan, words),
    cell("", words.kinds[plan.kind] ?? plan.kind),
    cell("n key", (plan.evidence === "anchored" ? "≤ " : "") + money(plan.usd_per_month)),
    cell("n", money(plan.usd_per_million_output)),
    ...(plan.ttft_p95_ms === null ? unmeasured(words) : times(plan, words)),
    cell("", gradeLink(words.grade(plan), words)),
    cell("", disclosure()),
  );
  return [row, whyRow(plan, words)];
}

/** @param {string} name @param {...(string | Node)} content */
function cell(name, ...content) {
  const element = document.createElement("td");
  if (name) element.className = name;
  element.append(...content);
  return element;
}

/** @param {string} href @param {string} text @param {string} [name] */
function link(href, text, name = "") {
  const anchor = document.createElement("a");
  anchor.href = href;
  anchor.textContent = text;
  if (name) anchor.className = name;
  return anchor;
}

/** What runs where, in one line. @param {PlanRecord} plan @param {Words} words */
function nameCell(plan, words) {
  const head = document.createElement("th");
  head.scope = "row";
  const machine = machineWords(plan, words);
  head.append(
    link(`${words.root}models/${plan.model}/`, words.models[plan.model] ?? plan.model),
    machine ? ` on ${machine} at ` : " at ",
    link(`${words.root}providers/${plan.provider}/`, words.providers[plan.provider] ?? plan.provider),
  );
  if (plan.gpu) {
    const small = document.createElement("small");
    small.textContent = `${plan.precision}, ${words.engines[plan.engine] ?? plan.engine} ${plan.engine_version}`.trim();
    head.append(" ", small);
  }
  return head;
}

/** What runs the model; empty for an API. @param {PlanRecord} plan @param {Words} words */
function machineWords(plan, words) {
  if (!plan.gpu) return "";
  const replica = `${plan.tensor_parallel} × ${words.gpus[plan.gpu] ?? plan.gpu}`;
  return plan.replicas === 1 ? replica : `${count(plan.replicas)} replicas of ${replica}`;
}

/** @param {PlanRecord} plan @param {Words} words */
function times(plan, words) {
  const margin = cell("n margin", marginBar(plan.slo_margin ?? 0), signedPercent(plan.slo_margin ?? 0));
  return [
    cell("n", milliseconds(plan.ttft_p95_ms)),
    cell("n", milliseconds(plan.itl_p95_ms)),
    cell("n", seconds(plan.e2e_p95_ms)),
    cell("n", percent(plan.utilisation ?? 0)),
    margin,
    cell("", evidenceChip(plan.evidence, words)),
  ];
}

/** @param {Words} words */
function unmeasured(words) {
  const none = cell("none", "not measured");
  none.colSpan = 5;
  return [none, cell("", evidenceChip("unknown", words))];
}

/** @param {number} margin */
function marginBar(margin) {
  const bar = document.createElementNS(SVG, "svg");
  for (const [name, value] of [["width", "40"], ["height", "8"], ["aria-hidden", "true"]]) bar.setAttribute(name, value);
  const filled = document.createElementNS(SVG, "rect");
  filled.setAttribute("width", String(Math.round(Math.min(Math.max(margin, 0), 1) * MARGIN_PIXELS)));
  filled.setAttribute("height", "8");
  bar.append(filled);
  return bar;
}

/** @param {string} tier @param {Words} words */
function evidenceChip(tier, words) {
  return link(`${words.root}methodology/#evidence-tiers`, tier, `chip chip-${tier}`);
}

/** @param {string} letter @param {Words} words */
function gradeLink(letter, words) {
  const address = `${words.root}methodology/#how-the-published-price-is-chosen`;
  return letter ? link(address, letter, `grade grade-${letter.toLowerCase()}`) : "";
}

function disclosure() {
  const details = document.createElement("details");
  const summary = document.createElement("summary");
  summary.textContent = "why";
  details.append(summary);
  return details;
}

/** @param {PlanRecord} plan @param {Words} words */
function whyRow(plan, words) {
  const row = document.createElement("tr");
  row.className = "why";
  const code = document.createElement("code");
  code.textContent = ["", "global"].includes(plan.region) ? plan.sku : `${plan.sku}, ${plan.region}`;
  const said = plan.price_evidence ? `. Price stated by ${plan.price_evidence.split(" ").join(", ")}.` : ".";
  const text = cell("", `${plan.reasons.join("; ")}. Id there: `, code, said);
  text.colSpan = 12;
  const { path, reason } = words.manifest(plan);
  if (path) text.append(" ", link(`${words.root}${path}`, "Kubernetes manifest"));
  else if (reason) text.append(` No manifest: ${reason}.`);
  row.append(cell(""), text);
  return row;
}

/** What could not become a plan, by reason, the most frequent first. @param {Record<string, number>} excluded */
export function excludedRows(excluded) {
  const sorted = Object.entries(excluded).sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return sorted.map(([reason, number]) => {
    const row = document.createElement("tr");
    const head = document.createElement("th");
    head.scope = "row";
    head.textContent = reason;
    row.append(head, cell("n", count(number)));
    return row;
  });
}
