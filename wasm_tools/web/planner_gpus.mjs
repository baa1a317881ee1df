/** The planner's panel of one model on all GPUs: what holds it, what it costs there, what binds, or why not. */
import { DASH, milliseconds, money } from "./figures.mjs";
import { element } from "./panel.mjs";
import { chip, panelTable } from "./panel_table.mjs";
import { bandWords, machineWords, sellerWords } from "./plan_words.mjs";
import { computedPanel } from "./planner_panel.mjs";
import { english, localNumber, text } from "./texts.mjs";

const GIB = 2 ** 30;

/** @param {import("./planner_panel.mjs").State} state @param {HTMLElement} host */
export function gpusPanel(state, host) {
  const select = element("select");
  const place = element("div");
  let chosen = "";
  host.append(element("p", {}, element("label", { className: "plan-choice" }, `${text("panels.gpus.model")} `, select)), place);
  const refresh = computedPanel(state, /** @type {HTMLDetailsElement} */ (host), async ({ call, signal }) => {
    const found = await call("gpus", { model: chosen });
    if (!signal.aborted) show(found);
  });
  select.addEventListener("change", () => {
    chosen = select.value;
    refresh();
  });

  /** @param {any} found */
  function show(found) {
    const { words } = state.settings;
    select.replaceChildren(...found.models.map((/** @type {string} */ id) => new Option(words.models[id] ?? id, id)));
    select.value = found.model;
    const title = text("panels.gpus.caption", { model: words.models[found.model] ?? found.model });
    const columns = ["gpu", "plan", "month", "ttft", "itl", "status", "binds"].map((name) => text(`panels.gpus.column.${name}`));
    const { box, body, row } = panelTable(title, columns, [2, 3, 4]);
    const able = found.rows.filter((/** @type {any} */ r) => r.plan || r.smallest);
    body.append(...able.map((/** @type {any} */ r) => row(cells(r))));
    const others = found.rows.filter((/** @type {any} */ r) => !able.includes(r));
    place.replaceChildren(box, ...(others.length ? [unknown(others)] : []));
  }

  /** @param {any} r */
  function cells(r) {
    const { words } = state.settings;
    const held = { size: `${localNumber(String(Math.round(r.memory_bytes / GIB)))} GiB`, n: r.smallest, precision: r.precision };
    const name = [words.gpus[r.gpu] ?? r.gpu, " ", element("small", {}, text("panels.gpus.smallest", held))];
    const { plan } = r;
    if (!plan) return [name, DASH, DASH, DASH, DASH, chip("unknown", text("panels.gpus.none")), why(r)];
    const terms = `${plan.precision}, ${sellerWords(plan, words)}, ${words.kinds[plan.kind] ?? plan.kind}`;
    return [
      name,
      [machineWords(plan, words), " ", element("small", {}, terms)],
      [money(plan.usd_per_month), " ", element("small", {}, money(plan.usd_per_million_output))],
      banded(plan.ttft_ms, plan.ttft_band),
      banded(plan.itl_ms, plan.itl_band),
      [chip(plan.slo, words.statuses[plan.slo] ?? plan.slo), " ", chip(plan.evidence, text(`plan.evidence.${plan.evidence}`))],
      english(plan.slo === "near" ? plan.slo_reason : plan.binds),
    ];
  }

  /** Why there is no plan: what would let one in, where that can be said. @param {any} r */
  function why(r) {
    return r.relaxation ? [text("panels.gpus.looser"), " ", english(r.relaxation)] : [english(r.missing)];
  }

  /** GPUs that nothing is known of, by reason. @param {any[]} rows */
  function unknown(rows) {
    const by = /** @type {Map<string, string[]>} */ (new Map());
    for (const { gpu, missing } of rows) by.set(missing, [...(by.get(missing) ?? []), state.settings.words.gpus[gpu] ?? gpu]);
    const lines = [...by].map(([reason, gpus]) => element("li", {}, english(reason), `: ${gpus.join(", ")}`));
    return element("details", { className: "more" }, element("summary", {}, text("panels.gpus.others", { n: rows.length })), element("ul", {}, ...lines));
  }
}

/** A time with its 90 % band. @param {number} value @param {number[] | null} band */
function banded(value, band) {
  const words = bandWords(value, band);
  return [milliseconds(value), ...(words ? [" ", element("small", {}, words)] : [])];
}
