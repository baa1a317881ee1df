"""The cost CSV of Anthropic's console, in all its versions: a row a day, model and class of tokens, in whole cents.

Rows of 0.00 are real, and the same key may stand in several rows: they are added up, never dropped as duplicates.
"""

from decimal import Decimal

from wasm_tools.invoice.dates import DateProblem
from wasm_tools.invoice.numerals import MissingNumber, NumberProblem
from wasm_tools.invoice.readers.anthropic_words import anthropic_key, credit_of, said
from wasm_tools.invoice.readers.reader import Context, Entries, Reader
from wasm_tools.invoice.readers.sheet import Sheet
from wasm_tools.invoice.records import Table
from wasm_tools.invoice.remembered import Remembered
from wasm_tools.invoice.usage import EXACT, LineKey, UsageLine

COLUMNS = ("usage_date_utc", "model", "token_type", "cost_usd")
_WORDS = ("model", "usage_type", "context_window", "token_type", "cost_type", "inference_geo", "speed")
_GROUPS = ("workspace", "api_key")
CENTS = "costs are in whole cents: a line supports a unit price to half a cent only"


def reading(table: Table, context: Context) -> Entries:
    """Each row as a line of one class, without a quantity."""
    context.note(CENTS)
    numeric = ("cost_usd", "list_price_usd")
    sheet = Sheet(table, context, COLUMNS, (*_WORDS, *_GROUPS, *numeric), numeric)
    day_at, cost_at, list_at = map(sheet.at, ("usage_date_utc", *numeric))
    day_of, cost_of, list_of = sheet.days("usage_date_utc"), sheet.numbers("cost_usd"), sheet.numbers("list_price_usd")
    words = sheet.cells(*_WORDS, *_GROUPS)
    keys: Remembered[tuple[str, ...], LineKey] = Remembered(lambda found: anthropic_key(*found))

    def meaning(cells: tuple[str, ...]) -> tuple[LineKey, tuple[tuple[str, str], ...]]:
        return keys[(*cells[: len(_WORDS)], "USD")], group_of(*cells[len(_WORDS) :])

    meaning_of = Remembered(meaning)
    credits = Remembered(credit_of)
    plain_cost, plain_list = cost_of.plain, list_of.plain
    total, add = Decimal(0), EXACT.add
    for number, cells, problem in sheet.rows():
        if problem:
            yield sheet.broken(number, cells, problem)
            continue
        column, cost = "cost_usd", None
        try:
            text = cells[cost_at]
            cost = Decimal(text) if plain_cost(text) else cost_of[text]
            if cost is None:
                raise MissingNumber("is missing")
            total = add(total, cost)
            column = "list_price_usd"
            text = cells[list_at]
            list_cost = Decimal(text) if plain_list(text) else list_of[text]
            column = "usage_date_utc"
            day = day_of[cells[day_at]]
        except (NumberProblem, DateProblem) as error:
            yield sheet.excluded(number, cells, "parse_error", f"{column} {error}", cost, "USD")
            continue
        key, group = meaning_of[words(cells)]
        yield UsageLine(number, day, key if cost >= 0 else credits[key], None, cost, list_cost, None, group)
    context.money("USD", total)


def group_of(workspace: str, api_key: str) -> tuple[tuple[str, str], ...]:
    """The group of a line."""
    named = (("workspace", said(workspace)), ("key", said(api_key)))
    return tuple((name, value) for name, value in named if value)


READER = Reader("anthropic_cost", "Anthropic cost (CSV)", "table", frozenset(COLUMNS), reading, "disjoint")
