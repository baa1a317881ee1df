/**
 * Writes the report of a wrong price: what the atlas says comes from its own files, what is right from the reader.
 * Nothing is sent; "Send it" is a link to the address that data/registry/site.toml names.
 */

import { text } from "./texts.mjs";

const BETWEEN = "|";

/** Rows of a CSV text as objects by the names of its header. @param {string} text @returns {Record<string, string>[]} */
export function csvRows(text) {
  /** @type {string[][]} */
  const rows = [[]];
  for (const [, end, quoted, plain] of text.matchAll(/(^|,|\r?\n)(?:"((?:[^"]|"")*)"|([^",\r\n]*))/g)) {
    if (end.includes("\n")) rows.push([]);
    rows[rows.length - 1].push(quoted?.replaceAll('""', '"') ?? plain ?? "");
  }
  const [header, ...body] = rows;
  return body.filter((row) => row.length === header.length).map((row) => Object.fromEntries(row.map((v, n) => [header[n], v])));
}

/** The file with the price of an id, relative to /api/v1/providers/, or empty. @param {string} id */
export function fileOf(id) {
  const [kind, provider] = id.split(BETWEEN);
  if (!/^[a-z0-9][a-z0-9._-]*$/.test(provider ?? "")) return "";
  return kind === "rental" ? `${provider}-gpus.csv` : kind === "offer" ? `${provider}.csv` : "";
}

/** The prices that an id names. @param {string} id @param {Record<string, string>[]} rows */
export function pricesOf(id, rows) {
  const [kind, , name, region, commitment] = id.split(BETWEEN);
  return rows.filter(
    (row) =>
      row.region === region &&
      (kind === "rental" ? row.instance === name && row.commitment === commitment : row.sku === name),
  );
}

/** @param {Record<string, string>} row */
const said = (row) => `${row.price} ${row.currency || "USD"} per ${row.unit_label || "GPU-hour"}`;

/** What the atlas says of one price, in lines. @param {Record<string, string>} row */
const lines = (row) => [
  `${row.meter || row.commitment}: ${said(row)}`,
  `  sources: ${row.evidence || "none"}; read ${row.observed_at || "on no known day"}; grade ${row.grade || "none"}`,
];

/**
 * The text of a report.
 * @param {{id: string, asOf: string, chosen: Record<string, string>[], right: string, proof: string, more: string}} given
 */
export function reportText({ id, asOf, chosen, right, proof, more }) {
  const one = chosen.length === 1 && chosen[0].meter ? `${id}${BETWEEN}${chosen[0].meter}` : id;
  return [
    `Price: ${one || "?"}`,
    `Atlas of ${asOf} says:`,
    ...(chosen.length ? chosen.slice(0, 12).flatMap(lines) : ["  (not found in its files)"]),
    `Should be: ${right || "?"}`,
    `Stands at: ${proof || "?"}`,
    ...(more ? ["", more] : []),
  ].join("\n");
}

function start() {
  const form = /** @type {HTMLFormElement} */ (document.getElementById("report"));
  const field = (/** @type {string} */ name) => /** @type {HTMLInputElement} */ (form.elements.namedItem(name));
  const site = new URL("..", import.meta.url);
  const known = /** @type {HTMLElement} */ (document.getElementById("report-known"));
  const send = /** @type {HTMLAnchorElement} */ (form.querySelector("[data-send]"));
  const row = /** @type {HTMLAnchorElement} */ (form.querySelector("[data-row]"));
  const address = form.dataset.address ?? "";
  /** @type {Record<string, string>[]} */
  let prices = [];

  const write = () => {
    const meter = field("meter").value;
    const chosen = meter ? prices.filter((price) => price.meter === meter) : prices;
    const [id, right, proof, more] = ["id", "right", "proof", "more"].map((name) => field(name).value.trim());
    const report = reportText({ id, asOf: form.dataset.asOf ?? "", chosen, right, proof, more });
    field("text").value = report;
    send.hidden = !address;
    if (!address) return;
    const title = `Wrong price: ${id.split(BETWEEN).slice(1).join(" ")}`;
    send.href = address.replaceAll("{title}", encodeURIComponent(title)).replaceAll("{text}", encodeURIComponent(report));
  };

  const look = async () => {
    const id = field("id").value.trim();
    const [kind, , name = ""] = id.split(BETWEEN);
    row.href = new URL(`explore/?data=${kind === "rental" ? "rentals" : "offers"}&q=${encodeURIComponent(`"${name}"`)}`, site).href;
    prices = [];
    const file = fileOf(id);
    if (file) {
      known.textContent = text("report.script.looking");
      const answer = await fetch(new URL(`api/v1/providers/${file}`, site)).catch(() => null);
      if (answer?.ok) prices = pricesOf(id, csvRows(await answer.text()));
    }
    known.textContent = prices.length
      ? text("report.script.known", { n: prices.length, price: said(prices[0]) })
      : text(id ? "report.script.unknown" : "report.script.unfilled");
    const first = /** @type {HTMLOptionElement} */ (form.querySelector("option"));
    const options = prices.filter((price) => price.meter).map((price) => new Option(`${price.meter}, ${said(price)}`, price.meter));
    /** @type {HTMLSelectElement} */ (form.elements.namedItem("meter")).replaceChildren(first, ...options);
    write();
  };

  field("id").value = new URLSearchParams(location.search).get("id") ?? "";
  field("id").addEventListener("change", look);
  form.addEventListener("input", write);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.querySelector("[data-copy]")?.addEventListener("click", () => {
    const told = /** @type {HTMLElement} */ (form.querySelector("[data-said]"));
    navigator.clipboard.writeText(field("text").value).then(
      () => (told.textContent = text("report.script.copied")),
      () => {
        field("text").select();
        told.textContent = text("report.script.not_copied");
      },
    );
  });
  look();
}

if (typeof document !== "undefined") start();
