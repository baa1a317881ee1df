/**
 * The planner's answer: cards, ranked list, other orders and what was left out, with grades, manifests and files of plans.
 *
 * @typedef {import("./planner_state.mjs").State} State
 */
import { money } from "./figures.mjs";
import { unpackedText } from "./loading.mjs";
import { nearLines, pointedPlans, shownPlans } from "./plan_answers.mjs";
import { filesOf } from "./plan_files.mjs";
import { planList } from "./plan_list.mjs";
import { answerCards, excludedRows, listParagraphs, nearParagraphs } from "./plan_table.mjs";
import { text } from "./texts.mjs";

const IN_VIEW = 12; // rows that a screen shows: they are written first, the others in later tasks
const DEPLOYMENT =
  "model checkpoint precision kv_cache gpu engine engine_version tensor_parallel expert_parallel replicas concurrency".split(" ");

/** @param {State} state @param {HTMLElement} answer the section that shows it */
export function plannerAnswer(state, answer) {
  const { settings } = state;
  const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
  const table = /** @type {HTMLTableElement} */ (byId("plans"));
  const left = /** @type {HTMLTableElement} */ (byId("excluded"));
  const status = byId("answer-status");
  const words = { ...settings.words, root: settings.root, grade, manifest, files };
  const list = planList(table.tBodies[0], words);
  /** @type {Record<string, {path: string, reason: string}>} manifest by deployment, as the precomputed plans name them */
  const manifests = {};
  /** @type {Record<string, string>} grade by price */
  const grades = {};
  /** @type {Promise<string> | null} what the files of plans are made from, loaded when somebody asks for some */
  let filesData = null;
  /** @type {(() => void)[]} */
  const folded = [];
  let graded = false;
  const grading = loadGrades();
  /** @type {any} the answer that is being drawn */
  let drawing = null;

  state.onAnswer(async () => {
    const { ranking } = state;
    drawing = ranking;
    if (!graded) await grading;
    for (const step of drawing === ranking ? steps() : []) {
      step();
      await aTask();
      if (drawing !== ranking) return; // a newer answer is drawn over this one
    }
    drawing = null;
    showBusy();
  });
  state.onTurn(() => {
    showBusy();
    if (!state.busy && state.source === "" && state.note) status.textContent = state.note;
  });
  drawnOpen("near", () => byId("near").replaceChildren(...nearParagraphs(state.ranking, words)));
  drawnOpen("orders", () => byId("orders").replaceChildren(...listParagraphs(state.ranking, words)));
  drawnOpen("excluded", () => left.tBodies[0].replaceChildren(...excludedRows(state.ranking.excluded)));

  function showBusy() {
    if (state.busy && state.source === "engine") answer.setAttribute("aria-busy", "true");
    else if (!state.busy && !drawing) answer.removeAttribute("aria-busy");
  }

  /** What there is to draw, in pieces that are a task each. */
  function steps() {
    const { ranking, source, note } = state;
    if (source === "precomputed") remember(ranking.plans);
    words.models = { ...settings.words.models, "own-model": state.record.own_model?.name || text("planner.field.own_model") };
    words.gpus = { ...settings.words.gpus, "own-gpu": state.record.own_gpu?.name || text("planner.field.own_gpu") };
    const plans = shownPlans(ranking, settings.shown, settings.recommendable);
    return [
      () => {
        const [first] = pointedPlans(ranking, settings.recommendable);
        write(byId("answer-cost"), first ? money(first.plan.usd_per_month) : "");
        byId("answers").replaceChildren(...answerCards(ranking, settings.recommendable, words));
        const caption = text("plan.caption", { title: text("planner.script.caption"), percentile: String(ranking.percentile) });
        write(/** @type {HTMLElement} */ (table.caption), text("parts.as_of", { what: caption, date: ranking.as_of }));
        status.textContent = text("planner.script.shown", { shown: plans.length, possible: ranking.possible, date: ranking.as_of, how: note });
        list.draw(plans, 0, IN_VIEW);
      },
      () => list.draw(plans, IN_VIEW, plans.length),
      () => {
        list.end(plans.length, source);
        const all = /** @type {number[]} */ (Object.values(ranking.excluded));
        const near = nearLines(ranking, words).length;
        write(byId("near-count"), text("planner.script.near_count", { n: near }));
        /** @type {HTMLElement} */ (byId("near").closest("details")).hidden = !near;
        write(byId("excluded-count"), text("planner.script.excluded_count", { n: all.reduce((sum, n) => sum + n, 0), reasons: all.length }));
        for (const part of folded) part();
        answer.dataset.source = source;
      },
    ];
  }

  /** A part in a closed disclosure is drawn when that opens. @param {string} id @param {() => void} draw */
  function drawnOpen(id, draw) {
    const host = /** @type {HTMLDetailsElement} */ (byId(id).closest("details"));
    let stale = false;
    const refresh = () => {
      if (stale && host.open) draw();
      stale &&= !host.open;
    };
    host.addEventListener("toggle", refresh);
    folded.push(() => {
      stale = true;
      refresh();
    });
  }

  async function loadGrades() {
    try {
      const letters = JSON.parse(await unpackedText(await fetch(new URL(settings.grades, document.baseURI))));
      for (const [letter, keys] of Object.entries(letters)) {
        for (const key of /** @type {string[]} */ (keys)) grades[key] = letter;
      }
    } catch {
      // Without the file the column stays empty; prices and times do not depend on it.
    }
    graded = true;
  }

  /** The grade of a plan's price: its id without the configuration names the price. @param {any} plan */
  function grade(plan) {
    if (plan.kind in words.own) return settings.own_grade;
    return grades[[plan.kind, plan.provider, plan.sku, plan.region].join(":")] ?? "";
  }

  /** A button for the files of a plan of the engine's answer; one that cannot be deployed says why. @param {any} plan */
  function files(plan) {
    if (state.source !== "engine") return null;
    const { record } = state;
    return filesOf(async () => {
      filesData ??= loadedFilesData(settings);
      filesData.catch(() => (filesData = null)); // the next click tries again
      return state.call("files", { form: record, plan: plan.id, pack: await filesData });
    });
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
    const { prompt_tokens: prompt, output_tokens: output } = state.source === "engine" ? state.inputs : state.ranking.workload;
    return [prompt, output, ...DEPLOYMENT.map((name) => plan[name])].join("|");
  }
}

/** What comes next is a task of its own: input and frames come in between. */
export const aTask = () => new Promise((resolve) => setTimeout(resolve));

/** @param {HTMLElement} place @param {string} words */
function write(place, words) {
  if (place.textContent !== words) place.textContent = words;
}

/** @param {any} settings */
async function loadedFilesData(settings) {
  const failed = (/** @type {string} */ why) => new Error(`The data for the files could not be loaded: ${why}. Press again to retry.`);
  const response = await fetch(new URL(settings.root + settings.files_data, document.baseURI)).catch(() => {
    throw failed("there is no connection");
  });
  if (!response.ok) throw failed(`this site answered ${response.status}`);
  return unpackedText(response);
}
