"""Amazon Bedrock in the AWS Cost and Usage Report, 2.0 and the earlier one with names such as lineItem/UsageType.

Amounts count thousands or millions of tokens; where the unit column only says `Units`, the unit stays open. Rows of
other services than Bedrock are excluded with their cost.
"""

from dataclasses import replace
from decimal import Decimal

from wasm_tools.invoice.readers.aws_items import bedrock_key, is_bedrock
from wasm_tools.invoice.readers.priced_rows import Layout, Words, priced_rows, sheet_of
from wasm_tools.invoice.readers.reader import Context, Entries, Reader
from wasm_tools.invoice.records import Table
from wasm_tools.invoice.remembered import Remembered
from wasm_tools.invoice.usage import EXACT, Excluded, LineKey, UsageLine

NEW = Layout(
    required=("line_item_usage_type", "line_item_usage_amount", "line_item_unblended_cost"),
    day="line_item_usage_start_date",
    words=(
        "line_item_usage_type", "line_item_line_item_type", "line_item_product_code", "pricing_unit",
        "line_item_currency_code", "product_region_code", "line_item_usage_account_id", "product_product_name",
        "product",
    ),
    counts=("line_item_usage_amount",),
    cost="line_item_unblended_cost",
    signs="",
)  # fmt: skip
OLD = Layout(
    required=("lineItem/UsageType", "lineItem/UsageAmount", "lineItem/UnblendedCost"),
    day="lineItem/UsageStartDate",
    words=(
        "lineItem/UsageType", "lineItem/LineItemType", "lineItem/ProductCode", "pricing/unit", "lineItem/CurrencyCode",
        "product/regionCode", "lineItem/UsageAccountId", "product/ProductName", "product/servicename",
    ),
    counts=("lineItem/UsageAmount",),
    cost="lineItem/UnblendedCost",
    signs="",
)  # fmt: skip
_KINDS = {
    "usage": "usage", "discountedusage": "usage", "savingsplancoveredusage": "usage", "": "usage", "tax": "tax",
    "credit": "credit", "refund": "refund", "fee": "fee", "rifee": "fee", "savingsplanrecurringfee": "fee",
    "savingsplanupfrontfee": "purchase",
}  # fmt: skip
_CURRENCY = 4  # place in the words


def reading(table: Table, context: Context) -> Entries:
    """Each row as one line; taxes, credits, refunds and fees by their kind."""
    layout = NEW if NEW.required[0] in table.names else OLD
    sheet = sheet_of(table, context, layout)

    def meaning(words: Words) -> tuple[LineKey, LineKey, Decimal]:
        usage_type, line_type, code, unit, currency, region, _, name, product = words
        kind = _KINDS.get(line_type.casefold(), "adjustment")
        key = bedrock_key(usage_type, name or product, kind, currency.upper(), region, code)
        found = context.unit(unit) if kind == "usage" else context.unit("")
        key = replace(
            key,
            unit=found.unit,
            unit_evidence="stated" if found.unit else "none",
            unit_raw=unit if kind == "usage" else "",
        )
        corrected = replace(key, kind="adjustment") if kind == "usage" else key
        return key, corrected, found.factor if found.unit else Decimal(1)

    meaning_of = Remembered(meaning)
    for row in priced_rows(sheet, context, layout, lambda words: words[_CURRENCY].upper()):
        if isinstance(row, Excluded):
            yield row
            continue
        usage_type, _, code, _, currency, _, account, name, product = row.words
        if not is_bedrock(code, usage_type, name or product):
            detail = f"another service than Bedrock: {code or 'not named'}"
            yield sheet.excluded(row.number, row.cells, "not_comparable", detail, row.cost, currency.upper())
            continue
        key, corrected, factor = meaning_of[row.words]
        if row.cost is not None and row.cost < 0:
            key = corrected
        amount = row.counts[0] if key.kind == "usage" else None
        quantity = None if amount is None else EXACT.multiply(amount, factor)
        group = (("account", account),) if account else ()
        yield UsageLine(row.number, row.day, key, quantity, row.cost, None, None, group)


READER = Reader(
    "aws_cur",
    "AWS Cost and Usage Report (CSV)",
    "table",
    frozenset(NEW.required),
    reading,
    "disjoint",
    also=(frozenset(OLD.required),),
)
