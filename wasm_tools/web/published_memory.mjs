/**
 * The snapshot of Python's memory that the site publishes: the difference to the memory that the runtime starts with.
 * `bundle/memory.py` writes it: lengths of head and memory, number of pages, how many of them, the first, have something
 * to differ from, the places of all, the head, the pages.
 */
const WORD = 4; // bytes; all numbers are of this length, the lowest byte first
const HEADER = 4 * WORD;
const PAGE = 65536;

/** @param {Uint8Array<ArrayBuffer>} file */
function layout(file) {
  const [head, length, count, mixed] = new Uint32Array(file.buffer, file.byteOffset, HEADER / WORD);
  const places = HEADER;
  const first = places + count * WORD;
  return { head, length, count, mixed, places, first, pages: first + head };
}

/** How many bytes the file must have, by what it says itself. @param {Uint8Array<ArrayBuffer>} file */
export function publishedLength(file) {
  if (file.length < HEADER) return HEADER;
  const { pages, count } = layout(file);
  return pages + count * PAGE;
}

/**
 * The runtime reads the head and then takes all that is behind it. It gets nothing there: `write` puts the pages at their
 * places, which is a fifth of the way that copies of the whole memory would take.
 */
class Head extends Uint8Array {
  static get [Symbol.species]() {
    return Uint8Array;
  }
  write = () => {};
  /** @param {number} [start] @param {number} [end] @returns {Uint8Array<ArrayBuffer>} */
  subarray(start, end) {
    if (end !== undefined) return /** @type {any} */ (super.subarray(start, end));
    this.write();
    return new Uint8Array();
  }
}

/** @param {Uint8Array<ArrayBuffer>} file @returns {import("./python.mjs").Snapshot} */
export function published(file) {
  const { head, length, count, mixed, places, first, pages } = layout(file);
  const bytes = new Head(file.slice(first, pages).buffer);
  const page = (/** @type {number} */ n) => file.byteOffset + pages + n * PAGE;
  return {
    bytes,
    length,
    take(memory) {
      // What the memory holds now belongs to the difference. Until the pages are written, the runtime may change it.
      const at = new Uint32Array(file.buffer, file.byteOffset + places, count);
      at.subarray(0, mixed).forEach((place, n) => {
        const initial = new Uint32Array(memory.buffer, place * PAGE, PAGE / WORD);
        const difference = new Uint32Array(file.buffer, page(n), PAGE / WORD);
        for (let word = 0; word < initial.length; word++) difference[word] ^= initial[word];
      });
      bytes.write = () => {
        const now = new Uint8Array(memory.buffer);
        at.forEach((place, n) => now.set(new Uint8Array(file.buffer, page(n), PAGE), place * PAGE));
      };
    },
  };
}
