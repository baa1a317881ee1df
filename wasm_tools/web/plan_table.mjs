/**
 * Answers and rows of the ranked list, as site_templates/pages/parts.html writes them for the pages without a script.
 *
 * @typedef {import("./plan_words.mjs").PlanRecord} PlanRecord
 * @typedef {import("./plan_words.mjs").Words} Words
 */
import { DASH, count, milliseconds, money, percent, seconds, signedPercent } from "./figures.mjs";
import { listLines, nearLines, pointedPlans, relaxationParts } from "./plan_answers.mjs";
import { bandWords, engineWords, machineWords, sellerWords, skuWords, timesWords, whyParts } from "./plan_words.mjs";
import { english, parts, text } from "./texts.mjs";

const OWN = "own-"; // begins the ids of what a reader adds to the catalogue

/** Two rows a plan: the figures, and the reasons behind them. @param {PlanRecord} plan @param {string} source @param {Words} words */
export function planRows(plan, source, words) {
  const row = element("tr", plan.slo);
  row.dataset.planId = plan.id;
  row.dataset.usdPerMonth = plan.usd_per_month;
  row.dataset.source = source;
  row.append(
    cell("n", count(plan.rank)),
    nameCell(plan, words),
    cell("n key", money(plan.usd_per_month)),
    cell("", statusChip(plan, words), ...margin(plan)),
    cell("", words.kinds[plan.kind] ?? plan.kind),
    cell("n", money(plan.usd_per_million_output)),
    ...(plan.ttft_ms === null ? [unmeasured()] : times(plan)),
    cell("n", percent(plan.risk)),
    cell("", evidenceChip(plan.evidence, words)),
    cell("", gradeLink(words.grade(plan), words)),
    cell("", disclosure()),
  );
  return [row, whyRow(plan, words)];
}

/** The answers above the list. @param {import("./plan_answers.mjs").Ranking} ranking @param {string[]} recommendable @param {Words} words */
export function answerCards(ranking, recommendable, words) {
  const relaxation = relaxationParts(ranking);
  const cards = pointedPlans(ranking, recommendable).map(({ title, plan, note }) => {
    const figure = element("p", "figure", `${money(plan.usd_per_month)} `, element("small", "", text("parts.per_month")));
    const name = element("p", "", statusChip(plan, words), " ", ...nameParts(plan, words));
    if (plan.gpu) name.append(`, ${words.kinds[plan.kind] ?? plan.kind}`);
    const times = plan.ttft_ms === null ? english(plan.slo_reason) : timesWords(plan);
    const said = element("p", "muted", times, note ? `; ${note}` : "");
    return element("section", "answer", element("h3", "", title), figure, name, said);
  });
  const none = element("section", "answer", element("h3", "", text("plan.answer.recommended")), element("p", "", ...relaxation));
  return relaxation.length ? [none, ...cards] : cards;
}

/** What almost qualified, as one paragraph or none. @param {import("./plan_answers.mjs").Ranking} ranking @param {Words} words */
export function nearParagraphs(ranking, words) {
  const lines = nearLines(ranking, words);
  if (!lines.length) return [];
  const said = lines.flatMap((line, n) => (n ? [" ", ...line] : line));
  return [element("p", "near-misses", link(`${words.root}glossary/#near-miss`, text("parts.near")), ": ", ...said)];
}

/** The other orderings, one paragraph each. @param {import("./plan_answers.mjs").Ranking} ranking @param {Words} words */
export function listParagraphs(ranking, words) {
  return listLines(ranking, words).map(({ line }) => element("p", "", line));
}

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag @param {string} name class @param {...(string | Node)} content
 */
function element(tag, name, ...content) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  made.append(...content);
  return made;
}

/** @param {string} name @param {...(string | Node)} content */
function cell(name, ...content) {
  return element("td", name, ...content);
}

/** @param {string} href @param {string} words @param {string} [name] */
function link(href, words, name = "") {
  const anchor = element("a", name, words);
  anchor.href = href;
  return anchor;
}

