/**
 * The inputs of the planner as values: what the address says, what the form holds, what the engine is asked, and what
 * that amounts to. No document here; the numbers are those of wasm_tools/planner/form.py, which a test holds against them.
 *
 * @typedef {{id: string, prompt_tokens: number, output_tokens: number}} Profile
 * @typedef {{id: string, ttft_ms: number, itl_ms: number, e2e_factor: number}} SloClass
 * @typedef {{id: string, qps: number, peak_qps: number, peak_factor: number}} Load
 * @typedef {{id: string, profile: string, slo: string, class: string, users: number, active: number,
 *   per_minute: number, peak_factor: number}} UseCase
 * @typedef {{name: string, kind: string, group: string, unit: string, default: unknown}} Field
 * @typedef {{profiles: Profile[], slo_classes: SloClass[], loads: Load[], use_cases: UseCase[], classes: string[],
 *   industries: {id: string, use_case: string, pattern: string, lengths: string}[],
 *   patterns: {id: string, peak_factor: number}[], lengths: {id: string, prompt: number, output: number}[],
 *   users: Record<string, number>, fields: Field[], default: Record<string, string>}} Grid
 * @typedef {Record<string, string>} Fields texts by name of field; what is not there has its default
 * @typedef {ReturnType<typeof effectiveOf>} Inputs
 */
import { rounded } from "./figures.mjs";
import { valueOf } from "./planner_values.mjs";

/** What a standard value stands for: choosing it clears these. */
const LENGTHS = "profile prompt_tokens output_tokens prompt_p50 prompt_p95 output_p50 output_p95 prompt_spread output_spread lengths".split(" ");
const USERS = ["users", "active", "per_minute"];
const LOAD = ["load", "qps", ...USERS, "peak_factor"];
const TARGET = ["slo", "ttft_ms", "itl_ms", "e2e_ms"];
/** A question of these alone may have been answered at night. */
const STANDARD = ["use_case", ...LENGTHS, ...LOAD, ...TARGET, "class"];

/** The fields that an address states; unknown names and standard values are left out. @param {Grid} grid @param {URLSearchParams} given @returns {Fields} */
export function fieldsOfAddress(grid, given) {
  /** @type {Fields} */
  const fields = {};
  /** @type {Record<string, {id: string}[]>} */
  const presets = { use_case: grid.use_cases, profile: grid.profiles, load: grid.loads, slo: grid.slo_classes };
  for (const { name } of grid.fields) {
    const said = (given.get(name) ?? (name === "slo" ? given.get("slo_class") : null) ?? "").trim();
    if (said && (!(name in presets) || presets[name].some(({ id }) => id === said))) fields[name] = said;
  }
  return fields;
}

/** The address of the fields: what differs from the defaults, and nothing else. @param {Grid} grid @param {Fields} fields */
export function addressOf(grid, fields) {
  return new URLSearchParams(grid.fields.flatMap(({ name }) => (fields[name] ? [[name, fields[name]]] : [])));
}

/** What the engine is asked. @param {Grid} grid @param {Fields} fields @returns {Record<string, any>} */
export function recordOf(grid, fields) {
  return Object.fromEntries(grid.fields.flatMap((field) => (fields[field.name] ? [[field.name, valueOf(field, fields[field.name])]] : [])));
}

/** What choosing a standard value changes. @param {string} name @param {string} id @returns {Fields} */
export function fieldsOfPreset(name, id) {
  const cleared = { use_case: STANDARD, profile: LENGTHS, load: LOAD, slo: TARGET }[name] ?? [];
  return { ...Object.fromEntries(cleared.map((one) => [one, ""])), [name]: id };
}

/** What choosing an industry changes: use case, pattern of a day, and recorded lengths where it has some. @param {Grid} grid @param {string} id @returns {Fields | null} */
export function fieldsOfIndustry(grid, id) {
  const chosen = grid.industries.find((industry) => industry.id === id);
  return chosen ? { ...fieldsOfPreset("use_case", chosen.use_case), pattern: chosen.pattern, lengths: chosen.lengths } : null;
}

/** The industry whose template the fields are; '' where they are none. @param {Grid} grid @param {Fields} fields */
export function industryOf(grid, fields) {
  const same = (/** @type {"use_case" | "pattern" | "lengths"} */ name, /** @type {Grid["industries"][number]} */ industry) => (fields[name] ?? "") === industry[name];
  const changed = [...LENGTHS, "peak_factor"].some((name) => name !== "lengths" && fields[name]);
  return changed ? "" : (grid.industries.find((i) => same("use_case", i) && same("pattern", i) && same("lengths", i))?.id ?? "");
}

