"""The five-column CSV of the earlier system: provider, workload_type, usage_qty, usage_unit, amount_usd.

The format names no model, direction, cache state or date. A column `model`, `sku` or `line_item` is used as the
model's name when there is one, the first of them that is filled; a column `date`, `usage_date` or `day` as the day.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial

from wasm_tools.invoice.dates import DateProblem
from wasm_tools.invoice.numerals import MissingNumber, NumberProblem
from wasm_tools.invoice.readers.priced_rows import TOTAL_ROW
from wasm_tools.invoice.readers.reader import Context, Entries, Reader
from wasm_tools.invoice.readers.sheet import Sheet, is_total
from wasm_tools.invoice.records import Table
from wasm_tools.invoice.remembered import Remembered
from wasm_tools.invoice.usage import EXACT, LineKey, UsageLine

COLUMNS = ("provider", "workload_type", "usage_qty", "usage_unit", "amount_usd")
MODEL_COLUMNS = ("model", "sku", "line_item")
DATE_COLUMNS = ("date", "usage_date", "day")
GROUP_COLUMNS = ("project", "workspace", "team", "tag")
_ONE = Decimal(1)


def reading(table: Table, context: Context) -> Entries:
    """Every row as a line or as an exclusion. Quantities are in base units where the unit spellings know the unit."""
    sheet = Sheet(table, context, COLUMNS, MODEL_COLUMNS + DATE_COLUMNS + GROUP_COLUMNS, ("usage_qty", "amount_usd"))
    quantity_at, amount_at = sheet.at("usage_qty"), sheet.at("amount_usd")
    date_column = next(filter(sheet.has, DATE_COLUMNS), "date")
    date_at, day_of = sheet.at(date_column), sheet.days(date_column)
    quantity_of, amount_of = sheet.numbers("usage_qty"), sheet.numbers("amount_usd")
    said = sheet.cells("provider", "workload_type", "usage_unit", *MODEL_COLUMNS, *GROUP_COLUMNS)
    keys = Remembered(partial(_words, context=context))
    plain_quantity, plain_amount = quantity_of.plain, amount_of.plain
    total, add, multiply = Decimal(0), EXACT.add, EXACT.multiply
    for number, cells, problem in sheet.rows():
        if problem:
            yield sheet.broken(number, cells, problem)
            continue
        words, column, amount = keys[said(cells)], "amount_usd", None
        if words is None:
            yield sheet.excluded(number, cells, "total_row", TOTAL_ROW)
            continue
        try:
            text = cells[amount_at]
            amount = Decimal(text) if plain_amount(text) else amount_of[text]
            if amount is None:
                raise MissingNumber("is missing")
            total = add(total, amount)  # it counts from here on, whatever else is wrong with the row
            column = "usage_qty"
            text = cells[quantity_at]
            quantity = Decimal(text) if plain_quantity(text) else quantity_of[text]
            column = date_column
            day = day_of[cells[date_at]]
        except (NumberProblem, DateProblem) as error:
            yield sheet.excluded(number, cells, "parse_error", f"{column} {error}", amount, "USD")
            continue
        if quantity is None:
            yield sheet.excluded(number, cells, "no_quantity", "usage_qty is missing", amount, "USD")
            continue
        if words.factor is not _ONE:
            quantity = multiply(quantity, words.factor)
        key = words.credit if amount < 0 or quantity < 0 else words.usage
        yield UsageLine(number, day, key, quantity, amount, None, None, words.group)
    context.money("USD", total)


@dataclass(frozen=True, slots=True)
class _Words:
    """What the words of a row mean: the key of usage and that of a credit, and base units per unit as written."""

    usage: LineKey
    credit: LineKey
    group: tuple[tuple[str, str], ...]
    factor: Decimal


def _words(cells: tuple[str, ...], context: Context) -> _Words | None:
    """The meaning of the words of a row; None when they say that it adds up other rows."""
    provider, workload, unit_raw, *others = map(str.strip, cells)
    if is_total(provider):
        return None
    models, groups = others[: len(MODEL_COLUMNS)], others[len(MODEL_COLUMNS) :]
    found = context.unit(unit_raw, workload)
    usage = LineKey(
        provider=provider,
        model_raw=next(filter(None, models), ""),
        workload=workload,
        unit=found.unit,
        unit_evidence="stated" if found.unit else "none",
        unit_raw=unit_raw,
        cost_basis="invoiced",
        currency="USD",
    )
    group = tuple((name, value) for name, value in zip(GROUP_COLUMNS, groups, strict=True) if value)
    return _Words(usage, replace(usage, kind="credit"), group, found.factor if found.unit else _ONE)


READER = Reader("five_column", "five-column CSV", "table", frozenset(COLUMNS), reading)
