"""The CSV of AWS Cost Explorer: a row a day or month, a column a service or usage type, spend only.

Its first row adds up the others, as does its last column. There are no quantities, so no price can be checked.
"""

from dataclasses import replace
from decimal import Decimal

from wasm_tools.invoice.dates import DateProblem
from wasm_tools.invoice.numerals import NumberProblem
from wasm_tools.invoice.readers.aws_items import bedrock_key, parsed
from wasm_tools.invoice.readers.priced_rows import TOTAL_ROW
from wasm_tools.invoice.readers.reader import Context, Entries, Reader
from wasm_tools.invoice.readers.sheet import Sheet
from wasm_tools.invoice.records import Table, normal_name
from wasm_tools.invoice.remembered import Remembered
from wasm_tools.invoice.usage import EXACT, LineKey, UsageLine

TOTALS = ("Total costs($)", "Total cost($)", "Total costs ($)", "Total cost ($)")
_REPEATED = frozenset(map(normal_name, TOTALS))
_BY = ("Service", "Usage type")
SPEND_ONLY = "Cost Explorer states spend without quantities: no price can be checked"
_KINDS = {"tax": "tax", "refund": "refund", "refunds": "refund", "credit": "credit", "credits": "credit"}
_OTHERS = "services other than Bedrock"


def reading(table: Table, context: Context) -> Entries:
    """Each row as one line a column of Bedrock; what other services cost is excluded in one sum a row."""
    context.note(SPEND_ONLY)
    by = next(name for name in _BY if normal_name(name) in table.names)
    columns = tuple(name for name in table.titles if name and normal_name(name) not in (*_REPEATED, normal_name(by)))
    sheet = Sheet(table, context, (by,), columns, columns)
    first, day_of = sheet.at(by), sheet.days(by)
    costs = [
        (name, sheet.at(name), sheet.numbers(name), _key(name.removesuffix("($)").strip(), by)) for name in columns
    ]
    credits: Remembered[LineKey, LineKey] = Remembered(
        lambda key: replace(key, kind="credit") if key.kind == "usage" else key
    )
    for number, cells, problem in sheet.rows():
        if problem:
            yield sheet.broken(number, cells, problem)
            continue
        if cells[first].strip().casefold().endswith("total"):
            yield sheet.excluded(number, cells, "total_row", TOTAL_ROW)
            continue
        others, found = Decimal(0), []
        column, read = by, Decimal(0)
        try:
            day = day_of[cells[first]]
            for column, at, cost_of, key in costs:  # noqa: B007 (named in the message)
                cost = cost_of[cells[at]]
                if cost is None:
                    continue
                read = EXACT.add(read, cost)
                if key is None:
                    others = EXACT.add(others, cost)
                else:
                    found.append(UsageLine(number, day, key if cost >= 0 else credits[key], None, cost))
        except (NumberProblem, DateProblem) as error:
            context.money("USD", read)
            yield sheet.excluded(number, cells, "parse_error", f"{column} {error}", read or None, "USD")
            continue
        context.money("USD", read)
        yield from found
        if others:
            yield sheet.excluded(number, cells, "not_comparable", _OTHERS, others, "USD")
        elif not found:
            yield sheet.excluded(number, cells, "empty_period", "a period without use")


def _key(name: str, by: str) -> LineKey | None:
    """The key of a column; None for other services."""
    if name.casefold() in _KINDS:
        return bedrock_key("", "", _KINDS[name.casefold()], "USD", "", "")
    if by == _BY[0]:
        if "bedrock" not in name.casefold():
            return None
        return replace(bedrock_key("", name, "usage", "USD", "", ""), line_class="blended")
    return None if parsed(name)[1] == "other" else bedrock_key(name, "", "usage", "USD", "", "")


READER = Reader(
    "aws_cost_explorer",
    "AWS Cost Explorer (CSV)",
    "table",
    frozenset({_BY[0], TOTALS[0]}),
    reading,
    also=tuple(frozenset({by, total}) for by in _BY for total in TOTALS if (by, total) != (_BY[0], TOTALS[0])),
)
