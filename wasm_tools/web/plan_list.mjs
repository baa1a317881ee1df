/**
 * The rows of the planner's ranked list, as site_templates/pages/parts.html writes them. A row is described as data first,
 * and what it says already is left alone: a change costs the cells that it changes. The reasons of a plan are written
 * when somebody opens them.
 *
 * @typedef {import("./plan_words.mjs").PlanRecord} PlanRecord
 * @typedef {import("./plan_words.mjs").Words} Words
 * @typedef {string | {tag: keyof HTMLElementTagNameMap, name?: string, href?: string, title?: string, say: Part[]}} Part
 * @typedef {{name: string, say: Part[], span?: number, head?: boolean}} Cell
 * @typedef {{row: HTMLTableRowElement, why: HTMLTableRowElement, keys: string[], plan: PlanRecord | null}} Slot a place in the list
 */
import { DASH, count, milliseconds, money, percent, seconds, signedPercent } from "./figures.mjs";
import { bandWords, engineWords, machineWords, sellerWords, skuWords, whyParts } from "./plan_words.mjs";
import { english, parts, text } from "./texts.mjs";

const COLUMNS = 14;
const OWN = "own-"; // begins the ids of what a reader adds to the catalogue

/** @param {HTMLTableSectionElement} body its rows so far are those of the page as it came @param {Words} words */
export function planList(body, words) {
  const found = /** @type {HTMLTableRowElement[]} */ ([...body.querySelectorAll("tr[data-plan-id]")]);
  /** @type {Slot[]} */
  const slots = found.map((row) => ({ row, why: /** @type {HTMLTableRowElement} */ (row.nextElementSibling), keys: [], plan: null }));
  /** Ids of the plans whose reasons are open: they stay so wherever the plan moves. */
  const opened = new Set(slots.flatMap(({ row }) => (disclosureOf(row).open ? [row.dataset.planId] : [])));
  const allOpen = !CSS.supports("selector(:has(*))"); // such browsers show all reasons: see atlas.css

  body.addEventListener("toggle", ({ target }) => {
    const slot = slots.find(({ row }) => row.contains(/** @type {Node} */ (target)));
    if (!slot?.plan) return;
    if (!(/** @type {HTMLDetailsElement} */ (target).open)) return void opened.delete(slot.plan.id);
    opened.add(slot.plan.id);
    if (!slot.why.cells[0].firstChild) explain(slot);
  }, true);
  window.addEventListener("beforeprint", () => slots.filter(({ plan }) => plan).forEach(explain));

  /** @param {Slot} slot */
  function explain({ why, plan }) {
    why.cells[0].replaceChildren(reasons(/** @type {PlanRecord} */ (plan), words));
  }

  /** @param {Slot} slot @param {PlanRecord} plan */
  function put(slot, plan) {
    const { row, why } = slot;
    const cells = cellsOf(plan, words);
    const keys = cells.map((cell) => JSON.stringify(cell));
    if (keys.length === slot.keys.length) {
      keys.forEach((key, n) => key === slot.keys[n] || rewrite(row.cells[n], cells[n]));
    } else {
      row.replaceChildren(...cells.map(drawn), row.cells[row.cells.length - 1]);
    }
    Object.assign(slot, { keys, plan });
    if (row.className !== plan.slo) row.className = plan.slo;
    row.dataset.planId = plan.id;
    row.dataset.usdPerMonth = plan.usd_per_month;
    disclosureOf(row).open = opened.has(plan.id);
    why.cells[0].replaceChildren();
    why.cells[0].removeAttribute("lang"); // the page as it came is English here; what is written now marks its own
    if (allOpen || opened.has(plan.id) || location.hash === `#${row.id}`) explain(slot);
  }

  return {
    /** Write the plans of some places. @param {PlanRecord[]} plans the whole list @param {number} from @param {number} to */
    draw(plans, from, to) {
      if (!slots.length) body.replaceChildren();
      for (const [n, plan] of plans.slice(from, to).entries()) {
        const slot = (slots[from + n] ??= newSlot());
        put(slot, plan);
        if (!slot.row.isConnected) body.append(slot.row, slot.why);
      }
    },
    /** The list is complete: no row stands behind its last. @param {number} length @param {string} source of all rows */
    end(length, source) {
      for (const { row, why } of slots.splice(length)) [row, why].forEach((one) => one.remove());
      for (const { row } of slots) row.dataset.source = source;
      if (!length) body.replaceChildren(nothing());
    },
  };
}

/** @param {HTMLTableRowElement} row */
const disclosureOf = (row) => /** @type {HTMLDetailsElement} */ (row.cells[row.cells.length - 1].firstElementChild);

/** @returns {Slot} */
function newSlot() {
  const disclosure = drawn({ name: "", say: [{ tag: "details", say: [{ tag: "summary", say: [text("parts.why")] }] }] });
  const row = document.createElement("tr");
  row.append(disclosure);
  const why = document.createElement("tr");
  why.className = "why";
  why.append(drawn({ name: "", span: COLUMNS, say: [] }));
  return { row, why, keys: [], plan: null };
}

