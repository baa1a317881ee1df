/** Has a snapshot of Python made for later visits, in idle time and by a worker of its own. */
import { startedWorker } from "./worker_start.mjs";

const AT_MOST_MS = 120_000;
const NEEDED_BYTES = 400_000_000; // several snapshots, so that storage is never the worry
const NEEDED_GIGABYTES = 4;

/**
 * @param {import("./engine.mjs").Options} options as those of the engine that runs
 * @returns {Promise<boolean>} whether there is a snapshot now; it never fails
 */
export async function remember(options) {
  try {
    if (!(await hasRoom())) return false;
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
    return await made.finally(() => worker.terminate());
  } catch {
    return false;
  }
}

/** A snapshot takes memory while it is made and storage afterwards; small machines do without. */
async function hasRoom() {
  const { storage, deviceMemory = NEEDED_GIGABYTES } = /** @type {any} */ (navigator);
  if (!("caches" in globalThis) || deviceMemory < NEEDED_GIGABYTES) return false;
  const { quota = 0, usage = 0 } = (await storage?.estimate?.()) ?? {};
  return quota - usage > NEEDED_BYTES;
}
