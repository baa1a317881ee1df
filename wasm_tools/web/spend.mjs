/**
 * The spend page: takes ledgers and bills, has the worker read them once, and shows what they cost in the view that is
 * chosen. Once Python runs this page makes no request; all modules and prices are here by then.
 */
import { Superseded } from "./failures.mjs";
import { exportsPart } from "./invoice_exports.mjs";
import { refusedPart } from "./invoice_files.mjs";
import { billIntake } from "./invoice_intake.mjs";
import { billProgress } from "./invoice_progress.mjs";
import { questionsPart } from "./invoice_questions.mjs";
import { givenShares, savingsPart } from "./invoice_savings.mjs";
import { runtimeCard } from "./runtime_card.mjs";
import { budgetsPart } from "./spend_budgets.mjs";
import { callsPart } from "./spend_calls.mjs";
import { coverPart } from "./spend_cover.mjs";
import { estimatePart } from "./spend_estimate.mjs";
import { spendFilters } from "./spend_filters.mjs";
import { groupsPart } from "./spend_groups.mjs";
import { heatPart } from "./spend_heat.mjs";
import { periodsPart } from "./spend_periods.mjs";
import { spendSettings } from "./spend_settings.mjs";
import { cachePart, elsewherePart, filesPart, latencyPart, pricesPart, reconciliationPart, unpricedPart } from "./spend_tables.mjs";
import { trendPart } from "./spend_trend.mjs";
import { folderWatch } from "./spend_watch.mjs";
import { spendWork } from "./spend_work.mjs";
import { english, text } from "./texts.mjs";

const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const given = JSON.parse(byId("spend-data").textContent ?? "{}");
const result = byId("bill-result");
const answers = { choices: {}, files: {} };
const wanted = { shares: /** @type {Record<string, string>} */ ({}) };
/** @type {any[]} */
let sampleBudgets = []; // those of the sample go with it
/** @type {string[][] | null} */
let periods = null;
let sampled = false;
let shown = false;

const card = runtimeCard(byId("runtime"),
  { packs: given.packs, buildId: given.build_id, bytes: given.bytes, watchdogSeconds: 120 },
  (engine) => void engine.call("spend_ready", {}).catch(() => {})); // a failure shows when a file is read
const work = spendWork(card);
const progress = billProgress(byId("bill-status"), () => void stop());
const settings = spendSettings(byId("settings"), () => {
  if (shown) void review();
});
const watch = folderWatch(/** @type {HTMLElement} */ (document.querySelector("[data-watch]")), (files) => intake.set(files), (words) => progress.end(words));
const intake = billIntake(/** @type {HTMLFormElement} */ (byId("spend-form")), () => {
  sampled = intake.files.length === 1 && intake.files[0].name === given.sample.name && sampled;
  void read();
}, (words) => progress.end(words));
const filters = spendFilters(/** @type {HTMLFormElement} */ (byId("filters")), () => void review());
const budgets = budgetsPart(byId("budgets"), budgetsNow, async (next) => {
  const before = budgetsNow();
  keepBudgets(next);
  try {
    const record = await work.view(options());
    if (record) await show(record);
  } catch (error) {
    keepBudgets(before); // or nothing could be shown with it
    throw error;
  }
});
const groups = groupsPart(byId("groups"), settings.view, (name, value) => (name === "day" ? filters.onlyDay(value) : filters.only(name, value)), settings.write);
const heat = heatPart(byId("heat"), settings.view, (anew) => {
  settings.write();
  if (anew) void review();
});
const calls = callsPart(byId("calls"), (query) => work.page(options(), query));
const comparison = periodsPart(byId("periods"), (next) => {
  periods = next;
  void review();
});
const savings = savingsPart(byId("savings"), wanted, async () => {
  const record = await work.view(options());
  if (record && result.hasAttribute("aria-busy")) await shownAnew(record); // a view that waited was overtaken
  return record?.recommendations ?? null;
}, (words) => progress.end(words), text("spend.script.savings_lead"));
estimatePart(/** @type {HTMLFormElement} */ (byId("estimate-form")), (plan) => work.estimate(plan));
exportsPart(byId("exports"), (form) => work.exported(options(), form));

result.addEventListener("click", (event) => {
  const target = /** @type {HTMLElement} */ (event.target).closest("a")?.getAttribute("href") ?? "";
  if (!target.startsWith("#")) return;
  event.preventDefault(); // the address holds the filters
  byId(target.slice(1)).scrollIntoView();
});
const narrow = matchMedia("(max-width: 720px)"); // as in spend.css: there the filters are folded
const fold = () => (/** @type {HTMLDetailsElement} */ (byId("filters-box")).open = !narrow.matches);
narrow.addEventListener("change", fold);
fold();

