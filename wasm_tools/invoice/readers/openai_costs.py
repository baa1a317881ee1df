"""OpenAI's costs CSV: a row a day and line item. Older files (2025) have no quantities.

Downloaded without grouping, `line_item` is blank: such a row is blended spend. Days without use are rows of blanks.
"""

from decimal import Decimal
from functools import partial

from wasm_tools.invoice.dates import DateProblem
from wasm_tools.invoice.numerals import NumberProblem
from wasm_tools.invoice.readers.openai_items import item_key
from wasm_tools.invoice.readers.reader import Context, Entries, Reader
from wasm_tools.invoice.readers.sheet import Sheet
from wasm_tools.invoice.records import Table
from wasm_tools.invoice.remembered import Remembered
from wasm_tools.invoice.usage import EXACT, LineKey, UsageLine

COLUMNS = ("start_time", "amount_value", "amount_currency", "line_item")
_QUANTITY = ("quantity", "quantity_unit")
_GROUPS = ("project_name", "project_id", "api_key_id", "user_id")
_BLANK = "a period without use"
ItemKeys = Remembered[tuple[str, str, str, bool], tuple[LineKey, Decimal]]
Meaning = tuple[LineKey, LineKey, Decimal, tuple[tuple[str, str], ...]]


def reading(table: Table, context: Context) -> Entries:
    """Each row as a line of one billed class, or as a period without use."""
    sheet = Sheet(table, context, COLUMNS, _QUANTITY + _GROUPS, ("amount_value", "quantity"))
    start_at, amount_at, quantity_at = map(sheet.at, ("start_time", "amount_value", "quantity"))
    item_at = sheet.at("line_item")
    day_of = sheet.days("start_time")
    amount_of, quantity_of = sheet.numbers("amount_value"), sheet.numbers("quantity")
    said = sheet.cells("line_item", "amount_currency", "quantity_unit", *_GROUPS)
    keys: ItemKeys = Remembered(lambda words: item_key(*words))
    meaning_of = Remembered(partial(_meaning, keys))
    plain_amount, plain_quantity = amount_of.plain, quantity_of.plain
    parsed, add, multiply = context.parsed, EXACT.add, EXACT.multiply
    for number, cells, problem in sheet.rows():
        if problem:
            yield sheet.broken(number, cells, problem)
            continue
        column, amount, currency = "amount_value", None, ""
        try:
            usage, credit, factor, group = meaning_of[said(cells)]
            currency = usage.currency
            text = cells[amount_at]
            amount = Decimal(text) if plain_amount(text) else amount_of[text]
            if amount is None:
                blank = not cells[item_at] and not cells[quantity_at]
                reason, detail = ("empty_period", _BLANK) if blank else ("parse_error", "amount_value is missing")
                yield sheet.excluded(number, cells, reason, detail)
                continue
            parsed[currency] = add(parsed[currency], amount)
            column = "quantity"
            text = cells[quantity_at]
            quantity = Decimal(text) if plain_quantity(text) else quantity_of[text]
            column = "start_time"
            day = day_of[cells[start_at]]
        except (NumberProblem, DateProblem) as error:
            yield sheet.excluded(number, cells, "parse_error", f"{column} {error}", amount, currency)
            continue
        if quantity is not None and factor != 1:
            quantity = multiply(quantity, factor)
        yield UsageLine(number, day, credit if amount < 0 else usage, quantity, amount, None, None, group)


def group_of(project_name: str, project_id: str, api_key_id: str, user_id: str) -> tuple[tuple[str, str], ...]:
    """The group of a line; e-mail addresses are never part of it."""
    named = (("project", project_name or project_id), ("key", api_key_id), ("user", user_id))
    return tuple((name, value) for name, value in named if value)


def _meaning(keys: ItemKeys, cells: tuple[str, ...]) -> Meaning:
    """The keys of a charge and of a credit for this item, base units per unit as billed, and the group."""
    item, currency, unit, *groups = map(str.strip, cells)
    usage, factor = keys[item, currency.upper(), unit, False]
    return usage, keys[item, currency.upper(), unit, True][0], factor, group_of(*groups)


READER = Reader("openai_costs", "OpenAI costs (CSV)", "table", frozenset(COLUMNS), reading, "disjoint")
