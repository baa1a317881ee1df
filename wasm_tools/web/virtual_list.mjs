/**
 * A table that shows tens of thousands of rows with some thirty lines in the document.
 *
 * It takes over a server-rendered <table> inside a scrolling box of fixed height, so nothing moves. The table becomes a
 * grid with one active cell: arrows, Page Up and Down, Home and End move it, with Ctrl to the ends of the table, Enter
 * opens the row. The focus stays on the grid (aria-activedescendant), because lines come and go while one scrolls.
 *
 * @typedef {object} Parts
 * @property {HTMLElement} scroller the box that scrolls
 * @property {HTMLTableElement} grid its table, with one head row
 * @property {(cells: HTMLCollectionOf<HTMLTableCellElement>, row: number) => void} fill write a row into its cells
 * @property {(row: number, cell: HTMLTableCellElement) => void} open called for Enter and a click
 * @property {(row: number) => void} [toggle] called for the space bar and a checkbox in the row
 * @property {string} empty the sentence for no rows
 */

const OVERSCAN = 5; // lines above and below the visible ones: enough for a wheel step, few enough to stay light
const PLAIN_ROWS = 1000; // of a view without a scrolling box: enough to search in the page, few enough for any browser

/** @param {Parts} parts */
export function virtualList({ scroller, grid, fill, open, toggle, empty }) {
  const head = /** @type {HTMLTableRowElement} */ (grid.tHead?.rows[0]);
  let width = head.cells.length;
  const body = grid.tBodies[0];
  const above = gap();
  const below = gap();
  const nothing = messageRow(width, empty);
  // The server's rows become lines: what they say already is neither written nor laid out again.
  /** @type {HTMLTableRowElement[]} */
  let lines = [...body.rows].filter((row) => row.cells.length === width);
  /** @type {Uint32Array} */
  let rows = new Uint32Array(0);
  // Read before anything is written: the layout that is there then costs nothing.
  let boxHeight = scroller.clientHeight;
  let rowHeight = lines[0]?.getBoundingClientRect().height ?? 0;
  let first = 0;
  let active = { place: 0, column: 0 };
  let scheduled = false;
  let plain = false;

  if (lines.length) {
    body.prepend(above);
    body.append(below);
  }
  grid.setAttribute("role", "grid");
  grid.tabIndex = 0;
  grid.id ||= `grid-${Math.trunc(performance.now())}`;
  head.setAttribute("aria-rowindex", "1");
  scroller.removeAttribute("tabindex"); // the grid inside takes the focus from now on

  function line() {
    const row = document.createElement("tr");
    for (let i = 0; i < width; i += 1) {
      const cell = row.insertCell();
      cell.className = head.cells[i].className;
    }
    return row;
  }

  /** Lines needed to fill the box, with some above and below. */
  function capacity() {
    return plain ? PLAIN_ROWS : Math.ceil(boxHeight / (rowHeight || 32)) + 2 * OVERSCAN;
  }

  function draw() {
    scheduled = false;
    const shown = Math.min(capacity(), rows.length);
    while (lines.length < shown) lines.push(line());
    const start = plain ? 0 : Math.floor(scroller.scrollTop / (rowHeight || 32)) - OVERSCAN;
    first = Math.max(0, Math.min(start, rows.length - shown));
    above.firstElementChild.style.height = `${first * rowHeight}px`;
    below.firstElementChild.style.height = plain ? "0" : `${(rows.length - first - shown) * rowHeight}px`;
    for (let i = 0; i < shown; i += 1) drawLine(lines[i], first + i);
    if (!shown) body.replaceChildren(nothing);
    else if (above.parentNode !== body) body.replaceChildren(above, ...lines.slice(0, shown), below);
    else keepLines(shown);
    markActive();
  }

  /** Have as many lines in the document, without moving those that stay. @param {number} shown */
  function keepLines(shown) {
    lines.forEach((row, number) => {
      if (number >= shown) row.remove();
      else if (row.parentNode !== body) below.before(row);
    });
  }

  /** @param {HTMLTableRowElement} element @param {number} place */
  function drawLine(element, place) {
    const row = rows[place];
    if (element.dataset.row !== String(row)) {
      fill(element.cells, row);
      element.dataset.row = String(row);
    }
    element.dataset.place = String(place);
    element.setAttribute("aria-rowindex", String(place + 2));
  }

  function schedule() {
    if (scheduled) return;
    scheduled = true;
    requestAnimationFrame(draw);
  }

  function markActive() {
    grid.querySelector("td.is-active")?.classList.remove("is-active");
    const cell = lines[active.place - first]?.isConnected ? lines[active.place - first].cells[active.column] : null;
    const before = document.getElementById(`${grid.id}-active`);
    if (before !== cell) before?.removeAttribute("id");
    if (!cell || !rows.length) return grid.removeAttribute("aria-activedescendant");
    cell.id = `${grid.id}-active`;
    cell.classList.add("is-active");
    grid.setAttribute("aria-activedescendant", cell.id);
  }

  /** The columns that the style sheet shows at this width. */
  function shownColumns() {
    return [...head.cells].filter((cell) => cell.offsetWidth > 0).map((cell) => cell.cellIndex);
  }

  /** Move the active cell and bring it into view. @param {number} place @param {number} column */
  function moveTo(place, column) {
    active = { place: Math.max(0, Math.min(place, rows.length - 1)), column };
    const headHeight = head.offsetHeight;
    const top = active.place * rowHeight;
    const bottom = top + rowHeight + headHeight - scroller.clientHeight;
    if (scroller.scrollTop > top) scroller.scrollTop = top;
    else if (scroller.scrollTop < bottom) scroller.scrollTop = bottom;
    draw();
    const cell = document.getElementById(`${grid.id}-active`);
    if (cell) bringSideways(cell);
  }

  /** @param {HTMLElement} cell */
  function bringSideways(cell) {
    const left = cell.offsetLeft;
    const right = left + cell.offsetWidth - scroller.clientWidth;
    if (scroller.scrollLeft > left) scroller.scrollLeft = left;
    else if (scroller.scrollLeft < right) scroller.scrollLeft = right;
  }

  /** @param {KeyboardEvent} event */
  function key(event) {
    if (event.target !== grid || event.altKey || event.metaKey || !rows.length) return;
    const { place } = active;
    const columns = shownColumns();
    const at = Math.max(0, columns.findLastIndex((column) => column <= active.column));
    const column = columns[at];
    const last = columns[columns.length - 1];
    const page = Math.max(1, Math.floor((scroller.clientHeight - head.offsetHeight) / rowHeight) - 1);
    const moves = {
      ArrowDown: [place + 1, column],
      ArrowUp: [place - 1, column],
      ArrowRight: [place, columns[at + 1] ?? last],
      ArrowLeft: [place, columns[at - 1] ?? columns[0]],
      PageDown: [place + page, column],
      PageUp: [place - page, column],
      Home: [event.ctrlKey ? 0 : place, columns[0]],
      End: [event.ctrlKey ? rows.length - 1 : place, last],
    };
    const target = moves[/** @type {keyof typeof moves} */ (event.key)];
    if (target) moveTo(target[0], target[1]);
    else if (event.key === "Enter") openActive();
    else if (event.key === " " && toggle) toggle(rows[place]);
    else return;
    event.preventDefault();
  }

  function openActive() {
    const cell = document.getElementById(`${grid.id}-active`);
    if (cell) open(rows[active.place], /** @type {HTMLTableCellElement} */ (cell));
  }

  grid.addEventListener("keydown", key);
  grid.addEventListener("click", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    const cell = target.closest("td");
    const row = /** @type {HTMLTableRowElement | null} */ (cell?.closest("tr[data-place]"));
    if (!cell || !row || target.closest("a")) return;
    if (toggle && target.closest("input, .c-pick")) return toggle(rows[Number(row.dataset.place)]);
    active = { place: Number(row.dataset.place), column: cell.cellIndex };
    markActive();
    openActive();
  });
  grid.addEventListener("focus", () => {
    const line = lines[active.place - first];
    if (!line?.isConnected) active.place = Math.floor(scroller.scrollTop / (rowHeight || 32));
    markActive();
  });
  scroller.addEventListener("scroll", schedule, { passive: true });
  new ResizeObserver(() => {
    if (measure()) schedule();
  }).observe(scroller);

  /** Take the heights of the box and of a line as the style sheet has them at this width; whether they are others. */
  function measure() {
    const before = [boxHeight, rowHeight];
    const sample = lines.find((row) => row.isConnected);
    if (sample) rowHeight = sample.getBoundingClientRect().height || rowHeight;
    boxHeight = scroller.clientHeight;
    return before[0] !== boxHeight || before[1] !== rowHeight;
  }

  return {
    /** Show these rows, from the top unless they are the same ones with more to say. @param {Uint32Array} next @param {boolean} [stay] */
    show(next, stay = false) {
      rows = next;
      if (!stay) active = { place: 0, column: active.column };
      for (const row of lines) delete row.dataset.row;
      grid.setAttribute("aria-rowcount", String(rows.length + 1));
      if (!stay && scroller.scrollTop) scroller.scrollTop = 0;
      draw();
      if (!rowHeight && rows.length) {
        measure();
        draw();
      }
    },
    /** Write the lines again: what they say has changed, their number has not. */
    refill() {
      for (const row of lines) delete row.dataset.row;
      draw();
    },
    /** Take over another set of heads. */
    relayout() {
      width = head.cells.length;
      lines = [];
      body.replaceChildren();
      nothing.cells[0].colSpan = width;
      active.column = Math.min(active.column, width - 1);
    },
    /** All rows up to a thousand in the page itself, for searching and printing, or back. @param {boolean} on */
    setPlain(on) {
      plain = on;
      scroller.scrollTop = 0;
      draw();
    },
    /** The rows shown, in their order. */
    get rows() {
      return rows;
    },
  };
}

/** A row that stands for all lines which are not in the document. One cell: more would count as columns that are hidden. */
function gap() {
  const row = messageRow(1, "");
  row.className = "sheet-gap";
  row.setAttribute("aria-hidden", "true");
  return /** @type {HTMLTableRowElement & {firstElementChild: HTMLElement}} */ (row);
}

/** @param {number} width @param {string} text */
function messageRow(width, text) {
  const row = document.createElement("tr");
  const cell = row.insertCell();
  cell.colSpan = width;
  cell.textContent = text;
  row.className = "sheet-nothing";
  return row;
}
