/**
 * The order of rows by several columns: a stable counting sort by each, the least important one first.
 * @typedef {import("./columnar.mjs").Column} Column
 * @typedef {{column: Column, descending: boolean}} Key
 */

/**
 * The rows by these keys, the first one counting most. Equal rows keep their order, missing values come last either way.
 * @param {Uint32Array} rows @param {Key[]} keys
 */
export function orderedRows(rows, keys) {
  return keys.reduceRight((sorted, { column, descending }) => byRank(sorted, column.codes, ranks(column, descending)), rows);
}

/** The place of each code. @param {Column} column @param {boolean} descending */
function ranks({ size, missing }, descending) {
  const last = missing < 0 ? size - 1 : size - 2;
  return Uint32Array.from({ length: size }, (_, code) => (descending && code !== missing ? last - code : code));
}

/**
 * The rows by a rank of their code. @param {Uint32Array} rows @param {Uint32Array} codes by row
 * @param {Uint32Array} rank by code
 */
export function byRank(rows, codes, rank) {
  const ends = new Uint32Array(rank.length + 1);
  for (const row of rows) ends[rank[codes[row]] + 1] += 1;
  for (let place = 0; place < rank.length; place += 1) ends[place + 1] += ends[place];
  const sorted = new Uint32Array(rows.length);
  for (const row of rows) sorted[ends[rank[codes[row]]]++] = row;
  return sorted;
}

/**
 * The codes of a column as groups of a ranking: those that lead, then by how many of these rows have them.
 * @param {Column} column @param {Uint32Array} found how many rows have each code @param {string[]} leads values
 */
export function groupRanks(column, found, leads) {
  const order = Array.from({ length: column.size }, (_, code) => code);
  const lead = order.map((code) => (leads.includes(column.value(code)) ? leads.indexOf(column.value(code)) : leads.length));
  order.sort((a, b) => lead[a] - lead[b] || found[b] - found[a] || a - b);
  const rank = new Uint32Array(column.size);
  order.forEach((code, place) => (rank[code] = place));
  return rank;
}
