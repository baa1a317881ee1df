/**
 * The texts of a page in its language, by key, as content/texts/ has them: the page carries those that its scripts say.
 * Under Node.js, where there is no page, `globalThis.atlasTexts` holds them.
 *
 * @typedef {string | Record<string, string>} Pattern a text, or its plural forms by category
 */

/** @returns {{language: string, texts: Record<string, Pattern>}} */
const told = () => {
  const shared = /** @type {any} */ (globalThis);
  const none = () => ({ language: shared.document?.documentElement.lang || "en", texts: {} });
  const block = shared.document?.getElementById("texts")?.textContent;
  return (shared.atlasTexts ??= block ? JSON.parse(block) : none());
};

/** @type {Intl.PluralRules | undefined} */
let plurals;
const pluralRules = () => (plurals ??= new Intl.PluralRules(language())); // to make them is what costs

/** Add texts that a script fetched itself. @param {Record<string, Pattern>} texts */
export const addTexts = (texts) => void Object.assign(told().texts, texts);

/** The language of the page: `en` or `de`. */
export const language = () => told().language;

/**
 * A text with its placeholders filled in; `n` chooses the plural form. A key that the page lacks stands for itself.
 * @param {string} key @param {Record<string, string | number>} [values]
 */
export function text(key, values = {}) {
  const found = told().texts[key] ?? key;
  const pattern = typeof found === "string" ? found : found[pluralRules().select(Number(values.n))] ?? found.other;
  return pattern.replace(/\{(\w+)\}/g, (_, name) => {
    const value = values[name];
    return typeof value === "number" ? grouped(value) : (value ?? "");
  });
}

/**
 * A text in parts, so that elements can stand in it. @param {string} key @param {Record<string, string | Node>} values
 * @returns {(string | Node)[]}
 */
export function parts(key, values) {
  const pattern = text(key, Object.fromEntries(Object.keys(values).map((name) => [name, `{${name}}`])));
  return pattern.split(/(\{\w+\})/).filter(Boolean).map((part) => (part.startsWith("{") ? (values[part.slice(1, -1)] ?? "") : part));
}

/** Words that exist in English alone, marked as such in a page of another language. @param {string} words */
export function english(words) {
  if (language() === "en" || !words) return words;
  const marked = document.createElement("span");
  marked.lang = "en";
  marked.textContent = words;
  return marked;
}

/** A whole number with the thousands separators of the language. @param {number} value */
function grouped(value) {
  return localNumber(String(value).replace(/\B(?=(\d{3})+$)/g, ","));
}

/** A number as English writes it, `1,234.5`, in the language of the page. @param {string} number */
export function localNumber(number) {
  return language() === "de" ? number.replace(/[,.]/g, (sign) => (sign === "," ? "." : ",")) : number;
}

/** An ISO date for a sentence: `20. November 2026`; as it is in English, whose pages write ISO dates. @param {string} day */
export function longDate(day) {
  if (language() === "en" || !day) return day;
  return new Intl.DateTimeFormat(language(), { dateStyle: "long", timeZone: "UTC" }).format(new Date(`${day}T00:00:00Z`));
}

/** A sum with its sign, `$1,234.50` or `1.234,50 $`. @param {string} number as English writes it @param {string} sign */
export function amount(number, sign) {
  return language() === "de" ? `${localNumber(number)}\u00a0${sign.trim()}` : `${sign}${number}`;
}
