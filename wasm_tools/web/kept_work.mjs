/**
 * Questions about what the worker keeps of files. A worker that was replaced keeps nothing: the files are then read
 * again, once for all questions that wait for them.
 */
const LOST = "report"; // the field of the engine's refusal when it keeps nothing

/**
 * @param {{start: () => Promise<ReturnType<typeof import("./engine.mjs").startEngine>>}} card
 * @param {() => Promise<unknown> | undefined} readAgain what was read before, if anything was
 * @returns {(method: string, params: object) => Promise<any>}
 */
export function keptWork(card, readAgain) {
  /** @type {Promise<unknown> | undefined} */
  let reading;
  return async (method, params) => {
    const engine = await card.start();
    await engine.ready;
    try {
      return await engine.call(method, params);
    } catch (error) {
      if (/** @type {any} */ (error).field !== LOST) throw error;
      reading ??= readAgain()?.finally(() => (reading = undefined));
      if (!reading) throw error;
      await reading;
      return engine.call(method, params);
    }
  };
}
