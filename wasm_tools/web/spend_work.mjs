/**
 * What the spend page asks the engine: to read files once, then for the record of a view, pages of calls and exports of
 * what the worker keeps.
 *
 * @typedef {import("./engine.mjs").Given} Given
 * @typedef {Record<string, any>} Spend the record of `wasm_tools.spend.spend_record`
 * @typedef {{phase: string, file: string, at: number, files: number, rows: number, of: number}} Progress
 */
import { Superseded } from "./failures.mjs";
import { keptWork } from "./kept_work.mjs";

/** @param {{start: () => Promise<ReturnType<typeof import("./engine.mjs").startEngine>>}} card */
export function spendWork(card) {
  /** @type {{files: Given[], answers: object, options: object} | null} what is kept was made from */
  let asked = null;
  let turn = 0;
  let viewTurn = 0;
  let stopping = new AbortController();

  /**
   * Read the files and make the record. Rejects with Superseded when it was stopped or asked anew.
   * @param {Given[]} files @param {object} answers @param {object} options @param {(progress: Progress) => void} onProgress @returns {Promise<Spend>}
   */
  async function read(files, answers, options, onProgress) {
    const mine = ++turn;
    stopping.abort(new Superseded());
    stopping = new AbortController();
    const { signal } = stopping;
    const engine = await card.start();
    await engine.ready;
    if (mine !== turn) throw new Superseded();
    const names = files.map((file) => file.name);
    const onReport = (/** @type {import("./engine.mjs").Report} */ { stage, done, total }) =>
      onProgress({ phase: stage ? "reading" : "opening", file: stage, at: names.indexOf(stage) + 1 || 1, files: names.length, rows: done, of: total });
    const record = await engine.call("spend", { options, answers }, { files, signal, onReport });
    asked = { files, answers, options };
    return record;
  }

  const about = keptWork(card, () => asked ? read(asked.files, asked.answers, asked.options, () => {}) : undefined);

  return {
    /** As `read`; no view of what was read before is shown any more. @type {typeof read} */
    read(...given) {
      viewTurn += 1;
      return read(...given);
    },

    /** The record under other options; null when newer ones were asked for meanwhile. @param {object} options @returns {Promise<Spend | null>} */
    async view(options) {
      const mine = ++viewTurn;
      const record = await about("spend_view", { options });
      return mine === viewTurn ? record : null;
    },

    /** @param {object} options @param {object} query */
    page: (options, query) => about("spend_calls", { options, query }),

    /** @param {object} options @param {string} form @returns {Promise<{name: string, media_type: string, text: string}>} */
    exported: (options, form) => about("spend_export", { options, form }),

    /** @param {{day: string, models: string[][]}} sample @returns {Promise<{text: string, budgets: any[]}>} */
    sample: (sample) => about("spend_sample", sample),

    /** @param {{days: number, entries: object[]}} plan @returns {Promise<any>} its cost; rejects with what is wrong with it */
    async estimate(plan) {
      const engine = await card.start();
      await engine.ready;
      return engine.call("spend_estimate", { plan });
    },

    /** Stop what is read: Python that is in the middle of it is replaced. Says whether that was needed. */
    async stop() {
      turn += 1;
      stopping.abort(new Superseded());
      const engine = await card.start();
      if (engine.state !== "busy") return false;
      engine.restart();
      return true;
    },
  };
}
