"""The CSV of Google Cloud's billing console: a row a day and SKU, then subtotal, tax and total, which repeat the rows.

The currency stands in the head of the columns of money, and days end at midnight US Pacific time.
"""

from dataclasses import replace
from decimal import Decimal

from wasm_tools.invoice.dates import DateProblem
from wasm_tools.invoice.numerals import MissingNumber, NumberProblem
from wasm_tools.invoice.readers.google_skus import is_of_models, sku_key
from wasm_tools.invoice.readers.priced_rows import TOTAL_ROW
from wasm_tools.invoice.readers.reader import Context, Entries, Reader
from wasm_tools.invoice.readers.sheet import Sheet, is_total
from wasm_tools.invoice.records import Table
from wasm_tools.invoice.remembered import Remembered
from wasm_tools.invoice.usage import EXACT, InvoiceError, LineKey, UsageLine

COLUMNS = ("Service description", "SKU description", "Usage amount", "Usage unit")
_WORDS = ("Service description", "SKU description", "SKU ID", "Usage unit", "Project name", "Project ID")
Meaning = tuple[LineKey | None, LineKey | None, Decimal, tuple[tuple[str, str], ...]]
_COSTS = ("unrounded_subtotal", "subtotal", "cost")
_CURRENCIES = {
    "$": "USD", "US$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "CA$": "CAD", "A$": "AUD", "R$": "BRL",
}  # fmt: skip


def reading(table: Table, context: Context) -> Entries:
    """Each row as one line; the rows below them as totals, and the tax with its amount."""
    cost_name = _column(table, *_COSTS)
    if not cost_name:
        raise InvoiceError("missing columns: Unrounded subtotal. Show all columns of the report, then export it again")
    list_name, last_name = _column(table, "list_cost") or "list_cost", _column(table, "subtotal") or cost_name
    currency = _currency(cost_name)
    numeric = (cost_name, "Usage amount", list_name)
    sheet = Sheet(table, context, COLUMNS, ("Date", *_WORDS, *numeric), numeric)
    date_at, cost_at, last_at = sheet.at("Date"), sheet.at(cost_name), sheet.at(last_name)
    amount_at, list_at, service_at = sheet.at("Usage amount"), sheet.at(list_name), sheet.at("Service description")
    day_of = sheet.days("Date")
    cost_of, amount_of, list_of = (sheet.numbers(name, currency) for name in numeric)
    said = sheet.cells(*_WORDS)
    meaning_of: Remembered[tuple[str, ...], Meaning] = Remembered(lambda words: _meaning(words, currency, context))
    for number, cells, problem in sheet.rows():
        if problem:
            yield sheet.broken(number, cells, problem)
            continue
        below = not cells[service_at].strip()
        if below and any(map(is_total, cells)):
            yield sheet.excluded(number, cells, "total_row", TOTAL_ROW)
            continue
        column, cost = cost_name, None
        try:
            if below and any(cell.strip().casefold() == "tax" for cell in cells):
                column, cost = last_name, cost_of[cells[last_at]]
                if cost:
                    context.money(currency, cost)
                    yield sheet.excluded(number, cells, "tax", "tax on the rows above", cost, currency)
                else:
                    yield sheet.excluded(number, cells, "total_row", "tax row without tax")
                continue
            cost = cost_of[cells[cost_at]]
            if cost is None:
                raise MissingNumber("is missing")
            context.money(currency, cost)
            column = "Usage amount"
            amount = amount_of[cells[amount_at]]
            column = list_name
            list_cost = list_of[cells[list_at]]
            column = "Date"
            day = day_of[cells[date_at]]
        except (NumberProblem, DateProblem) as error:
            yield sheet.excluded(number, cells, "parse_error", f"{column} {error}", cost, currency)
            continue
        usage, credit, factor, group = meaning_of[said(cells)]
        if usage is None or credit is None:
            detail = f"another service than models: {cells[service_at].strip()}"
            yield sheet.excluded(number, cells, "not_comparable", detail, cost, currency)
            continue
        quantity = None if amount is None else EXACT.multiply(amount, factor)
        yield UsageLine(number, day, credit if cost < 0 else usage, quantity, cost, list_cost, None, group)


def _meaning(cells: tuple[str, ...], currency: str, context: Context) -> Meaning:
    service, sku, sku_id, unit, project, project_id = map(str.strip, cells)
    if not is_of_models(service):
        return None, None, Decimal(1), ()
    key, factor = sku_key(service, sku, sku_id, unit, "", "usage", currency, context)
    named = project or project_id
    return key, replace(key, kind="credit"), factor, (("project", named),) if named else ()


def _column(table: Table, *names: str) -> str:
    """The first column of these names, which are followed by the currency: "list_cost_($)"; `''` without one."""
    return next((column for name in names for column in table.header if column.startswith(f"{name}_(")), "")


def _currency(column: str) -> str:
    sign = column.partition("(")[2].rstrip(")").upper()
    return _CURRENCIES.get(sign, sign if len(sign) == 3 and sign.isalpha() else "")


READER = Reader(
    "gcp_billing",
    "Google Cloud billing report (CSV)",
    "table",
    frozenset(COLUMNS),
    reading,
    "disjoint",
    timezone="us_pacific",
)
