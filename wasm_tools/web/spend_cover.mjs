/** The head of the spend report: what was spent, by how many calls, where the month leads, and what no price covers. */
import { DASH, count, tokens } from "./figures.mjs";
import { money, range, sum } from "./invoice_figures.mjs";
import { days } from "./invoice_words.mjs";
import { element } from "./panel.mjs";
import { text } from "./texts.mjs";

const said = (/** @type {string} */ key, /** @type {Record<string, string | number>} */ values = {}) => text(`spend.script.cover.${key}`, values);

/** @param {import("./spend_work.mjs").Spend} record @returns {Node[]} */
export function coverPart(record) {
  const { total, trend } = record;
  const end = trend.month_end;
  const whole = element("p", { className: "spend-total" },
    element("span", {}, said("total")), element("b", {}, money(total.usd)), element("small", {}, days(total.first_day, total.last_day)));
  const facts = [
    end
      ? fact(sum(end.estimate_usd), said("month_end", { month: end.month }), said("band", { range: range(end.low_usd, end.high_usd), actual: sum(end.actual_usd) }))
      : fact(DASH, said("no_month_end"), trend.reason ? said("too_few_days") : ""),
    fact(count(total.calls), said("calls", { n: total.calls }), total.failed_calls ? said("failed", { n: total.failed_calls }) : said("none_failed")),
    fact(total.mean_usd === null ? DASH : sum(total.mean_usd), said("mean"), said("active_days", { n: total.active_days })),
    fact(`${tokens(Number(total.input_tokens))} → ${tokens(Number(total.output_tokens))}`, said("tokens"), said("tokens_note")),
  ];
  return [whole, ...facts, ...unpricedNote(total)];
}

/** @param {string} figure @param {string} name @param {string} more */
function fact(figure, name, more) {
  return element("p", {}, element("span", {}, name), element("b", {}, figure), element("small", {}, more));
}

/** @param {any} total */
function unpricedNote(total) {
  const calls = total.unpriced_calls + total.partly_priced_calls;
  if (!calls) return [];
  const words = said("unpriced", { n: calls, tokens: tokens(Number(total.unpriced_tokens)) });
  return [element("p", { className: "spend-unpriced" }, words, " ", element("a", { href: "#prices-part" }, said("which")))];
}
