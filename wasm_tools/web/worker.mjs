/**
 * The one module worker of a tab: it loads the engine's files, hosts Python, and answers requests. The page's end of it is
 * `engine.mjs`. When Python runs it gives up the network: no figure of the reader can leave here.
 *
 * In:  {type: "drop", ids}, {type: "request", id, generation, method, params, files}
 * Out: {type: "progress", stage, loaded, total, fraction}, {type: "ready", milliseconds, restored},
 *      {type: "remembered"}, {type: "failed", error},
 *      {type: "reply", id, generation, ok, result | error, broken, lacking},
 *      {type: "report", id, generation, stage, done, total}, {type: "dropped"}, {type: "heartbeat"}
 * An error is {message, field, technical}: `message` is for the reader, `technical` for a closed disclosure.
 * `broken` says that this Python will not answer again and the worker must be replaced, `lacking` that the whole
 * runtime may do what this one, which has only the functions that are used, could not.
 *
 * @typedef {{message: string, field: string | null, technical: string}} Failure
 * @typedef {{id: number, generation: number, method: string, params: unknown, files?: {name: string, content: Blob}[]}} Request
 * @typedef {import("./loader.mjs").Order} Order
 * @typedef {import("./loader.mjs").Loaded} Loaded
 */
import { loaded } from "./loader.mjs";
import { StartError, technicalText } from "./loading.mjs";
import { kept as keptMemory, packed, published } from "./memory_pages.mjs";
import { giveUpNetwork } from "./network.mjs";
import { engineIn, memoryOf, placeArchive, placeLibrary, startedPython } from "./python.mjs";
import { forgetMemory, keepMemory } from "./snapshots.mjs";
import { refusalOf } from "./worker_files.mjs";

const FIRST = "engine.zip"; // the archive that all pages get
const HEARTBEAT_MS = 1000;
const REHEARSALS = 12; // what is used often is compiled well, and the browser keeps it so
/** @type {any} the Python module `wasm_tools.browser`, once it is there */
let engine = null;
/** @type {Request[]} */
const queue = [];
/** @type {Request | null} the request that Python works on */
let current = null;
let pumping = false;
let complete = false; // whether the runtime has all its functions

const post = (/** @type {object} */ message) => self.postMessage(message);

/** Bring the engine up, or make a snapshot of it, and answer from then on. @param {Order} order */
export async function load(order) {
  self.addEventListener("message", ({ data }) => receive(data));
  setInterval(() => post({ type: "heartbeat" }), HEARTBEAT_MS);
  try {
    await (order.remembers ? remember(order) : start(order));
  } catch (error) {
    const { message, technical } = /** @type {StartError} */ (error);
    post({ type: "failed", error: { message, field: null, technical: technical ?? technicalText(error) } });
  }
}

/** @param {any} data */
function receive(data) {
  if (data.type === "drop") {
    for (const id of data.ids) {
      const place = queue.findIndex((request) => request.id === id);
      if (place >= 0) queue.splice(place, 1);
    }
    post({ type: "dropped" });
  } else if (data.type === "request") {
    queue.push(data);
    if (!pumping) {
      pumping = true;
      setTimeout(pump); // a later task, so that a "drop" which is already on its way comes first
    }
  }
}

/**
 * Bring the engine up with its data, from a snapshot where there is one, then give up the network.
 * @param {Order} order
 */
async function start(order) {
  const began = performance.now();
  complete = order.whole ?? false;
  const files = await loaded(order, progress);
  const parts = await partsOf(files);
  const kept = files.kept.then((bytes) => bytes && keptMemory(bytes)).catch(() => forgetMemory(files.base));
  const memory = complete ? null : kept.then((snapshot) => snapshot ?? publishedMemory(files));
  Promise.all([files.wasm, memory]).then(() => files.progress.stage("starting"), () => {});
  let again = false;
  let python;
  try {
    python = await startedPython(parts, memory);
    if (await kept) engine = engineIn(python, parts).engine;
    again = engine !== null;
  } catch (error) {
    if (!(await kept)) throw error;
    await forgetMemory(files.base);
    python = await startedPython(parts, publishedMemory(files));
  }
  if (!again) await firstStart(python, parts, files);
  await placeArchives(python, files);
  engine.set_reporter?.(report);
  giveUpNetwork();
  files.progress.end();
  post({ type: "ready", milliseconds: performance.now() - began, restored: again });
}

/**
 * Make the snapshot for later starts. The page asks a second worker for it, which never sees a figure of the reader.
 * @param {Order} order
 */
