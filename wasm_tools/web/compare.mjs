/**
 * Side by side: what the address names is fetched as published (`/api/v1/models/<id>.json` and so on) and laid out by the
 * rows that the page tells (`compare-data`). Every change of the choice is a step of the history.
 */
import { choiceOf, choiceSearch, parted } from "./compare_address.mjs";
import { lines } from "./compare_values.mjs";
import { money } from "./figures.mjs";
import { nearWords, vocabularyOf } from "./near_names.mjs";
import { element } from "./panel.mjs";
import { language, text } from "./texts.mjs";

const SHOWN = 12; // things found
/** @type {{root: string, as_of: string, most: number, rows: Record<string, import("./compare_values.mjs").Group[]>, names: Record<string, Record<string, string>>}} */
const settings = JSON.parse(document.getElementById("compare-data")?.textContent ?? "{}");
const kinds = Object.keys(settings.rows);
const find = (/** @type {string} */ what) => /** @type {HTMLElement} */ (document.querySelector(what));
const input = /** @type {HTMLInputElement} */ (find("#thing"));
const cases = /** @type {HTMLSelectElement} */ (find("[data-cases]"));
const only = /** @type {HTMLInputElement} */ (find("[data-only]"));
const [list, note, box] = ["#things", "[data-note]", "[data-comparison]"].map(find);
const heading = document.title;
const table = /** @type {HTMLTableElement} */ (find("[data-table]"));
const caption = /** @type {HTMLElement} */ (table.caption);
/** @type {Map<string, Promise<any>>} files by address */
const files = new Map();
let choice = choiceOf(new URLSearchParams(location.search), kinds, settings.most);
/** @type {{id: string, title: string, detail: string, words: string}[]} what can be added */
let known = [];
let chosen = 0;
let asked = 0;

/** @param {string} path of the site */
function file(path) {
  const address = new URL(settings.root + path, document.baseURI).href;
  if (!files.has(address)) {
    const loaded = fetch(address).then((answer) => {
      if (!answer.ok) throw new Error(answer.status === 404 ? text("compare.script.unknown") : text("compare.script.answered", { status: String(answer.status) }));
      return answer.json();
    });
    loaded.catch(() => files.delete(address));
    files.set(address, loaded);
  }
  return /** @type {Promise<any>} */ (files.get(address));
}

/** The record of a thing; a plan's own fields are its facts. @param {string} item */
async function record(item) {
  if (choice.kind !== "plans") {
    const found = await file(`api/v1/${choice.kind}/${encodeURIComponent(item)}.json`);
    return { ...found, page: `${choice.kind}/${item}/`, json: `api/v1/${choice.kind}/${item}.json` };
  }
  const [folder, id] = parted(item);
  const plan = plansOf(await file(`api/v1/${folder}.json`)).find((one) => one.id === id);
  if (!plan) throw new Error(text("compare.script.gone"));
  return { facts: plan, title: planTitle(plan), page: `${folder}/`, json: `api/v1/${folder}.json` };
}

/** The plans of a file: those of a use case, or of every class of a cell. @param {any} found @returns {any[]} */
function plansOf(found) {
  return found.plans ?? Object.values(found.classes ?? {}).flatMap(({ plans }) => plans);
}

/** @param {any} plan */
function planTitle(plan) {
  const where = plan.gpu ? `${plan.gpus} × ${plan.gpu}` : "API";
  return [plan.model, where, plan.provider && text("compare.script.seller", { provider: settings.names["providers/"]?.[plan.provider] ?? plan.provider })].filter(Boolean).join(", ");
}

async function show() {
  const turn = (asked += 1);
  document.querySelectorAll("[data-kind]").forEach((tab) => tab.setAttribute("aria-pressed", String(/** @type {HTMLElement} */ (tab).dataset.kind === choice.kind)));
  cases.hidden = choice.kind !== "plans";
  box.hidden = choice.items.length === 0;
  find("[data-ready]").hidden = !box.hidden;
  const { items, kind } = choice;
  const answers = await Promise.allSettled(items.map(record));
  if (turn !== asked) return; // the reader has gone on
  const lost = items.flatMap((item, place) => (answers[place].status === "rejected" ? [`“${item}”: ${/** @type {any} */ (answers[place]).reason.message}.`] : []));
  const things = answers.flatMap((answer, place) => (answer.status === "fulfilled" ? [{ ...answer.value, item: items[place] }] : []));
  const left = choice.left?.length ? [text("compare.script.left", { items: choice.left.join(", "), most: settings.most })] : [];
  note.textContent = [...left, ...lost, things.length === 1 ? text("compare.script.add_another") : ""].filter(Boolean).join(" ");
  table.replaceChildren(caption, ...(things.length ? parts(things, settings.rows[kind]) : []));
  document.title = things.length > 1 ? text("compare.script.compared", { things: things.map(({ title }) => title).join(", ") }) : heading;
  box.dataset.things = String(things.length);
}

