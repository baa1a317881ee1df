/**
 * The invoice page: takes files, has the worker read them in steps, shows what they hold, what was wrong with the prices
 * and what would cost less. Once Python runs this page makes no request; all modules and prices are here by then.
 */
import { auditPart, unresolvedPart } from "./invoice_audit.mjs";
import { cellsPart } from "./invoice_cells.mjs";
import { chartsPart } from "./invoice_charts.mjs";
import { coverPart } from "./invoice_cover.mjs";
import { exportsPart } from "./invoice_exports.mjs";
import { filesPart, refusedPart } from "./invoice_files.mjs";
import { billIntake } from "./invoice_intake.mjs";
import { joinsPart } from "./invoice_joins.mjs";
import { billProgress } from "./invoice_progress.mjs";
import { ofFiles, ofLines, questionsPart } from "./invoice_questions.mjs";
import { givenShares, savingsPart } from "./invoice_savings.mjs";
import { usesPart } from "./invoice_uses.mjs";
import { billWork } from "./invoice_work.mjs";
import { Superseded } from "./failures.mjs";
import { runtimeCard } from "./runtime_card.mjs";
import { english, text } from "./texts.mjs";

const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const settings = JSON.parse(byId("invoice-data").textContent ?? "{}");
const form = /** @type {HTMLFormElement} */ (byId("invoice-form"));
const result = byId("bill-result");
const answers = { choices: {}, files: {} };
const wanted = { shares: /** @type {Record<string, string>} */ ({}), delta: "" };
let shown = false;

const card = runtimeCard(
  byId("runtime"),
  { packs: settings.packs, buildId: settings.build_id, bytes: settings.bytes, watchdogSeconds: 120 },
  () => {},
);
const work = billWork(card);
const progress = billProgress(byId("bill-status"), () => void stop());
const intake = billIntake(form, () => void analyse(), (words) => progress.end(words));
const cells = cellsPart(byId("cells"));
const savings = savingsPart(byId("savings"), wanted, () => work.shares(options()), (words) => progress.end(words));
exportsPart(byId("exports"), work.exported);
document.getElementById("bill-sample")?.addEventListener("click", () =>
  intake.set(Object.entries(settings.samples).map(([name, words]) => ({ name, content: new Blob([/** @type {string} */ (words)]) }))));

const clear = /** @type {HTMLInputElement} */ (byId("bill-clear"));
clear.addEventListener("change", () => void analyse());

function options() {
  const { shares, delta } = wanted;
  return { ...answers, shares: givenShares(shares), ...(delta && { delta }), names: clear.checked ? "clear" : "masked" };
}

async function analyse() {
  if (!intake.files.length) {
    result.hidden = true;
    shown = false;
    Object.assign(answers, { choices: {}, files: {} });
    Object.assign(wanted, { shares: {}, delta: "" });
    progress.end(text("invoice.script.nothing_read"));
    void work.stop();
    return;
  }
  progress.begin();
  result.setAttribute("aria-busy", "true");
  try {
    const bill = await work.analyse(intake.files, options(), progress.show);
    await show(bill);
    progress.end(text(bill.files.length ? "invoice.script.read" : "invoice.script.none_read", { n: bill.files.length, seconds: progress.seconds }));
    result.removeAttribute("aria-busy");
  } catch (error) {
    if (error instanceof Superseded) return;
    result.removeAttribute("aria-busy");
    const before = shown ? [" ", text("invoice.script.before")] : [];
    progress.end(text("invoice.script.not_read"), " ", english(/** @type {Error} */ (error).message), ...before);
  }
}

async function stop() {
  progress.end(text("invoice.script.stopping"));
  const restarted = await work.stop();
  result.removeAttribute("aria-busy");
  const before = shown ? [" ", text("invoice.script.before")] : [];
  progress.end(text(restarted ? "invoice.script.stopped_restart" : "invoice.script.stopped"), ...before);
}

/** Each part in a task of its own: the page answers in between. @param {import("./invoice_work.mjs").Bill} bill */
async function show(bill) {
  const read = bill.files.length > 0;
  const parts = /** @type {[string, () => Node[]][]} */ ([
    ["bill-refused", () => refusedPart(bill)],
    ["bill-questions", () => questionsPart(ofFiles(bill), answers, () => void analyse())],
    ["cover", () => coverPart(bill)],
    ["bill-files", () => filesPart(bill)],
    ["line-questions", () => questionsPart(ofLines(bill), answers, () => void analyse())],
    ["audit", () => auditPart(bill, only)],
    ["unresolved", () => unresolvedPart(bill)],
    ["joins", () => joinsPart(bill)],
    ["uses", () => usesPart(bill)],
  ]);
  result.hidden = false;
  result.toggleAttribute("data-read", read);
  shown = read;
  for (const [id, made] of parts) {
    byId(id).replaceChildren(...(read || id === "bill-refused" || id === "bill-questions" ? made() : []));
    await nextTask();
  }
  if (!read) return;
  savings.show(bill.opportunities);
  await nextTask();
  await chartsPart(byId("charts"), bill);
  await nextTask();
  cells.show(bill.cells);
}

/** @param {string} verdict */
function only(verdict) {
  cells.only(verdict);
  byId("cells").scrollIntoView({ block: "start" });
}

const nextTask = () => new Promise((resolve) => setTimeout(resolve));
