/**
 * The planner's panel of changes: each with the best plan after it and the difference, one computed after the other. A
 * press makes the change; it can be taken back like any other.
 */
import { DASH, milliseconds, money, rate, seconds, signedPercent } from "./figures.mjs";
import { element } from "./panel.mjs";
import { chip, panelTable } from "./panel_table.mjs";
import { nameWords } from "./plan_words.mjs";
import { computedPanel } from "./planner_panel.mjs";
import { fieldsOfRecord } from "./planner_values.mjs";
import { english, text } from "./texts.mjs";

/** Ids name the offer and how it runs, not how many replicas. @param {any} a @param {any} b */
const samePlan = (a, b) => a.id === b?.id && a.replicas === b.replicas;

/** @param {import("./planner_panel.mjs").State} state @param {HTMLElement} host */
export function whatIfPanel(state, host) {
  const { words, grid } = state.settings;
  const done = element("p", { className: "what-if-done", hidden: true });
  const place = element("div");
  done.setAttribute("role", "status");
  host.append(element("p", { className: "muted" }, text("panels.what_if.about")), done, place);
  /** @type {{title: string, plan: any} | null} what was just made, until its answer is there */
  let made = null;

  computedPanel(state, /** @type {HTMLDetailsElement} */ (host), async ({ call, signal, say }) => {
    const { changes, ...before } = await call("what_if");
    if (signal.aborted) return;
    if (made) told(made, before);
    made = null;
    const columns = ["change", "month", "difference", "plan", "ttft", "e2e", "target", "apply"].map((name) => text(`panels.what_if.column.${name}`));
    const { box, body, row } = panelTable(text("panels.what_if.caption"), columns, [1, 2, 4, 5]);
    const rows = changes.map((/** @type {any} */ change) => row([titleOf(change), "", "", text("panels.what_if.waiting"), "", "", "", button(change, before.plan)]));
    const [plan, month, ...rest] = figures(before);
    body.append(row([text("panels.what_if.now"), month, "", plan, ...rest, ""]), ...rows);
    place.replaceChildren(box);
    for (const [n, change] of changes.entries()) {
      say(text("panels.what_if.progress", { done: n + 1, total: changes.length }));
      const after = await call("what_if", { change: n });
      if (signal.aborted) return;
      const [plan, month, ...rest] = figures(after);
      const same = after.plan && samePlan(after.plan, before.plan);
      const shown = same ? element("span", { className: "muted" }, text("panels.what_if.same_plan")) : plan;
      const filled = row([titleOf(change), month, difference(before, after), shown, ...rest, rows[n].lastElementChild?.firstChild ?? ""]);
      rows[n].replaceWith(filled);
    }
  });

  /** What a change is called. @param {{id: string, values: Record<string, any>}} change */
  function titleOf({ id, values }) {
    const { gpu, kind, provider, slo, qps, factor, ms } = values;
    return text(`panels.what_if.change.${id}`, {
      ...values,
      ...(gpu ? { gpu: words.gpus[gpu] ?? gpu } : {}),
      ...(kind ? { kind: words.kinds[kind] ?? kind } : {}),
      ...(provider ? { provider: words.providers[provider] ?? provider } : {}),
      ...(slo ? { slo: document.querySelector(`[name=slo] option[value="${slo}"]`)?.textContent ?? slo } : {}),
      ...(values.class ? { class: text(`words.class.${values.class}`) } : {}),
      ...(values.area ? { area: text(`panels.area.${values.area}`) } : {}),
      ...(qps ? { qps: rate(qps) } : {}),
      ...(factor ? { factor: rate(factor) } : {}),
      ...(ms ? { ms: milliseconds(ms) } : {}),
    });
  }

  /** Plan, cost, times and status of an outcome, or why there is none. @param {any} outcome @returns {(string | Node | (string | Node)[])[]} */
  function figures({ plan, dependable, refused = "", relaxation = "" }) {
    if (refused) return [english(refused), DASH, DASH, DASH, chip("unknown", text("panels.what_if.refused"))];
    if (!plan) {
      const help = relaxation ? [text("panels.what_if.nothing"), " ", text("panels.what_if.help"), " ", english(relaxation)] : [text("panels.what_if.nothing")];
      return [help, DASH, DASH, DASH, chip("gone", text("panels.what_if.none"))];
    }
    const name = dependable ? [nameWords(plan, words)] : [nameWords(plan, words), " ", element("small", {}, text("panels.what_if.bound"))];
    const times = plan.ttft_ms === null ? [DASH, DASH] : [`${milliseconds(plan.ttft_ms)} ms`, `${seconds(plan.e2e_ms)} s`];
    return [name, money(plan.usd_per_month), ...times, chip(plan.slo, words.statuses[plan.slo] ?? plan.slo)];
  }

  /** @param {any} before @param {any} after */
  function difference(before, after) {
    if (after.usd_difference === null) return DASH;
    if (samePlan(after.plan, before.plan) && Math.abs(after.usd_difference) < 0.005) return text("panels.what_if.same");
    const share = after.usd_difference / Number(before.plan.usd_per_month);
    return [`${after.usd_difference < 0 ? "−" : "+"}${money(String(Math.abs(after.usd_difference)))}`, " ", element("small", {}, signedPercent(share))];
  }

  /** @param {any} change @param {any} plan */
  function button(change, plan) {
    const made_of = element("button", { type: "button", className: "quiet" }, text("panels.what_if.apply"));
    made_of.setAttribute("aria-label", text("panels.what_if.apply_to", { title: titleOf(change) }));
    made_of.addEventListener("click", () => {
      made = { title: titleOf(change), plan };
      state.change(fieldsOfRecord(grid.fields, change.form));
    });
    return made_of;
  }

  /** Say what a change has made of the best plan, and offer to take it back. @param {{title: string, plan: any}} of @param {any} now */
  function told({ title, plan }, now) {
    const back = element("button", { type: "button", className: "quiet" }, text("panels.what_if.undo"));
    back.addEventListener("click", () => {
      done.hidden = true;
      state.undo();
    });
    const said = (/** @type {any} */ one) => (one ? `${nameWords(one, words)}, ${money(one.usd_per_month)}` : text("panels.what_if.none"));
    done.replaceChildren(text("panels.what_if.done", { title, before: said(plan), after: said(now.plan) }), " ", back);
    done.hidden = false;
  }
}