function nothing() {
  const row = document.createElement("tr");
  row.append(drawn({ name: "", span: COLUMNS, say: [text("planner.script.nothing")] }));
  return row;
}

/** @param {Cell} cell */
function drawn(cell) {
  const made = document.createElement(cell.head ? "th" : "td");
  if (cell.head) made.scope = "row";
  if (cell.span) made.colSpan = cell.span;
  rewrite(made, cell);
  return made;
}

/** @param {HTMLTableCellElement} place @param {Cell} cell */
function rewrite(place, { name, say }) {
  if (place.className !== name) place.className = name;
  place.replaceChildren(...say.map(node));
}

/** @param {Part} part @returns {string | Node} */
function node(part) {
  if (typeof part === "string") return part;
  const { tag, name, href, title, say } = part;
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (href) made.setAttribute("href", href);
  if (title) made.title = title;
  made.append(...say.map(node));
  return made;
}

/** All cells of a row but the last, which opens the reasons. @param {PlanRecord} plan @param {Words} words @returns {Cell[]} */
function cellsOf(plan, words) {
  const letter = words.grade(plan);
  const margin = plan.slo_margin === null ? [] : [" ", small(signedPercent(plan.slo_margin))];
  return [
    figure(count(plan.rank)),
    { name: "", head: true, say: [...nameParts(plan, words), ...(plan.gpu ? [" ", small(engineWords(plan, words))] : [])] },
    { name: "n key", say: [money(plan.usd_per_month)] },
    { name: "", say: [statusChip(plan, words), ...margin] },
    { name: "", say: [words.kinds[plan.kind] ?? plan.kind] },
    figure(money(plan.usd_per_million_output)),
    ...(plan.ttft_ms === null ? [{ name: "none", span: 4, say: [text("parts.not_measured")] }] : times(plan)),
    figure(percent(plan.risk)),
    { name: "", say: [link(`${words.root}methodology/#evidence-tiers`, text(`plan.evidence.${plan.evidence}`), `chip chip-${plan.evidence}`)] },
    { name: "", say: letter ? [link(`${words.root}methodology/#how-the-published-price-is-chosen`, letter, `grade grade-${letter.toLowerCase()}`)] : [] },
  ];
}

/** @param {...Part} say @returns {Cell} */
const figure = (...say) => ({ name: "n", say });

/** @param {string} said @returns {Part} */
const small = (said) => ({ tag: "small", say: [said] });

/** @param {string} href @param {string} said @param {string} [name] @returns {Part} */
const link = (href, said, name = "") => ({ tag: "a", name, href, say: [said] });

/** A dash for a value that nobody knows, with its reason. @param {string} reason @returns {Part} */
function missing(reason) {
  return { tag: "span", name: "none", title: reason, say: [DASH, { tag: "span", name: "heard", say: [` (${reason})`] }] };
}

/** @param {PlanRecord} plan @returns {Cell[]} */
function times(plan) {
  const load = plan.utilisation === null ? missing(text("plan.no_limit")) : percent(plan.utilisation);
  return [banded(plan.ttft_ms, plan.ttft_band), banded(plan.itl_ms, plan.itl_band), figure(seconds(plan.e2e_ms)), figure(load)];
}

/** @param {number} value @param {number[] | null} band */
function banded(value, band) {
  const words = bandWords(value, band);
  return figure(milliseconds(value), ...(words ? [" ", small(words)] : []));
}

/** Whether a plan meets the target, with what the word means behind it. @param {PlanRecord} plan @param {Words} words @returns {Part} */
function statusChip(plan, words) {
  return link(`${words.root}guides/reading-a-plan/#the-target`, words.statuses[plan.slo] ?? plan.slo, `chip chip-${plan.slo}`);
}

/** What runs where, with its links. @param {PlanRecord} plan @param {Words} words @returns {Part[]} */
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

/** Status, name and terms of a plan in one line. @param {PlanRecord} plan @param {Words} words */
export function planLine(plan, words) {
  const terms = plan.gpu ? [`, ${words.kinds[plan.kind] ?? plan.kind}`] : [];
  return [statusChip(plan, words), " ", ...nameParts(plan, words), ...terms].map(node);
}

/** @param {PlanRecord} plan @param {Words} words */
function reasons(plan, words) {
  const why = document.createElement("div");
  why.className = "fit";
  why.append(...whyParts(plan, words).flatMap((line, n) => (n ? ["\n", ...line] : line)));
  if (!(plan.kind in words.own)) why.append(`\n${text("parts.called_there")} ${skuWords(plan)}.`);
  const { path, reason } = words.manifest(plan);
  if (path) why.append("\n", node(link(`${words.root}${path}`, text("parts.manifest"))));
  else if (reason) why.append("\n", ...parts("parts.no_manifest", { reason: english(reason) }));
  const files = reason ? null : words.files(plan);
  if (files) why.append("\n", files);
  return why;
}
