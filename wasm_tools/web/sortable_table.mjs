/**
 * A table of rows that are all here: sorted by a click on a head, the first rows shown and the rest on request.
 *
 * @typedef {string | Node | (string | Node)[]} Cell
 * @typedef {{id: string, label: string, figure?: boolean, value: (row: any) => number | string | null, cell: (row: any) => Cell}} Column
 *   `value` is what the column is sorted by, null comes last
 */
import { element, scrolled } from "./panel.mjs";
import { text } from "./texts.mjs";

/**
 * @param {string} title heard before the table @param {Column[]} columns @param {any[]} rows
 * @param {{sort?: {id: string, descending: boolean}, first?: number, sorted?: (sort: {id: string, descending: boolean}) => void}} [how]
 *   without a sort the rows stand in their order; `first` rows are shown
 */
export function sortableTable(title, columns, rows, { sort, first = Infinity, sorted } = {}) {
  const table = element("table", { className: "t sortable" }, element("caption", { className: "heard" }, title));
  const heads = columns.map((column) => {
    const button = element("button", { type: "button" }, column.label);
    button.addEventListener("click", () => {
      sort = { id: column.id, descending: sort?.id === column.id ? !sort.descending : column.figure === true };
      sorted?.(sort);
      draw();
    });
    return element("th", { scope: "col", className: column.figure ? "n" : "" }, button);
  });
  table.createTHead().insertRow().append(...heads);
  const body = table.createTBody();
  const more = element("button", { type: "button", className: "plain" });
  more.addEventListener("click", () => {
    first = Infinity;
    draw();
  });

  function ordered() {
    const by = columns.find((column) => column.id === sort?.id);
    if (!by || !sort) return rows;
    const sign = sort.descending ? -1 : 1;
    const values = new Map(rows.map((row) => [row, by.value(row)]));
    return [...rows].sort((a, b) => {
      const [x, y] = [values.get(a) ?? null, values.get(b) ?? null];
      if (x === null || y === null) return Number(x === null) - Number(y === null);
      return sign * (typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y)));
    });
  }

  function draw() {
    heads.forEach((head, n) => {
      if (columns[n].id === sort?.id) head.setAttribute("aria-sort", sort.descending ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    body.replaceChildren(...ordered().slice(0, first).map(line));
    more.hidden = rows.length <= first;
    more.textContent = text("spend.script.all_rows", { n: rows.length });
  }

  /** @param {any} row */
  function line(row) {
    return element("tr", {}, ...columns.map((column, n) => {
      const cell = n === 0 ? element("th", { scope: "row" }) : element("td", { className: column.figure ? "n" : "" });
      const content = column.cell(row);
      cell.append(...(Array.isArray(content) ? content : [content]));
      return cell;
    }));
  }

  draw();
  return element("div", { className: "sortable-box" }, scrolled(table, title), more);
}
