/**
 * Snapshots of Python's memory in this browser's storage: made in idle time, restored at later starts. One belongs to
 * exactly one build and choice of packs. Nothing depends on them: whatever is wrong with one means a plain start.
 *
 * @typedef {{base: string, manifest: import("./loading.mjs").Manifest, packs: string[]}} Order
 */

/** The folder's path is part of the name: several sites may share an origin, and its storage. @param {string} base */
const cacheName = (base) => `atlas-memory ${new URL(base).pathname}`;

/** @param {Order} order */
const address = ({ base, manifest, packs }) => new URL(`memory/${manifest.build_id}/${packs.join("+")}`, base).href;

/**
 * The snapshot for a start, or null. `bytes` may still be on their way, and may fail.
 * @param {Order} order @returns {Promise<{bytes: Promise<Uint8Array>} | null>}
 */
export async function keptMemory(order) {
  try {
    const kept = await caches.match(address(order), { cacheName: cacheName(order.base) });
    if (!kept) return null;
    const bytes = kept.arrayBuffer().then((buffer) => new Uint8Array(buffer));
    bytes.catch(() => {}); // it is reported where it is needed
    return { bytes };
  } catch {
    return null; // no storage in this context
  }
}

/** Store a snapshot in the place of all others. @param {Order} order @param {Uint8Array<ArrayBuffer>} memory */
export async function keepMemory(order, memory) {
  await forgetMemory(order.base);
  const cache = await caches.open(cacheName(order.base));
  await cache.put(address(order), new Response(memory));
}

/** @param {string} base */
export async function forgetMemory(base) {
  await globalThis.caches?.delete(cacheName(base)).catch(() => {});
}
