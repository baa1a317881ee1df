/** Names that a mistyped word may mean: few letters changed, left out, added or swapped. Tried only when nothing fits. */

/** How many mistakes a word of this length may hold. @param {number} length */
const allowed = (length) => (length < 4 ? 0 : length < 8 ? 1 : 2);

/**
 * The words of the vocabulary that are nearest to a word, all at the least distance; none when all are too far.
 * @param {string} word in lower case @param {Iterable<string>} vocabulary in lower case @returns {string[]}
 */
export function nearWords(word, vocabulary) {
  let limit = allowed(word.length);
  // A figure is not a name: 2.50 must not find version 2.5.
  if (!limit || !/\p{L}{2}/u.test(word)) return [];
  /** @type {string[]} */
  let near = [];
  let best = limit + 1;
  for (const candidate of vocabulary) {
    const distance = editDistance(word, candidate, limit);
    if (distance < best) {
      best = limit = distance;
      near = [candidate];
    } else if (distance === best && distance <= limit) near.push(candidate);
  }
  return near;
}

/** The words in a list of texts, each once. @param {Iterable<string>} texts in lower case */
export function vocabularyOf(texts) {
  const words = new Set();
  for (const text of texts) for (const word of text.split(/[^\p{L}\p{N}.]+/u)) if (word.length > 2) words.add(word);
  return words;
}

/** The last three lines of the table of distances: one set for all pairs, since a search looks at tens of thousands. */
let lines = [0, 1, 2].map(() => new Uint8Array(64));

/**
 * Edits between two words, a swap of neighbours counted as one; anything above `limit` is `limit + 1`. Only the cells near
 * the diagonal are worked out: those further off hold more than the limit.
 * @param {string} a @param {string} b @param {number} limit
 */
export function editDistance(a, b, limit) {
  const far = limit + 1;
  if (Math.abs(a.length - b.length) > limit) return far;
  if (b.length + 2 > lines[0].length) lines = lines.map(() => new Uint8Array(2 * b.length + 2));
  let [before, previous, current] = lines;
  for (let column = 0; column <= Math.min(b.length, limit); column += 1) previous[column] = column;
  previous[limit + 1] = far;
  for (let row = 1; row <= a.length; row += 1) {
    const from = Math.max(1, row - limit);
    const to = Math.min(b.length, row + limit);
    current[from - 1] = from === 1 && row <= limit ? row : far;
    let least = current[from - 1];
    for (let column = from; column <= to; column += 1) {
      const change = previous[column - 1] + Number(a[row - 1] !== b[column - 1]);
      let edits = Math.min(previous[column] + 1, current[column - 1] + 1, change, far);
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) edits = Math.min(edits, before[column - 2] + 1);
      current[column] = edits;
      least = Math.min(least, edits);
    }
    current[to + 1] = far;
    if (least > limit) return far;
    [before, previous, current] = [previous, current, before];
  }
  return Math.min(previous[b.length], far);
}
