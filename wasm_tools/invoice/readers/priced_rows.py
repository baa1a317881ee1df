"""Rows of tables that state one cost each: day, words, cost and counts; a broken row keeps the cost that was read."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from wasm_tools.invoice.dates import DateProblem
from wasm_tools.invoice.numerals import MissingNumber, NumberProblem
from wasm_tools.invoice.readers.reader import Context
from wasm_tools.invoice.readers.sheet import Sheet, is_total
from wasm_tools.invoice.records import Table
from wasm_tools.invoice.remembered import Remembered
from wasm_tools.invoice.usage import Excluded

TOTAL_ROW = "total row: it repeats the amounts of other rows"
Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a format. `hidden` are words that no message may quote: keys, addresses, objects with prompts.

    `signs` is the currency whose signs amounts may bear, `''` for any. `free` are texts (lower case) in the place of a
    cost that say that there is none. Without a column of costs, `cost` is `''`.
    """

    required: tuple[str, ...]
    day: str
    words: tuple[str, ...]
    counts: tuple[str, ...] = ()
    cost: str = ""
    hidden: tuple[str, ...] = ()
    signs: str = "USD"
    date_order: str = ""
    free: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PricedRow:
    """A row: its texts in the order of `words` and `hidden`, trimmed, and its numbers; None where one is missing."""

    number: int
    day: str
    words: Words
    cost: Decimal | None
    counts: tuple[Decimal | None, ...]
    cells: list[str]


def priced_rows(
    sheet: Sheet, context: Context, layout: Layout, currency_of: Callable[[Words], str]
) -> Iterator[PricedRow | Excluded]:
    """The rows of a table; costs are counted in the currency that the words of a row say."""
    day_at, day_of = sheet.at(layout.day), sheet.days(layout.day, layout.date_order)
    places = [sheet.at(name) for name in (*layout.words, *layout.hidden)]
    words_of: Remembered[Words, Words] = Remembered(lambda cells: tuple(map(str.strip, cells)))
    cost_at, cost_of = sheet.at(layout.cost), sheet.numbers(layout.cost, layout.signs) if layout.cost else None
    counts = [(name, sheet.at(name), sheet.numbers(name)) for name in layout.counts]
    for number, cells, problem in sheet.rows():
        if problem:
            yield sheet.broken(number, cells, problem)
            continue
        words, cost, found = words_of[tuple([cells[at] for at in places])], None, []
        column, currency = layout.cost, currency_of(words)
        if is_total(cells[0]) or is_total(cells[cost_at]):
            yield sheet.excluded(number, cells, "total_row", TOTAL_ROW)
            continue
        try:
            if cost_of is not None and cells[cost_at].strip().casefold() not in layout.free:
                cost = cost_of[cells[cost_at]]
                if cost is None:
                    raise MissingNumber("is missing")
                context.money(currency, cost)
            for column, at, count_of in counts:  # noqa: B007 (named in the message)
                found.append(count_of[cells[at]])
            column = layout.day
            day = day_of[cells[day_at]]
        except (NumberProblem, DateProblem) as error:
            yield sheet.excluded(number, cells, "parse_error", f"{column} {error}", cost, currency)
            continue
        yield PricedRow(number, day, words, cost, tuple(found), cells)


def sheet_of(table: Table, context: Context, layout: Layout) -> Sheet:
    """The table with the columns of a layout; what is hidden is read, but never quoted."""
    numeric = (*layout.counts, *((layout.cost,) if layout.cost else ()))
    return Sheet(table, context, layout.required, (layout.day, *layout.words, *numeric), numeric)
