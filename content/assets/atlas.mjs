/**
 * What every page has: the switch of colours, keys that open the palette, and pages fetched before they are clicked.
 * Without this script the search button leads to the explorer, and colours follow the system.
 */

const site = new URL("..", import.meta.url);
const dark = matchMedia("(prefers-color-scheme: dark)");
const colours = document.getElementById("colours");
const button = document.getElementById("search-open");
const LINGER_MS = 65; // a pointer or a focus that only passes over a link asks for nothing
const AFTER_LOAD_MS = 300; // what the page itself needs comes first
const APART = ["tools/", "api/", "assets/", "explore/"]; // heavy or no pages to read

/** A setting of the reader; storage may be forbidden. @param {string} name */
function kept(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

/** @param {string} name @param {string} value */
function keep(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // The choice then holds for this page.
  }
}

/** @param {boolean} wanted dark */
function paint(wanted) {
  document.body.setAttribute("data-md-color-scheme", wanted ? "slate" : "default");
  const next = wanted ? "light" : "dark";
  const words = colours?.dataset[next] ?? `Switch to the ${next} colours`;
  colours?.setAttribute("aria-label", words);
  colours?.setAttribute("title", words);
}

const isDark = () => document.body.getAttribute("data-md-color-scheme") === "slate";

function switchColours() {
  paint(!isDark());
  keep("atlas-colours", isDark() ? "dark" : "light");
}

paint(isDark());
colours?.addEventListener("click", switchColours);
dark.addEventListener("change", () => kept("atlas-colours") || paint(dark.matches));

// The address says the language. A choice is remembered, so that pages which exist in English alone lead back to it.
const other = /** @type {HTMLAnchorElement | null} */ (document.getElementById("language"));
other?.addEventListener("click", () => keep("atlas-language", other.hreflang));
if (other?.dataset.pages && kept("atlas-language") === other.hreflang) {
  const there = other.dataset.pages.split(" ");
  for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll("a[data-section]"))) {
    if (!there.includes(link.dataset.section ?? "")) continue;
    link.href = new URL(`${other.hreflang}/${link.dataset.section}`, site).href;
    link.hreflang = other.hreflang;
  }
}

// Keys of one character can be turned off: speech input and shaky hands press them unasked.
const keysOn = () => kept("atlas-keys") !== "off";
const switchKeys = () => keep("atlas-keys", keysOn() ? "off" : "on");

/** What is typed while the palette is on its way, so that no key pressed after "/" is lost. @type {string | null} */
let early = null;

/** @param {boolean} [help] */
async function palette(help) {
  if (early !== null) return; // it is on its way
  early = "";
  try {
    const { openPalette } = await import("./palette.mjs");
    openPalette({ switchColours, keysOn, switchKeys }, help, early);
  } catch {
    location.href = new URL("explore/", site).href;
  } finally {
    early = null;
  }
}

/** Keep a key that comes before the palette does. @param {KeyboardEvent} event @returns {boolean} whether it was one */
function keptForPalette(event) {
  if (early === null || event.ctrlKey || event.metaKey) return false;
  if (event.key === "Backspace") early = early.slice(0, -1);
  else if ([...event.key].length === 1) early += event.key;
  else return false;
  event.preventDefault();
  return true;
}

button?.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  palette();
});
addEventListener("keydown", (event) => {
  if (event.altKey || event.defaultPrevented || keptForPalette(event)) return;
  if (event.key === "k" && (event.ctrlKey || event.metaKey) && !event.shiftKey) {
    event.preventDefault();
    palette();
    return;
  }
  const typing = /** @type {HTMLElement} */ (event.target).closest?.("input, textarea, select, dialog, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || !keysOn() || !["/", "?"].includes(event.key)) return;
  event.preventDefault();
  palette(event.key === "?");
});

/** The page behind a link that is worth fetching early, or null. @param {EventTarget | null} target */
function pageBehind(target) {
  const link = target instanceof Element ? target.closest("a") : null;
  if (!link || link.origin !== location.origin || link.search || link.hasAttribute("download")) return null;
  if (!link.pathname.startsWith(site.pathname) || !link.pathname.endsWith("/") || link.pathname === location.pathname) return null;
  const path = link.pathname.slice(site.pathname.length);
  return APART.some((start) => path.startsWith(start)) ? null : link.origin + link.pathname;
}

const asked = new Set();
const network = /** @type {{connection?: {saveData?: boolean, effectiveType?: string}}} */ (navigator).connection;
const sparing = network?.saveData || /2g$/.test(network?.effectiveType ?? "");

/** @param {string} address */
function prefetch(address) {
  if (asked.has(address)) return;
  asked.add(address);
  const hint = document.createElement("link");
  hint.rel = "prefetch";
  hint.href = address;
  document.head.append(hint);
}

if (!sparing) {
  let waiting = 0;
  const soon = (/** @type {Event} */ event) => {
    clearTimeout(waiting);
    const address = pageBehind(event.target);
    if (address) waiting = setTimeout(() => prefetch(address), LINGER_MS);
  };
  document.addEventListener("pointerover", soon);
  document.addEventListener("focusin", soon);
  // The palette's script is there before it is asked for: it opens at the first key.
  addEventListener("load", () => setTimeout(() => import("./palette.mjs").catch(() => {}), AFTER_LOAD_MS));
}
