/**
 * The planner page: form and address in step, the precomputed answer at once, the engine's own as soon as it is there.
 * `html[data-engine]` is loading, ready or failed; every plan row says by `data-source` where it comes from.
 */
import { count, milliseconds, rate, seconds } from "./figures.mjs";
import {
  addressOf, fieldsOfAddress, fieldsOfLoad, fieldsOfProfile, fieldsOfSlo, fieldsOfUseCase, inputsOf, numberOf,
  precomputedFor, presetsOf,
} from "./planner_inputs.mjs";
import { shownPlans } from "./plan_answers.mjs";
import { filesOf } from "./plan_files.mjs";
import { answerCards, excludedRows, listParagraphs, planRows } from "./plan_table.mjs";
import { runtimeCard } from "./runtime_card.mjs";
import { english, text } from "./texts.mjs";

const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const settings = JSON.parse(byId("planner-data").textContent ?? "{}");
/** @type {import("./planner_inputs.mjs").Grid} */
const grid = settings.grid;
const form = /** @type {HTMLFormElement} */ (byId("planner-form"));
const table = /** @type {HTMLTableElement} */ (byId("plans"));
const left = /** @type {HTMLTableElement} */ (byId("excluded"));
const cards = byId("answers");
const orders = byId("orders");
const status = byId("answer-status");
const answer = byId("answer");
const words = { ...settings.words, root: settings.root, grade, manifest, files };
/** @type {Record<string, string> | null} grade by price, loaded once */
let grades = null;
/** @type {((inputs: unknown) => Promise<any>) | null} */
let ask = null;
/** @type {Record<string, {path: string, reason: string}>} manifest by deployment, as the precomputed plans name them */
const manifests = {};
/** @type {unknown[]} prompt and output tokens of the question whose plans are shown */
let lengths = [];
/** @type {unknown} the question whose answer by the engine is shown; null: none is */
let answered = null;
/** @type {((method: string, params: unknown) => Promise<any>) | null} */
let call = null;
/** @type {Promise<string> | null} what the files of plans are made from, loaded when somebody asks for some */
let filesData = null;
let turn = 0;
let addressTimer = 0;
let timer = 0;

let fields = fieldsOfAddress(grid, new URLSearchParams(location.search));
showFields();
showPrecomputed();
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("input", (event) => edited(/** @type {HTMLInputElement} */ (event.target)));
runtimeCard(byId("runtime"), { packs: ["planner"], buildId: settings.build_id, bytes: settings.bytes }, (started) => {
  ask = started.latest("plan");
  call = started.call;
  answerNow();
});

/** A field was edited: the others follow, then the address, then the answer. @param {HTMLInputElement} field */
function edited(field) {
  const preset = (/** @type {{id: string}[]} */ list) => list.find(({ id }) => id === field.value);
  const chosen = {
    use_case: () => preset(grid.use_cases) && fieldsOfUseCase(grid, /** @type {any} */ (preset(grid.use_cases))),
    profile: () => preset(grid.profiles) && fieldsOfProfile(/** @type {any} */ (preset(grid.profiles))),
    load: () => preset(grid.loads) && fieldsOfLoad(/** @type {any} */ (preset(grid.loads))),
    slo: () => preset(grid.slo_classes) && fieldsOfSlo(/** @type {any} */ (preset(grid.slo_classes))),
  }[field.name];
  const changes = chosen ? chosen() : { [field.name]: field.value };
  if (!changes) return; // "own values" changes nothing by itself
  fields = { ...fields, ...changes };
  showFields(field);
  clearTimeout(addressTimer); // browsers refuse more than a few address changes a second
  addressTimer = window.setTimeout(() => history.replaceState(null, "", `?${addressOf(grid, fields)}`), 250);
  clearTimeout(timer);
  timer = window.setTimeout(answerNow, 60); // one answer a pause, not one a digit
}

/** Write the fields into the form, except into the one that is being typed in. @param {HTMLInputElement | null} [typing] */
function showFields(typing = null) {
  const shown = { ...fields, ...presetsOf(grid, fields) };
  for (const [name, value] of Object.entries(shown)) {
    const control = form.elements.namedItem(name);
    if (control instanceof RadioNodeList) control.value = value;
    else if (control && control !== typing) /** @type {HTMLInputElement} */ (control).value = value;
  }
  for (const part of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll("[data-mode]"))) {
    part.hidden = part.dataset.mode !== fields.mode;
  }
  const inputs = inputsOf(grid, fields);
  const e2e = /** @type {HTMLInputElement} */ (form.elements.namedItem("e2e_ms"));
  e2e.placeholder = typeof inputs.e2e_ms === "number" ? milliseconds(inputs.e2e_ms) : "";
  byId("load-formula").textContent = loadWords(inputs);
  byId("question").textContent = questionWords(inputs);
}

