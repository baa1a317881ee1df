/**
 * Adds "(2 days ago)" beside absolute dates: <time datetime="2026-11-20" data-relative>2026-11-20</time>.
 * The pages themselves say nothing relative, so that a build is the same whenever it is made and read.
 */

const DAY = 86_400_000;
const STEPS = /** @type {[number, string][]} */ ([[365, "years"], [30, "months"], [7, "weeks"], [1, "days"]]);
const WORDS = /** @type {Record<string, {near: Record<number, string>, past: string, future: string, units: Record<string, string>}>} */ ({
  en: { near: { [-1]: "tomorrow", 0: "today", 1: "yesterday" }, past: "{n} {unit} ago", future: "in {n} {unit}", units: {} },
  de: {
    near: { [-1]: "morgen", 0: "heute", 1: "gestern" }, past: "vor {n} {unit}", future: "in {n} {unit}",
    units: { years: "Jahren", months: "Monaten", weeks: "Wochen", days: "Tagen" },
  },
});

/** "2 days ago" for an ISO date, counted in calendar days of the reader. @param {string} date @param {Date} now @param {string} [language] */
export function ago(date, now, language = "en") {
  const [year, month, day] = date.split("-").map(Number);
  const days = Math.round((Date.UTC(now.getFullYear(), now.getMonth(), now.getDate()) - Date.UTC(year, month - 1, day)) / DAY);
  if (!Number.isFinite(days)) return "";
  // Written out, because the browser's own words of time cost a slow phone a tenth of a second on every page.
  const words = WORDS[language] ?? WORDS.en;
  if (days in words.near) return words.near[days];
  const [length, unit] = /** @type {[number, string]} */ (STEPS.find(([least]) => Math.abs(days) >= 2 * least));
  const number = Math.round(Math.abs(days) / length);
  const pattern = days > 0 ? words.past : words.future;
  return pattern.replace("{n}", String(number)).replace("{unit}", words.units[unit] ?? unit);
}

if (typeof document !== "undefined") {
  for (const time of /** @type {NodeListOf<HTMLTimeElement>} */ (document.querySelectorAll("time[data-relative]"))) {
    const words = ago(time.dateTime, new Date(), document.documentElement.lang);
    if (!words) continue;
    const age = document.createElement("span");
    age.className = "age";
    age.textContent = ` (${words})`;
    time.append(age);
  }
}
