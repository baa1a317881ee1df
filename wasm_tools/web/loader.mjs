/**
 * The worker that a page starts: it loads the engine's files, unpacks them, and hands them to the worker that hosts
 * Python (`worker.mjs`), for which it then only passes messages on. It is a worker of its own because the script of the
 * runtime is unpacked here and the policy lets only a new worker import it, and because a page that is still being laid
 * out answers late. When Python runs it gives up the network: no figure of the reader can leave here either.
 *
 * To the page: {type: "progress", stage, loaded, total, fraction}, {type: "failed", error}, {type: "heartbeat"}, and all
 * that the worker says. To the worker: {type: "start" | "remember", …}, {type: "part", name, value | error}.
 *
 * @typedef {import("./loading.mjs").Manifest} Manifest
 * @typedef {[string, Promise<any>]} Part its name and its content
 * @typedef {{bundleUrl: string, base?: string, manifest?: Manifest, buildId?: string, packs?: string[], anew?: boolean,
 *   restores?: boolean, remembers?: boolean}} Order `anew`: past the browser's cache, `restores`: a snapshot may be
 *   used, `remembers`: one is wanted instead of a running engine
 */
import { downloads, manifestAt, progressOf, StartError, technicalText } from "./loading.mjs";
import { giveUpNetwork } from "./network.mjs";
import { keptMemory } from "./snapshots.mjs";

const HEARTBEAT_MS = 1000;
const EMPTY_WASM = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

const post = (/** @type {object} */ message) => self.postMessage(message);

/** Bring the engine up. @param {Order} order */
export async function load(order) {
  const beat = setInterval(() => post({ type: "heartbeat" }), HEARTBEAT_MS);
  try {
    await loaded(order);
  } catch (error) {
    const { message, technical } = /** @type {StartError} */ (error);
    post({ type: "failed", error: { message, field: null, technical: technical ?? technicalText(error) } });
  } finally {
    clearInterval(beat); // from here on the worker has to show that it is alive
  }
}

/** @param {Order} order */
async function loaded({ bundleUrl, buildId, anew = false, restores = false, remembers = false, ...given }) {
  const url = new URL(bundleUrl);
  const base = given.base ?? new URL(".", url).href;
  const manifest = given.manifest ?? (await manifestAt(url, buildId));
  const packs = given.packs ?? manifest.packs;
  // Parts of the engine that only some pages need come with the pack of their name.
  const archives = ["engine.zip", ...packs.map((pack) => `engine_${pack}.zip`).filter((name) => name in manifest.files)];
  const files = packs.map((pack) => `${pack}.json`);
  const names = ["pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", ...archives, ...files];
  const absent = names.find((name) => !(name in manifest.files));
  if (absent) throw new StartError(`This build of the site does not hold ${absent}.`, manifest.build_id);
  await WebAssembly.compile(EMPTY_WASM).catch((error) => {
    throw new StartError("This browser does not allow WebAssembly here.", error);
  });
  const progress = progressOf(manifest, names, (message) => post({ type: "progress", ...message }));
  const from = downloads(base, manifest, progress, anew);
  progress.stage("loading");

  // Everything is on its way at once. A failure is reported where its part is needed. The script of the runtime is
  // unpacked before all else, so that the worker for it comes up while the rest is unpacked.
  const runtime = from.bytes("pyodide.asm.mjs");
  /** @type {Part[]} */
  const parts = [
    ["wasm", from.wasm("pyodide.asm.wasm", runtime)],
    ["library", from.bytes("python_stdlib.zip", runtime)],
    ...archives.map((name) => /** @type {Part} */ ([name, from.bytes(name, runtime)])),
  ];
  const memory = restores ? keptMemory({ base, manifest, packs }) : null;
  const data = () => files.map((name) => /** @type {Part} */ ([name, from.text(name, runtime)]));
  for (const [, part] of parts) part.catch(() => {});

  const worker = pythonWorker(await runtime);
  const kept = await memory;
  const last = kept ? [/** @type {Part} */ (["memory", kept.bytes])] : data();
  const order = { base, manifest, packs, archives, loader: from.url("pyodide.mjs"), restores: kept !== null };
  worker.postMessage({ type: remembers ? "remember" : "start", ...order });
  worker.addEventListener("message", ({ data: message }) => {
    if (message.type === "stage") return progress.stage(message.stage);
    if (message.type === "packs") return hand(worker, data());
    if (message.type === "ready") {
      if (message.restored) files.forEach(progress.whole);
      progress.whole("pyodide.mjs");
      progress.stage("ready");
      giveUpNetwork();
    }
    post(message);
  });
  self.addEventListener("message", ({ data: message }) => worker.postMessage(message));
  await hand(worker, [...parts, ...last]);
}

/**
 * The worker that hosts Python. Made from a blob it inherits the policy of this one, which has the page's. The runtime's
 * script comes as a blob, too, because it was unpacked here; the policy lets only a worker's own script import it.
 * @param {Uint8Array<ArrayBuffer>} script
 */
function pythonWorker(script) {
  const runtime = objectUrl([script]);
  const wrapper = objectUrl([
    `import runtime from ${JSON.stringify(runtime)};`,
    `import { serve } from ${JSON.stringify(new URL("./worker.mjs", import.meta.url).href)};`,
    "serve(runtime);",
  ]);
  const worker = new Worker(wrapper, { type: "module" });
  const release = () => [wrapper, runtime].forEach(URL.revokeObjectURL);
  worker.addEventListener("message", release, { once: true });
  worker.addEventListener("error", (event) => {
    event.preventDefault();
    release();
    post({ type: "broken", technical: event.message ?? "The script of the worker did not load." });
  });
  return worker;
}

/** Each part as soon as it is there. @param {Worker} worker @param {Part[]} parts */
function hand(worker, parts) {
  const sent = parts.map(([name, part]) =>
    part.then(
      (value) => worker.postMessage({ type: "part", name, value }, value instanceof Uint8Array ? [value.buffer] : []),
      (error) => worker.postMessage({ type: "part", name, error: { message: error.message, technical: error.technical } }),
    ),
  );
  return Promise.all(sent);
}

/** @param {BlobPart[]} parts a module's text */
function objectUrl(parts) {
  return URL.createObjectURL(new Blob(parts, { type: "text/javascript" }));
}
