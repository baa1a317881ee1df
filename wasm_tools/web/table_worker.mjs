/**
 * The worker that fetches files of columns for the page: parsing millions of characters would keep the page from
 * answering. It is sent an address and answers with `{record}` or, when the file cannot be had, with the `{status}` of
 * the answer or an `{error}`.
 */
import { typed } from "./columnar.mjs";

addEventListener("message", async ({ data: address }) => {
  try {
    const answer = await fetch(address);
    if (!answer.ok) return postMessage({ status: answer.status });
    const record = typed(await answer.json());
    const buffers = Object.values(record.columns).map((column) => ("codes" in column ? column.codes : column.numbers).buffer);
    postMessage({ record }, { transfer: buffers });
  } catch (error) {
    postMessage({ error: /** @type {Error} */ (error).message });
  }
});
