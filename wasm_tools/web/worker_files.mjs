/** How files of the reader come to Python in the worker. */
import { technicalText } from "./loading.mjs";

const PART = 4_000_000; // bytes that are read at once

/**
 * Give Python files, part by part and each in a task of its own: otherwise they are held twice until all are there.
 * Returns the refusal of one that cannot be taken, else null.
 * @param {{name: string, content: Blob}[]} files
 * @param {{take_file: (name: string, size: number) => void, take_part: (part: Uint8Array) => void, drop_files: () => void}} engine
 * @returns {Promise<{ok: false, error: import("./worker.mjs").Failure, broken: boolean} | null>}
 */
export async function refusalOf(files, engine) {
  for (const { name, content } of files) {
    try {
      engine.take_file(name, content.size);
      for (let at = 0; at < content.size; at += PART) {
        engine.take_part(new Uint8Array(await content.slice(at, at + PART).arrayBuffer()));
      }
    } catch (error) {
      const gone = error instanceof DOMException;
      if (gone) engine.drop_files();
      const message = gone
        ? `${name} cannot be read: it was changed, moved or locked since it was chosen. Choose it again.`
        : `${name} does not fit into the memory of Python, which starts afresh: choose a shorter period.`;
      return { ok: false, error: { message, field: "file", technical: technicalText(error) }, broken: !gone };
    }
  }
  return null;
}
