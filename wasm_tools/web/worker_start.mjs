/** Makes the worker of the engine in a way that the page's Content-Security-Policy reaches it. */
import { EngineError } from "./failures.mjs";
import { downloads } from "./loading.mjs";

/** @typedef {import("./loading.mjs").Manifest} Manifest */

const SILENT = { stage() {}, more() {}, whole() {} };

/**
 * A worker, and where its files are.
 * @param {import("./engine.mjs").Options} options @param {boolean} anew past the browser's cache
 * @returns {Promise<{worker: Worker, base: string, manifest: Manifest}>} rejects with an error in words
 */
export async function startedWorker(options, anew) {
  if (typeof Worker !== "function" || typeof WebAssembly !== "object" || typeof DecompressionStream !== "function") {
    throw new EngineError("This browser has no WebAssembly, workers or decompression, so it cannot run Python.");
  }
  const bundleUrl = new URL(options.bundleUrl ?? new URL("../bundle.json", import.meta.url), document.baseURI);
  const base = options.base ? new URL(options.base, document.baseURI).href : new URL(".", bundleUrl).href;
  const manifest = options.manifest ?? (await manifestAt(bundleUrl, options.buildId));
  if (!manifest.files["pyodide.asm.mjs"]) throw new EngineError("This build of the site does not hold pyodide.asm.mjs.");
  const load = downloads(base, manifest, SILENT, anew);
  const script = await load.bytes("pyodide.asm.mjs");
  const runtime = objectUrl([script]);
  // A worker made from a blob inherits the policy of the page. One made from a URL would not know a policy that
  // stands in a <meta> tag, and then nothing but good will would keep a bill in the browser. The runtime's script comes
  // as a blob, too, because we unpacked it; the policy lets only this wrapper import it.
  const wrapper = objectUrl([
    `import runtime from ${JSON.stringify(runtime)};`,
    `import { serve } from ${JSON.stringify(load.url("worker.mjs"))};`,
    "serve(runtime);",
  ]);
  const worker = new Worker(wrapper, { type: "module" });
  const release = () => [wrapper, runtime].forEach(URL.revokeObjectURL);
  worker.addEventListener("message", release, { once: true });
  worker.addEventListener("error", release, { once: true });
  return { worker, base, manifest };
}

/** @param {BlobPart[]} parts a module's text */
function objectUrl(parts) {
  return URL.createObjectURL(new Blob(parts, { type: "text/javascript" }));
}

/**
 * The list of a build's files. Every build leaves it under its own name, too, so that a page never gets another's.
 * @param {URL} url of the newest build's list @param {string | undefined} buildId @returns {Promise<Manifest>}
 */
async function manifestAt(url, buildId) {
  try {
    // The one file without a hash in its name: a kept copy must be asked about.
    const response = await (buildId ? fetch(new URL(`bundle-${buildId}.json`, url)) : fetch(url, { cache: "no-cache" }));
    if (buildId && response.status === 404) {
      const technical = `The site does not hold build ${buildId} any more.`;
      throw new EngineError("The site was updated since this page was loaded. Load the page again.", null, technical);
    }
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    return await response.json();
  } catch (error) {
    if (error instanceof EngineError) throw error;
    throw new EngineError("The list of the engine's files could not be loaded.", null, String(error));
  }
}
