/**
 * One language model that the reader named: asked over HTTP, as OpenAI or as Anthropic speaks, in one piece or in a
 * stream. The key goes into one header of one request and nowhere else. No document here.
 *
 * @typedef {{kind: string, address: string, model: string, key: string, seconds: number}} Endpoint
 * @typedef {{system: string, user: string}} Messages
 */

const MOST_TOKENS = 1500;
const MOST_CHARACTERS = 20_000;
const LOCAL = ["localhost", "127.0.0.1"];
const PATHS = /** @type {Record<string, string>} */ ({ openai: "/chat/completions", anthropic: "/messages" });

/** Why a model gave no reply: `reason` is a key below ask.assistant. */
export class NoReply extends Error {
  /** @param {string} reason @param {Record<string, string | number>} [values] */
  constructor(reason, values = {}) {
    super(reason);
    this.name = "NoReply";
    this.reason = reason;
    this.values = values;
  }
}

/** Where a request goes; throws NoReply for an address that a page may not use. @param {Endpoint} endpoint */
export function requestAddress({ kind, address }) {
  const given = address.trim();
  if (!URL.canParse(given)) throw new NoReply("bad_address", { address: given });
  const url = new URL(given);
  const allowed = url.protocol === "https:" || (url.protocol === "http:" && LOCAL.includes(url.hostname));
  if (!allowed || url.username || url.password) throw new NoReply("bad_address", { address: given });
  const path = PATHS[kind];
  const trimmed = url.pathname.replace(/\/+$/, "");
  url.pathname = trimmed.endsWith(path) ? trimmed : `${trimmed || "/v1"}${path}`;
  return url.href;
}

/** What is sent. @param {Endpoint} endpoint @param {Messages} messages @returns {RequestInit} */
export function requestOf({ kind, model, key }, { system, user }) {
  const speaks = kind === "anthropic";
  const messages = [...(speaks ? [] : [{ role: "system", content: system }]), { role: "user", content: user }];
  const body = { model, messages, max_tokens: MOST_TOKENS, stream: true, ...(speaks ? { system } : {}) };
  const headers = /** @type {Record<string, string>} */ ({ "content-type": "application/json" });
  if (speaks) Object.assign(headers, { "anthropic-version": "2023-06-01", "anthropic-dangerous-direct-browser-access": "true" });
  if (key) headers[speaks ? "x-api-key" : "authorization"] = speaks ? key : `Bearer ${key}`;
  return { method: "POST", headers, body: JSON.stringify(body), credentials: "omit", redirect: "error", cache: "no-store", referrerPolicy: "no-referrer" };
}

/**
 * The reply of a model; throws NoReply, or the reason of `signal` when the reader stopped it.
 * @param {Endpoint} endpoint @param {Messages} messages @param {(text: string) => void} onText what has come so far @param {AbortSignal} signal
 */
export async function replyOf(endpoint, messages, onText, signal) {
  const request = new AbortController();
  const abort = () => request.abort();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    abort();
  }, endpoint.seconds * 1000);
  signal.addEventListener("abort", abort);
  try {
    const response = await fetch(requestAddress(endpoint), { ...requestOf(endpoint, messages), signal: request.signal });
    if (!response.ok) throw new NoReply(statusReason(response.status), { status: response.status });
    const streamed = (response.headers.get("content-type") ?? "").includes("event-stream");
    const reply = streamed ? await streamedText(response, onText) : wholeText(await response.text());
    if (!reply.trim()) throw new NoReply("empty");
    onText(reply);
    return reply;
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (late) throw new NoReply("timeout", { n: endpoint.seconds });
    if (error instanceof NoReply) throw error;
    throw new NoReply("unreachable");
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  }
}

/** @param {number} status */
function statusReason(status) {
  if (status === 401 || status === 403) return "status_401";
  return [404, 429].includes(status) ? `status_${status}` : "status_other";
}

/** The text of a reply in one piece. @param {string} body */
export function wholeText(body) {
  const record = parsed(body);
  const content = record.choices?.[0]?.message?.content ?? record.content;
  const text = Array.isArray(content) ? content.map((part) => part?.text ?? "").join("") : content;
  if (typeof text !== "string") throw new NoReply("malformed");
  return text.slice(0, MOST_CHARACTERS + 1);
}

/** The text of a stream of events. @param {Response} response @param {(text: string) => void} onText */
async function streamedText(response, onText) {
  const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body).pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    const lines = (rest + (value ?? (done ? "\n" : ""))).split(/\r?\n/);
    rest = lines.pop() ?? "";
    for (const line of lines) text += pieceOf(line);
    if (text) onText(text);
    if (done) return text;
    if (text.length > MOST_CHARACTERS) {
      await reader.cancel();
      return text.slice(0, MOST_CHARACTERS + 1);
    }
  }
}

/** The text that one line of a stream adds. @param {string} line */
export function pieceOf(line) {
  if (!line.startsWith("data:") || line.slice(5).trim() === "[DONE]") return "";
  const record = parsed(line.slice(5));
  if (record.error) throw new NoReply("malformed");
  return String(record.choices?.[0]?.delta?.content ?? record.delta?.text ?? "");
}

/** @param {string} text @returns {any} */
function parsed(text) {
  try {
    const record = JSON.parse(text);
    if (record && typeof record === "object") return record;
  } catch {
    // told below
  }
  throw new NoReply("malformed");
}
