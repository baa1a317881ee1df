/**
 * Search by name: models, providers, GPUs, use cases and sections of prose, in one small list that is fetched on first
 * use. Without this script the button in the header leads to the explorer.
 *
 * @typedef {{titles: string[], paths: string[], kinds: string[], details: string[], words: string[]}} Names
 */

const SHOWN = 40;
const site = new URL("..", import.meta.url);
const button = document.getElementById("search-open");
/** @type {Promise<Names> | undefined} */
let loading;
/** @type {Names | undefined} */
let names;
/** @type {HTMLDialogElement | undefined} */
let dialog;
/** @type {string[]} */
let found = [];
let chosen = 0;

/** The list of names, fetched once. */
function load() {
  loading ??= fetch(new URL("assets/names.json", site)).then((answer) => {
    if (!answer.ok) throw new Error(`names.json: ${answer.status}`);
    return answer.json();
  });
  return loading;
}

/**
 * Entries that hold every word of the query, best first: the whole title, its beginning, the beginning of a word, inside.
 * @param {Names} list @param {string} query
 */
export function matches(list, query) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const whole = words.join(" ");
  if (!words.length) return [];
  /** @type {[number, number][]} */
  const scored = [];
  list.words.forEach((text, row) => {
    if (!words.every((word) => text.includes(word))) return;
    const title = list.titles[row].toLowerCase();
    const place = title.indexOf(whole);
    const starts = words.every((word) => text.startsWith(word) || /[\s\-/._]/.test(text[text.indexOf(word) - 1] ?? ""));
    const score = title === whole ? 0 : place === 0 ? 1 : place > 0 && starts ? 2 : starts ? 3 : 4;
    scored.push([score, row]);
  });
  return scored.sort((a, b) => a[0] - b[0] || a[1] - b[1]).slice(0, SHOWN).map(([, row]) => row);
}

function open() {
  dialog ??= built();
  if (!dialog.open) dialog.showModal();
  const input = /** @type {HTMLInputElement} */ (dialog.querySelector("input"));
  input.select();
  load().then(
    (list) => {
      names = list;
      show(input.value);
    },
    () => status("The list of names could not be loaded. Use Explore instead."),
  );
}

function built() {
  const box = document.createElement("dialog");
  box.className = "find";
  box.setAttribute("aria-label", "Search");
  box.innerHTML =
    '<input type="search" role="combobox" aria-expanded="true" aria-controls="found" aria-autocomplete="list"' +
    ' aria-label="Model, provider, GPU or word" placeholder="Model, provider, GPU or word" autocomplete="off"' +
    ' spellcheck="false"><ul role="listbox" id="found" aria-label="Results"></ul><p role="status"></p>';
  const input = /** @type {HTMLInputElement} */ (box.querySelector("input"));
  input.addEventListener("input", () => show(input.value));
  input.addEventListener("keydown", keyed);
  box.addEventListener("click", (event) => {
    const item = /** @type {HTMLElement} */ (event.target).closest("li");
    if (item) go(Number(item.dataset.row));
    else if (event.target === box) box.close();
  });
  box.addEventListener("close", () => button?.focus());
  document.body.append(box);
  return box;
}

/** @param {KeyboardEvent} event */
function keyed(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && found.length) {
    event.preventDefault();
    mark((chosen + step + found.length) % found.length);
  } else if (event.key === "Enter" && found.length) {
    event.preventDefault();
    go(chosen);
  }
}

/** @param {string} query */
function show(query) {
  if (!names || !dialog) return;
  const list = /** @type {HTMLElement} */ (dialog.querySelector("ul"));
  const rows = matches(names, query);
  found = rows.map((row) => /** @type {Names} */ (names).paths[row]);
  list.replaceChildren(
    ...rows.map((row, number) => {
      const item = document.createElement("li");
      item.role = "option";
      item.id = `found-${number}`;
      item.dataset.row = String(number);
      const detail = document.createElement("span");
      const { titles, kinds, details } = /** @type {Names} */ (names);
      detail.textContent = [kinds[row], details[row]].filter(Boolean).join(", ");
      item.append(titles[row], detail);
      return item;
    }),
  );
  mark(0);
  const nothing = query.trim() && !rows.length;
  status(nothing ? "No name matches. Prices of unresolved names can be searched in Explore." : resultWords(rows.length));
}

/** @param {number} count */
function resultWords(count) {
  if (!count) return "Arrow keys choose, Enter opens.";
  return `${count === SHOWN ? `The first ${SHOWN}` : count} ${count === 1 ? "result" : "results"}. Arrow keys choose, Enter opens.`;
}

/** @param {string} text */
function status(text) {
  const line = dialog?.querySelector("p");
  if (line) line.textContent = text;
}

/** @param {number} number */
function mark(number) {
  chosen = number;
  const input = /** @type {HTMLInputElement} */ (dialog?.querySelector("input"));
  const items = /** @type {NodeListOf<HTMLElement>} */ (dialog?.querySelectorAll("li"));
  items.forEach((item, place) => item.setAttribute("aria-selected", String(place === number)));
  if (items[number]) {
    input.setAttribute("aria-activedescendant", items[number].id);
    items[number].scrollIntoView({ block: "nearest" });
  } else input.removeAttribute("aria-activedescendant");
}

/** @param {number} number */
function go(number) {
  location.href = new URL(found[number], site).href;
}

button?.addEventListener("click", (event) => {
  if (/** @type {MouseEvent} */ (event).ctrlKey || /** @type {MouseEvent} */ (event).metaKey) return;
  event.preventDefault();
  open();
});
button?.addEventListener("pointerenter", () => void load().catch(() => {}), { once: true });
addEventListener("keydown", (event) => {
  const typing = /** @type {HTMLElement} */ (event.target).closest?.("input, textarea, select, [contenteditable]");
  const asked = (event.key === "/" && !typing) || (event.key === "k" && (event.ctrlKey || event.metaKey));
  if (!asked || event.altKey || event.shiftKey) return;
  event.preventDefault();
  open();
});