async function remember(order) {
  const files = await loaded(order, progress);
  const parts = await partsOf(files);
  const python = await startedPython(parts, publishedMemory(files), true);
  const tidy = await firstStart(python, parts, files);
  await placeArchives(python, files);
  engine.rehearse?.();
  tidy();
  await keepMemory(files, packed(memoryOf(python)));
  for (let n = 0; n < REHEARSALS; n++) engine.rehearse?.();
  post({ type: "remembered" });
}

const progress = (/** @type {object} */ message) => post({ type: "progress", ...message });

/** What Python is started with. @param {Loaded} files @returns {Promise<import("./python.mjs").Parts>} */
async function partsOf({ base, manifest, scripts, wasm, archives }) {
  const needed = Object.entries(archives).filter(([name]) => complete || !["library", FIRST].includes(name));
  const found = await Promise.all(needed.map(async ([name, bytes]) => [name, await bytes]));
  const { library = null, ...engine } = Object.fromEntries(found);
  return { ...(await scripts), wasm, library, engine, first: FIRST, base, lock: manifest.lock };
}

/** The archives of what is imported later, which nothing before this needs. @param {any} python @param {Loaded} files */
async function placeArchives(python, { archives }) {
  if (complete) return;
  placeLibrary(python, await archives.library);
  placeArchive(python, FIRST, await archives[FIRST]);
}

/** @param {Loaded} files */
async function publishedMemory(files) {
  return published(await /** @type {import("./loader.mjs").Bytes} */ (files.data().memory));
}

/**
 * The engine and its data in a Python without data. Returns what makes it tidy for a snapshot.
 * @param {any} python @param {import("./python.mjs").Parts} parts @param {Loaded} files
 */
async function firstStart(python, parts, { packs, data, progress }) {
  let opened;
  try {
    opened = engineIn(python, parts);
  } catch (error) {
    throw new StartError(`The calculation engine did not load. ${lastLine(error)}`, error);
  }
  engine = opened.engine;
  progress.stage("reading data");
  for (const [place, pack] of data().packs.entries()) {
    const content = await pack;
    try {
      engine.take_pack(content);
    } catch (error) {
      throw new StartError(`The data in ${packs[place]}.json could not be read. ${lastLine(error)}`, error);
    }
  }
  opened.settle();
  return opened.tidy;
}

/** Work off the queue, one request a task, so that drops and heartbeats come in between. */
async function pump() {
  const request = queue.shift();
  if (request === undefined) {
    pumping = false;
    return;
  }
  const refused = request.files?.length ? await refusalOf(request.files, engine) : null;
  current = request;
  post({ type: "reply", id: request.id, generation: request.generation, ...(refused ?? answer(request)) });
  current = null;
  setTimeout(pump);
}

/**
 * @typedef {{ok: true, result: unknown} | {ok: false, error: Failure, broken?: boolean, lacking?: boolean}} Answer
 * @param {Request} request @returns {Answer}
 */
function answer({ method, params }) {
  try {
    const reply = JSON.parse(engine.handle(method, JSON.stringify(params ?? null)));
    if (reply.ok) return { ok: true, result: reply.result };
    return { ok: false, error: { message: reply.error.message, field: reply.error.field ?? null, technical: "" } };
  } catch (error) {
    // An exception of Python leaves it sound; anything else (no stack, an abort) is the end of this runtime. So is a lack
    // of memory: what a runtime has once taken it never gives back.
    const full = lastLine(error).startsWith("MemoryError");
    const broken = full || (/** @type {any} */ (error)?.name !== "PythonError" && !(error instanceof SyntaxError));
    const happened = full ? "Python ran out of memory." : "Python broke down during the calculation.";
    const message = broken
      ? `${happened} It starts afresh; ask for less at once.`
      : `The calculation stopped at something it did not expect. ${lastLine(error)}`;
    const failure = { message, field: null, technical: technicalText(error) };
    return { ok: false, error: failure, broken, lacking: broken && !complete && trapped(error) };
  }
}

/** Whether a function was called that this runtime does not have. @param {unknown} error */
const trapped = (error) => error instanceof WebAssembly.RuntimeError && /unreachable/i.test(error.message);

/** What Python calls during a long run. To the page it is a sign of life as well. */
function report(/** @type {string} */ stage, /** @type {number} */ done, /** @type {number} */ total) {
  if (current) post({ type: "report", id: current.id, generation: current.generation, stage, done, total });
}

/** The last line of a Python traceback, which is its sentence. @param {any} error @returns {string} */
function lastLine(error) {
  return String(error?.message ?? error).trim().split("\n").at(-1) ?? "";
}
