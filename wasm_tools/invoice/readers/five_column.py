"""The five-column CSV of the earlier system: provider, workload_type, usage_qty, usage_unit, amount_usd.

The format names no model, direction, cache state or date. A column `model`, `sku` or `line_item` is used as the
model's name when there is one, the first of them that is filled; all other columns are kept as they are.
"""

from decimal import Decimal
from functools import lru_cache

from wasm_tools.invoice.numerals import NumberProblem, decimal_comma_in, number
from wasm_tools.invoice.readers.reader import Reader
from wasm_tools.invoice.records import FIELD_LIMIT, Table, records
from wasm_tools.invoice.usage import EXACT, Excluded, Reading, UsageLine, conserved_reading

COLUMNS = ("provider", "workload_type", "usage_qty", "usage_unit", "amount_usd")
MODEL_COLUMNS = ("model", "sku", "line_item")
_TOTAL_WORDS = frozenset({"total", "subtotal", "grand total", "sum", "filtered total"})
_RAW_LENGTH = 200  # characters of a row that an exclusion quotes


def reading(table: Table, notes: tuple[str, ...]) -> Reading:
    """Every row of the table as a line or as an exclusion with its reason; the total is added up on the way."""
    header = table.header
    provider_at, workload_at, quantity_at, unit_at, amount_at = (header.index(c) for c in COLUMNS)
    model_at = [header.index(c) for c in MODEL_COLUMNS if c in header]
    extra_at = [i for i, name in enumerate(header) if name and name not in COLUMNS + MODEL_COLUMNS]
    rows = records(table)
    decimal_comma: bool | None = False
    if table.delimiter == ";":
        numeric = (quantity_at, amount_at)
        cells = (row[i] for row, problem in rows if not problem for i in numeric if i < len(row))
        decimal_comma = decimal_comma_in(cells)
        if decimal_comma:
            notes = (*notes, "numbers are read with a decimal comma")
    width, needed = len(header), max(provider_at, workload_at, quantity_at, unit_at, amount_at) + 1
    entries: list[UsageLine | Excluded] = []
    total, add = Decimal(0), EXACT.add
    for row_number, (row, problem) in enumerate(rows, table.first_row):
        amount: Decimal | None = None
        quantity = Decimal(0)
        if not problem and (table.suspicious or len(row) != width or not row[amount_at]):
            problem = _shape_problem(row, width, needed)
        if not problem:
            try:
                amount = number(row[amount_at], decimal_comma)
                if _is_total(row[provider_at]):
                    amount, problem = None, "total row: it repeats the amounts of other rows"
                else:
                    total = add(total, amount)  # it counts from here on, whatever else is wrong with the row
                    quantity = number(row[quantity_at], decimal_comma)
                    problem = "" if quantity > 0 < amount else _value_problem(quantity, amount)
            except NumberProblem as error:
                problem = f"{'amount_usd' if amount is None else 'usage_qty'} {error}"
        if problem or amount is None:
            entries.append(Excluded(row_number, _raw(row, table.delimiter), problem, amount))
            continue
        entries.append(
            UsageLine(
                row_number,
                row[provider_at].strip(),
                row[workload_at].strip(),
                next((row[i].strip() for i in model_at if i < len(row) and row[i].strip()), "") if model_at else "",
                row[unit_at].strip(),
                quantity,
                amount,
                tuple([row[i].strip() if i < len(row) else "" for i in extra_at]) if extra_at else (),
            )
        )
    return conserved_reading(READER.name, entries, total, tuple(header[i] for i in extra_at), notes)


@lru_cache(maxsize=4096)
def _is_total(provider: str) -> bool:
    return provider.strip().rstrip(":").casefold() in _TOTAL_WORDS


def _shape_problem(row: list[str], width: int, needed: int) -> str:
    """Why the cells of a row cannot be matched with the columns, or `''`."""
    text = "".join(row)
    if "\0" in text:
        return "the row holds a NUL byte"
    if len(text) > FIELD_LIMIT and max(map(len, row)) > FIELD_LIMIT:
        return f"a cell is longer than {FIELD_LIMIT} characters"
    if not text or text.isspace():
        return "blank row"
    if len(row) < needed:
        return "fewer cells than columns"
    if len(row) > width and any(cell.strip() for cell in row[width:]):
        return "more cells than columns"
    return ""


def _value_problem(quantity: Decimal, amount: Decimal) -> str:
    """Why a line with these numbers has no effective price, or `''`."""
    if quantity < 0 or amount < 0:
        return "credit or negative quantity"
    if not quantity:
        return "usage_qty is zero"
    if not amount:
        return "amount_usd is zero"
    return ""


def _raw(row: list[str], delimiter: str) -> str:
    text = delimiter.join(row).replace("\0", "\ufffd")
    return text if len(text) <= _RAW_LENGTH else text[: _RAW_LENGTH - 1] + "…"


READER = Reader("five-column CSV", frozenset(COLUMNS), reading)
