/**
 * The invoice page: takes a file or pasted lines, asks the engine, shows coverage, verdicts, questions and exclusions.
 * Once the engine is ready this page makes no request; all modules and prices are here by then.
 */
import { csvText, saveText } from "./csv_text.mjs";
import { coverage, elsewherePart, excludedPart, lineDetail, questionsPart } from "./invoice_parts.mjs";
import { about, dollars, figure, listed } from "./invoice_figures.mjs";
import { count, megabytes } from "./figures.mjs";
import { runtimeCard } from "./runtime_card.mjs";
import { english, language, localNumber, longDate, text } from "./texts.mjs";
import { virtualList } from "./virtual_list.mjs";

const LARGEST = 64_000_000; // bytes; more would not fit in the memory that Python has in a page
const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const settings = JSON.parse(byId("invoice-data").textContent ?? "{}");
const form = /** @type {HTMLFormElement} */ (byId("invoice-form"));
const file = /** @type {HTMLInputElement} */ (byId("bill-file"));
const pasted = /** @type {HTMLTextAreaElement} */ (byId("bill-text"));
const filter = /** @type {HTMLSelectElement} */ (byId("lines-filter"));
const status = byId("bill-status");
/** @type {any} the record of the last bill */
let bill = null;
/** @type {ReturnType<typeof virtualList> | null} */
let list = null;
let turn = 0;

const card = runtimeCard(
  byId("runtime"),
  { packs: ["invoice"], buildId: settings.build_id, bytes: settings.bytes, watchdogSeconds: 180 },
  () => {},
);

file.addEventListener("change", () => file.files?.[0] && readFile(file.files[0]));
form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (pasted.value.trim()) analyse({ text: pasted.value }, text("invoice.script.pasted"));
  else status.textContent = text("invoice.script.nothing");
});
document.getElementById("bill-sample")?.addEventListener("click", () => {
  pasted.value = settings.sample;
  analyse({ text: settings.sample }, text("invoice.script.sample"));
});
byId("bill-export").addEventListener("click", exportRows);
filter.addEventListener("change", showLines);
for (const name of ["dragenter", "dragover"]) {
  form.addEventListener(name, (event) => {
    event.preventDefault();
    form.classList.add("is-over");
  });
}
for (const name of ["dragleave", "drop"]) form.addEventListener(name, () => form.classList.remove("is-over"));
form.addEventListener("drop", (event) => {
  event.preventDefault();
  const dropped = event.dataTransfer?.files[0];
  if (dropped) readFile(dropped);
});

/** @param {File} chosen */
async function readFile(chosen) {
  try {
    const plain = await unpacked(chosen);
    if (plain.size > LARGEST) throw new Error(text("invoice.script.too_large", { size: megabytes(plain.size), most: megabytes(LARGEST) }));
    await analyse({ base64: await base64Of(plain) }, chosen.name);
  } catch (error) {
    status.textContent = text("invoice.script.not_read", { name: chosen.name, reason: /** @type {Error} */ (error).message });
  }
  file.value = ""; // so that the same file can be chosen again after it was edited
}

/** The file itself, or what is inside when it was compressed with gzip. @param {Blob} chosen @returns {Promise<Blob>} */
async function unpacked(chosen) {
  const [first, second] = new Uint8Array(await chosen.slice(0, 2).arrayBuffer());
  if (first !== 0x1f || second !== 0x8b || chosen.size > LARGEST) return chosen;
  try {
    return await new Response(chosen.stream().pipeThrough(new DecompressionStream("gzip"))).blob();
  } catch {
    throw new Error(text("invoice.script.damaged"));
  }
}

/** @param {Blob} blob @returns {Promise<string>} */
function base64Of(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).split(",", 2)[1] ?? "");
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}

/** @param {{text: string} | {base64: string}} params @param {string} name */
async function analyse(params, name) {
  const mine = ++turn;
  status.textContent = text("invoice.script.reading", { name });
  byId("bill-result").setAttribute("aria-busy", "true");
  const began = performance.now();
  try {
    const engine = await card.start();
    const record = await engine.call("invoice", params);
    if (mine !== turn) return;
    bill = record;
    const took = localNumber(((performance.now() - began) / 1000).toFixed(1));
    show(text("invoice.script.read", { name, seconds: took, format: record.source_format, date: longDate(record.as_of) }));
  } catch (error) {
    if (mine !== turn) return;
    const reason = /** @type {Error} */ (error).message.replace(/\.$/, "");
    status.textContent = text("invoice.script.not_read", { name, reason });
    if (bill) status.textContent += ` ${text("invoice.script.before")}`;
  }
  byId("bill-result").removeAttribute("aria-busy");
}