/** How the load comes about, with its numbers. @param {import("./planner_inputs.mjs").Inputs} inputs */
function loadWords({ qps, peak_qps: peak }) {
  if (typeof qps !== "number" || typeof peak !== "number") return text("planner.script.load_needs");
  const said = { mean: rate(qps), factor: fields.peak_factor, peak: rate(peak) };
  if (fields.mode !== "users") return text("planner.script.load", said);
  const { users, active, per_minute: requests } = fields;
  return text("planner.script.load_of_users", { ...said, users, active, requests });
}

/** @param {import("./planner_inputs.mjs").Inputs} inputs */
function questionWords(inputs) {
  const { prompt_tokens: prompt, output_tokens: output, qps, peak_qps: peak, ttft_ms: ttft, itl_ms: itl, e2e_ms: e2e } = inputs;
  const all = [prompt, output, qps, peak, ttft, itl, e2e];
  if (!all.every((figure) => typeof figure === "number")) return text("planner.script.no_numbers");
  const [p, o, mean, high, first, between, whole] = /** @type {number[]} */ (all);
  return text("planner.script.question", {
    prompt: count(p), output: count(o), mean: rate(mean), peak: rate(high), ttft: milliseconds(first), itl: milliseconds(between),
    e2e: seconds(whole), percentile: String(inputs.percentile ?? 95), name: text(`words.class.${inputs.minimum_class}`),
  });
}

/** The answer of the engine when it runs, else the nearest precomputed one. */
async function answerNow() {
  if (!ask) return showPrecomputed();
  const mine = ++turn;
  answer.setAttribute("aria-busy", "true");
  const began = performance.now();
  try {
    await gradesLoaded();
    const inputs = inputsOf(grid, fields);
    const found = await ask(inputs);
    if (mine !== turn) return;
    clearErrors();
    lengths = [inputs.prompt_tokens, inputs.output_tokens];
    answered = inputs;
    show(found, "engine", text("planner.script.computed", { ms: Math.max(1, Math.round(performance.now() - began)) }));
  } catch (error) {
    const said = /** @type {import("./failures.mjs").EngineError} */ (error);
    if (said.name === "Superseded" || mine !== turn) return;
    clearErrors();
    showError(said);
  }
  if (mine === turn) answer.removeAttribute("aria-busy");
}

