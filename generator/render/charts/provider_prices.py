"""What a model costs at each provider: input and output price of the cheapest offer a provider, as bars from zero."""

from collections.abc import Sequence
from decimal import Decimal

from generator.render.charts.evidence import source_words
from generator.render.charts.record import Axis, Chart, Point, Series, distinct
from generator.render.formats import plural
from generator.render.site_index import SiteIndex, Sku
from wasm_tools.pricing.meters import TEXT_INPUT, TEXT_OUTPUT, Meter

BARS = 12


def provider_prices(name: str, skus: Sequence[Sku], index: SiteIndex) -> Chart | None:
    """The cheapest providers of a model, `skus` being one of each in order of price; None with fewer than two."""
    shown = skus[:BARS]
    if len(shown) < 2:
        return None
    rows = distinct(index.provider_name(s.provider) for s in shown)
    others = len(skus) - len(shown)
    return Chart(
        id="price-by-provider",
        title=f"{name}: price per 1M tokens by provider",
        summary=f"{rows[0]} is the cheapest and {rows[-1]} the dearest of the {len(shown)} providers shown, by input"
        " and output price together" + (f"; {plural(others, 'dearer one')} not drawn." if others else "."),
        x=Axis("$ per 1M tokens", form="usd", zero=True),
        y=Axis("Provider", "category", categories=tuple(rows)),
        series=(
            Series("Input", "bars", _points(shown, rows, TEXT_INPUT)),
            Series("Output", "bars", _points(shown, rows, TEXT_OUTPUT), colour=2, dashed=True),
        ),
        sources=source_words([o for s in shown for o in s.offers if o.meter in (TEXT_INPUT, TEXT_OUTPUT)], index),
        as_of=index.data.as_of,
    )


def _points(skus: Sequence[Sku], rows: Sequence[str], meter: Meter) -> tuple[Point, ...]:
    return tuple(
        Point(float(s.price(meter) or Decimal(0)), row, href=f"providers/{s.provider}/")
        for s, row in zip(skus, rows, strict=True)
    )
