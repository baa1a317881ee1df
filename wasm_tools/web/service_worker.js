/**
 * Keeps the tool pages of one build in the browser, so that they work without a network. The line of BUILD is filled in
 * when a site is sealed (generator/publish/offline.py); the script is published as `sw.js` at the top of each folder of
 * tool pages. Pages work the same without it.
 *
 * - Keeps a page with all that it needs, whole, once it was visited; installed with what is open and what the build
 *   before it kept, or not at all, under a cache of the build's own name.
 * - A page comes from the network while there is one, else from this build. Whatever it then asks for by a name that
 *   carries a hash can only be its own; the cache before this one stays for tabs that were opened with it.
 * - What the engine loads packed is kept unpacked, and a browser that knows static routes takes it from there without
 *   asking this script. The runtime is then compiled from a stored response, which is what Chromium keeps compiled code for.
 * - A newer one waits until no tab uses this one, or until the reader asks for it.
 */
"use strict";
const BUILD = {};
const ROOT = new URL(BUILD.root, self.location.href);
const PREFIX = `atlas-tools ${new URL("./", self.location.href).pathname} `;
const OWN = PREFIX + BUILD.id;
const ENGINE = `${ROOT.pathname}assets/engine/`;
const BUILDS_KEPT = 2;
const PATIENCE_MS = 3000;

self.addEventListener("install", (event) => {
  event.waitUntil(install());
  // Their names carry hashes, so a copy of any build is right; without one the network is asked.
  event.addRoutes?.({ condition: { urlPattern: { pathname: `${ENGINE}*` } }, source: "cache" }).catch(() => {});
});
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("message", (event) => {
  const { type, urls } = event.data;
  if (type === "activate") self.skipWaiting();
  else if (type === "build") event.ports[0].postMessage(BUILD.engine);
  else if (type === "keep") event.waitUntil(keepVisit(new URL(event.source.url), urls).catch(() => {}));
});
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || !url.href.startsWith(ROOT.href)) return;
  if (request.mode === "navigate") {
    if (pageAt(url) in BUILD.files) event.respondWith(page(request, pageAt(url)));
  } else if (url.href.slice(ROOT.href.length) in BUILD.files || url.pathname.startsWith(ENGINE)) {
    event.respondWith(kept(request));
  } else if (isData(url.href)) event.respondWith(fresh(event));
});

async function install() {
  try {
    const shown = (await self.clients.matchAll({ includeUncontrolled: true })).map((client) => new URL(client.url));
    const before = await ours();
    const known = (page) => before.map((name) => stored(new URL(page, ROOT).href, name));
    const wanted = Object.keys(BUILD.pages).map(async (page) => {
      const open = shown.some((url) => pageAt(url) === page);
      return open || (await Promise.all(known(page))).some(Boolean) ? BUILD.pages[page] : [];
    });
    await keepFiles((await Promise.all(wanted)).flat(), shown);
  } catch (error) {
    await caches.delete(OWN);
    throw error;
  }
}

/** What a page needs that this build did not keep yet, and the data that it showed. */
async function keepVisit(url, urls) {
  await Promise.allSettled(urls.filter(isData).map(async (url) => keep(url, await fetch(url))));
  await keepFiles(BUILD.pages[pageAt(url)] ?? [], [url]);
}

/** Keep files of this build; all of them, or it fails. */
async function keepFiles(names, shown) {
  const cache = await caches.open(OWN);
  const there = new Set((await cache.keys()).map((request) => request.url));
  const missing = [...new Set(names)].filter((file) => !there.has(new URL(file, ROOT).href));
  const found = missing.map(async (file) => {
    const url = new URL(file, ROOT).href;
    // A copy that the browser has kept is good enough where it is the right one.
    // It has a page that is open under its whole address, inputs included.
    const near = shown.find((open) => pageAt(open) === file)?.href ?? url;
    const sha256 = BUILD.files[file];
    const found = (await published(near, sha256, "default")) ?? (await published(url, sha256, "reload"));
    if (!found) throw new Error(`${file} is not the one of this build`);
    return [url, found];
  });
  // A page is written last: it counts as kept when all that it needs is.
  const files = (await Promise.all(found)).sort(([a], [b]) => Number(a.endsWith("/")) - Number(b.endsWith("/")));
  for (const [url, file] of files) await cache.put(url, file);
}

