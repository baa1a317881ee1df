/**
 * A conversation: the turns as the engine takes them, what it made of the last one, and the answer to that. Steps wait for
 * each other, and all of them for Python. No document here.
 *
 * @typedef {Record<string, any>} Turn {text} | {answer, option} | {answer, text} | {set}
 * @typedef {Record<string, any>} AskRecord what `wasm_tools.ask.record` writes
 * @typedef {{turn: Turn, label: string, record: AskRecord, answer: Found}} Step
 * @typedef {{kind: "plan", ranking: any, before: any, variants: {label: string, form: any, ranking: any}[]}
 *   | {kind: "usage", ranking: any} | {kind: "offers"} | {kind: "none"}} Found
 * @typedef {ReturnType<typeof askState>} State
 */
import { unpackedText } from "./loading.mjs";
import { text } from "./texts.mjs";

/** @param {any} settings the page's data block @param {(method: string, params: unknown) => Promise<any>} call the engine */
export function askState(settings, call) {
  /** @type {((state: State) => void)[]} */
  const told = [];
  /** @type {Promise<unknown>} */
  let queue = Promise.resolve();
  /** Rankings by form, so that a step back costs nothing. @type {Map<string, Promise<any>>} */
  const rankings = new Map();
  /** @type {Map<string, Promise<string>>} */
  const prices = new Map();

  const state = {
    settings,
    call,
    /** @type {Step[]} */
    steps: [],
    /** The turn that is being worked on. @type {Turn | null} */
    waiting: null,
    busy: false,
    /** What goes on, or went wrong, in a sentence. */
    said: "",
    failed: false,
    /** Words that were refused, for the reader to mend. */
    returned: "",

    get turns() {
      return state.steps.map(({ turn }) => turn);
    },
    /** @returns {AskRecord | null} */
    get record() {
      return state.steps.length ? state.steps[state.steps.length - 1].record : null;
    },
    /** @returns {Found} */
    get answer() {
      return state.steps.length ? state.steps[state.steps.length - 1].answer : { kind: "none" };
    },

    /** The next turn. @param {Turn} turn @returns {Promise<boolean>} whether it was understood as one */
    say: (turn) => after(() => take(turn)),
    /** Turns that somebody else took, one after the other. @param {Turn[]} turns */
    again: (turns) =>
      after(async () => {
        state.steps = [];
        for (const turn of turns) if (!(await take(turn))) return false;
        tell(text("ask.script.restored", { n: turns.length }));
        return true;
      }),
    undo: () =>
      after(async () => {
        state.steps = state.steps.slice(0, -1);
        tell(text("ask.script.undone"));
        return true;
      }),
    reset: () =>
      after(async () => {
        state.steps = [];
        tell(text("ask.script.fresh"));
        return true;
      }),
    /** Called at each change, and at once. @param {(state: State) => void} fn */
    onChange(fn) {
      told.push(fn);
      fn(state);
    },
  };

  /** @param {() => Promise<boolean>} step @returns {Promise<boolean>} */
  function after(step) {
    const done = queue.then(step);
    queue = done.catch(() => {});
    return done;
  }

  /** @param {string} said @param {boolean} [busy] @param {boolean} [failed] */
  function tell(said, busy = false, failed = false) {
    Object.assign(state, { said, busy, failed });
    told.forEach((fn) => fn(state));
  }

  /** @param {Turn} turn */
  async function take(turn) {
    const before = state.record;
    Object.assign(state, { waiting: turn, returned: "" });
    const ready = globalThis.document?.documentElement.dataset.engine === "ready";
    tell(text(ready ? "ask.script.reading" : "ask.script.waiting"), true);
    try {
      const record = await call("ask", { turns: [...state.turns, turn] });
      if (record.intent === "plan") tell(text("ask.script.planning"), true);
      const answer = await found(record, turn);
      state.waiting = null;
      state.steps = [...state.steps, { turn, label: labelOf(turn, before), record, answer }];
      const n = record.questions.length;
      tell(n ? text("ask.script.understood", { n }) : text("ask.script.understood_all"));
      return true;
    } catch (error) {
      state.waiting = null;
      state.returned = "text" in turn && !("answer" in turn) ? turn.text : "";
      tell(text("ask.script.refused", { reason: /** @type {Error} */ (error).message }), false, true);
      return false;
    }
  }

  /** The answer to a record. @param {AskRecord} record @param {Turn} turn that led to it @returns {Promise<Found>} */
  async function found(record, turn) {
    if (record.intent === "plan") {
      const ranking = await ranked(record.form);
      const before = record.changed ? await ranked(record.changed.from).catch(() => null) : null;
      const variants = [];
      for (const { label, form } of record.variants) {
        const name = record.variants.length === 1 ? (turn.text ?? label) : label; // the reader's own words say it best
        variants.push({ label: name, form, ranking: await ranked(form).catch(() => null) });
      }
      return { kind: "plan", ranking, before, variants };
    }
    const { usage } = record;
    if (usage) {
      const pack = await pricesOf(usage.workload).catch(() => null);
      return { kind: "usage", ranking: pack && (await call("rank", { usage, pack })) };
    }
    return { kind: record.intent === "catalogue" ? "offers" : "none" };
  }

  /** @param {any} form */
  function ranked(form) {
    const key = JSON.stringify(form);
    const known = rankings.get(key) ?? call("plan", { form });
    rankings.set(key, known);
    known.catch(() => rankings.delete(key));
    return known;
  }

  /** The prices of a workload as text, fetched when first asked for. @param {string} workload */
  function pricesOf(workload) {
    const known = prices.get(workload) ?? fetch(new URL(settings.files[workload], document.baseURI)).then((response) => {
      if (!response.ok) throw new Error(String(response.status));
      return unpackedText(response);
    });
    prices.set(workload, known);
    known.catch(() => prices.delete(workload));
    return known;
  }

  return state;
}

/** What a turn that is no text says, in words. @param {Turn} turn @param {AskRecord | null} before */
function labelOf(turn, before) {
  if ("set" in turn) {
    return Object.entries(turn.set).map(([name, value]) => {
      const label = before?.fields.find((/** @type {any} */ field) => field.field === name)?.label ?? name;
      const shown = Array.isArray(value) ? value.join(", ") : value && typeof value === "object" ? JSON.stringify(value) : String(value);
      return value === null ? text("ask.script.cleared", { field: label }) : text("ask.script.set", { field: label, value: shown });
    }).join("; ");
  }
  if (!("answer" in turn)) return "";
  const question = before?.questions.find((/** @type {any} */ one) => one.id === turn.answer);
  const answer = turn.option === "unknown" ? text("ask.script.unknown") : (question?.options[turn.option]?.label ?? "");
  return text("ask.script.answered", { question: question?.text ?? turn.answer, answer });
}
