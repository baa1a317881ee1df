/** The smaller tables of the spend report: cache, latency, other providers, prices, what has none, and the files. */
import { DASH, count, milliseconds, tokens } from "./figures.mjs";
import { exact, money, percent, price, sum } from "./invoice_figures.mjs";
import { days, nameOr, word, wordText } from "./invoice_words.mjs";
import { element } from "./panel.mjs";
import { chip, panelTable } from "./panel_table.mjs";
import { english, text } from "./texts.mjs";

/** @typedef {import("./spend_work.mjs").Spend} Spend */
const heads = (/** @type {string} */ of, /** @type {string[]} */ names) => names.map((name) => text(`spend.script.${of}.${name}`));
const muted = (/** @type {string} */ words) => element("p", { className: "muted" }, words);
const MANY = 10; // rows that stand open

/** @param {Spend} record @returns {Node[]} */
export function cachePart({ cache }) {
  if (!Number(cache.read_tokens) && !Number(cache.written_tokens)) return [muted(text("spend.script.cache.none"))];
  const facts = element("p", { className: "cache-facts" }, ...[
    [percent(cache.read_share), text("spend.script.cache.hit_rate")],
    [sum(cache.saved_usd), text("spend.script.cache.saved")],
    [sum(cache.paid_extra_usd), text("spend.script.cache.extra")],
    [sum(cache.net_usd), text("spend.script.cache.net")],
  ].map(([figure, name]) => element("span", {}, element("b", {}, figure), " ", element("small", {}, name))));
  const table = panelTable(text("spend.script.cache.caption"), heads("cache.head", ["model", "hits", "read", "written", "saved", "net"]), [1, 2, 3, 4, 5]);
  table.body.append(...cache.models.map((/** @type {any} */ m) => table.row([
    [nameOr(m.model || m.sku), " ", element("small", {}, m.provider)], percent(m.read_share), tokens(Number(m.read_tokens)), tokens(Number(m.written_tokens)), money(m.saved_usd),
    Number(m.net_usd) < 0 ? element("b", { className: "is-bad" }, money(m.net_usd)) : money(m.net_usd),
  ])));
  const unjudged = Number(cache.unjudged_tokens) ? [muted(text("spend.script.cache.unjudged", { tokens: tokens(Number(cache.unjudged_tokens)) }))] : [];
  return [facts, table.box, ...unjudged];
}

/** @param {Spend} record @returns {Node[]} */
export function latencyPart({ latency }) {
  if (!latency.length) return [muted(text("spend.script.latency.none"))];
  const table = panelTable(text("spend.script.latency.caption"), heads("latency", ["model", "calls", "p50", "p90", "p95", "p99", "max"]), [1, 2, 3, 4, 5, 6]);
  table.body.append(...latency.slice(0, 1 + MANY).map((/** @type {any} */ l) => table.row([
    l.model || l.provider ? [nameOr(l.model), " ", element("small", {}, l.provider)] : element("b", {}, text("spend.script.latency.all")),
    count(l.calls), ...["p50", "p90", "p95", "p99", "max"].map((name) => milliseconds(l[name])),
  ])));
  return [table.box, muted(text("spend.script.latency.note"))];
}

/** @param {Spend} record @returns {Node[]} */
export function elsewherePart({ elsewhere }) {
  if (!elsewhere.length) return [muted(text("spend.script.elsewhere.none"))];
  return elsewhere.slice(0, MANY).map((/** @type {any} */ used, /** @type {number} */ n) => {
    const head = element("summary", {}, element("b", {}, nameOr(used.model)), " ", element("small", {}, used.provider), element("span", { className: "item-amount" }, element("b", {}, sum(used.usd)), " ", element("small", {}, cheapest(used))));
    const details = element("details", { className: "item", open: n === 0 && used.others.length > 0 }, head, ...(used.others.length ? [others(used)] : [element("p", { className: "muted" }, english(used.reason))]));
    return details;
  });
}

/** @param {any} used */
function cheapest(used) {
  const [best] = used.others;
  if (!best) return text("spend.script.elsewhere.nobody");
  return Number(best.difference_usd) < 0 ? text("spend.script.elsewhere.cheapest", { usd: sum(best.usd), provider: best.provider }) : text("spend.script.elsewhere.none_cheaper");
}

/** @param {any} used */
function others(used) {
  const table = panelTable(text("spend.script.elsewhere.caption", { model: nameOr(used.model) }), heads("elsewhere", ["provider", "usd", "difference", "grade", "evidence"]), [1, 2]);
  table.body.append(...used.others.map((/** @type {any} */ o) => table.row([
    [o.provider, " ", element("small", {}, [o.sku, o.precision, o.context ? text("spend.script.elsewhere.context", { tokens: tokens(o.context) }) : ""].filter(Boolean).join(" · "))], money(o.usd), difference(o.difference_usd), grade(o.grade),
    element("small", {}, o.evidence.map((/** @type {string} */ e) => e.replace(": ", " ")).join("; ")),
  ])));
  return table.box;
}

