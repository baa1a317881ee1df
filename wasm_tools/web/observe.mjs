/**
 * The page of observations: files of load tests, monitoring and kubectl in, known by their content; what they say
 * against a plan out. Files go to Python in this page and nowhere else; nothing is kept.
 */
import { csvText, saveText } from "./csv_text.mjs";
import { Superseded } from "./failures.mjs";
import { billIntake } from "./invoice_intake.mjs";
import { againPart } from "./observe_again.mjs";
import { aroundPart, saidPart } from "./observe_around.mjs";
import { clusterPart } from "./observe_cluster.mjs";
import { drawSweep, levelsPart } from "./observe_levels.mjs";
import { outcomePart } from "./observe_outcome.mjs";
import { timesPart, verdictPart } from "./observe_times.mjs";
import { said } from "./observe_words.mjs";
import { element } from "./panel.mjs";
import { runtimeCard } from "./runtime_card.mjs";
import { scenarioStore } from "./scenario_store.mjs";
import { english } from "./texts.mjs";

const SCENARIO = "scenario:";
const FILE = "file:";
const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const settings = JSON.parse(byId("observe-data").textContent ?? "{}");
const form = /** @type {HTMLFormElement} */ (byId("observe-form"));
const against = /** @type {HTMLSelectElement} */ (form.elements.namedItem("against"));
const status = byId("observe-status");
const result = byId("observe-answer");
const runtime = runtimeCard(
  byId("runtime"),
  { packs: settings.packs, buildId: settings.build_id, bytes: settings.bytes, watchdogSeconds: 120, remembers: true },
  () => {},
);
const scenarios = scenarioStore();
const ask = async (/** @type {string} */ method, /** @type {object} */ params) => (await runtime.start()).call(method, params);
outcomePart(/** @type {HTMLFormElement} */ (byId("outcome-form")), async (stated) =>
  (await runtime.start()).call("observe_outcome", { ...prediction(), stated, by: `inference-price-atlas, page of build ${settings.build_id}` }, { files: intake.files }));
const again = againPart(byId("again"), ask);
const intake = billIntake(form, () => void read(), say, "observe.script");
/** @type {any} */
let report = null;
let turn = 0;

/** @param {...(string | Node)} words */
function say(...words) {
  status.dataset.state = "done";
  status.replaceChildren(...words);
}

/** The saved scenarios and the plans among the files, to choose from. @param {string[]} [files] */
function offerPredictions(files = []) {
  const chosen = against.value;
  for (const option of [...against.options].slice(2)) option.remove();
  for (const name of files.length > 1 ? files : []) against.add(new Option(said("of_file", { name }), FILE + name));
  for (const { name } of scenarios.all) against.add(new Option(said("scenario", { name }), SCENARIO + name));
  against.value = [...against.options].some((option) => option.value === chosen) ? chosen : "";
}

/** What the engine is told about the chosen prediction. */
function prediction() {
  const { value } = against;
  if (value.startsWith(FILE)) return { against: value.slice(FILE.length) };
  if (!value.startsWith(SCENARIO)) return { against: value };
  const name = value.slice(SCENARIO.length);
  return { against: "scenario", scenario: name, form: scenarios.get(name)?.form };
}

async function read() {
  const mine = ++turn;
  again.hide();
  if (!intake.files.length) {
    result.hidden = true;
    report = null;
    return say(said("nothing"));
  }
  say(said("waiting"));
  status.dataset.state = "reading";
  status.classList.remove("field-error");
  result.setAttribute("aria-busy", "true");
  try {
    const engine = await runtime.start();
    const made = await engine.call("observe", prediction(), { files: intake.files });
    if (mine !== turn) return;
    report = made;
    offerPredictions(made.predictions);
    show(made.sweep?.main ?? 0);
    const good = made.files.filter((/** @type {any} */ f) => f.kind !== "refused").length;
    say(said(good ? "read" : "none_read", { n: good }));
  } catch (error) {
    if (mine !== turn || error instanceof Superseded) return;
    result.hidden = true;
    status.classList.add("field-error");
    say(said("not_read"), " ", english(/** @type {Error} */ (error).message));
  } finally {
    if (mine === turn) result.removeAttribute("aria-busy");
  }
}

/** Show the report with one of its levels. @param {number} place */
function show(place) {
  const level = report.levels[place];
  byId("refused").replaceChildren(...refusedPart(report.files));
  byId("levels").replaceChildren(...levelsPart(report, place, choose));
  byId("clusters").replaceChildren(...report.clusters.map(clusterPart));
  for (const [id, part] of /** @type {[string, () => Node[]][]} */ ([
    ["verdict", () => verdictPart(report, level)],
    ["times", () => timesPart(report, level)],
    ["around", () => aroundPart(level, report.prediction)],
    ["said", () => saidPart(level)],
  ])) byId(id).replaceChildren(...(level ? part() : []));
  byId("take-along").hidden = !level && !report.clusters.length;
  result.hidden = false;
  drawSweep(report);
  const document = report.prediction?.document;
  if (document && level) again.show(document, level);
  else again.hide();
}

/** @param {number} place */
function choose(place) {
  show(place);
  /** @type {HTMLElement | null} */ (byId("levels").querySelector('[aria-pressed="true"]'))?.focus();
}

/** @param {any[]} files */
function refusedPart(files) {
  const refused = files.filter((f) => f.kind === "refused");
  if (!refused.length) return [];
  const items = refused.map((f) => element("li", {}, element("b", {}, f.name), ": ", english(f.message)));
  return [element("h2", {}, said("refused", { n: refused.length })), element("ul", { className: "refused" }, ...items)];
}

/** @param {string} kind a form of file */
function save(kind) {
  if (!report) return;
  const { columns, rows, markdown, ...rest } = report;
  if (kind === "csv") saveText("observed.csv", csvText(columns, rows));
  else if (kind === "json") saveText("observed.json", JSON.stringify({ ...rest, asked_again: again.made }, null, 1), "application/json");
  else saveText("observed.md", markdown, "text/markdown");
}

against.addEventListener("change", () => void read());
scenarios.onChange(() => offerPredictions(report?.predictions));
form.querySelector("[data-example]")?.addEventListener("click", () =>
  intake.set(Object.entries(settings.example).map(([name, words]) => ({ name, content: new Blob([/** @type {string} */ (words)]) }))));
for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("[data-save]")))
  button.addEventListener("click", () => save(button.dataset.save ?? ""));
document.querySelector("[data-print]")?.addEventListener("click", () => print());
offerPredictions();
