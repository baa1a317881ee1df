/**
 * Finds names: how well each row of the list fits what was typed. No page, no network: tests run it under Node.
 *
 * @typedef {{titles: string[], paths: string[], kinds: string[], details: string[], words: string[]}} Names
 * @typedef {{paths: string[], ids: string[]}} Ids  ids of providers for the page at a path, separated by line ends
 * @typedef {{row: number, score: number, called: string}} Hit  `called` is the provider's id that matched, or empty
 * @typedef {{title: string, bare: string, words: string, squeezed: string, pieces: string[]}} Prepared
 */

export const SHOWN = 40;
const EXACT = 120, OTHER_NAME = 112, PREFIX = 100, WORD_PREFIX = 82, SQUEEZED = 70, SUBSTRING = 64, SCATTERED = 52, TYPO = 40;
const OF_A_PROVIDER = 6; // an id of one provider says less than a name that all use
const ENOUGH = 8; // hits without a guess at typos

/** @param {string} text */
const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
/** Letters and digits alone, so that "gpt4o" and "gpt 4o" find "gpt-4o". @param {string} text */
const bare = (text) => text.replace(/[^\p{L}\p{N}]+/gu, "");
/** @param {string} text */
const squeezed = (text) => text.split(" ").map(bare).join(" ");
/** @param {string} text */
const pieces = (text) => [...new Set(text.split(/[^\p{L}\p{N}]+/u).filter(Boolean))];

/** What is compared of a row, computed once for a list. @param {string} title @param {string} words @returns {Prepared} */
function prepared(title, words) {
  const all = plain(words);
  return { title: plain(title), bare: bare(plain(title)), words: all, squeezed: squeezed(all), pieces: pieces(all) };
}

/** @param {Names} list */
export const preparedNames = (list) => list.titles.map((title, row) => prepared(title, list.words[row]));

/** Whether a word of the text begins with the term: after a space or a separator. @param {string} text @param {string} term */
function begins(text, term) {
  for (let at = text.indexOf(term); at >= 0; at = text.indexOf(term, at + 1)) {
    if (at === 0 || /[\s\-/._:@(]/.test(text[at - 1])) return true;
  }
  return false;
}

/** How well a row fits, 0 for not at all. @param {Prepared} row @param {string} query @param {string[]} terms */
export function fit(row, query, terms) {
  if (row.title === query) return EXACT;
  const letters = bare(query);
  if (letters && row.bare === letters) return EXACT - 2;
  if (` ${row.words} `.includes(` ${query} `)) return OTHER_NAME;
  if (row.title.startsWith(query)) return PREFIX;
  if (terms.every((term) => begins(row.words, term))) return row.title.includes(query) ? WORD_PREFIX + 6 : WORD_PREFIX;
  if (letters.length > 2 && begins(row.squeezed, letters)) return SQUEEZED;
  if (row.words.includes(query)) return SUBSTRING;
  return terms.every((term) => row.words.includes(term)) ? SCATTERED : 0;
}

/**
 * The score of a query with typing errors: one in a word of three letters or more, two from eight on.
 * @param {Prepared} row @param {string[]} terms
 */
export function typoFit(row, terms) {
  let total = 0;
  for (const term of terms) {
    const allowed = term.length < 3 || /^\d+$/.test(term) ? 0 : term.length < 8 ? 1 : 2;
    let least = allowed + 1;
    for (const piece of row.pieces) {
      if (Math.abs(piece.length - term.length) > allowed && piece.length < term.length) continue;
      least = Math.min(least, distance(term, piece, least), distance(term, piece.slice(0, term.length), least));
      if (!least) break;
    }
    if (least > allowed) return 0;
    total += least;
  }
  return Math.max(1, TYPO - 6 * total);
}

/** Edits (also swaps of neighbours) between two words; at least `most` when there are more. @param {string} a @param {string} b @param {number} most */
export function distance(a, b, most) {
  if (Math.abs(a.length - b.length) >= most) return most;
  let before = /** @type {number[]} */ ([]), above = Array.from({ length: b.length + 1 }, (_, n) => n);
  for (let i = 1; i <= a.length; i++) {
    const line = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      line[j] = Math.min(above[j] + 1, line[j - 1] + 1, above[j - 1] + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) line[j] = Math.min(line[j], before[j - 2] + 1);
    }
    before = above;
    above = line;
  }
  return Math.min(above[b.length], most);
}

/**
 * The rows that fit a query, best first; of equal ones the earlier. `ids` are looked through when they are there.
 * @param {Names} list @param {Prepared[]} rows @param {string} typed @param {Ids | undefined} ids @returns {Hit[]}
 */
export function hits(list, rows, typed, ids) {
  const query = plain(typed).trim().replace(/\s+/g, " ");
  const terms = query.split(" ").filter(Boolean);
  if (!terms.length) return [];
  /** @type {Map<number, Hit>} */
  const found = new Map();
  rows.forEach((row, number) => {
    const score = fit(row, query, terms);
    if (score) found.set(number, { row: number, score, called: "" });
  });
  if (ids) addOfProviders(found, list, ids, query, terms);
  if (found.size < ENOUGH) {
    const parts = pieces(query);
    rows.forEach((row, number) => {
      const score = found.has(number) ? 0 : typoFit(row, parts);
      if (score) found.set(number, { row: number, score, called: "" });
    });
  }
  return [...found.values()].sort((a, b) => b.score - a.score || a.row - b.row).slice(0, SHOWN);
}

/** @param {Map<number, Hit>} found @param {Names} list @param {Ids} ids @param {string} query @param {string[]} terms */
function addOfProviders(found, list, ids, query, terms) {
  const place = new Map(list.paths.map((path, row) => [path, row]));
  ids.paths.forEach((path, n) => {
    const row = place.get(path);
    if (row === undefined || !terms.every((term) => ids.ids[n].includes(term))) return;
    for (const id of ids.ids[n].split("\n")) {
      const score = fit(prepared(id, id), query, terms) - OF_A_PROVIDER;
      if (score > (found.get(row)?.score ?? 0)) found.set(row, { row, score, called: id });
    }
  });
}
