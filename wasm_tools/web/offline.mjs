/** Keeps the tool pages for a visit without a network, and says when a newer build of the site is there. */

const ASK_MS = 1000;

/**
 * @param {string} place address of `sw.js` relative to the page
 * @param {string} buildId of this page
 * @param {(load: () => void) => void} onNewer gets what loads the newer build; the reader decides when
 */
export async function keepOffline(place, buildId, onNewer) {
  if (!("serviceWorker" in navigator)) return;
  const address = new URL(place, document.baseURI);
  const registration = await navigator.serviceWorker.register(address, { updateViaCache: "none" }).catch(() => null);
  if (!registration) return; // storage refused: the page works the same
  const see = async () => {
    const { waiting, active } = registration;
    const build = waiting && active && (await buildOf(waiting));
    if (waiting && build && build !== buildId) onNewer(() => load(waiting));
  };
  const watch = () => {
    const worker = registration.installing;
    worker?.addEventListener("statechange", () => {
      if (worker.state === "installed") see();
      if (worker.state === "activated") keepShown(worker);
    });
  };
  registration.addEventListener("updatefound", watch);
  watch();
  see();
  if (registration.active) keepShown(registration.active);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) registration.update().catch(() => {}); // a tab that was left open over night
  });
}

/** Data that the page had loaded before there was anybody to keep them. @param {ServiceWorker} worker */
function keepShown(worker) {
  const urls = performance.getEntriesByType("resource").map((entry) => entry.name);
  worker.postMessage({ type: "keep", urls: urls.filter((url) => url.includes("/api/v1/")) });
}

/** @param {ServiceWorker} worker @returns {Promise<string>} the build whose pages it keeps; "" without an answer */
function buildOf(worker) {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => resolve(data);
    setTimeout(resolve, ASK_MS, "");
    worker.postMessage({ type: "build" }, [port2]);
  });
}

/** @param {ServiceWorker} waiting */
function load(waiting) {
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
  waiting.postMessage({ type: "activate" });
}
