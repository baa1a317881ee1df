/**
 * The palette: one box for every name and every action, opened by Ctrl+K, `/` or the button in the header.
 * The list of names is fetched when it opens, the ids of providers when something is typed.
 */

import { hits, preparedNames, SHOWN } from "./name_search.mjs";

/** @typedef {import("./name_search.mjs").Names} Names */
/** @typedef {{title: string, detail: string, href?: string, path?: string, act?: () => void}} Choice */

const site = new URL("..", import.meta.url);
const NO_NAME = "No name matches. Prices of unresolved names can be searched in Explore.";
const KEYS = [
  ["/ or Ctrl K", "Search for a model, provider, GPU, page or action"],
  ["↑ ↓", "Choose a result"],
  ["Enter", "Open it; with Ctrl in a new tab"],
  ["Shift Enter", "Put it into the comparison"],
  ["Ctrl C", "Copy its id, when no text is selected"],
  ["Esc", "Close"],
  ["?", "Show these keys"],
];
/** Which list of the comparison a page belongs to. */
const COMPARED = /** @type {Record<string, string>} */ ({ models: "models", providers: "providers", gpus: "gpus" });

/** @type {HTMLDialogElement | undefined} */
let dialog;
/** @type {Names | undefined} */
let names;
/** @type {import("./name_search.mjs").Prepared[]} */
let rows = [];
/** @type {import("./name_search.mjs").Ids | undefined} */
let ids;
let idsAsked = false;
/** @type {Choice[]} */
let choices = [];
let chosen = 0;
/** @type {HTMLElement | null} */
let before = null;
/** @type {{switchColours: () => void, keysOn: () => boolean, switchKeys: () => void}} */
let page;

/** @param {string} name */
async function list(name) {
  const answer = await fetch(new URL(`assets/${name}`, site));
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  return answer.json();
}

/** Open the palette. @param {typeof page} controls what the page lets it do @param {boolean} [help] show the keys */
export function openPalette(controls, help = false) {
  page = controls;
  dialog ??= built();
  if (!dialog.open) {
    before = /** @type {HTMLElement | null} */ (document.activeElement);
    dialog.showModal();
  }
  dialog.classList.toggle("find-help", help);
  const input = part("input", HTMLInputElement);
  input.select();
  if (help) dialog.querySelector("button")?.focus();
  show(input.value);
  if (names) return;
  list("names.json").then(
    (/** @type {Names} */ answer) => {
      names = answer;
      rows = preparedNames(answer);
      show(input.value);
    },
    () => say("The list of names could not be loaded. Use Explore instead."),
  );
}

function built() {
  const box = document.createElement("dialog");
  box.className = "find";
  box.lang = "en"; // its words, and the names that it finds, exist in English alone
  box.setAttribute("aria-label", "Search");
  box.innerHTML =
    '<input type="text" inputmode="search" role="combobox" aria-expanded="false" aria-controls="found" aria-autocomplete="list"' +
    ' aria-label="Model, provider, GPU, page or action" placeholder="Model, id, provider, GPU, page or action"' +
    ' autocomplete="off" spellcheck="false" enterkeyhint="go"><ul role="listbox" id="found" aria-label="Results"></ul>' +
    '<div class="find-keys"><h2>Keys</h2><dl></dl><button type="button">Back to the search</button></div>' +
    '<p role="status"></p>';
  const keys = /** @type {HTMLElement} */ (box.querySelector("dl"));
  for (const [key, what] of KEYS) keys.append(element("dt", key), element("dd", what));
  const input = /** @type {HTMLInputElement} */ (box.querySelector("input"));
  input.addEventListener("input", () => typed(input.value));
  input.addEventListener("keydown", keyed);
  box.querySelector("button")?.addEventListener("click", () => openPalette(page));
  box.addEventListener("click", (event) => {
    const item = /** @type {HTMLElement} */ (event.target).closest("li");
    if (item) take(choices[Number(item.dataset.row)], event.ctrlKey || event.metaKey);
    else if (event.target === box) box.close();
  });
  box.addEventListener("close", () => before?.focus());
  document.body.append(box);
  return box;
}

/** @param {string} query */
function typed(query) {
  show(query);
  if (idsAsked || query.trim().length < 3) return;
  idsAsked = true;
  list("ids.json").then(
    (answer) => {
      ids = answer;
      show(part("input", HTMLInputElement).value);
    },
    () => (idsAsked = false), // names still work; the next letter asks again
  );
}

/** @param {KeyboardEvent} event */
function keyed(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const choice = choices[chosen];
  if (step && choices.length) mark((chosen + step + choices.length) % choices.length);
  else if (event.key === "Enter" && choice) event.shiftKey ? compare(choice) : take(choice, event.ctrlKey || event.metaKey);
  else if (event.key === "c" && (event.ctrlKey || event.metaKey) && !selected() && choice?.path) copy(choice);
  else return;
  event.preventDefault();
}