/** A file as a response of its own, so that no redirect clings to it; null when it is of another build. */
async function published(url, sha256, cache) {
  const response = await fetch(url, { cache });
  if (!response.ok) return null;
  const body = await response.arrayBuffer();
  if (sha256 && (await digestOf(body)) !== sha256) return null;
  const headers = new Headers(response.headers);
  // Every copy is found by its address alone, so what the answer varied with means nothing here.
  for (const name of ["Content-Encoding", "Content-Length", "Vary"]) headers.delete(name);
  const { pathname } = new URL(url);
  return pathname.startsWith(ENGINE) && pathname.endsWith(".gz") ? unpacked(pathname, body, headers) : new Response(body, { headers });
}

/** A packed file of the engine in its plain form, whole; null when it is not the one that its name says. */
async function unpacked(pathname, body, headers) {
  let plain = body;
  if (startsWith(body, 0x1f, 0x8b)) {
    const [, digest] = pathname.match(/-([0-9a-f]{12})\.[\w.]+$/) ?? [];
    if (digest && !(await digestOf(body)).startsWith(digest)) return null;
    plain = await new Response(new Response(body).body.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
  } else if (headers.get("Content-Type")?.startsWith("text/html")) return null; // the page of somebody in between
  headers.set("X-Unpacked", "gzip"); // by us, or already by a host that takes `.gz` for a transport
  if (startsWith(plain, 0, 0x61, 0x73, 0x6d)) headers.set("Content-Type", "application/wasm");
  return new Response(plain, { headers });
}

const startsWith = (body, ...bytes) => bytes.every((byte, at) => new Uint8Array(body)[at] === byte);

async function digestOf(body) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", body));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function activate() {
  const mine = (await ours()).filter((name) => name !== OWN);
  await Promise.all(mine.slice(0, Math.max(0, mine.length - BUILDS_KEPT + 1)).map((name) => caches.delete(name)));
  await self.clients.claim();
}

/** The caches of this folder's builds, oldest first. */
async function ours() {
  return (await caches.keys()).filter((name) => name.startsWith(PREFIX));
}

/** The name of a page in the list: its address without the reader's inputs. */
function pageAt(url) {
  return url.href.split(/[?#]/)[0].slice(ROOT.href.length);
}

/** What may be shown later without a network although it was not in the list: published data and pictures. */
function isData(url) {
  return ["api/v1/", "assets/"].some((folder) => url.startsWith(ROOT.href + folder));
}

async function page(request, name) {
  const answer = fetch(request);
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
  try {
    const first = await Promise.race([answer, late]);
    if (first?.ok || first?.type === "opaqueredirect") return first;
  } catch {
    // no network: below
  }
  return (await stored(new URL(name, ROOT).href)) ?? answer;
}

/** A file whose name carries a hash: from whichever build holds it, mostly this one. */
async function kept(request) {
  const own = await stored(request.url);
  if (own) return own;
  for (const name of (await ours().catch(() => [])).reverse()) {
    const found = name !== OWN && (await stored(request.url, name));
    if (found) return found;
  }
  return fetch(request);
}

/** Published data: today's where there is a network, else those that were shown before. */
async function fresh(event) {
  const { request } = event;
  try {
    const answer = await fetch(request);
    event.waitUntil(keep(request, answer));
    return answer;
  } catch (error) {
    const found = await stored(request.url);
    if (found) return found;
    throw error;
  }
}

/** A response that was kept; none where storage fails, for then there is still the network. */
function stored(url, cacheName = OWN) {
  return caches.match(url, { cacheName }).catch(() => undefined);
}

/** Keep a copy for later. Where storage is refused, nothing is kept and nothing fails. */
async function keep(request, answer) {
  if (!answer.ok || answer.redirected) return;
  const copy = answer.clone(); // before anybody reads the answer
  try {
    await (await caches.open(OWN)).put(request, copy);
  } catch {
    // The next visit asks again.
  }
}