/** The same numbers without a use case. @param {Grid} grid @param {Fields} fields @returns {Fields} */
export function withoutUseCase(grid, fields) {
  const now = effectiveOf(grid, fields);
  const of = (/** @type {string[]} */ names) => Object.fromEntries(names.map((name) => [name, textOf(now[/** @type {keyof Inputs} */ (name)])]));
  const load = now.mode === "users" ? of(USERS) : of(["qps"]);
  const lengths = now.spread ? {} : of(["prompt_tokens", "output_tokens"]);
  return { use_case: "", min_quality: "", ...lengths, ...load, ...of(["peak_factor", "ttft_ms", "itl_ms", "class"]) };
}

/** The load given the other way, with the same mean where it can be said. @param {Grid} grid @param {Fields} fields @param {string} mode users or rate @returns {Fields} */
export function fieldsOfMode(grid, fields, mode) {
  const now = effectiveOf(grid, fields);
  const peak = { peak_factor: textOf(now.peak_factor) };
  if (mode === "rate") return { users: "", active: "", per_minute: "", load: "", qps: textOf(now.qps), ...peak };
  return { qps: "", load: "", users: fields.use_case ? "" : textOf(grid.users.users), ...peak };
}

/** @param {unknown} value */
const textOf = (value) => (value === null || value === undefined ? "" : String(value));

/** A number from what was typed; null is "nothing usable", never zero. @param {string | undefined} text */
export function numberOf(text) {
  const typed = (text ?? "").trim();
  return typed === "" || !Number.isFinite(Number(typed)) ? null : Number(typed);
}

/** The figures that the fields amount to, defaults included; null where something is no number. @param {Grid} grid @param {Fields} fields */
export function effectiveOf(grid, fields) {
  const start = grid.default;
  const find = (/** @type {{id: string}[]} */ list, /** @type {string | undefined} */ id) => /** @type {any} */ (list.find((entry) => entry.id === id));
  const useCase = find(grid.use_cases, fields.use_case);
  const profile = find(grid.profiles, fields.profile ?? useCase?.profile ?? start.profile);
  const recorded = find(grid.lengths, fields.lengths);
  const slo = find(grid.slo_classes, fields.slo ?? useCase?.slo ?? start.slo);
  const load = find(grid.loads, fields.load);
  const firstLoad = load ?? find(grid.loads, start.load);
  const pattern = find(grid.patterns, fields.pattern);
  const said = (/** @type {string} */ name, /** @type {number | null} */ otherwise) => (fields[name] ? numberOf(fields[name]) : otherwise);
  const mode = !fields.qps && !load && (useCase || USERS.some((name) => fields[name])) ? "users" : "rate";
  const of = useCase ?? grid.users;
  const users = mode === "users" ? said("users", of.users) : null;
  const active = mode === "users" ? said("active", of.active) : null;
  const perMinute = mode === "users" ? said("per_minute", of.per_minute) : null;
  const qps = mode === "users" ? rateOfUsers(users, active, perMinute) : said("qps", firstLoad.qps);
  const batchable = said("batchable_share", 0) ?? 0;
  const patternPeak = pattern && Math.max(pattern.peak_factor * (1 - batchable), 1);
  const factor = said("peak_factor", pattern ? patternPeak : (load ?? useCase ?? firstLoad).peak_factor);
  const prompt = lengthOf(fields, "prompt", recorded?.prompt ?? profile.prompt_tokens);
  const output = lengthOf(fields, "output", recorded?.output ?? profile.output_tokens);
  const ttft = said("ttft_ms", slo.ttft_ms);
  const itl = said("itl_ms", slo.itl_ms);
  const named = fields.models || fields.own_model;
  const exact = qps === null || factor === null ? null : qps * factor;
  return {
    mode,
    spread: LENGTHS.slice(3).some((name) => fields[name]),
    prompt_tokens: prompt,
    output_tokens: output,
    users,
    active,
    per_minute: perMinute,
    qps,
    peak_factor: factor,
    peak_qps: exact === null || pattern ? exact : rounded(exact, mode === "users" ? 4 : 6),
    ttft_ms: ttft,
    itl_ms: itl,
    e2e_ms: fields.e2e_ms ? numberOf(fields.e2e_ms) : endToEnd(ttft, itl, output, slo.e2e_factor),
    percentile: said("percentile", 95),
    class: fields.class ?? (named ? grid.classes[0] : (useCase?.class ?? start.class)),
  };
}