/** @param {string} said */
function show(said) {
  byId("bill-result").hidden = false;
  byId("coverage").replaceChildren(...coverage(bill));
  byId("bill-questions").replaceChildren(...questionsPart(bill));
  byId("excluded-part").replaceChildren(...excludedPart(bill));
  byId("elsewhere").replaceChildren(...elsewherePart(bill));
  filter.replaceChildren(new Option(text("invoice.script.all_lines", { n: bill.lines.rows.length }), ""));
  for (const { name, lines } of bill.verdicts) filter.add(new Option(`${text(`invoice.verdict.${name}`)} · ${count(lines)}`, name));
  list ??= virtualList({
    scroller: byId("lines-box"),
    grid: /** @type {HTMLTableElement} */ (byId("lines")),
    fill,
    open: (row) => byId("line-detail").replaceChildren(...lineDetail(bill, lineOf(row))),
    empty: text("invoice.script.empty"),
  });
  showLines();
  status.replaceChildren(said, ...bill.notes.flatMap((/** @type {string} */ note) => [" ", english(note)]));
}

/** The named cells of a line. @param {number} row @returns {Record<string, any>} */
function lineOf(row) {
  const cells = bill.lines.rows[row];
  return Object.fromEntries(bill.lines.columns.map((/** @type {string} */ name, /** @type {number} */ i) => [name, cells[i]]));
}

function showLines() {
  const verdict = bill.lines.columns.indexOf("verdict");
  const rows = Uint32Array.from({ length: bill.lines.rows.length }, (_, row) => row).filter(
    (row) => !filter.value || bill.lines.rows[row][verdict] === filter.value,
  );
  list?.show(rows);
  byId("lines-status").textContent =
    text("invoice.script.shown", { shown: rows.length, all: bill.lines.rows.length });
}

/** @type {import("./virtual_list.mjs").Parts["fill"]} */
function fill(cells, row) {
  const line = lineOf(row);
  const texts = [
    String(line.line),
    line.provider,
    line.model || "—",
    `${figure(line.usage_qty)} ${line.usage_unit}`,
    dollars(line.amount_usd),
    line.effective_price === null ? "—" : text("invoice.script.per", { price: about(line.effective_price), unit: line.per }),
    listedRange(line),
    text(`invoice.verdict.${line.verdict}`),
    line.reason,
  ];
  for (const [place, said] of texts.entries()) {
    cells[place].textContent = said;
    cells[place].title = said.length > 18 ? said : "";
  }
  if (language() !== "en") cells[8].lang = "en"; // reasons are the engine's
  cells[7].dataset.verdict = line.verdict;
  cells[2].dataset.second = line.provider; // shown on narrow screens
  cells[4].dataset.second = texts[5];
}

/** The lowest and highest list price a line was held against. @param {Record<string, any>} line */
function listedRange(line) {
  const compared = line.comparison === null ? null : bill.comparisons[line.comparison];
  const prices = (compared?.list_prices ?? []).map((/** @type {any} */ p) => p.price).filter((/** @type {string} */ p) => Number(p) > 0);
  if (!prices.length) return "—";
  const sorted = [...prices].sort((a, b) => Number(a) - Number(b));
  const [low, high] = [sorted[0], sorted.at(-1)];
  return low === high ? listed(low) : text("invoice.script.range", { low: listed(low), high: listed(high) });
}

/** Every row of the file: the analysed lines with their verdict, then the excluded rows with their reason. */
function exportRows() {
  const header = ["status", ...bill.lines.columns.filter((/** @type {string} */ c) => c !== "comparison"), "list_prices", "raw"];
  const rows = bill.lines.rows.map((/** @type {any} */ _, /** @type {number} */ row) => {
    const line = lineOf(row);
    return header.map((name) => {
      if (name === "status") return "analysed";
      if (name === "list_prices") return line.comparison === null ? "" : listWords(bill.comparisons[line.comparison]);
      return line[name] ?? "";
    });
  });
  for (const { line, reason, usd, raw } of bill.excluded_rows) {
    const known = { status: "excluded", line, amount_usd: usd ?? "", reason, raw };
    rows.push(header.map((name) => known[/** @type {keyof typeof known} */ (name)] ?? ""));
  }
  saveText("bill-checked.csv", csvText(header, rows));
}

/** @param {any} compared */
function listWords(compared) {
  return compared.list_prices.map((/** @type {any} */ p) => `${p.sku} ${p.meter} ${p.price}`).join("; ");
}
