/**
 * What the page asks the engine about bills: read in steps, so that it can be stopped; then shares, rows and exports of
 * the report that the worker keeps.
 *
 * @typedef {import("./engine.mjs").Given} Given
 * @typedef {{phase: string, file: string, at: number, files: number, rows: number, of: number}} Progress
 * @typedef {Record<string, any>} Bill the record of `wasm_tools.invoice.report.to_record`
 */
import { Superseded } from "./failures.mjs";
import { keptWork } from "./kept_work.mjs";

const ROWS = 2000; // of cells in one message: a few milliseconds of the page
const PATIENCE_MS = 1500; // how long a step that nobody waits for may go on

/** @param {{start: () => Promise<ReturnType<typeof import("./engine.mjs").startEngine>>}} card */
export function billWork(card) {
  /** @type {{files: Given[], options: object} | null} what the shown report was made from */
  let asked = null;
  let turn = 0;
  let shareTurn = 0;

  /**
   * Read the files and make the report. Rejects with Superseded when it was stopped or asked anew.
   * @param {Given[]} files @param {object} options @param {(progress: Progress) => void} onProgress @returns {Promise<Bill>}
   */
  async function analyse(files, options, onProgress) {
    const mine = ++turn;
    const engine = await card.start();
    await engine.ready;
    const step = async (/** @type {string} */ method, /** @type {object} */ params, /** @type {Given[]} */ given) => {
      if (mine !== turn) throw new Superseded();
      const answer = await engine.call(method, params, { files: given });
      if (mine !== turn) throw new Superseded();
      return answer;
    };
    let answer = await step("invoice", { options }, files);
    while (!answer.record) {
      onProgress(answer.progress);
      answer = await step("invoice_step", {}, []);
    }
    const { record } = answer;
    while (record.cells.rows.length < record.cells.count) {
      const more = await step("invoice_cells", { start: record.cells.rows.length, count: ROWS }, []);
      if (!more.rows.length) break;
      record.cells.rows.push(...more.rows);
    }
    asked = { files, options };
    return record;
  }

  const about = keptWork(card, () => asked ? analyse(asked.files, asked.options, () => {}) : undefined);

  return {
    analyse,

    /** The opportunities for these options of shares and delta; null when newer ones were asked for meanwhile. @param {object} options */
    async shares(options) {
      const mine = ++shareTurn;
      const found = await about("invoice_shares", { options });
      if (asked) asked.options = options;
      return mine === shareTurn ? found.opportunities : null;
    },

    /** @param {string} form @returns {Promise<{name: string, media_type: string, text: string}>} */
    exported: (form) => about("invoice_export", { form }),

    /** Stop what is read. A step that takes long is ended with its Python. Says whether that was needed. */
    async stop() {
      turn += 1;
      const engine = await card.start();
      if (engine.state !== "busy") return false;
      const stopped = await Promise.race([
        engine.call("invoice_stop", {}).then(() => true, () => true),
        new Promise((resolve) => setTimeout(resolve, PATIENCE_MS, false)),
      ]);
      if (!stopped) engine.restart();
      return !stopped;
    },
  };
}