/** Mean tokens of one side. @param {Fields} fields @param {string} side @param {number} standard */
function lengthOf(fields, side, standard) {
  const [median, high] = [numberOf(fields[`${side}_p50`]), numberOf(fields[`${side}_p95`])];
  if (median !== null && high !== null) {
    const sigma = Math.log(high / median) / 1.6448536269514722;
    const mean = Math.round(median * Math.exp((sigma * sigma) / 2));
    return Number.isFinite(mean) ? Math.max(1, mean) : null;
  }
  if (fields[`${side}_tokens`]) return numberOf(fields[`${side}_tokens`]);
  const spread = fields[`${side}_spread`];
  return spread ? numberOf(spread.split(" ")[0]) && Math.max(1, Math.round(Number(spread.split(" ")[0]))) : Math.round(standard);
}

/** users × share active × requests a minute / 60, in this order: floats depend on it. @param {number | null} users @param {number | null} active @param {number | null} perMinute */
function rateOfUsers(users, active, perMinute) {
  if (users === null || active === null || perMinute === null) return null;
  const exact = (users * active * perMinute) / 60;
  return rounded(exact, 4) || exact;
}

/** @param {number | null} ttft @param {number | null} itl @param {number | null} output @param {number} factor */
function endToEnd(ttft, itl, output, factor) {
  return ttft === null || itl === null || output === null ? null : ttft + (output - 1) * itl * factor;
}

/** Which standard values the figures amount to; '' where they are the reader's own. @param {Grid} grid @param {Fields} fields */
export function presetsOf(grid, fields) {
  const now = effectiveOf(grid, fields);
  const idOf = (/** @type {{id: string} | undefined} */ entry) => entry?.id ?? "";
  return {
    use_case: fields.use_case ?? "",
    profile: now.spread ? "" : idOf(grid.profiles.find((p) => p.prompt_tokens === now.prompt_tokens && p.output_tokens === now.output_tokens)),
    load: now.mode === "users" ? "" : idOf(grid.loads.find((l) => l.qps === now.qps && l.peak_factor === now.peak_factor && !fields.pattern)),
    slo: fields.e2e_ms ? "" : idOf(grid.slo_classes.find((s) => s.ttft_ms === now.ttft_ms && s.itl_ms === now.itl_ms)),
  };
}

/**
 * The precomputed answer for the inputs: its path, and whether it answers this very question or its nearest neighbour.
 * @param {Grid} grid @param {Fields} fields
 */
export function precomputedFor(grid, fields) {
  const presets = presetsOf(grid, fields);
  const standard = Object.keys(fields).every((name) => STANDARD.includes(name));
  const now = effectiveOf(grid, fields);
  if (fields.use_case) {
    const plain = effectiveOf(grid, { use_case: fields.use_case });
    const same = Object.entries(plain).every(([name, value]) => now[/** @type {keyof Inputs} */ (name)] === value);
    return { path: `use-cases/${fields.use_case}`, exact: standard && same };
  }
  const cell = [presets.profile, presets.slo, presets.load];
  const exact = cell.every(Boolean) && standard;
  cell[0] ||= nearest(grid.profiles, [now.prompt_tokens, now.output_tokens], (p) => [p.prompt_tokens, p.output_tokens]).id;
  cell[1] ||= nearest(grid.slo_classes, [now.ttft_ms, now.itl_ms], (s) => [s.ttft_ms, s.itl_ms]).id;
  cell[2] ||= nearest(grid.loads, [now.qps], (l) => [l.qps]).id;
  return { path: `plans/${cell.join("/")}`, exact };
}

/**
 * The entry whose figures differ least in proportion.
 * @template T @param {T[]} entries @param {unknown[]} wanted @param {(entry: T) => number[]} figures @returns {T}
 */
function nearest(entries, wanted, figures) {
  const distance = (/** @type {T} */ entry) =>
    figures(entry).reduce((sum, figure, place) => {
      const aim = wanted[place];
      return sum + (typeof aim === "number" && aim > 0 ? Math.abs(Math.log(figure / aim)) : 0);
    }, 0);
  return entries.reduce((best, entry) => (distance(entry) < distance(best) ? entry : best));
}
