/**
 * A view of the explorer in the address: only what differs from the usual, with a version so that old links keep working.
 *
 * @typedef {object} View
 * @property {string} data id of the sheet @property {string} q the query @property {string[]} columns `+name` or `-name`
 * @property {string} currency @property {string} unit `1M` or `1k` @property {[number, number]} blend read : written
 * @property {number} cached per cent of the prompt @property {[number, number]} task prompt and answer tokens
 * @property {{name: string, text: string}[]} own columns that the reader computes
 * @typedef {{sheets: string[], currencies: string[], blend: [number, number], task: [number, number]}} Usual
 */

export const VERSION = "1";
const OWN_COLUMNS = 4;
const MOST_TOKENS = 100_000_000;
const NAME = /^[a-z][a-z0-9_]{0,23}$/;

/** @param {Usual} usual @returns {View} */
export function usualView({ sheets, blend, task }) {
  return { data: sheets[0], q: "", columns: [], currency: "USD", unit: "1M", blend, cached: 0, task, own: [] };
}

/**
 * The view that an address describes; what cannot be read has its usual value.
 * @param {URLSearchParams} given @param {Usual} usual @returns {{view: View, newer: boolean}}
 */
export function viewOf(given, usual) {
  const view = usualView(usual);
  const pick = (/** @type {string} */ name, /** @type {string[]} */ allowed, /** @type {string} */ other) =>
    allowed.includes(given.get(name) ?? "") ? /** @type {string} */ (given.get(name)) : other;
  view.data = pick("data", usual.sheets, view.data);
  view.q = (given.get("q") ?? "").slice(0, 1000);
  view.columns = (given.get("cols") ?? "").split(",").filter((word) => /^[+ -][a-z_0-9]+$/.test(word)).map((word) => word.replace(/^ /, "+"));
  view.currency = pick("cur", usual.currencies, view.currency);
  view.unit = pick("unit", ["1M", "1k"], view.unit);
  view.blend = pairOf(given.get("blend"), 1000) ?? view.blend;
  view.task = pairOf(given.get("task"), MOST_TOKENS) ?? view.task;
  const cached = Number(given.get("cached") ?? 0);
  view.cached = Number.isInteger(cached) && cached >= 0 && cached <= 100 ? cached : 0;
  for (const text of given.getAll("x").slice(0, OWN_COLUMNS)) {
    const [name, ...rest] = text.split("=");
    if (NAME.test(name) && rest.length && !view.own.some((one) => one.name === name)) {
      view.own.push({ name, text: rest.join("=").trim() });
    }
  }
  const version = given.get("v") ?? VERSION;
  return { view, newer: /^\d+$/.test(version) && Number(version) > Number(VERSION) };
}

/** @param {string | null} text `3-1` @param {number} most @returns {[number, number] | null} */
function pairOf(text, most) {
  const [first, second, more] = (text ?? "").split("-").map((word) => (/^\d+$/.test(word) ? Number(word) : NaN));
  const good = more === undefined && first <= most && second <= most && first + second > 0;
  return good ? [first, second] : null;
}

/** The part of an address behind the question mark, '' for the usual view. @param {View} view @param {Usual} usual */
export function searchOf(view, usual) {
  const plain = usualView(usual);
  const pairs = new URLSearchParams();
  if (view.data !== plain.data) pairs.set("data", view.data);
  if (view.q.trim()) pairs.set("q", view.q.trim());
  if (view.columns.length) pairs.set("cols", view.columns.join(","));
  if (view.currency !== plain.currency) pairs.set("cur", view.currency);
  if (view.unit !== plain.unit) pairs.set("unit", view.unit);
  if (String(view.blend) !== String(plain.blend)) pairs.set("blend", view.blend.join("-"));
  if (view.cached !== plain.cached) pairs.set("cached", String(view.cached));
  if (String(view.task) !== String(plain.task)) pairs.set("task", view.task.join("-"));
  for (const { name, text } of view.own) pairs.append("x", `${name}=${text}`);
  return pairs.size ? `v=${VERSION}&${pairs}` : "";
}

/** Whether a name can be that of a column of the reader's own. @param {string} name */
export function isOwnName(name) {
  return NAME.test(name);
}
