"""The lines of a report in the shape of FOCUS 1.2, for tools that read bills in it."""

import json
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from wasm_tools.invoice.exports.sheets import sheet_text

COLUMNS = (
    "BilledCost", "EffectiveCost", "ListCost", "BillingCurrency", "ChargeCategory", "ChargePeriodStart",
    "ChargePeriodEnd", "ProviderName", "ServiceCategory", "ServiceName", "SkuId", "SkuMeter", "RegionId",
    "ConsumedQuantity", "ConsumedUnit", "ListUnitPrice", "PricingUnit", "SkuPriceDetails",
    "x_Verdict", "x_File", "x_Row",
)  # fmt: skip
_CATEGORIES = {
    "credit": "Credit", "refund": "Credit", "tax": "Tax", "purchase": "Purchase", "fee": "Purchase",
    "adjustment": "Adjustment",
}  # fmt: skip
_UNITS = {"token": "Tokens"}
_TOKENS = {  # direction and cache action of the draft's keys for AI, by class
    "input_uncached": ("Input", "Uncached"), "input": ("Input", ""), "cache_read": ("Input", "Read"),
    "cache_write": ("Input", "Write"), "cache_write_5m": ("Input", "Write"), "cache_write_1h": ("Input", "Write"),
    "output": ("Output", ""),
}  # fmt: skip


def focus_csv(record: Mapping[str, Any]) -> str:
    """The cells with a cost that count, one row each. Costs are as billed, or by the rate that the user stated.

    Columns of the specification that a bill of this kind cannot fill (accounts, invoices, commitments) are left out:
    the file has the shape of FOCUS, and is no conforming data set.
    """
    return sheet_text(COLUMNS, _rows(record["cells"]))


def _rows(cells: Mapping[str, Any]) -> Iterator[list[object]]:
    for row in cells["rows"]:
        c = dict(zip(cells["columns"], row, strict=True))
        if c["usd"] is not None and c["counted"] == "yes":
            category = _CATEGORIES.get(c["kind"], "Usage")
            yield [
                c["usd"], c["usd"], c["list_usd"], c["currency"], category, *_period(c["day"]), c["provider"],
                "AI and Machine Learning", c["model"], c["sku"], c["meter"] or c["class"], c["region"], c["quantity"],
                _UNITS.get(c["unit"], c["unit"]), c["list_price"], c["per"] if c["list_price"] else None, _details(c),
                c["verdict"], c["file"], c["row"],
            ]  # fmt: skip


def _details(cell: Mapping[str, Any]) -> str:
    """What has no column of its own in the keys that the draft for AI has for it."""
    direction, action = _TOKENS.get(cell["class"], ("", ""))
    said = {"ModelId": cell["sku"] or cell["model"], "TokenDirection": direction, "TokenCacheAction": action}
    return json.dumps({name: value for name, value in said.items() if value}, ensure_ascii=False)


def _period(day: str) -> tuple[str, str]:
    if not day:
        return "", ""
    return f"{day}T00:00:00Z", f"{date.fromisoformat(day) + timedelta(days=1)}T00:00:00Z"