function selected() {
  const input = part("input", HTMLInputElement);
  return input.selectionStart !== input.selectionEnd;
}

/** @param {string} query */
function show(query) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const fitting = actions().filter(({ title }) => words.every((word) => title.toLowerCase().includes(word)));
  const found = names ? hits(names, rows, query, ids).map(named) : [];
  choices = [...found, ...fitting].slice(0, SHOWN);
  part("ul", HTMLUListElement).replaceChildren(
    ...choices.map((choice, number) => {
      const item = element("li", choice.title);
      item.role = "option";
      item.id = `found-${number}`;
      item.dataset.row = String(number);
      item.append(element("span", choice.detail));
      return item;
    }),
  );
  part("input", HTMLInputElement).setAttribute("aria-expanded", String(choices.length > 0));
  mark(0);
  if (names) say(words.length && !choices.length ? NO_NAME : resultWords(choices.length));
}

/** @param {import("./name_search.mjs").Hit} hit @returns {Choice} */
function named({ row, called }) {
  const { titles, kinds, details, paths } = /** @type {Names} */ (names);
  if (called && kinds[row] === "provider") {
    const href = `explore/?data=offers&q=${encodeURIComponent(`"${called}"`)}`;
    return { title: called, detail: `id at ${titles[row]}, no model known`, href };
  }
  const detail = [called ? `called ${called}` : "", kinds[row], details[row]].filter(Boolean).join(", ");
  return { title: titles[row], detail, href: paths[row], path: paths[row] };
}

/** What can be done besides going to a page. @returns {Choice[]} */
function actions() {
  return [
    { title: "Switch colours", detail: "action", act: page.switchColours },
    { title: "Show the keys", detail: "action", act: () => openPalette(page, true) },
    { title: page.keysOn() ? "Turn single-key shortcuts off" : "Turn single-key shortcuts on", detail: "action", act: page.switchKeys },
    ...[...document.querySelectorAll(".atlas-sections a, .atlas-footer li a")]
      .map((link) => ({ title: link.textContent ?? "", detail: "page", href: /** @type {HTMLAnchorElement} */ (link).href }))
      .filter(({ href }) => !names?.paths.includes(href.slice(site.href.length))), // prose is among the names
  ];
}

/** @param {Choice | undefined} choice @param {boolean} [apart] in a new tab */
function take(choice, apart = false) {
  if (choice?.act) {
    dialog?.close();
    choice.act();
  } else if (choice?.href) {
    const address = new URL(choice.href, site).href;
    if (apart) open(address, "_blank", "noopener");
    else location.href = address;
  }
}

/** @param {Choice} choice */
function compare(choice) {
  const [section, id] = (choice.path ?? "").split("/");
  const kind = id && COMPARED[section];
  if (!kind) return say("Models, providers and GPUs can be compared.");
  const address = new URL("compare/", site);
  const here = location.pathname === address.pathname ? new URLSearchParams(location.search).get(kind) : "";
  const all = [...new Set([...(here ? here.split(",") : []), id])];
  address.search = `?${kind}=${all.map(encodeURIComponent).join(",")}`;
  location.href = address.href;
}

/** @param {Choice} choice */
function copy(choice) {
  const id = (choice.path ?? "").split("/")[1] || choice.title;
  navigator.clipboard.writeText(id).then(
    () => say(`Copied ${id}.`),
    () => say("The browser does not allow copying here."),
  );
}

/** @param {number} count */
function resultWords(count) {
  const many = `${count === SHOWN ? `The first ${SHOWN}` : count} ${count === 1 ? "result" : "results"}.`;
  return `${many} Enter opens, Shift+Enter compares, Ctrl+C copies the id.`;
}

/** @param {string} text */
function say(text) {
  part("p", HTMLElement).textContent = text;
}

/** @param {number} number */
function mark(number) {
  chosen = number;
  const input = part("input", HTMLInputElement);
  const items = /** @type {NodeListOf<HTMLElement>} */ (dialog?.querySelectorAll("li"));
  items.forEach((item, place) => item.setAttribute("aria-selected", String(place === number)));
  if (items[number]) {
    input.setAttribute("aria-activedescendant", items[number].id);
    items[number].scrollIntoView({ block: "nearest" });
  } else input.removeAttribute("aria-activedescendant");
}

/** @template {HTMLElement} T @param {string} selector @param {new () => T} _kind @returns {T} */
function part(selector, _kind) {
  return /** @type {T} */ (dialog?.querySelector(selector));
}

/** @param {string} tag @param {string} text */
function element(tag, text) {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}
