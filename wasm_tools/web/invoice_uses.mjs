/** From a bill to the cost audit: for each of its dearest models a link that carries a month of its use behind the #. */
import { element } from "./panel.mjs";
import { english, text } from "./texts.mjs";

/** @param {{uses?: {setup: Record<string, string | number>, source: string}[]}} bill @returns {HTMLElement[]} */
export function usesPart({ uses = [] }) {
  if (!uses.length) return [];
  const links = uses.map(({ setup, source }) => {
    const fields = new URLSearchParams(Object.entries(setup).map(([name, value]) => [name, String(value)]));
    const link = element("a", { href: `../audit/#${fields}` }, text("invoice.script.uses.link", { model: setup.model, provider: setup.provider }));
    return element("li", {}, link, " ", element("span", { className: "muted" }, "(", english(source), ")"));
  });
  return [element("h3", {}, text("invoice.script.uses.title")), element("p", {}, text("invoice.script.uses.lead")), element("ul", {}, ...links)];
}
