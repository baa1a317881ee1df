/**
 * The files of the reader: chosen, dropped (folders too) or pasted. They stay files: the worker reads them, not the page.
 *
 * @typedef {import("./engine.mjs").Given} Given
 */
import { fileSize } from "./figures.mjs";
import { element } from "./panel.mjs";
import { text } from "./texts.mjs";

const MOST = 200; // files at once, as many as an archive may hold

/**
 * @param {HTMLFormElement} form holds [data-choose], [data-paste] and [data-files], perhaps [data-folder]
 * @param {() => void} changed called when the list has become another one
 * @param {(words: string) => void} say
 * @param {string} [part] of the texts, with the words that are said here
 */
export function billIntake(form, changed, say, part = "invoice.script") {
  const find = (/** @type {string} */ what) => /** @type {HTMLElement} */ (form.querySelector(what));
  const list = find("[data-files]");
  const pasted = /** @type {HTMLTextAreaElement} */ (find("[data-paste]"));
  /** @type {Given[]} */
  let files = [];
  let pastes = 0;

  /** @param {Given[]} more */
  function add(more) {
    const room = MOST - files.length;
    if (more.length > room) say(text(`${part}.too_many`, { most: MOST }));
    if (!more.length || room <= 0) return;
    files = [...files, ...more.slice(0, room)];
    draw();
    changed();
  }

  function draw() {
    list.hidden = !files.length;
    list.replaceChildren(...files.map((file) => {
      const drop = element("button", { type: "button", className: "plain" }, "×");
      drop.setAttribute("aria-label", text(`${part}.remove`, { name: file.name }));
      drop.addEventListener("click", () => remove(file));
      return element("li", {}, element("span", {}, file.name), " ", element("small", {}, fileSize(file.content.size)), " ", drop);
    }));
    if (!files.length) return;
    const clear = element("button", { type: "button", className: "plain" }, text(`${part}.clear`));
    clear.addEventListener("click", () => set([]));
    list.append(element("li", {}, clear));
  }

  /** @param {Given} file */
  function remove(file) {
    set(files.filter((other) => other !== file));
    /** @type {HTMLElement | null} */ (list.querySelector("button") ?? form.querySelector("input"))?.focus();
  }

  /** @param {Given[]} next */
  function set(next) {
    files = next;
    draw();
    changed();
  }

  for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll("[data-choose], [data-folder]"))) {
    input.addEventListener("change", () => {
      add([...(input.files ?? [])].map((file) => given(file)).filter(isVisible));
      input.value = ""; // so that the same file can be chosen again after it was edited
    });
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!pasted.value.trim()) return say(text(`${part}.nothing_pasted`));
    pastes += 1;
    const name = text(`${part}.pasted`, { n: pastes });
    add([{ name, content: new Blob([pasted.value], { type: "text/plain" }) }]);
    pasted.value = "";
  });
  for (const name of ["dragenter", "dragover"]) {
    form.addEventListener(name, (event) => {
      event.preventDefault();
      form.classList.add("is-over");
    });
  }
  for (const name of ["dragleave", "drop"]) form.addEventListener(name, () => form.classList.remove("is-over"));
  form.addEventListener("drop", async (event) => {
    event.preventDefault();
    add(await dropped(/** @type {DataTransfer} */ (event.dataTransfer)));
  });

  return {
    get files() {
      return files;
    },
    set,
  };
}

/** A file by its name, with the folder that it was in. @param {File} file @param {string} [path] @returns {Given} */
const given = (file, path = file.webkitRelativePath) => ({ name: path.split("/").filter(Boolean).slice(-2).join("/") || file.name, content: file });

/** @param {Given} file */
const isVisible = ({ name }) => !name.split("/").some((part) => part.startsWith("."));

/** What was dropped; folders with all that is in them. @param {DataTransfer} data @returns {Promise<Given[]>} */
async function dropped(data) {
  const entries = [...data.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.some((entry) => entry?.isDirectory)) return [...data.files].map((file) => given(file)).filter(isVisible);
  const found = await Promise.all(entries.map((entry) => filesIn(/** @type {FileSystemEntry} */ (entry))));
  return found.flat().filter(isVisible);
}

/** @param {FileSystemEntry} entry @returns {Promise<Given[]>} */
async function filesIn(entry) {
  if (entry.isFile) {
    const file = /** @type {File} */ (await new Promise((resolve, reject) => /** @type {FileSystemFileEntry} */ (entry).file(resolve, reject)));
    return [given(file, entry.fullPath)];
  }
  const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
  const found = [];
  for (;;) { // a reader tells a hundred at a time
    const some = /** @type {FileSystemEntry[]} */ (await new Promise((resolve, reject) => reader.readEntries(resolve, reject)));
    if (!some.length) return found;
    for (const inner of some) found.push(...(await filesIn(inner)));
  }
}
