/** Makes the worker of the engine in a way that the page's Content-Security-Policy reaches it. */
import { EngineError } from "./failures.mjs";

/** @typedef {import("./loading.mjs").Manifest} Manifest */

/**
 * The worker and its first order.
 * @param {import("./engine.mjs").Options} options
 * @returns {Promise<{worker: Worker, base: string, manifest: Manifest}>} rejects with an EngineError
 */
export async function startedWorker(options) {
  if (typeof Worker !== "function" || typeof WebAssembly !== "object") {
    throw new EngineError("This browser has no WebAssembly or no workers, so it cannot run Python.");
  }
  const bundleUrl = new URL(options.bundleUrl ?? new URL("../bundle.json", import.meta.url), document.baseURI);
  const base = options.base ? new URL(options.base, document.baseURI).href : new URL(".", bundleUrl).href;
  const manifest = options.manifest ?? (await manifestAt(bundleUrl));
  if (options.buildId && options.buildId !== manifest.build_id) {
    const technical = `page: ${options.buildId}, site: ${manifest.build_id}`;
    throw new EngineError("The site was updated since this page was loaded. Load the page again.", null, technical);
  }
  const script = new URL(manifest.files["worker.mjs"].file, base).href;
  // A worker made from a blob inherits the policy of the page. One made from a URL would not know a policy that
  // stands in a <meta> tag, and then nothing but good will would keep a bill in the browser.
  const wrapper = URL.createObjectURL(new Blob([`import ${JSON.stringify(script)};`], { type: "text/javascript" }));
  const worker = new Worker(wrapper, { type: "module" });
  const release = () => URL.revokeObjectURL(wrapper);
  worker.addEventListener("message", release, { once: true });
  worker.addEventListener("error", release, { once: true });
  return { worker, base, manifest };
}

/** @param {URL} url @returns {Promise<Manifest>} */
async function manifestAt(url) {
  try {
    // The one file without a hash in its name: a kept copy must be asked about.
    const response = await fetch(url, { cache: "no-cache" });
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    return await response.json();
  } catch (error) {
    throw new EngineError("The list of the engine's files could not be loaded.", null, String(error));
  }
}
