/**
 * Downloads for the worker: files named by the asset map, bytes counted while they arrive, failures in words.
 *
 * @typedef {{file: string, bytes: number, sha256: string, gzip_bytes: number}} BundleFile
 * @typedef {{build_id: string, files: Record<string, BundleFile>, packs: string[], lock: string}} Manifest
 * @typedef {object} Progress
 * @property {(name: string) => void} stage what goes on now
 * @property {(name: string, bytes: number) => void} more bytes of a file that have just arrived
 * @property {(name: string) => void} whole a file is there
 */

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
  };
}

/**
 * One downloader for one start: every file of the map by its logical name.
 * @param {string} base absolute URL of the bundle's folder, ending in "/"
 * @param {Manifest} manifest @param {Progress} progress
 * @param {boolean} anew go past the browser's cache, which may have kept what made the last start fail
 */
export function downloads(base, manifest, progress, anew) {
  const url = (/** @type {string} */ name) => new URL(manifest.files[name].file, base).href;

  /** @param {string} name @returns {Promise<Response>} */
  async function response(name) {
    let answer;
    try {
      answer = await fetch(url(name), { cache: anew ? "reload" : "default" });
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
    return answer.body?.pipeThrough(counter) ?? null;
  }

  /** @param {string} name @returns {Promise<Uint8Array>} */
  async function bytes(name) {
    try {
      return new Uint8Array(await new Response(counted(name, await response(name))).arrayBuffer());
    } catch (error) {
      throw error instanceof StartError ? error : new StartError(`The file ${name} did not arrive whole.`, error);
    }
  }

  return {
    url,

    /** A JavaScript module, by the browser's own loader, so it counts when it is whole. @param {string} name */
    async script(name) {
      try {
        const module = await import(url(name));
        progress.whole(name);
        return module;
      } catch (error) {
        throw new StartError(`The file ${name} could not be loaded.`, error);
      }
    },

    /** @param {string} name @returns {Promise<string>} */
    async text(name) {
      return new TextDecoder().decode(await bytes(name));
    },

    /** An archive published as `.gz`. Some hosts have unpacked it already. @param {string} name */
    async archive(name) {
      const packed = await bytes(name);
      if (packed[0] !== 0x1f || packed[1] !== 0x8b) return packed;
      try {
        const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
        return new Uint8Array(await new Response(stream).arrayBuffer());
      } catch (error) {
        throw new StartError(`The file ${name} arrived damaged.`, error);
      }
    },

    /**
     * A module that is compiled while it streams in. The browser keeps compiled code only for the response itself,
     * so that one goes to the compiler untouched and a copy is counted. A host that does not know the type
     * `application/wasm` gets its response wrapped into one that does; it works, but nothing compiled is kept.
     * @param {string} name @returns {Promise<WebAssembly.Module>}
     */
    async wasm(name) {
      let answer = await response(name);
      if (answer.headers.get("Content-Type")?.startsWith("application/wasm")) {
        count(answer.clone()).catch(() => {}); // a broken stream is the compiler's to report
      } else {
        answer = new Response(counted(name, answer), { headers: { "Content-Type": "application/wasm" } });
      }
      try {
        return await WebAssembly.compileStreaming(answer);
      } catch (error) {
        throw new StartError(`The file ${name} arrived damaged.`, error);
      }

      async function count(/** @type {Response} */ copy) {
        const reader = counted(name, copy)?.getReader();
        while (reader && !(await reader.read()).done);
      }
    },
  };
}
