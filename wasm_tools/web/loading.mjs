/**
 * Downloads of the engine: files named by the asset map, bytes counted while they arrive, failures in words. What is
 * large is published as `.gz` and unpacked here, so that its size on the way does not depend on the host.
 *
 * @typedef {{file: string, bytes: number, sha256: string, gzip_bytes: number}} BundleFile
 * @typedef {{build_id: string, files: Record<string, BundleFile>, packs: string[], lock: string,
 *   starts: Record<"used" | "whole", Record<string, string>>}} Manifest
 * @typedef {object} Progress
 * @property {(name: string) => void} stage what goes on now
 * @property {(name: string, bytes: number) => void} more bytes of a file that have just arrived
 * @property {(name: string) => void} whole a file is there
 * @property {() => void} end all that is needed is there
 */

import { fileLength } from "./memory_pages.mjs";

/** A start that failed: `message` is a sentence for the reader, `technical` is for a closed disclosure. */
export class StartError extends Error {
  /** @param {string} message @param {unknown} cause */
  constructor(message, cause) {
    super(message);
    this.technical = technicalText(cause);
  }
}

/** @param {any} error @returns {string} */
export function technicalText(error) {
  return String(error?.stack ?? error?.message ?? error ?? "");
}

/**
 * Counts bytes that really arrived. Totals are the published sizes, so a fraction never has to be guessed.
 * @param {Manifest} manifest @param {string[]} names
 * @param {(message: {stage: string, loaded: number, total: number, fraction: number}) => void} tell
 * @returns {Progress}
 */
export function progressOf(manifest, names, tell) {
  const arrived = new Map(names.map((name) => [name, 0]));
  const total = names.reduce((sum, name) => sum + manifest.files[name].bytes, 0);
  let current = "";
  let shown = 0;
  const show = (/** @type {boolean} */ always) => {
    const loaded = [...arrived.values()].reduce((sum, bytes) => sum + bytes, 0);
    if (!always && loaded - shown < total / 100) return;
    shown = loaded;
    tell({ stage: current, loaded, total, fraction: loaded / total });
  };
  const set = (/** @type {string} */ name, /** @type {number} */ bytes) => {
    // A host may send an archive already unpacked; then more bytes come than were published.
    arrived.set(name, Math.min(bytes, manifest.files[name].bytes));
    show(false);
  };
  return {
    stage(name) {
      current = name;
      show(true);
    },
    more: (name, bytes) => set(name, (arrived.get(name) ?? 0) + bytes),
    whole: (name) => set(name, manifest.files[name].bytes),
    end() {
      names.forEach(this.whole);
      this.stage("ready");
    },
  };
}

/**
 * The list of a build's files. Every build leaves it under its own name, too, so that a page never gets another's.
 * @param {URL} url of the newest build's list @param {string | undefined} buildId @returns {Promise<Manifest>}
 */
export async function manifestAt(url, buildId) {
  try {
    // The one file without a hash in its name: a kept copy must be asked about.
    const response = await (buildId ? fetch(new URL(`bundle-${buildId}.json`, url)) : fetch(url, { cache: "no-cache" }));
    if (buildId && response.status === 404) {
      const technical = `The site does not hold build ${buildId} any more.`;
      throw new StartError("The site was updated since this page was loaded. Load the page again.", technical);
    }
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    return await response.json();
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw new StartError("The list of the engine's files could not be loaded.", String(error));
  }
}

/**
 * One downloader for one start: every file of the map by its logical name.
 * @param {string} base absolute URL of the bundle's folder, ending in "/"
 * @param {Manifest} manifest @param {Progress} progress
 * @param {boolean} anew go past the browser's caches, which may have kept what made the last start fail
 */
