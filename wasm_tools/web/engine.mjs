/**
 * The page's end of the engine: starts the worker that hosts Python, asks it, watches that it is alive.
 *
 *   const engine = startEngine({ onState: show, onProgress: draw });
 *   const plans = await engine.call("plan", { requests_per_second: 2 });
 *   const ask = engine.latest("plan"); // for a form: a newer question makes the older one void
 *
 * @typedef {"starting" | "ready" | "busy" | "restarting" | "failed" | "stopped"} State
 * @typedef {{stage: string, loaded: number, total: number, fraction: number}} Progress
 * @typedef {{stage: string, done: number, total: number}} Report
 * @typedef {{name: string, content: Blob}} Given a file of the reader; the worker reads it, not the page
 * @typedef {{generation?: number, signal?: AbortSignal, onReport?: (report: Report) => void, files?: Given[]}} CallOptions
 * @typedef {object} Options
 * @property {string | URL} [bundleUrl] where `bundle.json` is; by default beside the folder of this script
 * @property {import("./loading.mjs").Manifest} [manifest] its content, when the page has it; give `base` with it
 * @property {string | URL} [base] the folder of the bundle; by default the one of `bundleUrl`
 * @property {string} [buildId] the build that the page was made with; another one is refused
 * @property {string[]} [packs] data packs to load; by default all of the bundle
 * @property {number} [watchdogSeconds] how long a busy worker may give no sign of life
 * @property {number} [startSeconds] how long a starting worker may give none
 * @property {Begun} [begun] a worker that the page started before its scripts were there, with these options
 * @property {(state: State, failure: EngineError | null) => void} [onState] every change after "starting"
 * @property {(progress: Progress) => void} [onProgress] like `onState`, it may come after the start
 * @typedef {{worker: Worker, said: any[], at: number}} Begun `said` are its messages so far, `at` is when it began
 * @typedef {{id: number, generation: number, method: string, params: unknown, files: Given[], hangs: number,
 *   onReport?: (report: Report) => void, resolve: (result: any) => void, reject: (error: unknown) => void}} Pending
 */
import { EngineError, Superseded } from "./failures.mjs";
import { startedWorker } from "./worker_start.mjs";

export { EngineError, Superseded };

const TICK_MS = 250;
const STILL_WORKS = "Tables, precomputed plans and downloads on this site work without it.";

