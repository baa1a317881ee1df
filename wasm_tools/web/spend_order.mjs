/**
 * The order of single calls. It stands behind the # of the address beside the filters: `order=cost` is the largest first,
 * `order=-cost` the smallest; nothing is the latest call first.
 *
 * @typedef {{sort: string, descending: boolean}} Order
 */
const SORTS = new Set(["time", "cost", "latency", "input", "output", "provider", "model"]);
const NAME = "order";
const FIRST = "time";

/** Names begin with A, figures with the largest. @param {string} sort */
export const usualWay = (sort) => sort !== "provider" && sort !== "model";

/** @param {string} hash @returns {Order} */
export function orderOf(hash) {
  const word = new URLSearchParams(hash.replace(/^#/, "")).get(NAME) ?? "";
  const turned = word.startsWith("-");
  const sort = turned ? word.slice(1) : word;
  return SORTS.has(sort) ? { sort, descending: usualWay(sort) !== turned } : { sort: FIRST, descending: true };
}

/** The words of an address with an order. @param {string} words without # @param {Order} order */
export function withOrder(words, { sort, descending }) {
  const all = new URLSearchParams(words);
  all.delete(NAME);
  const word = (descending === usualWay(sort) ? "" : "-") + sort;
  if (word !== FIRST) all.set(NAME, word);
  return all.toString();
}
