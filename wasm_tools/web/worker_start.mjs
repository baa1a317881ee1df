/** Starts the engine's worker in a way that the page's Content-Security-Policy reaches it. */
import { EngineError } from "./failures.mjs";

/**
 * The worker that loads the engine and hosts it, at once.
 * @param {import("./engine.mjs").Options} options @param {Partial<import("./loader.mjs").Order>} how
 * @returns {Worker} throws an error in words
 */
export function startedWorker({ bundleUrl, base, manifest, buildId, packs }, how) {
  if (typeof Worker !== "function" || typeof WebAssembly !== "object" || typeof DecompressionStream !== "function") {
    throw new EngineError("This browser has no WebAssembly, workers or decompression, so it cannot run Python.");
  }
  const whole = (/** @type {string | URL} */ address) => new URL(address, document.baseURI).href;
  /** @type {import("./loader.mjs").Order} */
  const order = { bundleUrl: whole(bundleUrl ?? new URL("../bundle.json", import.meta.url)), manifest, buildId, packs, ...how };
  if (base) order.base = whole(base);
  // A worker made from a blob inherits the policy of the page. One made from a URL would not know a policy that stands
  // in a <meta> tag, and then nothing but good will would keep a bill in the browser.
  const script = `import { load } from ${JSON.stringify(new URL("./worker.mjs", import.meta.url).href)}; load(${JSON.stringify(order)});`;
  const address = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  const worker = new Worker(address, { type: "module" });
  for (const event of ["message", "error"]) worker.addEventListener(event, () => URL.revokeObjectURL(address), { once: true });
  return worker;
}
