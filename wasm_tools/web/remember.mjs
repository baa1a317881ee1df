/**
 * Has a snapshot of Python made for later visits, in idle time and by a worker of its own. Where the site is kept in this
 * browser, that worker compiles the runtime from there, so that the browser keeps the compiled code as well.
 */
import { startedWorker } from "./worker_start.mjs";

const AT_MOST_MS = 120_000;
const CODE_KEPT_MS = 3000; // a browser waits for code to settle before it keeps it
const CONTROL_MS = 20_000;
const NEEDED_BYTES = 400_000_000; // several snapshots, so that storage is never the worry
const NEEDED_GIGABYTES = 4;

/**
 * @param {import("./engine.mjs").Options} options as those of the engine that runs
 * @returns {Promise<boolean>} whether there is a snapshot now; it never fails
 */
export async function remember(options) {
  try {
    if (!(await hasRoom())) return false;
    await controlled();
    const worker = startedWorker(options, { remembers: true });
    const made = new Promise((resolve) => {
      const end = setTimeout(resolve, AT_MOST_MS, false);
      worker.addEventListener("error", () => resolve(false));
      worker.addEventListener("message", ({ data }) => {
        if (!["remembered", "failed", "broken"].includes(data.type)) return;
        clearTimeout(end);
        resolve(data.type === "remembered");
      });
    });
    made.then((done) => setTimeout(() => worker.terminate(), done ? CODE_KEPT_MS : 0));
    return await made;
  } catch {
    return false;
  }
}

/** Wait, not for ever, until a service worker that is on its way answers for this page. */
async function controlled() {
  const { serviceWorker } = navigator;
  if (!serviceWorker || serviceWorker.controller) return;
  const { installing, waiting, active } = (await serviceWorker.getRegistration()) ?? {};
  if (!installing && !waiting && active?.state !== "activating") return; // none, or the page was loaded past it
  await new Promise((resolve) => {
    serviceWorker.addEventListener("controllerchange", resolve, { once: true });
    setTimeout(resolve, CONTROL_MS);
  });
}

/** A snapshot takes memory while it is made and storage afterwards; small machines do without. */
async function hasRoom() {
  const { storage, deviceMemory = NEEDED_GIGABYTES } = /** @type {any} */ (navigator);
  if (!("caches" in globalThis) || deviceMemory < NEEDED_GIGABYTES) return false;
  const { quota = 0, usage = 0 } = (await storage?.estimate?.()) ?? {};
  return quota - usage > NEEDED_BYTES;
}
