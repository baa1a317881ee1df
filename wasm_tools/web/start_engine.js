/* Starts Python while the page is still arriving; engine.mjs takes over. It stands in the head of a tool page as it is:
   a file of its own would wait for its turn. Readers who save data decide for themselves. */
{
  const { engine, files, needed, packs } = document.currentScript.dataset;
  const whole = (address) => new URL(address, document.baseURI).href;
  const able = typeof Worker === "function" && typeof WebAssembly === "object" && typeof DecompressionStream === "function";
  if (able && navigator.connection?.saveData !== true) {
    const first = !navigator.serviceWorker?.controller;
    const order = { bundleUrl: whole(files), manifest: JSON.parse(needed), packs: packs.split(" "), restores: true, first };
    const script = `import { load } from ${JSON.stringify(whole(engine))}; load(${JSON.stringify(order)});`;
    const address = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
    const worker = new Worker(address, { type: "module" });
    const said = [];
    worker.onmessage = ({ data }) => said.push(data);
    worker.onerror = (event) => said.push({ type: "broken", technical: event.message ?? "" });
    window.atlasEngine = { worker, said, at: performance.now() };
    document.documentElement.dataset.engine = "loading";
  }
}
