/**
 * The card at the bottom of a tool page: what Python is doing, how far it is, and the way out when it failed.
 * It also starts the engine where that has not begun early: when the page is idle, or on request where the reader saves data.
 *
 * @typedef {import("./engine.mjs").State} State
 * @typedef {ReturnType<typeof import("./engine.mjs").startEngine>} Engine
 */
import { startEngine } from "./engine.mjs";
import { megabytes } from "./figures.mjs";
import { localNumber, text } from "./texts.mjs";

const REMEMBER_AFTER_MS = 4000;
const STAGES = ["loading", "starting", "reading data", "ready"];
/** What goes on, in words. @param {string} stage */
const stageWords = (stage) => (STAGES.includes(stage) ? text(`tools.script.${stage.replace(" ", "_")}`) : stage);

/**
 * @param {HTMLElement} card holds [data-runtime-text], a progress and [data-runtime-action]
 * @param {{packs: string[], buildId: string, bytes: number, watchdogSeconds?: number, remembers?: boolean}} options
 *   `remembers`: whether later visits start from a snapshot of Python with these packs
 * @param {(engine: Engine) => void} onReady called at each change to "ready" and "busy" from a start
 */
export function runtimeCard(card, { packs, buildId, bytes, watchdogSeconds, remembers = false }, onReady) {
  const said = /** @type {HTMLElement} */ (card.querySelector("[data-runtime-text]"));
  const progress = /** @type {HTMLProgressElement} */ (card.querySelector("progress"));
  const action = /** @type {HTMLButtonElement} */ (card.querySelector("[data-runtime-action]"));
  const technical = /** @type {HTMLElement} */ (card.querySelector("[data-runtime-technical]"));
  const newer = /** @type {HTMLElement} */ (card.querySelector("[data-runtime-newer]"));
  const root = document.documentElement;
  /** @type {Promise<Engine> | null} */
  let started = null;
  let began = 0;
  let mayRemember = remembers;
  let kept = false;
  /** @type {import("./engine.mjs").Begun | undefined} by the script in the head of the page */
  const begun = /** @type {any} */ (globalThis).atlasEngine;
  const saves = /** @type {any} */ (navigator).connection?.saveData === true;

  /** @param {State} state @param {{message: string, technical: string} | null} failure @param {Engine | null} engine */
  function show(state, failure, engine) {
    progress.hidden = state !== "starting" && state !== "restarting";
    action.hidden = state !== "failed";
    technical.hidden = !failure?.technical;
    if (state === "failed") {
      root.dataset.engine = "failed";
      said.textContent = failure?.message ?? text("tools.script.no_start");
      /** @type {HTMLElement} */ (technical.querySelector("pre")).textContent = failure?.technical ?? "";
      action.textContent = text("tools.script.again");
      action.onclick = () => engine?.restart();
    } else if (state === "ready" || state === "busy") {
      const first = root.dataset.engine !== "ready";
      root.dataset.engine = "ready";
      if (first) {
        const seconds = localNumber(((performance.now() - began) / 1000).toFixed(1));
        said.textContent = text("tools.script.runs", { seconds });
        if (engine) onReady(engine);
        if (engine && !engine.restored) setTimeout(rememberLater, REMEMBER_AFTER_MS, engine);
      }
      // At once where files of the reader may come: no request follows them. Elsewhere not beside the first answer.
      if (!begun || engine?.state === "ready") keep();
    } else if (state === "restarting") {
      root.dataset.engine = "loading";
      said.textContent = text("tools.script.afresh");
    }
  }

  /** From the first use on the page is there without a network, too. */
  async function keep() {
    const { offline } = card.dataset;
    if (kept || saves || !offline) return;
    kept = true;
    const { keepOffline } = await import("./offline.mjs");
    await keepOffline(offline, buildId, (load) => {
      newer.hidden = false;
      /** @type {HTMLButtonElement} */ (newer.querySelector("button")).onclick = load;
    });
  }

  /** Once, when nothing is being calculated. @param {Engine} engine */
  function rememberLater(engine) {
    if (!mayRemember || saves) return;
    if (engine.state !== "ready") return setTimeout(rememberLater, REMEMBER_AFTER_MS, engine);
    mayRemember = false;
    whenIdle(async () => (await import("./remember.mjs")).remember({ packs, buildId }));
  }

  async function launch() {
    root.dataset.engine = "loading";
    began = begun?.at ?? performance.now();
    action.hidden = true;
    progress.hidden = false;
    said.textContent = stageWords("loading");
    /** @type {import("./engine.mjs").Options} */
    const options = {
      onProgress({ stage, loaded, total, fraction }) {
        progress.value = fraction;
        const known = stageWords(stage);
        const of = { stage: known, loaded: megabytes(loaded), total: megabytes(total) };
        said.textContent = stage === "loading" ? text("tools.script.progress", of) : known;
      },
      onState: (state, failure) => show(state, failure, engine),
    };
    /** @type {Engine} */
    const engine = startEngine({ packs, buildId, begun, ...(watchdogSeconds && { watchdogSeconds }), ...options });
    if (engine.state !== "starting") show(engine.state, engine.failure, engine);
    return engine;
  }

  function start() {
    started ??= launch();
    started.catch((error) => show("failed", { message: text("tools.script.not_loaded"), technical: String(error) }, null));
    return started;
  }

  if (saves) {
    said.textContent = text("tools.script.saving");
    action.hidden = false;
    action.textContent = text("tools.script.load", { size: megabytes(bytes) });
    action.onclick = () => void start();
  } else if (begun) {
    start();
  } else {
    whenIdle(start);
  }
  return { start };
}

/** @param {() => unknown} run */
function whenIdle(run) {
  if (window.requestIdleCallback) requestIdleCallback(() => void run());
  else setTimeout(run, 1);
}
