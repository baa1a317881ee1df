/**
 * The inputs of the planner as values: what the address says, what the form holds, what the engine is asked.
 * No document here; the same numbers must come out as in generator/precompute/grid.py.
 *
 * @typedef {{id: string, prompt_tokens: number, output_tokens: number}} Profile
 * @typedef {{id: string, ttft_ms: number, itl_ms: number, e2e_factor: number}} SloClass
 * @typedef {{id: string, qps: number, peak_qps: number, peak_factor: number}} Load
 * @typedef {{id: string, profile: string, slo: string, class: string, users: number, active: number,
 *   per_minute: number, peak_factor: number}} UseCase
 * @typedef {{profiles: Profile[], slo_classes: SloClass[], loads: Load[], use_cases: UseCase[], classes: string[],
 *   e2e_factor: number, default: Record<string, string>}} Grid
 * @typedef {Record<string, string>} Fields texts of the form by name; `mode` is rate or users, `e2e_ms` may be empty
 * @typedef {Record<string, number | string | null>} Inputs what the engine's method `plan` takes
 */
import { rounded } from "./figures.mjs";

/** Fields that may stay empty, and then ask for nothing. */
const OPTIONAL = ["percentile", "priority", "kinds", "budget", "max_gpus", "cacheable_share"];
const WORDS = ["priority", "kinds"];

/** The form before anybody touched it. @param {Grid} grid @returns {Fields} */
export function defaultFields(grid) {
  return withGiven(grid, emptyFields(), new URLSearchParams(grid.default));
}

function emptyFields() {
  const names = "prompt_tokens output_tokens qps peak_factor users active per_minute ttft_ms itl_ms e2e_ms class";
  return { mode: "rate", ...Object.fromEntries([...names.split(" "), ...OPTIONAL].map((name) => [name, ""])) };
}

/** The form that an address describes, and what in it is unknown. @param {Grid} grid @param {URLSearchParams} given */
export function fieldsOfAddress(grid, given) {
  return withGiven(grid, defaultFields(grid), given);
}

/** @param {Grid} grid @param {Fields} base @param {URLSearchParams} given @returns {Fields} */
function withGiven(grid, base, given) {
  const fields = { ...base };
  const useCase = grid.use_cases.find(({ id }) => id === given.get("use_case"));
  if (useCase) Object.assign(fields, fieldsOfUseCase(grid, useCase));
  const profile = grid.profiles.find(({ id }) => id === given.get("profile"));
  if (profile) Object.assign(fields, fieldsOfProfile(profile));
  const load = grid.loads.find(({ id }) => id === given.get("load"));
  if (load) Object.assign(fields, fieldsOfLoad(load));
  const slo = grid.slo_classes.find(({ id }) => id === (given.get("slo") ?? given.get("slo_class")));
  if (slo) Object.assign(fields, fieldsOfSlo(slo));
  for (const name of Object.keys(emptyFields())) {
    const text = given.get(name);
    if (text !== null && name !== "mode") fields[name] = text;
  }
  if (given.has("users")) fields.mode = "users";
  else if (given.has("qps") || load) fields.mode = "rate";
  return fields;
}

/** @param {Profile} profile @returns {Fields} */
export function fieldsOfProfile(profile) {
  return { prompt_tokens: String(profile.prompt_tokens), output_tokens: String(profile.output_tokens) };
}

/** @param {Load} load @returns {Fields} */
export function fieldsOfLoad(load) {
  return { mode: "rate", qps: String(load.qps), peak_factor: String(load.peak_factor) };
}

/** @param {SloClass} slo @returns {Fields} */
export function fieldsOfSlo(slo) {
  return { ttft_ms: String(slo.ttft_ms), itl_ms: String(slo.itl_ms), e2e_ms: "" };
}

/** @param {Grid} grid @param {UseCase} useCase @returns {Fields} */
export function fieldsOfUseCase(grid, useCase) {
  const profile = grid.profiles.find(({ id }) => id === useCase.profile);
  const slo = grid.slo_classes.find(({ id }) => id === useCase.slo);
  return {
    ...(profile && fieldsOfProfile(profile)),
    ...(slo && fieldsOfSlo(slo)),
    mode: "users",
    users: String(useCase.users),
    active: String(useCase.active),
    per_minute: String(useCase.per_minute),
    peak_factor: String(useCase.peak_factor),
    class: useCase.class,
  };
}

/** A number from what was typed; null is "nothing usable", never zero. @param {string | undefined} text */
export function numberOf(text) {
  const typed = (text ?? "").trim();
  return typed === "" || !Number.isFinite(Number(typed)) ? null : Number(typed);
}

/** What the engine is asked. @param {Grid} grid @param {Fields} fields @returns {Inputs} */
export function inputsOf(grid, fields) {
  const prompt = numberOf(fields.prompt_tokens);
  const output = numberOf(fields.output_tokens);
  const factor = numberOf(fields.peak_factor);
  const qps = fields.mode === "users" ? rateOfUsers(fields) : numberOf(fields.qps);
  const digits = fields.mode === "users" ? 4 : 6;
  const ttft = numberOf(fields.ttft_ms);
  const itl = numberOf(fields.itl_ms);
  return {
    prompt_tokens: prompt,
    output_tokens: output,
    qps,
    peak_qps: qps === null || factor === null ? null : rounded(qps * factor, digits),
    ttft_ms: ttft,
    itl_ms: itl,
    e2e_ms: fields.e2e_ms ? numberOf(fields.e2e_ms) : endToEnd(ttft, itl, output, factorOf(grid, ttft, itl)),
    minimum_class: fields.class,
    ...limitsOf(grid, fields),
  };
}