/** Fetch and show what was computed at night for this question or for its nearest neighbour. */
async function showPrecomputed() {
  const mine = ++turn;
  const { path, exact } = precomputedFor(grid, fields, inputsOf(grid, fields));
  try {
    const response = await fetch(new URL(`${settings.root}api/v1/${path}.json`, document.baseURI));
    if (!response.ok) throw new Error(text("planner.script.answered", { status: String(response.status) }));
    const record = await response.json();
    await gradesLoaded();
    if (mine !== turn) return;
    const ranking = record.classes ? record.classes[fields.class] : record;
    if (!ranking) throw new Error(text("planner.script.no_class", { name: fields.class }));
    lengths = [record.workload.prompt_tokens, record.workload.output_tokens];
    remember(ranking.plans);
    answered = null;
    const near = text("planner.script.nearest", { question: path.replace(/^[^/]*\//, "").replaceAll("/", ", ") });
    show({ ...ranking, as_of: record.as_of }, "precomputed", exact ? text("planner.script.exact") : near);
  } catch (error) {
    // What the page came with stays; the engine will answer.
    if (mine === turn) status.textContent = text("planner.script.not_loaded", { reason: /** @type {Error} */ (error).message });
  }
}

/** @param {any} ranking @param {string} source @param {string} how */
function show(ranking, source, how) {
  const plans = shownPlans(ranking, settings.shown, settings.recommendable);
  const rows = plans.flatMap((plan) => planRows(plan, source, words));
  cards.replaceChildren(...answerCards(ranking, settings.recommendable, words));
  orders.replaceChildren(...listParagraphs(ranking, words));
  table.caption?.replaceChildren(text("parts.as_of", { what: text("plan.caption", { title: text("planner.script.caption"), percentile: String(ranking.percentile) }), date: ranking.as_of }));
  table.tBodies[0].replaceChildren(...(rows.length ? rows : [nothing()]));
  left.tBodies[0].replaceChildren(...excludedRows(ranking.excluded));
  answer.dataset.source = source;
  status.textContent =
    text("planner.script.shown", { shown: plans.length, possible: ranking.possible, date: ranking.as_of, how });
}

function nothing() {
  const row = document.createElement("tr");
  const cell = row.insertCell();
  cell.colSpan = table.tHead?.rows[0].cells.length ?? 1;
  cell.textContent = text("planner.script.nothing");
  return row;
}

/** Say an error beside its field. @param {import("./failures.mjs").EngineError} error */
function showError(error) {
  const inUsers = fields.mode === "users" && error.field === "qps";
  const missing = inUsers && ["users", "active", "per_minute"].find((field) => numberOf(fields[field]) === null);
  const aliases = { peak_qps: "peak_factor", minimum_class: "class", qps: inUsers ? missing || "users" : "qps" };
  const name = aliases[/** @type {keyof typeof aliases} */ (error.field)] ?? error.field ?? "";
  const control = /** @type {HTMLInputElement | null} */ (form.elements.namedItem(name));
  const place = document.getElementById(`error-${name}`);
  if (control && place) {
    control.setAttribute("aria-invalid", "true");
    place.replaceChildren(english(error.message));
    const label = control.labels?.[0]?.firstChild?.textContent?.trim() ?? name;
    status.textContent = text("planner.script.earlier_field", { reason: error.message, label });
  } else status.textContent = text("planner.script.earlier", { reason: error.message });
}

function clearErrors() {
  for (const control of form.querySelectorAll("[aria-invalid]")) control.removeAttribute("aria-invalid");
  for (const place of form.querySelectorAll(".field-error")) place.textContent = "";
}

async function gradesLoaded() {
  if (grades) return;
  grades = {};
  try {
    const letters = await (await fetch(new URL(settings.grades, document.baseURI))).json();
    for (const [letter, keys] of Object.entries(letters)) {
      for (const key of /** @type {string[]} */ (keys)) grades[key] = letter;
    }
  } catch {
    // Without the file the column stays empty; prices and times do not depend on it.
  }
}

/** The grade of a plan's price: its id without the configuration names the price. @param {any} plan */
function grade(plan) {
  if (plan.kind in words.own) return settings.own_grade;
  return grades?.[[plan.kind, plan.provider, plan.sku, plan.region].join(":")] ?? "";
}

/** A button for the files of a plan of the engine's answer; one that cannot be deployed says why. @param {any} plan */
function files(plan) {
  const asked = answered;
  if (!asked || !call) return null;
  return filesOf(async () => {
    filesData ??= loadedFilesData();
    filesData.catch(() => (filesData = null)); // the next click tries again
    return call?.("files", { ...asked, plan: plan.id, pack: await filesData });
  });
}

async function loadedFilesData() {
  const failed = (/** @type {string} */ why) => new Error(`The data for the files could not be loaded: ${why}. Press again to retry.`);
  const response = await fetch(new URL(settings.root + settings.files_data, document.baseURI)).catch(() => {
    throw failed("there is no connection");
  });
  if (!response.ok) throw failed(`this site answered ${response.status}`);
  return response.text();
}

/** The manifest of a deployment; it does not depend on who rents out the GPUs. @param {any} plan */
function manifest(plan) {
  return (plan.gpu && manifests[deploymentKey(plan)]) || { path: "", reason: "" };
}

/** Manifests and refusals come with the precomputed plans; keep them for the engine's rows. @param {any[]} plans */
function remember(plans) {
  for (const plan of plans) {
    if (plan.gpu) manifests[deploymentKey(plan)] = { path: plan.manifest && `api/v1/${plan.manifest}`, reason: plan.no_manifest };
  }
}

/** @param {any} plan */
function deploymentKey(plan) {
  const parts = "model checkpoint precision kv_cache gpu engine engine_version tensor_parallel expert_parallel replicas concurrency";
  return [...lengths, ...parts.split(" ").map((name) => plan[name])].join("|");
}
