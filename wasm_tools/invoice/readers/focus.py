"""FOCUS cost and usage data as CSV, versions 1.0 to 1.4: recognised by what a file has, not by its version."""

from functools import partial

from wasm_tools.invoice.dates import DateProblem
from wasm_tools.invoice.numerals import NumberProblem
from wasm_tools.invoice.readers.focus_rows import NUMBERS, REQUIRED, WORDS, cost_of_broken, line_of, words_of
from wasm_tools.invoice.readers.reader import Context, Entries, Reader
from wasm_tools.invoice.readers.sheet import Sheet
from wasm_tools.invoice.records import Table
from wasm_tools.invoice.remembered import Remembered


def reading(table: Table, context: Context) -> Entries:
    """Each row as a line; purchases, taxes, credits and adjustments by their kind."""
    sheet = Sheet(table, context, REQUIRED, (*WORDS, *NUMBERS), NUMBERS)
    start_at, day_of = sheet.at("ChargePeriodStart"), sheet.days("ChargePeriodStart")
    numbers = [(name, sheet.at(name), sheet.numbers(name, currency="")) for name in NUMBERS]
    said, meaning_of = sheet.cells(*WORDS), Remembered(partial(words_of, context=context))
    for number, cells, problem in sheet.rows():
        if problem:
            yield sheet.broken(number, cells, problem)
            continue
        words, column, found = meaning_of[said(cells)], "", []
        try:
            for column, at, number_of in numbers:  # noqa: B007 (named in the message)
                found.append(number_of[cells[at]])
            column = "ChargePeriodStart"
            day = day_of[cells[start_at]]
        except (NumberProblem, DateProblem) as error:
            cost = cost_of_broken(found, words, context)
            yield sheet.excluded(number, cells, "parse_error", f"{column} {error}", cost, words.key.currency)
            continue
        line = line_of(number, day, words, tuple(found), context)
        yield line or sheet.excluded(number, cells, "parse_error", "EffectiveCost is missing")


READER = Reader("focus", "FOCUS cost and usage (CSV)", "table", frozenset(REQUIRED), reading, "disjoint")
