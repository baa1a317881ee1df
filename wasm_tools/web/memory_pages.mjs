/**
 * Python's memory as a file: the pages that are not what they would be anyway. `bundle/memory.py` writes the one that the
 * site publishes, as the difference to the memory that the runtime starts with; `packed` the one that a browser keeps.
 * A file holds: lengths of head and memory, number of pages, how many of them, the first, have something to differ from,
 * the places of all, the head, the pages.
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
export function fileLength(file) {
  if (file.length < HEADER) return HEADER;
  const { pages, count } = layout(file);
  return pages + count * PAGE;
}

/**
 * The memory that the site publishes. Pages that are not in the file are those that the runtime starts with.
 * @param {Uint8Array<ArrayBuffer>} file @returns {import("./python.mjs").Snapshot}
 */
export function published(file) {
  const { head, length, mixed, at, page } = opened(file);
  return {
    head,
    length,
    take(memory) {
      // What the memory holds now belongs to the difference. Until the pages are written, the runtime may change it.
      at.subarray(0, mixed).forEach((place, n) => {
        const initial = new Uint32Array(memory.buffer, place * PAGE, PAGE / WORD);
        const difference = new Uint32Array(file.buffer, page(n).byteOffset, PAGE / WORD);
        for (let word = 0; word < initial.length; word++) difference[word] ^= initial[word];
      });
    },
    write: (memory) => writePages(memory, at, page),
  };
}

/**
 * Memory that `packed` made a file of. Pages that are not in it are empty.
 * @param {Uint8Array<ArrayBuffer>} file @returns {import("./python.mjs").Snapshot} throws where the file is not whole
 */
export function kept(file) {
  if (file.length !== fileLength(file)) throw new Error("The snapshot is not whole.");
  const { head, length, at, page } = opened(file);
  let there = 0;
  return {
    head,
    length,
    take(memory) {
      there = memory.buffer.byteLength; // what is added later is empty
    },
    write(memory) {
      new Uint8Array(memory.buffer, 0, there).fill(0);
      writePages(memory, at, page);
    },
  };
}

/** A file of a snapshot of the runtime, without its empty pages. @param {Uint8Array} snapshot @returns {Uint8Array<ArrayBuffer>} */
export function packed(snapshot) {
  const head = new Uint32Array(snapshot.slice(0, 2 * WORD).buffer)[1];
  const memory = snapshot.slice(head);
  const words = new Uint32Array(memory.buffer);
  const at = Array.from({ length: memory.length / PAGE }, (_, place) => place).filter((place) => {
    const [first, end] = [place, place + 1].map((n) => (n * PAGE) / WORD);
    for (let word = first; word < end; word++) if (words[word]) return true;
    return false;
  });
  const file = new Uint8Array(HEADER + at.length * WORD + head + at.length * PAGE);
  new Uint32Array(file.buffer, 0, HEADER / WORD + at.length).set([head, memory.length, at.length, 0, ...at]);
  const { first, page } = opened(file);
  file.set(snapshot.subarray(0, head), first);
  at.forEach((place, n) => page(n).set(memory.subarray(place * PAGE, (place + 1) * PAGE)));
  return file;
}

/** @param {Uint8Array<ArrayBuffer>} file */
function opened(file) {
  const { head, length, count, mixed, places, first, pages } = layout(file);
  return {
    mixed,
    length,
    first,
    head: file.subarray(first, first + head),
    at: new Uint32Array(file.buffer, file.byteOffset + places, count),
    page: (/** @type {number} */ n) => new Uint8Array(file.buffer, file.byteOffset + pages + n * PAGE, PAGE),
  };
}

/** @param {WebAssembly.Memory} memory @param {Uint32Array} at @param {(n: number) => Uint8Array} page */
function writePages(memory, at, page) {
  const now = new Uint8Array(memory.buffer);
  at.forEach((place, n) => now.set(page(n), place * PAGE));
}
