/**
 * What is compared, in the address: `?models=a,b`, `?gpus=…`, `?providers=…`, `?plans=use-cases/chatbot~<plan id>,…`.
 * @typedef {{kind: string, items: string[], left?: string[]}} Choice  `left`: what the address names beside it in vain
 */

const FOLDER = /^(use-cases\/[a-z0-9-]+|plans\/[a-z0-9-]+\/[a-z-]+\/[0-9.]+)$/;

/** The choice that an address makes; the first kind that it names counts. @param {URLSearchParams} given @param {string[]} kinds @param {number} most @returns {Choice} */
export function choiceOf(given, kinds, most) {
  for (const kind of kinds) {
    const named = [...new Set((given.get(kind) ?? "").split(",").filter(Boolean))];
    const items = named.filter((item) => isItem(kind, item)).slice(0, most);
    if (named.length) return { kind, items, left: named.filter((item) => !items.includes(item)) };
  }
  return { kind: kinds[0], items: [] };
}

/** @param {string} kind @param {string} item */
function isItem(kind, item) {
  if (kind !== "plans") return /^[a-z0-9][a-z0-9._-]*$/i.test(item) && !item.includes("..");
  const [folder, id] = parted(item);
  return FOLDER.test(folder) && id !== "";
}

/** Folder and id of a plan. @param {string} item @returns {[string, string]} */
export function parted(item) {
  const at = item.indexOf("~");
  return at < 0 ? [item, ""] : [item.slice(0, at), item.slice(at + 1)];
}

/** The part behind the question mark; '' for nothing. @param {Choice} choice */
export function choiceSearch({ kind, items }) {
  return items.length ? `?${kind}=${items.map((item) => encodeURIComponent(item).replaceAll("%2F", "/").replaceAll("%3A", ":")).join(",")}` : "";
}