/** What is asked beside workload and bounds; nothing of it where nothing was entered. @param {Grid} grid @param {Fields} fields @returns {Inputs} */
function limitsOf(grid, fields) {
  const useCase = presetsOf(grid, fields).use_case;
  const entered = OPTIONAL.filter((name) => fields[name]).map((name) => [name, WORDS.includes(name) ? fields[name] : numberOf(fields[name])]);
  return { ...(useCase ? { use_case: useCase } : {}), ...Object.fromEntries(entered) };
}

/** Whether a question has limits, which no precomputed answer knows. @param {Fields} fields */
function isLimited(fields) {
  return OPTIONAL.some((name) => fields[name]);
}

/** users × share active × requests a minute / 60, in this order: floats depend on it. @param {Fields} fields */
function rateOfUsers(fields) {
  const [users, active, perMinute] = ["users", "active", "per_minute"].map((name) => numberOf(fields[name]));
  return users === null || active === null || perMinute === null ? null : rounded((users * active * perMinute) / 60, 4);
}

/** The factor of the class with these bounds, else the usual one. @param {Grid} grid @param {number | null} ttft @param {number | null} itl */
function factorOf(grid, ttft, itl) {
  return grid.slo_classes.find((slo) => slo.ttft_ms === ttft && slo.itl_ms === itl)?.e2e_factor ?? grid.e2e_factor;
}

/** @param {number | null} ttft @param {number | null} itl @param {number | null} output @param {number} factor */
function endToEnd(ttft, itl, output, factor) {
  return ttft === null || itl === null || output === null ? null : ttft + (output - 1) * itl * factor;
}

/** Which presets the fields amount to; '' where they are the reader's own. @param {Grid} grid @param {Fields} fields */
export function presetsOf(grid, fields) {
  const has = (/** @type {Fields} */ wanted) => Object.entries(wanted).every(([name, text]) => same(fields[name], text));
  const idOf = (/** @type {{id: string} | undefined} */ entry) => entry?.id ?? "";
  return {
    use_case: idOf(grid.use_cases.find((useCase) => has(fieldsOfUseCase(grid, useCase)))),
    profile: idOf(grid.profiles.find((profile) => has(fieldsOfProfile(profile)))),
    load: idOf(grid.loads.find((load) => has(fieldsOfLoad(load)))),
    slo: idOf(grid.slo_classes.find((slo) => has(fieldsOfSlo(slo)))),
  };
}

/** @param {string} a @param {string} b */
function same(a, b) {
  return a === b || (a !== "" && b !== "" && Number(a) === Number(b));
}

/** An address that reproduces the form even when the defaults have changed. @param {Grid} grid @param {Fields} fields */
export function addressOf(grid, fields) {
  const presets = presetsOf(grid, fields);
  const given = new URLSearchParams();
  const own = (/** @type {string[]} */ names) => names.forEach((name) => given.set(name, fields[name]));
  const limits = OPTIONAL.filter((name) => fields[name]);
  if (presets.use_case) {
    given.set("use_case", presets.use_case);
    own(limits);
    return given;
  }
  if (presets.profile) given.set("profile", presets.profile);
  else own(["prompt_tokens", "output_tokens"]);
  if (presets.load) given.set("load", presets.load);
  else own([...(fields.mode === "users" ? ["users", "active", "per_minute"] : ["qps"]), "peak_factor"]);
  if (presets.slo) given.set("slo", presets.slo);
  else own(["ttft_ms", "itl_ms", ...(fields.e2e_ms ? ["e2e_ms"] : [])]);
  given.set("class", fields.class);
  own(limits);
  return given;
}

/**
 * The precomputed answer for the inputs: its path, and whether it answers this very question or its nearest neighbour.
 * @param {Grid} grid @param {Fields} fields @param {Inputs} inputs
 */
export function precomputedFor(grid, fields, inputs) {
  const presets = presetsOf(grid, fields);
  if (presets.use_case) return { path: `use-cases/${presets.use_case}`, exact: !isLimited(fields) };
  const cell = [presets.profile, presets.slo, presets.load];
  const { qps, ttft_ms: ttft, itl_ms: itl, prompt_tokens: prompt, output_tokens: output } = inputs;
  const exact = cell.every(Boolean) && !isLimited(fields);
  cell[0] ||= nearest(grid.profiles, [prompt, output], (p) => [p.prompt_tokens, p.output_tokens]).id;
  cell[1] ||= nearest(grid.slo_classes, [ttft, itl], (s) => [s.ttft_ms, s.itl_ms]).id;
  cell[2] ||= nearest(grid.loads, [qps], (l) => [l.qps]).id;
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
