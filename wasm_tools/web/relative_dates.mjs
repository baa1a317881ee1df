/**
 * Adds "(2 days ago)" beside absolute dates: <time datetime="2026-11-20" data-relative>2026-11-20</time>.
 * The pages themselves say nothing relative, so that a build is the same whenever it is made and read.
 */

const DAY = 86_400_000;
const STEPS = /** @type {[number, string][]} */ ([[365, "years"], [30, "months"], [7, "weeks"], [1, "days"]]);
const NEAR = /** @type {Record<number, string>} */ ({ [-1]: "tomorrow", 0: "today", 1: "yesterday" });

/** "2 days ago" for an ISO date, counted in calendar days of the reader. @param {string} date @param {Date} now */
export function ago(date, now) {
  const [year, month, day] = date.split("-").map(Number);
  const days = Math.round((Date.UTC(now.getFullYear(), now.getMonth(), now.getDate()) - Date.UTC(year, month - 1, day)) / DAY);
  if (!Number.isFinite(days)) return "";
  // Written out, because the browser's own words of time cost a slow phone a tenth of a second on every page.
  if (days in NEAR) return NEAR[days];
  const [length, unit] = /** @type {[number, string]} */ (STEPS.find(([least]) => Math.abs(days) >= 2 * least));
  const number = Math.round(Math.abs(days) / length);
  return days > 0 ? `${number} ${unit} ago` : `in ${number} ${unit}`;
}

if (typeof document !== "undefined") {
  for (const time of /** @type {NodeListOf<HTMLTimeElement>} */ (document.querySelectorAll("time[data-relative]"))) {
    const words = ago(time.dateTime, new Date());
    if (!words) continue;
    const age = document.createElement("span");
    age.className = "age";
    age.textContent = ` (${words})`;
    time.append(age);
  }
}
