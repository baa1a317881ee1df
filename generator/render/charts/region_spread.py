"""How far the regions of a rented GPU are apart: a line from the cheapest to the dearest, a row a seller and GPU."""

from collections.abc import Sequence

from generator.regions.spreads import Spread
from generator.render.charts.evidence import sources_named
from generator.render.charts.record import Axis, Chart, Point, Series, distinct
from generator.render.formats import listed, price, signed_percent
from generator.render.site_index import SiteIndex
from generator.render.texts import text

A_SELLER, NAMED = 7, 2  # rows of one seller, so that one does not fill the chart
TERMS = "on_demand"


def region_spread(spreads: Sequence[Spread], index: SiteIndex) -> Chart | None:
    """The GPUs on demand that are widest apart, one machine a seller and GPU; None where no region differs."""
    of_sellers: dict[str, list[Spread]] = {}
    for s in spreads:
        if s.product.terms == TERMS and s.product.of and s.share > 0:
            of_sellers.setdefault(s.product.provider, []).append(s)
    shown = sorted((s for of in of_sellers.values() for s in of[:A_SELLER]), key=lambda s: (-s.share, s.product))
    if not shown:
        return None
    names = distinct(
        text("regions.chart.row", gpu=index.gpu_name(s.product.of), provider=s.product.provider) for s in shown
    )
    points = tuple(
        Point(
            float(s.cheapest.price),
            name,
            s.product.name,
            f"gpus/{s.product.of}/",
            float(s.cheapest.price),
            float(s.dearest.price),
        )
        for s, name in zip(shown, names, strict=True)
    )
    widest = [
        text(
            "regions.chart.one",
            name=name,
            share=signed_percent(float(s.share)),
            low=f"{price(s.cheapest.price)} ({s.cheapest.region})",
            high=f"{price(s.dearest.price)} ({s.dearest.region})",
        )
        for s, name in list(zip(shown, names, strict=True))[:NAMED]
    ]
    wide = max(p.high or 0 for p in points) > 12 * min(float(p.x) for p in points)
    return Chart(
        id="region-spread",
        title=text("regions.chart.title"),
        summary=text("regions.chart.summary", names=listed(widest)),
        x=Axis(
            text("charts.gpus.x_log" if wide else "charts.gpus.x"), "log" if wide else "linear", "usd", zero=not wide
        ),
        y=Axis("GPU", "category", categories=tuple(names)),
        series=(Series(text("regions.chart.cheapest"), "points", points),),
        sources=sources_named(text("charts.prices_from"), sorted({s.source for s in shown}), index),
        as_of=index.data.as_of,
    )