/** A dash for a value that nobody knows, with its reason. @param {string} reason */
function missing(reason) {
  const dash = element("span", "none", DASH, element("span", "heard", ` (${reason})`));
  dash.title = reason;
  return dash;
}

/** @param {PlanRecord} plan @param {Words} words */
function nameCell(plan, words) {
  const head = element("th", "", ...nameParts(plan, words));
  head.scope = "row";
  if (plan.gpu) head.append(" ", element("small", "", engineWords(plan, words)));
  return head;
}

/** What runs where, with its links. @param {PlanRecord} plan @param {Words} words */
function nameParts(plan, words) {
  const machine = machineWords(plan, words);
  const model = named(`${words.root}models/${plan.model}/`, words.models, plan.model);
  const where = machine ? ` ${text("parts.on")} ${machine} ` : " ";
  if (plan.kind in words.own) return [model, where + sellerWords(plan, words)];
  return [model, `${where}${text("parts.at")} `, named(`${words.root}providers/${plan.provider}/`, words.providers, plan.provider)];
}

/** A name with a link to its page; what the reader added has none. @param {string} href @param {Record<string, string>} names @param {string} id */
function named(href, names, id) {
  return id in names && !id.startsWith(OWN) ? link(href, names[id]) : (names[id] ?? id);
}

/** @param {PlanRecord} plan */
function times(plan) {
  const load = plan.utilisation === null ? missing(text("plan.no_limit")) : percent(plan.utilisation);
  return [
    banded(plan.ttft_ms, plan.ttft_band), banded(plan.itl_ms, plan.itl_band), cell("n", seconds(plan.e2e_ms)), cell("n", load),
  ];
}

/** @param {number} value @param {number[] | null} band */
function banded(value, band) {
  const words = bandWords(value, band);
  return cell("n", milliseconds(value), ...(words ? [" ", element("small", "", words)] : []));
}

/** How far the nearest bound is. @param {PlanRecord} plan */
function margin({ slo_margin: share }) {
  return share === null ? [] : [" ", element("small", "", signedPercent(share))];
}

function unmeasured() {
  const none = cell("none", text("parts.not_measured"));
  none.colSpan = 4;
  return none;
}

/** @param {PlanRecord} plan @param {Words} words */
function statusChip(plan, words) {
  return link(`${words.root}guides/reading-a-plan/#the-target`, words.statuses[plan.slo] ?? plan.slo, `chip chip-${plan.slo}`);
}

/** @param {string} tier @param {Words} words */
function evidenceChip(tier, words) {
  return link(`${words.root}methodology/#evidence-tiers`, text(`plan.evidence.${tier}`), `chip chip-${tier}`);
}

/** @param {string} letter @param {Words} words */
function gradeLink(letter, words) {
  const address = `${words.root}methodology/#how-the-published-price-is-chosen`;
  return letter ? link(address, letter, `grade grade-${letter.toLowerCase()}`) : "";
}

function disclosure() {
  return element("details", "", element("summary", "", text("parts.why")));
}

/** @param {PlanRecord} plan @param {Words} words */
function whyRow(plan, words) {
  const why = element("div", "fit", ...whyParts(plan, words).flatMap((line, n) => (n ? ["\n", ...line] : line)));
  if (!(plan.kind in words.own)) why.append(`\n${text("parts.called_there")} ${skuWords(plan)}.`);
  const { path, reason } = words.manifest(plan);
  if (path) why.append("\n", link(`${words.root}${path}`, text("parts.manifest")));
  else if (reason) why.append("\n", ...parts("parts.no_manifest", { reason: english(reason) }));
  const files = reason ? null : words.files(plan);
  if (files) why.append("\n", files);
  const whole = cell("", why);
  whole.colSpan = 14;
  return element("tr", "why", whole);
}

/** What could not become a plan, by reason, the most frequent first. @param {Record<string, number>} excluded */
export function excludedRows(excluded) {
  const sorted = Object.entries(excluded).sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return sorted.map(([reason, number]) => {
    const row = document.createElement("tr");
    const head = document.createElement("th");
    head.scope = "row";
    head.append(english(reason));
    row.append(head, cell("n", count(number)));
    return row;
  });
}
