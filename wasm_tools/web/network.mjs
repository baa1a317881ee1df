/** What a worker gives up before it sees a figure of the reader. */

/** All that can start a request in a worker. `Worker` too: a second one would have all the others again. */
const NETWORK = [
  "fetch", "fetchLater", "XMLHttpRequest", "WebSocket", "WebSocketStream", "WebTransport", "EventSource",
  "importScripts", "Worker", "SharedWorker", "caches",
];

/** Take every way to start a request out of this scope for good: from here on no figure of the reader can leave. */
export function giveUpNetwork() {
  for (const name of NETWORK) {
    for (let holder = globalThis; holder; holder = Object.getPrototypeOf(holder)) {
      Reflect.deleteProperty(holder, name);
    }
    Object.defineProperty(globalThis, name, { value: undefined, writable: false, configurable: false });
  }
}
