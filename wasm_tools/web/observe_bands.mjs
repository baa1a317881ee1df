/**
 * A strip for one time: the band of the prediction, the prediction, the bound, and what was observed. The scale is of
 * ratios, as bands are. What it shows stands in words beside it and in its description.
 */
const SVG = "http://www.w3.org/2000/svg";
const [WIDE, HIGH, AIR] = [1000, 28, 0.08];

/** @param {string} name @param {Record<string, string | number>} attributes @returns {SVGElement} */
function drawn(name, attributes) {
  const made = /** @type {SVGElement} */ (document.createElementNS(SVG, name));
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

/**
 * Places from 0 to 1000 by logarithm, where all values are above 0; in proportion else.
 * @param {number[]} values @returns {(value: number) => number}
 */
function placesOf(values) {
  const log = values.every((v) => v > 0);
  const measure = log ? Math.log : Number;
  const measured = values.map(measure);
  const [low, high] = [Math.min(...measured), Math.max(...measured)];
  const air = (high - low || 1) * AIR;
  return (value) => Math.round((WIDE * (measure(value) - low + air)) / (high - low + 2 * air));
}

/** @param {import("./observe_words.mjs").Figure} f @param {string} words what the picture shows */
export function bandPicture(f, words) {
  const ends = f.between ? f.between.filter((/** @type {number | null} */ v) => v !== null) : f.observed === null ? [] : [f.observed];
  const place = placesOf([f.low, f.high, f.predicted, ...ends, ...(f.bound === null ? [] : [f.bound])]);
  const middle = HIGH / 2;
  const picture = drawn("svg", { class: "band-picture", viewBox: `0 0 ${WIDE} ${HIGH}`, preserveAspectRatio: "none", role: "img", "aria-label": words });
  const left = place(f.low);
  picture.append(
    drawn("path", { class: "axis", d: `M0 ${middle}H${WIDE}` }),
    drawn("rect", { class: "range", x: left, y: middle - 6, width: Math.max(2, place(f.high) - left), height: 12 }),
    drawn("path", { class: "predicted", d: `M${place(f.predicted)} ${middle - 6}v12` }),
  );
  if (f.bound !== null) picture.append(drawn("path", { class: "bound", d: `M${place(f.bound)} 1V${HIGH - 1}` }));
  const outside = f.verdict === "above" || f.target === "missed" ? " is-out" : "";
  if (f.between && ends.length === 2) picture.append(drawn("path", { class: `observed-range${outside}`, d: `M${place(ends[0])} ${middle}H${place(ends[1])}` }));
  else if (f.between && ends.length) picture.append(drawn("path", { class: `observed-range${outside}`, d: `M${place(ends[0])} ${middle}H${WIDE}` }));
  else if (ends.length) picture.append(...["dot-edge", `dot${outside}`].map((name) => drawn("path", { class: name, d: `M${place(ends[0])} ${middle}h0` })));
  return picture;
}
