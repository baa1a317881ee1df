/** Form records of scenarios: whether two of them ask the same. No document here. */

/** @param {unknown} a @param {unknown} b */
export function sameForm(a, b) {
  return ordered(a) === ordered(b);
}

/** JSON with sorted keys. @param {unknown} value */
function ordered(value) {
  return JSON.stringify(value, (_, part) =>
    part && typeof part === "object" && !Array.isArray(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part,
  );
}