/** @param {any[]} things @param {import("./compare_values.mjs").Group[]} groups */
function parts(things, groups) {
  const heads = things.map(({ title, page, item }) => {
    const out = element("button", { type: "button", title: text("compare.script.take_out", { thing: title }) }, "×");
    out.setAttribute("aria-label", out.title);
    out.addEventListener("click", () => change(choice.items.filter((one) => one !== item)));
    return element("th", { scope: "col" }, element("a", { href: settings.root + page }, title), " ", out);
  });
  const head = element("thead", {}, element("tr", {}, element("td"), ...heads));
  const bodies = groups.flatMap((group) => {
    const found = lines(group, things).filter(({ differs }) => differs || !only.checked);
    if (!found.length) return [];
    const title = element("tr", { className: "group" }, element("th", { scope: "rowgroup", colSpan: things.length + 1 }, group.title));
    return [element("tbody", {}, title, ...found.map((one) => row(one, things.length > 1)))];
  });
  const links = things.map(({ page, json }) => element("td", {}, element("a", { href: settings.root + page }, text("compare.script.all")), ", ", element("a", { href: settings.root + json, download: "" }, "JSON")));
  return [head, ...bodies, element("tfoot", {}, element("tr", {}, element("th", { scope: "row" }, text("compare.script.everything")), ...links))];
}

/** @param {import("./compare_values.mjs").Line} line @param {boolean} marks */
function row({ fact, cells, differs }, marks) {
  const head = element("th", { scope: "row" });
  if (differs && marks) head.append(element("span", { className: "mark", title: text("compare.script.differs") }, "≠", element("span", { className: "heard" }, ` ${text("compare.script.differs")}:`)), " ");
  head.append(fact.label);
  if (fact.unit) head.append(" ", element("small", {}, fact.unit));
  return element("tr", { className: differs && marks ? "differs" : "" }, head, ...cells.map((cell) => filled(cell, fact)));
}

/** @param {import("./compare_values.mjs").Cell} cell @param {import("./compare_values.mjs").Fact} fact */
function filled({ raw, text: written, best }, fact) {
  const made = element("td", { className: best ? "best" : "" });
  const words = settings.names[fact.link ?? ""]?.[written] ?? written;
  if (!fact.form && !fact.link && language() !== "en") made.lang = "en"; // words of the data
  if (!written) {
    const why = fact.missing ?? text("compare.script.no_source");
    made.append(element("span", { className: "none", title: why }, "—", element("span", { className: "heard" }, ` (${why})`)));
  } else if (fact.link) made.append(element("a", { href: `${settings.root}${fact.link}${encodeURIComponent(written)}/` }, words));
  else if (fact.form === "address" && /^https?:/.test(written)) made.append(element("a", { href: written, rel: "noreferrer" }, written.replace("https://", "")));
  else made.append(element("span", { title: String(raw) === written ? "" : String(raw) }, words));
  if (best) made.append(" ", element("b", {}, text("compare.script.best")));
  return made;
}

/** @param {string[]} items @param {string} [kind] */
function change(items, kind = choice.kind) {
  choice = { kind, items };
  history.pushState(null, "", location.pathname + choiceSearch(choice));
  void show();
}

