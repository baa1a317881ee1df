/**
 * The palette: one box for every name and every action, opened by Ctrl+K, `/` or the button in the header.
 * Its words come with the script, the list of names when it opens, the ids of providers when something is typed.
 */

import { hits, preparedNames, SHOWN } from "./name_search.mjs";
import { addTexts, language, text } from "./texts.mjs";

/** @typedef {import("./name_search.mjs").Names} Names */
/** @typedef {{title: string, detail: string, href?: string, path?: string, act?: () => void, isEnglish?: boolean}} Choice */

const site = new URL("..", import.meta.url);
const isEnglish = language() === "en";
const folder = isEnglish ? "" : `${language()}/`; // of the pages in this language
const KEYS = ["open", "choose", "enter", "compare", "copy", "close", "help"];
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

addTexts(await list(`palette-${language()}.json`));

/**
 * Open the palette.
 * @param {typeof page} controls what the page lets it do
 * @param {boolean} [help] show the keys
 * @param {string} [begun] what was typed before it opened
 */
export function openPalette(controls, help = false, begun = "") {
  page = controls;
  dialog ??= built();
  if (!dialog.open) {
    before = /** @type {HTMLElement | null} */ (document.activeElement);
    dialog.showModal();
  }
  dialog.classList.toggle("find-help", help);
  const input = part("input", HTMLInputElement);
  if (begun) input.value = begun;
  else input.select();
  if (help) dialog.querySelector("button")?.focus();
  typed(input.value);
  if (names) return;
  list(isEnglish ? "names.json" : `names-${language()}.json`).then(
    (/** @type {Names} */ answer) => {
      names = answer;
      rows = preparedNames(answer);
      show(input.value);
    },
    () => say(text("palette.not_loaded")),
  );
}

function built() {
  const box = document.createElement("dialog");
  box.className = "find";
  box.setAttribute("aria-label", text("palette.search"));
  box.innerHTML =
    '<input type="text" inputmode="search" role="combobox" aria-expanded="false" aria-controls="found" aria-autocomplete="list"' +
    ' autocomplete="off" spellcheck="false" enterkeyhint="go"><ul role="listbox" id="found"></ul>' +
    '<div class="find-keys"><h2></h2><dl></dl><button type="button"></button></div>' +
    '<p role="status"></p>';
  const inside = (/** @type {string} */ what) => /** @type {HTMLElement} */ (box.querySelector(what));
  for (const key of KEYS) inside("dl").append(element("dt", text(`palette.key.${key}`)), element("dd", text(`palette.key.${key}_does`)));
  inside("h2").textContent = text("palette.keys");
  inside("button").textContent = text("palette.back");
  inside("ul").setAttribute("aria-label", text("palette.results"));
  const input = /** @type {HTMLInputElement} */ (inside("input"));
  input.setAttribute("aria-label", text("palette.input"));
  input.placeholder = text("palette.hint");
  input.addEventListener("input", () => typed(input.value));
  input.addEventListener("keydown", keyed);
  inside("button").addEventListener("click", () => openPalette(page));
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
      const item = element("li", "");
      const title = element("b", choice.title);
      if (choice.isEnglish) title.lang = "en";
      item.append(title);
      item.role = "option";
      item.id = `found-${number}`;
      item.dataset.row = String(number);
      item.append(element("span", choice.detail));
      return item;
    }),
  );
  part("input", HTMLInputElement).setAttribute("aria-expanded", String(choices.length > 0));
  mark(0);
  if (names) say(words.length && !choices.length ? text("palette.no_name") : resultWords(choices.length));
}

/** @param {import("./name_search.mjs").Hit} hit @returns {Choice} */
function named({ row, called }) {
  const { titles, kinds, details, paths } = /** @type {Names} */ (names);
  if (called && kinds[row] === "provider") {
    const href = `${folder}explore/?data=offers&q=${encodeURIComponent(`"${called}"`)}`;
    return { title: called, detail: text("palette.id_at", { provider: titles[row] }), href };
  }
  const kind = text(`palette.kind.${kinds[row].replace(" ", "_")}`);
  const detail = [called ? text("palette.called", { id: called }) : "", kind, details[row]].filter(Boolean).join(", ");
  return { title: titles[row], detail, href: paths[row], path: paths[row], isEnglish: !isEnglish && kinds[row] === "page" };
}

/** What can be done besides going to a page. @returns {Choice[]} */
function actions() {
  const detail = text("palette.action");
  return [
    { title: text("palette.colours"), detail, act: page.switchColours },
    { title: text("palette.show_keys"), detail, act: () => openPalette(page, true) },
    { title: page.keysOn() ? text("palette.keys_off") : text("palette.keys_on"), detail, act: page.switchKeys },
    ...[...document.querySelectorAll(".atlas-sections a, .atlas-footer li a")]
      .map((link) => ({ title: link.firstChild?.textContent ?? "", detail: text("palette.kind.page"), href: /** @type {HTMLAnchorElement} */ (link).href }))
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
  if (!kind) return say(text("palette.compared"));
  const address = new URL(`${folder}compare/`, site);
  const here = location.pathname === address.pathname ? new URLSearchParams(location.search).get(kind) : "";
  const all = [...new Set([...(here ? here.split(",") : []), id])];
  address.search = `?${kind}=${all.map(encodeURIComponent).join(",")}`;
  location.href = address.href;
}

/** @param {Choice} choice */
function copy(choice) {
  const path = choice.path ?? "";
  const id = (path.startsWith(folder) ? path.slice(folder.length) : path).split("/")[1] || choice.title;
  navigator.clipboard.writeText(id).then(
    () => say(text("palette.copied", { id })),
    () => say(text("palette.not_copied")),
  );
}

/** @param {number} count */
function resultWords(count) {
  return count === SHOWN ? text("palette.first", { n: count }) : text("palette.found", { n: count });
}

/** @param {string} words */
function say(words) {
  part("p", HTMLElement).textContent = words;
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

/** @param {string} tag @param {string} words */
function element(tag, words) {
  const made = document.createElement(tag);
  made.textContent = words;
  return made;
}