document.getElementById("spend-sample")?.addEventListener("click", async () => {
  progress.begin();
  try {
    const made = await work.sample(given.sample);
    sampled = true;
    sampleBudgets = made.budgets;
    watch.stop();
    intake.set([{ name: given.sample.name, content: new Blob([made.text]) }]);
  } catch (error) {
    fail(error);
  }
});

const people = /** @type {HTMLInputElement} */ (document.querySelector("[data-tag]"));
people.addEventListener("change", () => {
  if (shown) void read();
});

/** @returns {any[]} */
function budgetsNow() {
  return sampled && !settings.budgets.length ? sampleBudgets : settings.budgets;
}

/** @param {any[]} next */
function keepBudgets(next) {
  if (sampled && !settings.budgets.length) sampleBudgets = next;
  else settings.budgets = next;
}

/** What is asked of the engine. The sample ends on the day of the prices, so that is its today. */
function options() {
  const { zone } = settings.view;
  return {
    today: sampled ? given.sample.day : new Date().toISOString().slice(0, 10),
    offset_minutes: zone === "utc" ? 0 : -new Date().getTimezoneOffset(),
    view: filters.view,
    budgets: budgetsNow(),
    periods,
    shares: givenShares(wanted.shares),
    tag_files: people.value.trim(),
  };
}

async function read() {
  if (!intake.files.length) {
    result.hidden = true;
    shown = false;
    periods = null;
    Object.assign(answers, { choices: {}, files: {} });
    wanted.shares = {};
    progress.end(text("spend.script.nothing_read"));
    void work.stop();
    return;
  }
  progress.begin();
  result.setAttribute("aria-busy", "true");
  try {
    const record = await work.read(intake.files, answers, options(), progress.show);
    await show(record);
    progress.end(text(shown ? "invoice.script.read" : "invoice.script.none_read", { n: shown ? record.files.length : intake.files.length, seconds: progress.seconds }));
    result.removeAttribute("aria-busy");
  } catch (error) {
    fail(error);
  }
}

/** The same files in another view. */
async function review() {
  if (!shown) return;
  result.setAttribute("aria-busy", "true");
  try {
    const record = await work.view(options());
    if (record) await shownAnew(record);
  } catch (error) {
    fail(error, "spend.script.not_shown");
  }
}

/** @param {import("./spend_work.mjs").Spend} record */
async function shownAnew(record) {
  await show(record);
  progress.end("");
  result.removeAttribute("aria-busy");
}

/** @param {unknown} error @param {string} [key] of what failed */
function fail(error, key = "invoice.script.not_read") {
  if (error instanceof Superseded) return;
  result.removeAttribute("aria-busy");
  const before = shown ? [" ", text("invoice.script.before")] : [];
  progress.end(text(key), " ", english(/** @type {Error} */ (error).message), ...before);
}

async function stop() {
  progress.end(text("invoice.script.stopping"));
  const restarted = await work.stop();
  result.removeAttribute("aria-busy");
  progress.end(text(restarted ? "invoice.script.stopped_restart" : "invoice.script.stopped"));
}

/** Each part in a task of its own: the page answers in between. @param {import("./spend_work.mjs").Spend} record */
async function show(record) {
  result.hidden = false;
  byId("refused").replaceChildren(...refusedPart(record));
  if (record.questions) byId("bill-questions").replaceChildren(...questionsPart(record.questions, answers, () => void read()));
  shown = Boolean(record.total); // else nothing could be read without an answer
  result.toggleAttribute("data-read", shown);
  if (!shown) return;
  byId("is-sample").hidden = !sampled;
  byId("calls-box").hidden = !record.calls.count;
  const parts = /** @type {(() => void)[]} */ ([
    () => filters.show(record),
    () => byId("cover").replaceChildren(...coverPart(record)),
    () => trendPart(byId("trend"), record, filters.onlyDay),
    () => budgets.show(record),
    () => groups.show(record),
    () => heat.show(record),
    () => byId("cache").replaceChildren(...cachePart(record)),
    () => byId("latency").replaceChildren(...latencyPart(record)),
    () => (record.calls.count ? calls.show(record) : undefined),
    () => byId("elsewhere").replaceChildren(...elsewherePart(record)),
    () => savings.show(record.recommendations),
    () => comparison.show(record),
    () => byId("unpriced").replaceChildren(...unpricedPart(record)),
    () => byId("prices").replaceChildren(...pricesPart(record)),
    () => byId("files").replaceChildren(...filesPart(record), ...reconciliationPart(record)),
  ]);
  for (const part of parts) {
    part();
    await new Promise((resolve) => setTimeout(resolve));
  }
}
