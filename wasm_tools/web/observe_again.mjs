/** The planner asked again with the observed lengths and load: what it would choose now, and what that costs. */
import { Superseded } from "./failures.mjs";
import { money, rate } from "./figures.mjs";
import { sentence } from "./observe_around.mjs";
import { said } from "./observe_words.mjs";
import { element } from "./panel.mjs";
import { chip, panelTable } from "./panel_table.mjs";
import { english } from "./texts.mjs";

const KEPT = ["met", "likely"];
const OBSERVED = ["requests_per_s", "prompt_tokens", "output_tokens"];

/**
 * @param {HTMLElement} section @param {(method: string, params: object) => Promise<any>} ask
 * @returns {{show: (document: any, level: any) => void, hide: () => void, readonly made: any}}
 */
export function againPart(section, ask) {
  const find = (/** @type {string} */ id) => /** @type {HTMLElement} */ (section.querySelector(id));
  const form = /** @type {HTMLFormElement} */ (find("form"));
  const peak = /** @type {HTMLInputElement} */ (find("[name=peak]"));
  const [status, answer] = [find("#again-status"), find("#again-answer")];
  /** @type {{document: any, level: any} | null} */
  let about = null;
  /** @type {any} */
  let made = null;
  let turn = 0;

  async function run() {
    if (!about) return;
    const mine = ++turn;
    const { document: plan, level } = about;
    const observed = Object.fromEntries(OBSERVED.map((name) => [name, level[name]]));
    const stated = peak.value.trim() === "" && !peak.validity.badInput ? {} : { peak: peak.value.trim() || "?" };
    status.classList.remove("field-error");
    status.textContent = said("again.working");
    made = null;
    try {
      const found = await ask("observe_plan", { document: plan, ...observed, ...stated });
      if (mine !== turn) return;
      made = found;
      status.textContent = "";
      answer.replaceChildren(...answerNodes(found));
    } catch (error) {
      if (mine !== turn || error instanceof Superseded) return;
      answer.replaceChildren();
      status.classList.add("field-error");
      const { field, message } = /** @type {{field?: string, message: string}} */ (error);
      status.replaceChildren(english(field ? `${field}: ${message}` : message));
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void run();
  });
  return {
    show(document, level) {
      about = { document, level };
      section.hidden = false;
      void run();
    },
    hide() {
      turn += 1;
      about = made = null;
      section.hidden = true;
      answer.replaceChildren();
    },
    get made() {
      return made;
    },
  };
}

/** @param {any} found */
function answerNodes({ rows, load, assumed }) {
  const { box, body, row } = panelTable(said("again.caption"), ["which", "runs", "cost", "difference", "target"].map((name) => said(`again.${name}`)), [2, 3]);
  for (const r of rows) {
    const cells = r.id ? [runs(r), money(r.usd_per_month), difference(r), chip(r.slo === "missed" ? "gone" : r.slo, said(`again.status.${r.slo}`))] : [said("again.none"), "—", "—", "—"];
    body.append(row([said(`again.${r.what}`), ...cells]));
  }
  return [
    element("ul", { className: "observe-said" }, ...againWords(rows, load).map((words) => element("li", {}, ...words))),
    box,
    element("p", { className: "muted" }, english(assumed.map(sentence).join(" "))),
  ];
}

/** What the rows say, in sentences: the same as the engine's `advice`, in the language of the page. @param {any[]} rows @param {any} load @returns {(string | Node)[][]} */
function againWords(rows, load) {
  const by = Object.fromEntries(rows.filter((r) => r.id).map((r) => [r.what, r]));
  const { planned, same } = by;
  const at = said("again.at", { rate: rate(load.peak_qps), prompt: load.prompt_tokens, output: load.output_tokens });
  const keeps = same && KEPT.includes(same.slo);
  const sentences = /** @type {(string | Node)[][]} */ ([]);
  if (!same) sentences.push([said("again.nothing", { at })]);
  else if (!keeps) sentences.push([said("again.misses", { at, runs: runsText(same) }), " ", english(sentence(same.slo_reason))]);
  else if (planned) {
    const more = Number(same.usd_per_month) - Number(planned.usd_per_month);
    const usd = money(Math.abs(more).toFixed(2));
    const cost = Math.abs(more) < 0.005 ? said("again.for_the_same") : said(more < 0 ? "again.less" : "again.more", { usd });
    const stays = runsText(same) === runsText(planned);
    sentences.push([said(stays ? "again.stays" : "again.becomes", { at, runs: runsText(same), cost, ...(!stays && { before: runsText(planned) }) })]);
  }
  for (const name of ["quantised", "recommended"]) {
    const other = by[name];
    if (!other) continue;
    const cost = keeps ? said("again.less", { usd: money((Number(same.usd_per_month) - Number(other.usd_per_month)).toFixed(2)) }) : said("again.costs", { usd: money(other.usd_per_month) });
    sentences.push([said(`again.words_${name}`, { runs: runsText(other), cost })]);
  }
  return sentences;
}

/** @param {any} r */
function runsText(r) {
  if (r.replicas === null) return said("again.api", { provider: r.provider });
  return `${replicas(r)} (${r.provider})`;
}

/** @param {any} r */
const replicas = (r) => said("again.replicas", { n: r.replicas, each: String(r.tensor_parallel), gpu: r.gpu, precision: r.precision });

/** @param {any} r */
function runs(r) {
  if (r.replicas === null) return said("again.api", { provider: r.provider });
  return [replicas(r), element("small", {}, `${r.provider} · ${r.kind}`)];
}

/** @param {any} r */
function difference({ usd_difference: usd }) {
  if (usd === null) return "—";
  if (Math.abs(usd) < 0.005) return said("again.equal");
  return `${usd < 0 ? "−" : "+"}${money(Math.abs(usd).toFixed(2))}`;
}
