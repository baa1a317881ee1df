/**
 * Starts Python while the rest of the page is still arriving, on a page whose `<script data-engine-build data-packs>`
 * this is. Readers who save data decide for themselves.
 */
import { startEngine } from "./engine.mjs";

const tag = /** @type {HTMLElement | null} */ (document.querySelector("script[data-engine-build]"));

/** @type {{engine: ReturnType<typeof startEngine>, options: import("./engine.mjs").Options, began: number} | null} */
let begun = null;

if (tag && /** @type {any} */ (navigator).connection?.saveData !== true) {
  const { engineBuild = "", packs = "" } = tag.dataset;
  document.documentElement.dataset.engine = "loading";
  const options = { buildId: engineBuild, packs: packs.split(" ") };
  begun = { engine: startEngine(options), options, began: performance.now() };
}

/** What was begun, or null; whoever looks after it adds `onState` and `onProgress` to its options. */
export const early = begun;
