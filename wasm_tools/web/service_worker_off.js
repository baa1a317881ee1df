/**
 * The way back: published in the place of `sw.js` it takes away what that one kept, and itself. Browsers ask for `sw.js`
 * at every visit of a tool page, so that no reader is left behind.
 */
"use strict";
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) =>
  event.waitUntil(
    (async () => {
      const prefix = `atlas-tools ${new URL("./", self.location.href).pathname} `;
      const mine = (await caches.keys()).filter((name) => name.startsWith(prefix));
      await Promise.all(mine.map((name) => caches.delete(name)));
      await self.registration.unregister();
    })(),
  ),
);
