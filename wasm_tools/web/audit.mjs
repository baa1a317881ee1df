/**
 * The page of the audit: fields and words in, levers with verdicts out. What the reader enters goes to the engine in
 * this page; it stands behind the # of the address, which no server is sent.
 */
import { csvText, saveText } from "./csv_text.mjs";
import { unpackedText } from "./loading.mjs";
import { runtimeCard } from "./runtime_card.mjs";
import { text } from "./texts.mjs";

const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const settings = JSON.parse(byId("audit-data").textContent ?? "{}");
const form = /** @type {HTMLFormElement} */ (byId("audit-form"));
const status = byId("audit-status");
const EXAMPLE = "deployment=api&model=gpt-4o&provider=openai&spend_usd=20000&input_tokens=4000000000&output_tokens=1000000000&requests=4000000";
const runtime = runtimeCard(
  byId("runtime"),
  { packs: settings.packs, buildId: settings.build_id, bytes: settings.bytes, remembers: true },
  () => {},
);
/** @type {any} */
let record = null;
let runs = 0;

/** An element with its text; offers and names of a catalogue are never markup. @param {string} tag @param {string} [words] @param {Record<string, string>} [others] */
function element(tag, words = "", others = {}) {
  const made = document.createElement(tag);
  made.textContent = words;
  for (const [name, value] of Object.entries(others)) made.setAttribute(name, value);
  return made;
}

/** @param {number | null | undefined} value */
const usd = (value) =>
  value == null ? "—" : value.toLocaleString(document.documentElement.lang, { style: "currency", currency: "USD", maximumFractionDigits: Math.abs(value) < 100 ? 2 : 0 });

/** The fields that are filled in, as the engine takes them. */
function setup() {
  /** @type {Record<string, string | number>} */
  const given = {};
  for (const [name, value] of new FormData(form)) {
    const said = String(value).trim();
    if (!said || name === "words") continue;
    const field = /** @type {HTMLInputElement} */ (form.elements.namedItem(name));
    given[name] = "number" in field.dataset ? Number(said.replace(/[,_\s]/g, "")) : said;
    if (Number.isNaN(given[name])) throw new Error(text("audit.script.no_number", { field: name, value: said }));
  }
  return given;
}

/** Fields that say nothing for the workload or the kind are away. */
function fit() {
  const of = new FormData(form);
  const isText = of.get("workload") === "llm";
  for (const group of /** @type {NodeListOf<HTMLFieldSetElement>} */ (form.querySelectorAll("fieldset"))) {
    const name = group.dataset.group;
    const away = name === "gpus" ? !isText || of.get("deployment") !== "gpus" : name === "use" ? isText : !isText && name !== "today";
    group.hidden = group.disabled = away;
  }
}

/** The prices of a workload that is billed by use. @param {string} workload */
async function prices(workload) {
  const response = await fetch(new URL(settings.files[workload], document.baseURI));
  if (!response.ok) throw new Error(text("audit.script.no_prices"));
  return unpackedText(response);
}

async function run() {
  const now = ++runs;
  try {
    status.classList.remove("field-error");
    status.textContent = text("audit.script.working");
    const given = setup();
    const pack = given.workload === "llm" ? undefined : await prices(String(given.workload));
    const words = String(new FormData(form).get("words") ?? "");
    const made = await (await runtime.start()).call("audit", { setup: given, words, pack });
    if (now !== runs) return;
    record = made;
    const kept = [...new FormData(form)].filter(([, value]) => String(value).trim()).map(([name, value]) => [name, String(value)]);
    history.replaceState(null, "", `#${new URLSearchParams(kept)}`);
    status.textContent = "";
    show();
  } catch (error) {
    if (now !== runs) return;
    byId("audit-answer").hidden = true;
    status.classList.add("field-error");
    const { field, message } = /** @type {{field?: string, message: string}} */ (error);
    status.textContent = field ? `${field}: ${message}` : message;
  }
}

function show() {
  const { now, levers, gaps, alternatives, assumed } = record;
  const price = now.catalogue ? `${usd(now.catalogue.usd)} ± ${Math.round(100 * now.catalogue.error)} %, ${now.catalogue.what}` : now.why_no_catalogue;
  byId("now").replaceChildren(
    element("dt", text("audit.script.stated")),
    element("dd", now.stated_usd == null ? text("audit.script.not_said") : usd(now.stated_usd)),
    element("dt", text("audit.script.catalogue")),
    element("dd", price, { lang: "en" }),
    ...assumed.flatMap((/** @type {string} */ words) => [element("dt", text("audit.script.assumed")), element("dd", words, { lang: "en" })]),
  );
  const body = /** @type {HTMLTableSectionElement} */ (byId("levers").querySelector("tbody"));
  body.replaceChildren(...levers.map(leverRow));
  byId("gaps").replaceChildren(...gaps.map((/** @type {any} */ g) => element("li", `${g.question} ${g.why[0].toUpperCase()}${g.why.slice(1)}.`, { lang: "en" })));
  byId("gaps").hidden = byId("gaps-title").hidden = !gaps.length;
  byId("others").querySelector("tbody")?.replaceChildren(...alternatives.map(otherRow));
  byId("audit-answer").hidden = false;
}

/** @param {any} f */
function leverRow(f) {
  const row = document.createElement("tr");
  const verdict = element("td", text(`audit.script.verdict.${f.verdict.replace(" ", "_")}`), f.verdict === "saves" ? { class: "saves" } : {});
  const saving = f.per_tenth_usd == null ? usd(f.saving_usd) : text("audit.script.tenth", { usd: usd(f.per_tenth_usd) });
  const why = element("td", f.why, { lang: "en" });
  if (f.then?.offer) why.append(element("span", f.then.offer, { class: "id" }));
  row.append(
    element("th", text(`audit.script.lever.${f.lever}`), { scope: "row" }),
    verdict,
    element("td", saving, { class: "n" }),
    element("td", f.low_usd == null ? "" : `${usd(f.low_usd)} – ${usd(f.high_usd)}`, { class: "n" }),
    element("td", usd(f.then?.usd), { class: "n" }),
    why,
  );
  return row;
}

/** @param {any} p */
function otherRow(p) {
  const row = document.createElement("tr");
  row.append(
    element("th", p.what, { scope: "row", lang: "en" }),
    element("td", usd(p.usd), { class: "n" }),
    element("td", usd(p.saving_usd), { class: "n" }),
    element("td", p.latency === "unknown" ? text("audit.script.no_latency") : `${p.target}, ${p.latency}`),
    element("td", p.offer, { class: "id" }),
  );
  return row;
}

/** @param {string} form a form of file */
function save(form) {
  if (!record) return;
  const { columns, rows, markdown, ...rest } = record;
  if (form === "csv") saveText("audit.csv", csvText(columns, rows));
  else if (form === "json") saveText("audit.json", JSON.stringify(rest, null, 1), "application/json");
  else saveText("audit.md", markdown, "text/markdown");
}

/** Fill the form in. @param {string} address */
function fill(address) {
  form.reset();
  for (const [name, value] of new URLSearchParams(address)) {
    const field = form.elements.namedItem(name);
    if (field instanceof HTMLElement && "value" in field) field.value = value;
  }
  fit();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  run();
});
form.addEventListener("change", fit);
form.querySelector("[data-example]")?.addEventListener("click", () => {
  fill(EXAMPLE);
  run();
});
for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("[data-save]")))
  button.addEventListener("click", () => save(button.dataset.save ?? ""));
fill(location.hash.slice(1));
if (location.hash.length > 1) run();
