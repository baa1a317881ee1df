/** Files of columns, fetched and read beside the page's thread. */

import { text } from "./texts.mjs";

/**
 * The records of these files in turn; the next one is fetched when the last has been dealt with. Throws an Error with
 * words for the reader. @param {string[]} addresses absolute @returns {AsyncGenerator<import("./columnar.mjs").TableRecord>}
 */
export async function* tableRecords(addresses) {
  const worker = new Worker(new URL("./table_worker.mjs", import.meta.url), { type: "module" });
  try {
    for (const address of addresses) yield await answered(worker, address);
  } finally {
    worker.terminate();
  }
}

/** @param {Worker} worker @param {string} address @returns {Promise<import("./columnar.mjs").TableRecord>} */
function answered(worker, address) {
  return new Promise((done, fail) => {
    worker.onmessage = ({ data: { record, status, error } }) => {
      if (record) done(record);
      else fail(new Error(status ? text("explore.script.answered", { status: String(status) }) : error));
    };
    worker.onerror = () => fail(new Error(text("explore.script.no_answer")));
    worker.postMessage(address);
  });
}