/** Start Python. Returns at once; calls wait until it is ready. @param {Options} options */
export function startEngine(options = {}) {
  const { watchdogSeconds = 20, startSeconds = 60 } = options;
  /** @type {Map<number, Pending>} in the order in which the worker answers them */
  const pending = new Map();
  /** @type {State} */
  let state = "starting";
  /** @type {EngineError | null} */
  let failure = null;
  /** @type {Worker | null} */
  let worker = null;
  let launches = 0;
  let broke = false; // Python did, once: from then on no snapshot of this browser is used
  let whole = false; // whether Python starts in the way that needs no snapshot and lacks nothing
  let restored = false;
  let lastId = 0;
  let silentMs = 0;
  /** @type {Promise<void>} */
  let ready;
  /** @type {{resolve: () => void, reject: (error: EngineError) => void}} */
  let settle;

  /** @param {State} next @param {EngineError | null} [why] */
  function enter(next, why = null) {
    if (next === state && why === failure) return;
    state = next;
    failure = why;
    options.onState?.(state, failure);
  }

  /** @param {EngineError} error */
  function end(error) {
    launches += 1; // a worker that is still on its way is not wanted any more
    worker?.terminate();
    worker = null;
    settle?.reject(error);
    rejectAll(error);
  }

  /** @param {string} sentence @param {string} technical */
  function fail(sentence, technical) {
    const error = new EngineError(`${sentence} ${STILL_WORKS}`, null, technical);
    end(error);
    enter("failed", error);
  }

  /** @param {EngineError} error */
  function rejectAll(error) {
    for (const request of pending.values()) request.reject(error);
    pending.clear();
  }

  /** Start a worker; what waits is sent to it when it is ready. @param {boolean} anew past the browser's cache */
  function launch(anew) {
    const turn = ++launches;
    silentMs = 0;
    worker?.terminate();
    worker = null;
    settle?.reject(new EngineError("Python was started afresh."));
    ready = new Promise((resolve, reject) => (settle = { resolve, reject }));
    ready.catch(() => {}); // who waits for `ready` gets the reason; nobody has to
    const { begun } = options;
    options.begun = undefined; // it is for the first start
    try {
      worker = begun?.worker ?? startedWorker(options, { anew, restores: !anew && !broke, whole });
    } catch (error) {
      const { message, technical } = /** @type {EngineError} */ (error);
      return queueMicrotask(() => turn === launches && fail(message, technical || String(error)));
    }
    worker.onmessage = ({ data }) => turn === launches && receive(data);
    worker.onerror = (event) => {
      event.preventDefault();
      if (turn === launches) breakDown(event.message ?? "The script of the worker did not load.");
    };
    begun?.said.forEach((data) => queueMicrotask(() => turn === launches && receive(data)));
  }

  const running = () => state === "ready" || state === "busy";

  /** @param {string} technical */
  function breakDown(technical) {
    fail(running() ? "The calculation engine broke down." : "Python could not start in this browser.", technical);
  }

  /** @param {any} message */
  function receive(message) {
    silentMs = 0;
    const request = pending.get(message.id);
    switch (message.type) {
      case "progress":
        options.onProgress?.(message);
        break;
      case "ready":
        restored = message.restored;
        settle.resolve();
        pending.forEach(send);
        enter(pending.size ? "busy" : "ready");
        break;
      case "broken":
        breakDown(message.technical);
        break;
      case "failed":
        if (!whole) takeWhole();
        else fail(message.error.message, message.error.technical);
        break;
      case "report":
        request?.onReport?.({ stage: message.stage, done: message.done, total: message.total });
        break;
      case "dropped":
        if (!pending.size) enter("ready");
        break;
      case "reply":
        if (message.lacking) return takeWhole();
        pending.delete(message.id);
        if (message.broken) {
          broke = true;
          relaunch();
        }
        if (!message.broken && !pending.size) enter("ready");
        if (message.ok) request?.resolve(message.result);
        else request?.reject(new EngineError(message.error.message, message.error.field, message.error.technical));
    }
  }

  /** @param {Pending} request */
  function send({ id, generation, method, params, files }) {
    worker?.postMessage({ type: "request", id, generation, method, params, files });
  }

  function relaunch() {
    const anew = state === "failed";
    if (anew) whole = false; // without a network only the other way may be there
    enter("restarting");
    launch(anew);
  }

  /** Once more, by the other way to start. What waits is asked then. */
  function takeWhole() {
    whole = true;
    relaunch();
  }

  /** A busy worker was silent for too long: replace it, and ask the question it hung on once more, not for ever. */
  function freeFromHang() {
    const [stuck] = pending.values();
    if (stuck && ++stuck.hangs === 2) {
      pending.delete(stuck.id);
      const sentence = `The calculation gave no sign of life for ${watchdogSeconds} seconds, twice.`;
      stuck.reject(new EngineError(`${sentence} Ask for less at once.`, null, `method: ${stuck.method}`));
    }
    relaunch();
  }

  // Silence is counted in ticks, not by the clock: a lid that was closed for an hour is one tick.
  const watchdog = setInterval(() => {
    silentMs += TICK_MS;
    if (state === "busy" && silentMs >= watchdogSeconds * 1000) freeFromHang();
    else if ((state === "starting" || state === "restarting") && silentMs >= startSeconds * 1000) {
      fail(`Python gave no sign of life for ${startSeconds} seconds while it started.`, `state: ${state}`);
    }
  }, TICK_MS);

  const engine = {
    /** @returns {State} */
    get state() {
      return state;
    },
    /** The reason of the state "failed", otherwise null. */
    get failure() {
      return failure;
    },
    /** Whether the present Python was put back from a snapshot. */
    get restored() {
      return restored;
    },
    /** Settles when the present start does. @returns {Promise<void>} */
    get ready() {
      return ready;
    },

    /**
     * Ask the engine. Rejects with an EngineError in words, or with the reason of an aborted signal.
     * @param {string} method @param {unknown} params JSON data @param {CallOptions} [how]
     * @returns {Promise<any>}
     */
    call(method, params, { generation = 0, signal, onReport, files = [] } = {}) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        if (state === "failed") return reject(failure);
        if (state === "stopped") return reject(new EngineError("The engine was stopped."));
        const request = { id: ++lastId, generation, method, params, files, hangs: 0, onReport, resolve, reject };
        pending.set(request.id, request);
        signal?.addEventListener("abort", () => {
          if (!pending.delete(request.id)) return;
          worker?.postMessage({ type: "drop", ids: [request.id] });
          reject(signal.reason);
        });
        if (!running()) return;
        if (state === "ready") silentMs = 0;
        send(request);
        enter("busy");
      });
    },

    /**
     * A question that is asked again and again: each call makes the one before void (it rejects with Superseded).
     * @param {string} method @returns {(params: unknown, how?: CallOptions) => Promise<any>}
     */
    latest(method) {
      let generation = 0;
      let controller = new AbortController();
      return (params, how = {}) => {
        controller.abort(new Superseded());
        controller = new AbortController();
        generation += 1;
        return engine.call(method, params, { ...how, generation, signal: controller.signal });
      };
    },

    /** Give up what runs (its callers get an error) and start afresh; the way out of "failed" too. */
    restart() {
      if (state === "stopped") return ready;
      rejectAll(new EngineError("The calculation was stopped."));
      relaunch();
      return ready;
    },

    /** End the worker for good. */
    stop() {
      clearInterval(watchdog);
      end(new EngineError("The engine was stopped."));
      enter("stopped");
    },
  };
  launch(false);
  return engine;
}
