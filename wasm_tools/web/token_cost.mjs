/**
 * What tokens cost in the reader's mix: a blended price, and one request of a stated task.
 * As in the engine (wasm_tools/planner/request_cost.py): the band of the whole prompt prices the request; cached tokens
 * without a price of their own count as new ones, which the page marks.
 *
 * @typedef {{input: number, output: number, cached: number}} Prices $/1M, NaN where not stated
 * @typedef {{above: number, prices: Prices}} Band for prompts longer than `above` tokens
 * @typedef {{read: number, written: number, cachedShare: number}} Mix tokens read and written; a share of one
 */

/** The price of a million tokens in this ratio. @param {Prices} prices @param {Mix} mix */
export function blendedPrice(prices, mix) {
  const { read, written } = mix;
  return (part(read, inputPrice(prices, mix.cachedShare)) + part(written, prices.output)) / (read + written);
}

/** US dollars of one request. @param {Prices} base @param {Band[]} bands ascending @param {Mix} mix */
export function requestCost(base, bands, mix) {
  const band = bands.findLast(({ above }) => mix.read > above);
  const prices = band ? band.prices : base;
  return (part(mix.read, inputPrice(prices, mix.cachedShare)) + part(mix.written, prices.output)) / 1e6;
}

/** Whether cached tokens are counted as new ones. @param {Prices} base @param {Band[]} bands @param {Mix} mix */
export function countsCachedAsNew(base, bands, mix) {
  const band = bands.findLast(({ above }) => mix.read > above);
  return mix.cachedShare > 0 && Number.isNaN((band ? band.prices : base).cached);
}

/** What nobody reads or writes costs nothing, stated or not. @param {number} tokens @param {number} price */
function part(tokens, price) {
  return tokens === 0 ? 0 : tokens * price;
}

/** @param {Prices} prices @param {number} cachedShare */
function inputPrice({ input, cached }, cachedShare) {
  if (cachedShare === 0) return input;
  return (1 - cachedShare) * input + cachedShare * (Number.isNaN(cached) ? input : cached);
}

/** The bands of long prompts from their text: `272000 5 22.5 0.5 -;…`. @param {string} text @returns {Band[]} */
export function bandsOf(text) {
  if (text === "") return [];
  return text.split(";").map((band) => {
    const [above, input, output, cached] = band.split(" ").map((word) => (word === "-" ? NaN : Number(word)));
    return { above, prices: { input, output, cached } };
  });
}
