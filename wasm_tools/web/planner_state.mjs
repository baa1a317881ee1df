/**
 * What the planner's page knows, shared by the form, the answer and the panels: the fields, the question that was asked
 * last, its answer, and the steps back. No document here.
 *
 * @typedef {import("./planner_inputs.mjs").Fields} Fields
 * @typedef {import("./plan_answers.mjs").Ranking & {as_of: string, possible: number, excluded: any[]}} Answer
 * @typedef {ReturnType<typeof plannerState>} State
 * @typedef {(state: State) => void} Listener
 */
import { unpackedText } from "./loading.mjs";
import { addressOf, effectiveOf, fieldsOfAddress, precomputedFor, recordOf } from "./planner_inputs.mjs";
import { text } from "./texts.mjs";

const TYPING_MS = 800; // edits of one field within this time are one step back
const PAUSE_MS = 60; // one answer a pause, not one a digit; after a pause the first edit is answered at once
const ADDRESS_MS = 250; // browsers refuse more than a few address changes a second
const STEPS_KEPT = 200;

/**
 * @param {any} settings the page's data block
 * @param {(onReady: (engine: import("./runtime_card.mjs").Engine) => void) => {start: () => Promise<import("./runtime_card.mjs").Engine>}} runtimeOf
 */
export function plannerState(settings, runtimeOf) {
  /** @type {import("./planner_inputs.mjs").Grid} */
  const grid = settings.grid;
  /** @type {Record<"answer" | "fields" | "turn", Listener[]>} */
  const told = { answer: [], fields: [], turn: [] };
  /** @type {{past: Fields[], future: Fields[], last: string, at: number}} */
  const steps = { past: [], future: [], last: "", at: 0 };
  /** @type {((params: unknown) => Promise<any>) | null} */
  let ask = null;
  let turn = 0;
  let answerTimer = 0;
  let addressTimer = 0;
  let editedAt = -PAUSE_MS;

  const state = {
    settings,
    fields: fieldsOfAddress(grid, new URLSearchParams(location.search)),
    /** @type {Record<string, any>} the form record whose answer is shown, or will be */
    record: {},
    /** @type {import("./planner_inputs.mjs").Inputs} what it amounts to */
    inputs: effectiveOf(grid, {}),
    /** @type {any} what is shown; null before anything is */
    ranking: null,
    /** @type {"" | "precomputed" | "engine"} */
    source: /** @type {"" | "precomputed" | "engine"} */ (""),
    /** Where the answer comes from, in words. */
    note: "",
    /** @type {{name: string, note?: string} | null} the saved scenario that the fields are; null: they are none */
    scenario: /** @type {{name: string, note?: string} | null} */ (null),
    /** Whether an answer is on its way. */
    busy: false,
    /** @type {import("./failures.mjs").EngineError | null} why the last question has no answer */
    error: /** @type {import("./failures.mjs").EngineError | null} */ (null),

    /**
     * Ask the engine anything; waits until it runs, and starts it.
     * @param {string} method @param {unknown} params @param {import("./engine.mjs").CallOptions} [how]
     */
    call: async (method, params, how = {}) => (await runtime.start()).call(method, params, how),

    /** The figures that the fields amount to now, defaults included. */
    get effective() {
      return effectiveOf(grid, state.fields);
    },
    /** Set fields, "" for the default: a step that can be taken back, then form, address and answer follow. @param {Fields} fields @param {string} [why] names edits that belong together */
    change(fields, why = "") {
      const next = Object.fromEntries(Object.entries({ ...state.fields, ...fields }).filter(([, value]) => value !== ""));
      if (sameFields(next, state.fields)) return;
      const now = performance.now();
      if (!why || why !== steps.last || now - steps.at > TYPING_MS) steps.past.push(state.fields);
      if (steps.past.length > STEPS_KEPT) steps.past.shift();
      Object.assign(steps, { future: [], last: why, at: now });
      put(next);
    },
    undo: () => step(steps.past, steps.future),
    redo: () => step(steps.future, steps.past),
    get canUndo() {
      return steps.past.length > 0;
    },
    get canRedo() {
      return steps.future.length > 0;
    },

    /** Called at each new answer, and at once where one is there. @param {Listener} fn */
    onAnswer(fn) {
      told.answer.push(fn);
      if (state.ranking) fn(state);
    },
    /** Called at each change of the fields, and at once. @param {Listener} fn */
    onFields(fn) {
      told.fields.push(fn);
      fn(state);
    },
    /** Called when a question is put, and when it is answered or refused. @param {Listener} fn */
    onTurn(fn) {
      told.turn.push(fn);
    },
  };

  const tell = (/** @type {"answer" | "fields" | "turn"} */ what) => told[what].forEach((fn) => fn(state));

  /** @param {Fields} fields */
  function put(fields) {
    state.fields = fields;
    tell("fields");
    clearTimeout(addressTimer);
    addressTimer = window.setTimeout(() => history.replaceState(null, "", pageAddress()), ADDRESS_MS);
    clearTimeout(answerTimer);
    const resting = !state.busy && performance.now() - editedAt > PAUSE_MS;
    editedAt = performance.now();
    begin(); // from here on what is shown answers an earlier question
    answerTimer = window.setTimeout(answerNow, resting ? 0 : PAUSE_MS);
  }

  function pageAddress() {
    const stated = String(addressOf(grid, state.fields));
    return stated ? `?${stated}` : location.pathname;
  }

  /** @param {Fields[]} from @param {Fields[]} to */
  function step(from, to) {
    const fields = from.pop();
    if (!fields) return;
    to.push(state.fields);
    steps.last = "";
    put(fields);
  }

  /** The answer of the engine when it runs, else the nearest precomputed one. */
  async function answerNow() {
    if (!ask) return showPrecomputed();
    const mine = ++turn;
    const began = performance.now();
    const [record, inputs] = [recordOf(grid, state.fields), state.effective];
    begin();
    try {
      const ranking = await ask({ form: record });
      if (mine !== turn) return;
      const ms = Math.max(1, Math.round(performance.now() - began));
      end({ record, inputs, ranking, source: "engine", note: text("planner.script.computed", { ms }) });
    } catch (error) {
      const said = /** @type {import("./failures.mjs").EngineError} */ (error);
      if (said.name !== "Superseded" && mine === turn) refuse(said);
    }
  }

  /** Fetch and show what was computed at night for this question or for its nearest neighbour. */
  async function showPrecomputed() {
    const mine = ++turn;
    const [record, inputs] = [recordOf(grid, state.fields), state.effective];
    const { path, exact } = precomputedFor(grid, state.fields);
    begin();
    try {
      const response = await fetch(new URL(`${settings.root}api/v1/${path}.json.gz`, document.baseURI));
      if (!response.ok) throw new Error(text("planner.script.answered", { status: String(response.status) }));
      const stored = JSON.parse(await unpackedText(response));
      // A page that was kept, or left open over night, must not mix its prices with those of a newer build.
      if (stored.as_of !== settings.as_of) throw new Error(text("planner.script.other_day", { date: stored.as_of }));
      const ranking = stored.classes ? stored.classes[inputs.class] : stored;
      if (!ranking) throw new Error(text("planner.script.no_class", { name: inputs.class }));
      if (mine !== turn) return;
      const near = text("planner.script.nearest", { question: path.replace(/^[^/]*\//, "").replaceAll("/", ", ") });
      const whole = { ...ranking, as_of: stored.as_of, workload: stored.workload };
      end({ record, inputs, ranking: whole, source: "precomputed", note: exact ? text("planner.script.exact") : near });
    } catch (error) {
      // What the page came with stays; the engine will answer.
      const reason = text("planner.script.not_loaded", { reason: /** @type {Error} */ (error).message });
      if (mine === turn) end({ note: reason });
    }
  }

  function begin() {
    state.busy = true;
    tell("turn");
  }

  /** @param {Partial<typeof state>} found */
  function end(found) {
    Object.assign(state, { ...found, error: null });
    if (found.ranking) tell("answer");
    state.busy = false;
    tell("turn");
  }

  /** @param {import("./failures.mjs").EngineError} error */
  function refuse(error) {
    Object.assign(state, { error, busy: false });
    tell("turn");
  }

  const runtime = runtimeOf((engine) => {
    ask = engine.latest("plan");
    answerNow();
  });
  showPrecomputed();
  return state;
}

/** @param {Fields} a @param {Fields} b */
function sameFields(a, b) {
  return Object.keys(a).length === Object.keys(b).length && Object.entries(a).every(([name, value]) => b[name] === value);
}