/** A sum with its sign. @param {string} usd */
export function difference(usd) {
  const amount = Number(usd);
  if (!amount) return sum("0");
  return element("span", { className: amount < 0 ? "is-less" : "is-more" }, amount > 0 ? `+${sum(usd)}` : sum(usd));
}

/** @param {string} letter */
const grade = (letter) => element("span", { className: `grade grade-${letter.toLowerCase()}`, title: text(`invoice.script.savings.grade.${letter}`) }, letter);

/** @param {Spend} record @returns {Node[]} */
export function unpricedPart({ unpriced }) {
  if (!unpriced.length) return [muted(text("spend.script.unpriced.none"))];
  const table = panelTable(text("spend.script.unpriced.caption"), heads("unpriced", ["model", "provider", "class", "calls", "tokens", "reason"]), [3, 4]);
  table.body.append(...unpriced.map((/** @type {any} */ u) => table.row([
    nameOr(u.model), nameOr(u.provider), u.class ? word("class", u.class) : text("spend.script.unpriced.every"), count(u.calls), tokens(Number(u.tokens)), english(u.reason),
  ])));
  return [element("h3", {}, text("spend.script.unpriced.title")), element("p", {}, text("spend.script.unpriced.lead")), table.box];
}

/** @param {Spend} record @returns {Node[]} */
export function pricesPart({ prices, as_of: asOf }) {
  if (!prices.length) return [];
  const table = panelTable(text("spend.script.prices.caption"), heads("prices", ["model", "class", "price", "since", "tokens", "usd", "grade", "evidence"]), [2, 4, 5]);
  table.body.append(...prices.map((/** @type {any} */ p) => table.row([
    [nameOr(p.model || p.sku), " ", element("small", {}, [p.provider, p.region].filter(Boolean).join(" · "))],
    [word("class", p.class), ...(p.tier && p.tier !== "standard" ? [" ", chip("unknown", wordText("tier", p.tier))] : []), ...(p.above_tokens ? [" ", element("small", {}, text("spend.script.prices.above", { tokens: tokens(p.above_tokens) }))] : [])],
    element("span", { title: exact(p.price) }, `${price(p.price)} / ${p.per.replace(/^1M/, "1M")}`), p.since || DASH, tokens(Number(p.tokens)), money(p.usd), grade(p.grade),
    [element("small", {}, p.evidence), ...(p.note ? [" ", element("small", {}, english(p.note))] : [])],
  ])));
  const box = element("details", { className: "more" }, element("summary", {}, text("spend.script.prices.open", { n: prices.length, day: asOf })), table.box);
  return [box];
}

/** Where a ledger and a bill tell of the same days. @param {Spend} record @returns {Node[]} */
export function reconciliationPart({ reconciliation: both }) {
  if (!both) return [];
  const table = panelTable(text("spend.script.both.caption"), heads("both", ["day", "provider", "ledger", "bill", "difference"]), [2, 3, 4]);
  table.body.append(...both.days.slice(0, MANY).map((/** @type {any} */ d) => table.row([d.day, d.provider, money(d.ledger_usd), money(d.bill_usd), difference(d.difference_usd)])));
  table.box.classList.add("medium");
  const words = text("spend.script.both.lead", { ledger: sum(both.ledger_usd), bill: sum(both.bill_usd), n: both.days.length });
  return [element("h3", {}, text("spend.script.both.title")), element("p", {}, words), table.box];
}

/** @param {Spend} record @returns {Node[]} */
export function filesPart({ files, kept_aside: aside }) {
  const table = panelTable(text("spend.script.files.caption"), heads("files", ["file", "format", "days", "lines", "calls", "duplicates", "aside"]), [3, 4, 5, 6]);
  table.body.append(...files.map((/** @type {any} */ f) => table.row([
    element("span", { className: "bill-name" }, f.file),
    f.kind === "ledger" ? text("spend.script.files.ledger") : [english(f.title), ...(f.role === "bill" ? [] : [" ", chip("unknown", word("role", f.role))])],
    days(f.first, f.last), count(f.lines), f.kind === "ledger" ? count(f.calls) : DASH, count(f.duplicates), f.kept_aside ? element("b", { className: "is-bad" }, count(f.kept_aside)) : "0",
  ])));
  const notes = files.flatMap((/** @type {any} */ f) => f.notes.map((/** @type {string} */ note) => element("li", {}, `${f.file}: `, english(note))));
  const torn = aside.map((/** @type {any} */ k) => element("li", {}, text("spend.script.files.kept", { file: k.file, row: String(k.row) }), " ", english(k.reason)));
  return [
    table.box,
    ...(notes.length ? [element("ul", { className: "plain-list" }, ...notes)] : []),
    ...(torn.length ? [element("details", { className: "more" }, element("summary", {}, text("spend.script.files.why", { n: torn.length })), element("ul", { className: "plain-list" }, ...torn))] : []),
  ];
}
