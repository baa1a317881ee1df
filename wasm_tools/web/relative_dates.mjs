/**
 * Adds "(2 days ago)" beside absolute dates: <time datetime="2026-11-20" data-relative>2026-11-20</time>.
 * The pages themselves say nothing relative, so that a build is the same whenever it is made and read.
 */

const DAY = 86_400_000;
const STEPS = /** @type {[number, Intl.RelativeTimeFormatUnit][]} */ ([[365, "year"], [30, "month"], [7, "week"], [1, "day"]]);

/** "2 days ago" for an ISO date, counted in calendar days of the reader. @param {string} date @param {Date} now */
export function ago(date, now) {
  const [year, month, day] = date.split("-").map(Number);
  const days = Math.round((Date.UTC(now.getFullYear(), now.getMonth(), now.getDate()) - Date.UTC(year, month - 1, day)) / DAY);
  if (!Number.isFinite(days)) return "";
  const format = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  const [length, unit] = STEPS.find(([least]) => Math.abs(days) >= 2 * least) ?? [1, "day"];
  return format.format(-Math.round(days / length), unit);
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
