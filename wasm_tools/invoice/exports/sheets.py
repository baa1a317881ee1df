"""Tables of a report as CSV that no spreadsheet takes for formulas."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
EARLIER = (
    "invoice_line", "current_provider", "workload_type", "usage_qty", "usage_unit", "amount_usd",
    "effective_unit_price", "best_provider", "best_offering", "best_unit_price", "estimated_savings_usd", "savings_pct",
    "source_kind",
)  # fmt: skip
OURS = (
    "tier", "action", "claimed_usd", "model", "kind_of_usage", "file", "first_day", "last_day", "grade", "assumption",
    "changes", "verify",
)  # fmt: skip
_WHOLE = dict.fromkeys(("row", "workload", "quantity", "per", "price", "to_price", "class", "file")) | {"evidence": ""}
_UNIT_PRICE, _CENTS = Decimal("0.00000001"), Decimal("0.01")


def safe_cell(value: object) -> str:
    """A cell that no spreadsheet takes for a formula; numbers keep their sign."""
    text = "" if value is None else str(value)
    if not text.lstrip(" ").startswith(_FORMULA):
        return text
    number = text.removeprefix("-").replace(".", "", 1)
    return text if number.isascii() and number.isdigit() else f"'{text}"


def cells_csv(record: Mapping[str, Any]) -> str:
    """The cells of a report under their columns."""
    return sheet_text(record["cells"]["columns"], record["cells"]["rows"])


def savings_csv(record: Mapping[str, Any]) -> str:
    """What could be saved, under the earlier system's columns and ours, the largest amount first.

    A row is the lines of one kind and price that one action is about; `estimated_savings_usd` is what it saves when it
    is done in full, `claimed_usd` what the user's shares make of it. Rows of different tiers are about the same lines:
    they are never added up. Actions that change the whole work of a model (tiers C and D) have no price per unit.
    """
    rows = [row for tier in record["opportunities"].values() for item in tier["items"] for row in _savings(item)]
    at = EARLIER.index("estimated_savings_usd")
    rows.sort(key=lambda row: -Decimal(str(row[at])))
    return sheet_text((*EARLIER, *OURS), rows)


def sheet_text(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([safe_cell(value) for value in row] for row in rows)
    return out.getvalue()


def _savings(item: Mapping[str, Any]) -> Iterator[list[object]]:
    low = Decimal(item["low_usd"])
    share = Decimal(item["claimed_usd"]) / low if low else low
    for part in item["parts"] or [{**_WHOLE, "usd": item["basis_usd"], "saved_usd": item["low_usd"]}]:
        usd, saved = Decimal(part["usd"]), Decimal(part["saved_usd"])
        yield [
            part["row"],
            item["provider"],
            part["workload"],
            part["quantity"],
            part["per"],
            usd.quantize(_CENTS),
            _unit_price(part["price"]),
            item["to"]["provider"],
            item["to"]["sku"] or item["to"]["model"],
            _unit_price(part["to_price"]),
            saved.quantize(_CENTS),
            (100 * saved / usd).quantize(_CENTS) if usd else Decimal(0),
            " ".join(one.partition("=")[0] for one in part["evidence"].split()),
            item["tier"],
            item["id"],
            (saved * share).quantize(_CENTS),
            item["sku"] or item["model"],
            part["class"],
            part["file"],
            *item["days"],
            item["grade"],
            item["assumption"],
            item["changes"],
            item["verify"],
        ]


def _unit_price(price: str | None) -> Decimal | None:
    return None if price is None else Decimal(price).quantize(_UNIT_PRICE)
