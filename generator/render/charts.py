"""One chart as SVG attributes: prices as zero-based bars, labelled directly, with the table beside it as its data."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from generator.render.formats import price
from generator.render.site_index import SiteIndex, Sku
from wasm_tools.pricing.meters import TEXT_INPUT, TEXT_OUTPUT

BARS = 14
ROW, BAR, LABEL, VALUE, WIDTH = 34, 12, 200, 62, 800


def price_chart(name: str, skus: Sequence[Sku], index: SiteIndex) -> dict[str, Any] | None:
    """Input and output price of the cheapest SKU a provider; None where there is nothing to compare.

    The scale starts at zero and ends at the highest price shown, so that a bar twice as long costs twice as much.
    """
    shown = skus[:BARS]
    if len(shown) < 2:
        return None
    top = max(max(of(s, "input"), of(s, "output")) for s in shown)
    room = WIDTH - LABEL - VALUE
    rows = []
    for number, sku in enumerate(shown):
        y = number * ROW
        rows.append(
            {
                "label": shortened(index.provider_name(sku.provider)),
                "label_y": y + 19,
                "bars": [
                    {
                        "kind": kind,
                        "y": y + 4 + BAR * line,
                        "width": round(float(of(sku, kind) / top) * room, 1),
                        "value": price(of(sku, kind)),
                        "value_x": LABEL + round(float(of(sku, kind) / top) * room, 1) + 5,
                        "value_y": y + 13 + BAR * line,
                    }
                    for line, kind in enumerate(("input", "output"))
                ],
            }
        )
    cheap, dear = index.provider_name(shown[0].provider), index.provider_name(shown[-1].provider)
    others = len(skus) - len(shown)
    return {
        "width": WIDTH,
        "height": len(shown) * ROW,
        "label_x": LABEL - 8,
        "bar_x": LABEL,
        "bar_height": BAR - 2,
        "rows": rows,
        "title": f"{name}: price per 1M tokens by provider",
        "summary": f"{cheap} is the cheapest and {dear} the dearest of the {len(shown)} providers shown"
        + (f"; {others} dearer ones are in the table." if others else "."),
    }


def of(sku: Sku, kind: str) -> Decimal:
    """The input or output price of a SKU that has both."""
    return sku.price(TEXT_INPUT if kind == "input" else TEXT_OUTPUT) or Decimal(0)


def shortened(name: str, length: int = 27) -> str:
    """A label that fits beside the bars."""
    return name if len(name) <= length else name[: length - 1] + "…"