/** What can be added: names of the site, or the plans of a use case. */
async function load() {
  if (choice.kind === "plans") {
    const folder = cases.value;
    const plans = folder ? plansOf(await file(`api/v1/${folder}.json`)) : [];
    known = plans.map((plan) => ({ id: `${folder}~${plan.id}`, title: planTitle(plan), detail: text("compare.script.plan", { rank: plan.rank, cost: money(plan.usd_per_month) }), words: `${planTitle(plan)} ${plan.kind} ${plan.id}`.toLowerCase() }));
    return;
  }
  const names = await file(language() === "en" ? "assets/names.json" : `assets/names-${language()}.json`);
  const start = `${choice.kind}/`;
  known = names.paths.flatMap((/** @type {string} */ path, /** @type {number} */ row) => {
    const [folder, id, rest] = path.split("/");
    return `${folder}/` === start && id && !rest ? [{ id, title: names.titles[row], detail: names.details[row], words: names.words[row] }] : [];
  });
}

/** The things that a text means, the best first; names spelled nearly like it where none fits. @param {string} typed */
function found(typed) {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const matching = (/** @type {string[]} */ wanted) => known.filter((one) => wanted.every((word) => one.words.includes(word)));
  let hits = matching(words);
  if (!hits.length) {
    const vocabulary = vocabularyOf(known.map((one) => one.words));
    hits = matching(words.map((word) => nearWords(word, vocabulary)[0] ?? word));
  }
  const whole = words.join(" ");
  const score = (/** @type {{id: string, title: string}} */ one) => (one.id === whole || one.title.toLowerCase() === whole ? 0 : one.title.toLowerCase().startsWith(whole) ? 1 : 2);
  return hits.filter((one) => !choice.items.includes(one.id)).sort((a, b) => score(a) - score(b)).slice(0, SHOWN);
}

async function suggest() {
  try {
    await load();
  } catch (error) {
    note.textContent = text("compare.script.no_names", { reason: /** @type {Error} */ (error).message });
    return;
  }
  const things = found(input.value);
  chosen = 0;
  list.replaceChildren(...things.map((one, place) => {
    const item = element("li", { id: `thing-${place}`, role: "option" }, element("span", {}, one.title), element("span", { className: "muted" }, one.detail));
    item.dataset.id = one.id;
    return item;
  }));
  list.hidden = !things.length;
  input.setAttribute("aria-expanded", String(things.length > 0));
  mark(0);
}

/** @param {number} place */
function mark(place) {
  chosen = place;
  [...list.children].forEach((item, number) => item.setAttribute("aria-selected", String(number === place)));
  if (list.children[place]) input.setAttribute("aria-activedescendant", `thing-${place}`);
  else input.removeAttribute("aria-activedescendant");
}

/** @param {string | undefined} id */
function add(id) {
  if (!id) return;
  if (choice.items.length >= settings.most) {
    note.textContent = `${settings.most} is the most that can be compared.`;
    return;
  }
  input.value = "";
  close();
  change([...choice.items, id]);
}

function close() {
  list.hidden = true;
  input.setAttribute("aria-expanded", "false");
}

input.addEventListener("input", () => void suggest());
input.addEventListener("focus", () => void suggest());
input.addEventListener("blur", () => setTimeout(close, 150)); // a click on the list comes first
cases.addEventListener("change", () => input.focus());
input.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const size = list.children.length;
  if (step && list.hidden) void suggest();
  else if (step && size) mark((chosen + step + size) % size);
  else if (event.key === "Enter" && !list.hidden) add(/** @type {HTMLElement} */ (list.children[chosen])?.dataset.id);
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
});
list.addEventListener("mousedown", (event) => {
  event.preventDefault();
  add(/** @type {HTMLElement} */ (event.target).closest("li")?.dataset.id);
});
find("[data-picker]").addEventListener("submit", (event) => event.preventDefault());
document.querySelectorAll("[data-kind]").forEach((tab) => tab.addEventListener("click", () => {
  const kind = /** @type {HTMLElement} */ (tab).dataset.kind ?? kinds[0];
  if (kind !== choice.kind) change([], kind);
}));
only.addEventListener("change", () => void show());
find("[data-link]").addEventListener("click", () => {
  navigator.clipboard.writeText(location.href).then(
    () => (note.textContent = text("compare.script.copied")),
    () => (note.textContent = text("compare.script.not_copied")),
  );
});
addEventListener("popstate", () => {
  choice = choiceOf(new URLSearchParams(location.search), kinds, settings.most);
  void show();
});
/** @type {HTMLFieldSetElement} */ (find("fieldset")).disabled = false;
void show();
