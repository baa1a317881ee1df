/**
 * A small box under a button: opened by it, closed by Escape, by a click elsewhere or when the focus leaves.
 * One is open at a time. On a phone the style sheet makes it a sheet at the bottom.
 */

/** @type {{close: (back: boolean) => void} | null} */
let opened = null;

/**
 * @param {HTMLButtonElement} button @param {string} title
 * @param {(box: HTMLElement, redraw: () => void) => void} fill writes the content; called again by `redraw`
 */
export function panelFor(button, title, fill) {
  button.setAttribute("aria-expanded", "false");
  button.setAttribute("aria-haspopup", "dialog");
  button.addEventListener("click", () => {
    const wasOpen = button.getAttribute("aria-expanded") === "true";
    opened?.close(false);
    if (!wasOpen) open(button, title, fill);
  });
}

/** @param {HTMLButtonElement} button @param {string} title @param {(box: HTMLElement, redraw: () => void) => void} fill */
function open(button, title, fill) {
  const box = document.createElement("div");
  box.className = "panel";
  box.setAttribute("role", "dialog");
  box.setAttribute("aria-label", title);
  box.tabIndex = -1;
  const redraw = () => fill(box, redraw);
  redraw();
  button.after(box);
  button.setAttribute("aria-expanded", "true");
  const overflow = box.getBoundingClientRect().right - (document.documentElement.clientWidth - 12);
  if (overflow > 0) box.style.marginLeft = `${-overflow}px`;
  const first = /** @type {HTMLElement | null} */ (box.querySelector("input, select, button"));
  (first ?? box).focus({ preventScroll: true });

  /** @param {boolean} back whether the focus returns to the button */
  function close(back) {
    document.removeEventListener("pointerdown", outside, true);
    box.remove();
    button.setAttribute("aria-expanded", "false");
    if (opened?.close === close) opened = null;
    if (back) button.focus();
  }

  /** @param {Event} event */
  function outside(event) {
    const target = /** @type {Node} */ (event.target);
    if (!box.contains(target) && !button.contains(target)) close(false);
  }

  document.addEventListener("pointerdown", outside, true);
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    close(true);
  });
  box.addEventListener("focusout", (event) => {
    const next = /** @type {Node | null} */ (event.relatedTarget);
    if (next && !box.contains(next) && next !== button) close(false);
  });
  opened = { close };
}

/** An element with properties and children. @template {keyof HTMLElementTagNameMap} K
 * @param {K} name @param {Record<string, unknown>} [properties] @param {(Node | string)[]} children @returns {HTMLElementTagNameMap[K]} */
export function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/** A table in a box that scrolls, also by keyboard. @param {HTMLElement} table @param {string} title */
export function scrolled(table, title) {
  const box = element("div", { className: "scroll", tabIndex: 0 }, table);
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", title);
  return box;
}
