/** What the reader has marked to see side by side: up to six things of one kind, and the way to the comparison. */
import { element } from "./panel.mjs";
import { text } from "./texts.mjs";

export const MOST = 6;

/** @param {string} root way to the site's root @param {() => void} changed called when something is taken out */
export function compareTray(root, changed) {
  /** @type {Map<string, string>} */
  const picked = new Map();
  let kind = "";
  const box = element("aside", { className: "tray", hidden: true });
  box.setAttribute("aria-label", text("compare.tray.marked"));
  document.querySelector("article.atlas")?.append(box);

  function draw() {
    box.hidden = picked.size === 0;
    const items = [...picked].map(([id, words]) => {
      const out = element("button", { type: "button", title: text("compare.tray.take_out", { thing: words }) }, words, element("span", { ariaHidden: "true" }, " ×"));
      out.addEventListener("click", () => {
        picked.delete(id);
        draw();
        changed();
      });
      return out;
    });
    const query = new URLSearchParams({ [kind]: [...picked.keys()].join(",") });
    const go = element("a", { className: "button", href: `${root}compare/?${query}` }, text("compare.tray.compare", { n: picked.size }));
    const hint = element("span", { className: "muted" }, text("compare.tray.another"));
    box.replaceChildren(element("span", {}, text("compare.tray.title")), ...items, picked.size > 1 ? go : hint);
  }

  return {
    has: (/** @type {string} */ id) => picked.has(id),
    /** Whether nothing more can be marked. */
    get isFull() {
      return picked.size >= MOST;
    },
    /** Mark or unmark; false when there are six already. @param {string} of @param {string} id @param {string} words */
    toggle(of, id, words) {
      if (of !== kind) picked.clear();
      kind = of;
      if (!picked.delete(id)) {
        if (picked.size >= MOST) return false;
        picked.set(id, words);
      }
      draw();
      return true;
    },
  };
}
