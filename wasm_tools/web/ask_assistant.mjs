/**
 * The optional assistant: models that the reader named explain what was found, and every figure of the reply is held
 * against the rows that it was given. Keys are read from their fields when they are used; nothing keeps them.
 *
 * @typedef {import("./ask_state.mjs").State} State
 * @typedef {import("./assistant_endpoint.mjs").Endpoint} Endpoint
 */
import { NoReply, replyOf, requestAddress } from "./assistant_endpoint.mjs";
import { element } from "./panel.mjs";
import { english, text } from "./texts.mjs";

const GOOD = ["matches", "rounded", "specification"];
const MOST_CHARACTERS = 20_000;

/** @param {State} state @param {HTMLElement} host */
export function askAssistant(state, host) {
  const said = /** @type {HTMLElement} */ (host.querySelector("[data-said]"));
  const shown = /** @type {HTMLElement} */ (host.querySelector("[data-reply]"));
  const stop = /** @type {HTMLButtonElement} */ (host.querySelector("[data-stop]"));
  const question = /** @type {HTMLInputElement} */ (host.querySelector("[data-question]"));
  /** @type {AbortController | null} */
  let running = null;

  host.addEventListener("submit", (event) => {
    event.preventDefault();
    ask();
  });
  stop.addEventListener("click", () => running?.abort());

  /** @param {string} name @param {Record<string, any>} [values] */
  const say = (name, values = {}) => void (said.textContent = text(`ask.assistant.${name}`, values));

  async function ask() {
    running?.abort();
    const { record, turns } = state;
    if (!record) return say("no_request");
    const endpoints = endpointsOf(host);
    if (!endpoints.length) return say("no_address");
    const mine = (running = new AbortController());
    stop.hidden = false;
    shown.hidden = true;
    said.textContent = "";
    /** @type {string[]} */
    const faults = [];
    try {
      const { rows, ...messages } = await state.call("assistant", { turns, question: question.value });
      for (const endpoint of endpoints) {
        const model = endpoint.model.trim() || endpoint.address;
        try {
          if (!endpoint.model.trim()) throw new NoReply("no_model");
          requestAddress(endpoint);
          said.textContent = [...faults, text("ask.assistant.asking", { model })].join(" ");
          const reply = await replyOf(endpoint, messages, (soFar) => show(model, rows, [soFar]), mine.signal);
          said.textContent = [...faults, text("ask.assistant.checking")].join(" ");
          const checked = await state.call("assistant", { turns, question: question.value, reply: reply.slice(0, MOST_CHARACTERS) });
          if (mine !== running) return;
          show(model, rows, withFindings(checked));
          said.textContent = [...faults, verdict(checked), reply.length > MOST_CHARACTERS ? text("ask.assistant.cut") : ""].filter(Boolean).join(" ");
          return;
        } catch (error) {
          if (!(error instanceof NoReply)) throw error;
          faults.push(text(`ask.assistant.${error.reason}`, { model, ...error.values }));
          shown.hidden = true;
          if (endpoint !== endpoints[endpoints.length - 1]) faults.push(text("ask.assistant.next"));
        }
      }
      said.textContent = [...faults, text("ask.assistant.none")].join(" ");
    } catch (error) {
      if (mine.signal.aborted) mine === running && say("stopped");
      else said.textContent = /** @type {Error} */ (error).message;
    } finally {
      if (mine === running) stop.hidden = true;
    }
  }

  /** @param {string} model @param {number} rows @param {(string | Node)[]} reply */
  function show(model, rows, reply) {
    shown.hidden = false;
    const head = element("p", { className: "muted" }, text("ask.assistant.by", { model, rows }));
    shown.replaceChildren(head, element("p", { className: "ask-reply-text" }, ...reply));
  }
}

/** The endpoints that have an address, in their order. @param {HTMLElement} host @returns {Endpoint[]} */
function endpointsOf(host) {
  const sets = /** @type {NodeListOf<HTMLElement>} */ (host.querySelectorAll("[data-endpoint]"));
  return [...sets].flatMap((set) => {
    const value = (/** @type {string} */ name) => /** @type {HTMLInputElement} */ (set.querySelector(`[data-part="${name}"]`)).value.trim();
    const seconds = Math.min(Math.max(Number(value("seconds")) || 60, 1), 600);
    return value("address") ? [{ kind: value("kind"), address: value("address"), model: value("model"), key: value("key"), seconds }] : [];
  });
}

/** The reply with its figures and citations marked; places count code points. @param {any} checked @returns {(string | Node)[]} */
function withFindings(checked) {
  const letters = [...checked.text];
  /** @type {(string | Node)[]} */
  const out = [];
  let at = 0;
  for (const { start, end, kind, state, said } of checked.findings) {
    if (start < at) continue;
    out.push(letters.slice(at, start).join(""));
    const words = letters.slice(start, end).join("");
    const good = GOOD.includes(state);
    const title = said || text(`ask.assistant.${good ? "found" : "not_found"}`);
    const mark = element("mark", { className: `figure-${good ? "good" : "bad"}${kind === "offer" ? " is-offer" : ""}`, title }, words);
    out.push(mark, ...(good ? [] : [element("small", { className: "figure-note" }, " ⚠ ", said ? english(said) : title)]));
    at = end;
  }
  out.push(letters.slice(at).join(""));
  return out;
}

/** @param {any} checked */
function verdict({ figures, matching, flagged, uncited }) {
  const lines = [];
  if (!figures) lines.push(text("ask.assistant.no_figures"));
  else if (matching === figures) lines.push(text("ask.assistant.all_right", { n: figures }));
  else lines.push(text("ask.assistant.matching", { matching, figures }));
  if (flagged) lines.push(text("ask.assistant.flagged", { n: flagged }));
  if (uncited) lines.push(text("ask.assistant.uncited", { n: uncited }));
  return lines.join(" ");
}