export function downloads(base, manifest, progress, anew) {
  const url = (/** @type {string} */ name) => new URL(manifest.files[name].file, base).href;

  /** @param {string} name @returns {Promise<Response>} */
  async function response(name) {
    let answer;
    try {
      answer = await (anew ? pastCopies(url(name)) : fetch(url(name)));
    } catch (error) {
      throw new StartError(`The file ${name} could not be loaded: this site did not answer.`, error);
    }
    if (!answer.ok) {
      throw new StartError(`The file ${name} could not be loaded: this site answered ${answer.status}.`, url(name));
    }
    return answer;
  }

  /** The stream of a response, counted on its way. @param {string} name @param {Response} answer */
  function counted(name, answer) {
    const counter = new TransformStream({
      transform(chunk, out) {
        progress.more(name, chunk.byteLength);
        out.enqueue(chunk);
      },
      flush: () => progress.whole(name),
    });
    return /** @type {ReadableStream<Uint8Array<ArrayBuffer>>} */ (answer.body).pipeThrough(counter);
  }

  /**
   * The content of a file, unpacked on its way, `after` another.
   * @param {string} name @param {Promise<unknown>} [after] @param {Response} [known] the answer, where it is there
   */
  async function content(name, after, known) {
    const answer = known ?? (await response(name));
    await after?.catch(() => {}); // it is reported where it is needed
    return unpacked(counted(name, answer));
  }

  /**
   * @template T @param {string} name @param {(stream: ReadableStream<Uint8Array<ArrayBuffer>>) => Promise<T>} read
   * @param {Promise<unknown>} [after] @param {Response} [known]
   */
  async function whole(name, read, after, known) {
    const stream = await content(name, after, known);
    try {
      return await read(stream);
    } catch (error) {
      throw new StartError(`The file ${name} arrived damaged.`, error);
    }
  }

  /**
   * The same, and instead of a kept copy that is damaged what the host has.
   * @template T @param {string} name @param {(stream: ReadableStream<Uint8Array<ArrayBuffer>>) => Promise<T>} read
   * @param {Promise<unknown>} [after]
   */
  async function sound(name, read, after) {
    const answer = await response(name);
    try {
      return await whole(name, read, after, answer);
    } catch (error) {
      if (!answer.headers.has("X-Unpacked")) throw error;
      return whole(name, read, after, await pastCopies(url(name)));
    }
  }

  return {
    /** @param {string} name @param {Promise<unknown>} [after] */
    bytes: (name, after) =>
      sound(name, async (stream) => complete(name, new Uint8Array(await new Response(stream).arrayBuffer())), after),

    /**
     * A module that is compiled while it streams in. One that is kept unpacked goes to the compiler as it came: Chromium
     * keeps compiled code for the response of a request alone.
     * @param {string} name @param {Promise<unknown>} [after] @returns {Promise<WebAssembly.Module>}
     */
    async wasm(name, after) {
      const answer = await response(name);
      const kept = answer.headers.has("X-Unpacked");
      const module = kept ? await WebAssembly.compileStreaming(answer).catch(() => null) : null;
      if (!module) return whole(name, compiled, after, kept ? await pastCopies(url(name)) : answer);
      progress.whole(name);
      return module;
    },
  };
}

/** How the content of a file ends, by the ending of its name: what was cut short or replaced is noticed by that. */
const ENDS = {
  ".zip": (/** @type {Uint8Array<ArrayBuffer>} */ bytes) => String(bytes.subarray(-22, -18)) === "80,75,5,6", // the end of its list
  ".bin": (/** @type {Uint8Array<ArrayBuffer>} */ bytes) => bytes.length === fileLength(bytes),
  ".json": (/** @type {Uint8Array<ArrayBuffer>} */ bytes) => String.fromCharCode(...bytes.subarray(-4)).trimEnd().endsWith("}"),
};

/** @param {string} name @param {Uint8Array<ArrayBuffer>} content */
function complete(name, content) {
  const ends = /** @type {Record<string, (content: Uint8Array<ArrayBuffer>) => boolean>} */ (ENDS)[name.slice(name.lastIndexOf("."))];
  if (ends && !ends(content)) throw new Error(`${name} has another end`);
  return content;
}

/**
 * A file from the host, past all copies, which are given up for it. Where the host does not answer they stay: they may be
 * sound, and without a network there are no others.
 * @param {string} url @returns {Promise<Response>}
 */
async function pastCopies(url) {
  // Copies are kept under the plain address, so that no service worker has one of this.
  const answer = await fetch(`${url}?anew`, { cache: "reload" }).catch(() => null);
  if (!answer?.ok) return fetch(url);
  const names = (await globalThis.caches?.keys().catch(() => [])) ?? [];
  await Promise.all(names.map(async (name) => (await caches.open(name)).delete(url))).catch(() => {});
  return answer;
}

/** @param {ReadableStream<Uint8Array<ArrayBuffer>>} stream @returns {Promise<WebAssembly.Module>} */
function compiled(stream) {
  return WebAssembly.compileStreaming(new Response(stream, { headers: { "Content-Type": "application/wasm" } }));
}

/**
 * A stream without its gzip form. Hosts that take `.gz` for a transport have unpacked it already, hence the look at the
 * first bytes.
 * @param {ReadableStream<Uint8Array<ArrayBuffer>>} stream
 * @returns {Promise<ReadableStream<Uint8Array<ArrayBuffer>>>}
 */
export async function unpacked(stream) {
  const reader = stream.getReader();
  const first = await reader.read();
  const all = new ReadableStream({
    start: (out) => (first.value ? out.enqueue(first.value) : out.close()),
    async pull(out) {
      const { done, value } = await reader.read();
      if (done) out.close();
      else out.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
  const packed = first.value?.[0] === 0x1f && first.value[1] === 0x8b;
  return packed ? all.pipeThrough(new DecompressionStream("gzip")) : all;
}

/** The text of a response that may be a `.gz` file. @param {Response} response @returns {Promise<string>} */
export async function unpackedText(response) {
  return new Response(await unpacked(/** @type {ReadableStream<Uint8Array<ArrayBuffer>>} */ (response.body))).text();
}
