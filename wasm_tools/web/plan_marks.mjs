/**
 * Plans of a page marked for comparison: a button puts a box before each plan, and the tray leads to the comparison.
 * The boxes come when they are asked for, because a page of four rankings has no room for them in what it loads.
 */
import { compareTray } from "./compare_tray.mjs";
import { element } from "./panel.mjs";
import { text } from "./texts.mjs";

const site = new URL("../../../", import.meta.url);
const folder = /(?:use-cases|plans)\/.+?(?=\/(?:index\.html)?$)/.exec(location.pathname)?.[0] ?? "";
const rows = /** @type {NodeListOf<HTMLTableRowElement>} */ (document.querySelectorAll("tr[data-plan-id]"));

function putBoxes() {
  const tray = compareTray(site.href, show);
  /** @type {Map<HTMLInputElement, string>} items of a comparison by their box; a plan can stand in several rankings */
  const boxes = new Map();

  function show() {
    for (const [box, item] of boxes) {
      box.checked = tray.has(item);
      box.disabled = tray.isFull && !box.checked;
    }
  }

  for (const row of rows) {
    const name = /** @type {HTMLElement} */ (row.querySelector("th"));
    const words = name.textContent?.trim();
    const item = `${folder}~${row.dataset.planId}`;
    const box = element("input", { type: "checkbox", title: text("compare.tray.title"), ariaLabel: text("compare.tray.compare_thing", { thing: words ?? "" }) });
    box.addEventListener("change", () => {
      tray.toggle("plans", item, words ?? "");
      show();
    });
    boxes.set(box, item);
    name.prepend(box, " ");
  }
}

const actions = /** @type {HTMLElement} */ (document.querySelector("[data-plans]"));
if (rows.length > 1) {
  const button = element("button", { type: "button", className: "quiet" }, actions.dataset.plans ?? "");
  button.addEventListener("click", () => {
    putBoxes();
    button.remove();
    rows[0].querySelector("input")?.focus();
  });
  actions.append(button);
}
