"""Tables that the user has explained by a mapping of columns (see wasm_tools.invoice.mapping)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial

from wasm_tools.invoice.dates import DateProblem
from wasm_tools.invoice.mapping import ALL, GROUPS, TEXTS, require_usable
from wasm_tools.invoice.numerals import CURRENCY_SIGNS, NumberProblem
from wasm_tools.invoice.readers.priced_rows import TOTAL_ROW
from wasm_tools.invoice.readers.reader import Context, Entries, Reader
from wasm_tools.invoice.readers.sheet import Sheet, is_total
from wasm_tools.invoice.records import Table
from wasm_tools.invoice.remembered import Remembered
from wasm_tools.invoice.usage import EXACT, LINE_CLASSES, TIERS, LineKey, UsageLine

_WORDS = ("model", "unit", *TEXTS, *GROUPS)
_NO_COLUMN = "\0"  # the name of no column


def mapped_reader(mapping: Mapping[str, str]) -> Reader:
    """The reader of tables that have the columns of a mapping; raises InvoiceError when the mapping is of no use."""
    require_usable(mapping)
    columns = frozenset(value for value in mapping.values() if not value.startswith("="))
    return Reader("mapped", "table with your own columns", "table", columns, partial(_reading, dict(mapping)))


@dataclass(frozen=True, slots=True)
class _Words:
    """What the words of a row mean; None in `key` when they say that it adds up other rows."""

    key: LineKey | None
    credit: LineKey | None
    group: tuple[tuple[str, str], ...]
    factor: Decimal


def _reading(mapping: dict[str, str], table: Table, context: Context) -> Entries:
    """Each row as a line of what the columns say."""
    constant = {role: value[1:] for role, value in mapping.items() if value.startswith("=")}
    column = {role: mapping[role] if role in mapping and role not in constant else _NO_COLUMN for role in ALL}
    numeric = tuple(column[role] for role in ("quantity", "cost") if column[role] != _NO_COLUMN)
    sheet = Sheet(table, context, numeric, tuple(column.values()), numeric)
    at = {role: sheet.at(name) for role, name in column.items()}
    day_of, quantity_of = sheet.days(column["date"]), _numbers(sheet, column["quantity"], "USD")
    costs_in = Remembered(partial(_numbers, sheet, column["cost"]))  # by currency: the sign of another is no cost in it
    said = sheet.cells(*(column[role] for role in _WORDS))
    meaning_of = Remembered(partial(_words, constant, context))
    for number, cells, problem in sheet.rows():
        if problem:
            yield sheet.broken(number, cells, problem)
            continue
        words = meaning_of[said(cells)]
        if words.key is None or is_total(cells[0]):
            yield sheet.excluded(number, cells, "total_row", TOTAL_ROW)
            continue
        role, cost = "cost", None
        try:
            cost = costs_in[words.key.currency][cells[at["cost"]]]
            if cost is not None:
                context.money(words.key.currency, cost)
            role = "quantity"
            quantity = quantity_of[cells[at["quantity"]]]
            role = "date"
            day = day_of[cells[at["date"]]]
        except (NumberProblem, DateProblem) as error:
            yield sheet.excluded(number, cells, "parse_error", f"{column[role]} {error}", cost, words.key.currency)
            continue
        if cost is None and ("cost" in mapping or quantity is None):
            name = column["cost"] if "cost" in mapping else column["quantity"]
            yield sheet.excluded(number, cells, "parse_error", f"{name} is missing")
            continue
        if quantity is not None:
            quantity = EXACT.multiply(quantity, words.factor)
        key = words.credit if cost is not None and cost < 0 else words.key
        yield UsageLine(number, day, key or words.key, quantity, cost, None, None, words.group)


def _numbers(sheet: Sheet, name: str, currency: str) -> Remembered[str, Decimal | None]:
    return Remembered(_nothing) if name == _NO_COLUMN else sheet.numbers(name, currency)


def _nothing(_: str) -> None:
    return None


def _words(constant: Mapping[str, str], context: Context, cells: tuple[str, ...]) -> _Words:
    said = {role: constant.get(role, cell.strip()) for role, cell in zip(_WORDS, cells, strict=True)}
    if is_total(said["model"]) or is_total(said["provider"]):
        return _Words(None, None, (), Decimal(1))
    found = context.unit(said["unit"], said["workload"])
    key = LineKey(
        provider=said["provider"],
        host=said["host"],
        model_raw=said["model"],
        workload=said["workload"],
        line_class=said["line_class"] if said["line_class"] in LINE_CLASSES else "other",
        unit=found.unit,
        unit_evidence="stated" if found.unit else "none",
        unit_raw=said["unit"],
        tier=said["tier"] if said["tier"] in TIERS else "unknown",
        region=said["region"],
        cost_basis="invoiced",
        currency=CURRENCY_SIGNS.get(said["currency"], said["currency"].upper()) or "USD",
    )
    group = tuple((name, said[name]) for name in GROUPS if said[name])
    return _Words(key, replace(key, kind="credit"), group, found.factor if found.unit else Decimal(1))
