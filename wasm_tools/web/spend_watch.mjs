/**
 * A folder that is read again when it changes, where the browser can (File System Access). It hands out names, sizes
 * and times without reading a byte; only when one of them changed are the files read anew. Nothing is stored.
 */
import { text } from "./texts.mjs";

const EVERY_MS = 10_000;
const MOST = 200; // files
const READABLE = /\.(jsonl|ndjson|json|csv|tsv|txt|zip|gz|parquet|xlsx)$/i;

/**
 * @param {HTMLElement} button shown where folders can be watched @param {(files: {name: string, content: File}[], folder: string) => void} changed
 * @param {(words: string) => void} say
 */
export function folderWatch(button, changed, say) {
  if (!("showDirectoryPicker" in window)) return { stop() {} };
  button.hidden = false;
  /** @type {any} */
  let folder = null;
  let timer = 0;
  let known = "";

  button.addEventListener("click", async () => {
    if (folder) return stop();
    try {
      folder = await /** @type {any} */ (window).showDirectoryPicker({ mode: "read" });
    } catch {
      return; // the reader closed the dialog
    }
    known = "";
    button.textContent = text("spend.script.watch.stop", { name: folder.name });
    await look();
  });

  document.addEventListener("visibilitychange", () => {
    if (folder && !document.hidden) void look(); // browsers slow the clocks of hidden pages
  });

  async function look() {
    clearTimeout(timer);
    const watched = folder;
    try {
      const files = await filesIn(watched);
      const mark = files.map(({ name, content }) => `${name} ${content.size} ${content.lastModified}`).sort().join("\n");
      if (watched !== folder) return;
      if (!files.length) say(text("spend.script.watch.empty", { name: watched.name }));
      else if (mark !== known) changed(files, watched.name);
      known = mark;
      timer = window.setTimeout(look, EVERY_MS);
    } catch {
      if (watched !== folder) return;
      stop();
      say(text("spend.script.watch.lost"));
    }
  }

  function stop() {
    clearTimeout(timer);
    folder = null;
    button.textContent = text("spend.script.watch.start");
  }

  return { stop };
}

/** @param {any} folder @returns {Promise<{name: string, content: File}[]>} */
async function filesIn(folder) {
  const found = [];
  for await (const entry of folder.values()) {
    if (found.length >= MOST || entry.name.startsWith(".")) continue;
    if (entry.kind === "file" && READABLE.test(entry.name)) found.push({ name: entry.name, content: await entry.getFile() });
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}
