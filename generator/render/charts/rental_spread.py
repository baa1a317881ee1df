"""What a GPU rents for: at each provider by commitment, and on the index the spread of each GPU on demand."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from statistics import median

from generator.render.charts.evidence import source_words
from generator.render.charts.record import Axis, Chart, Point, Series, distinct
from generator.render.formats import listed, plural, price
from generator.render.site_index import SiteIndex
from generator.render.texts import text
from wasm_tools.pricing.offers import GpuOffer

PROVIDERS, GPUS = 14, 16
FEWEST = 3
WIDE = 12  # ratio of the prices from which a log axis is needed
GROUPS: Mapping[str, tuple[str, ...]] = {
    "On demand": ("on_demand",),
    "Spot": ("spot",),
    "Reserved a year or longer": ("1y", "3y"),
}
LOOKS = {"On demand": (1, "dot"), "Spot": (2, "ring"), "Reserved a year or longer": (3, "square")}


def rental_spread(name: str, rentals: Sequence[GpuOffer], index: SiteIndex) -> Chart | None:
    """The providers with the lowest price on demand: lowest price by commitment, with the range on demand."""
    by_provider: dict[str, list[GpuOffer]] = {}
    for r in rentals:
        if any(r.commitment in kinds for kinds in GROUPS.values()):
            by_provider.setdefault(r.provider, []).append(r)
    order = sorted((p for p in by_provider if _of(by_provider[p], "On demand")),
                   key=lambda p: (min(_of(by_provider[p], "On demand")), p))  # fmt: skip
    if len(order) < FEWEST:
        return None
    shown = order[:PROVIDERS]
    rows = dict(zip(shown, distinct(index.provider_name(p) for p in shown), strict=True))
    used = [r for p in shown for r in by_provider[p]]
    values = [float(r.price) for r in used if r.price > 0]
    cheap, dear = min(_of(by_provider[shown[0]], "On demand")), min(_of(by_provider[shown[-1]], "On demand"))
    rest = len(order) - len(shown)
    series = tuple(
        Series(group, "points", points, *LOOKS[group])
        for group in (*list(GROUPS)[1:], "On demand")
        if (points := _points(group, by_provider, rows))
    )
    return Chart(
        id="rental-spread",
        title=f"{name}: $ per GPU-hour by provider and commitment",
        summary=f"On demand from {price_of(cheap)} at {rows[shown[0]]} to {price_of(dear)} at {rows[shown[-1]]}"
        + (f"; {plural(rest, 'dearer provider')} not drawn." if rest else ".")
        + " The mark is the lowest price of a provider, the line behind it goes to its dearest region or machine.",
        x=_dollars(values),
        y=Axis("Provider", "category", categories=tuple(rows.values())),
        series=series,
        sources=source_words(used, index),
        as_of=index.data.as_of,
    )


def _dollars(values: Sequence[float]) -> Axis:
    wide = max(values) > WIDE * min(values)
    return Axis(
        text("charts.gpus.x_log" if wide else "charts.gpus.x"), "log" if wide else "linear", "usd", zero=not wide
    )


def _of(rentals: Sequence[GpuOffer], group: str) -> list[float]:
    return [float(r.price) for r in rentals if r.commitment in GROUPS[group] and r.price > 0]


def _points(group: str, by_provider: Mapping[str, Sequence[GpuOffer]], rows: Mapping[str, str]) -> tuple[Point, ...]:
    found = []
    for provider, row in rows.items():
        prices = _of(by_provider[provider], group)
        if prices:
            low, high = min(prices), max(prices)
            found.append(Point(low, row, href=f"providers/{provider}/", low=low, high=high))
    return tuple(found)


def spread_of_gpus(index: SiteIndex) -> Chart | None:
    """Lowest, median and highest price on demand of the GPUs with most providers."""
    found = []
    for gpu, rentals in index.rentals_of_gpu.items():
        lowest: dict[str, float] = {}
        for r in rentals:
            if r.commitment == "on_demand" and r.price > 0:
                lowest[r.provider] = min(float(r.price), lowest.get(r.provider, float(r.price)))
        if len(lowest) >= FEWEST:
            found.append((gpu, lowest, rentals))
    if len(found) < FEWEST:
        return None
    most = sorted(found, key=lambda f: (-len(f[1]), f[0]))[:GPUS]
    shown = sorted(most, key=lambda f: (median(f[1].values()), f[0]))
    rows = distinct(index.gpu_name(gpu) for gpu, _, _ in shown)
    points = tuple(
        Point(round(median(of.values()), 4), row, text("charts.gpus.providers", n=len(of)), f"gpus/{gpu}/",
              min(of.values()), max(of.values()))
        for (gpu, of, _), row in zip(shown, rows, strict=True)
    )  # fmt: skip
    wide = sorted(shown, key=lambda f: -max(f[1].values()) / min(f[1].values()))[:2]
    names = dict(zip((gpu for gpu, _, _ in shown), rows, strict=True))
    return Chart(
        id="gpu-spread",
        title=text("charts.gpus.title"),
        summary=text("charts.gpus.summary", names=listed([_range_words(names[g], of.values()) for g, of, _ in wide])),
        x=_dollars([v for _, of, _ in shown for v in of.values()]),
        y=Axis("GPU", "category", categories=tuple(rows)),
        series=(Series(text("charts.gpus.median"), "points", points),),
        sources=source_words([r for _, _, rentals in shown for r in rentals], index),
        as_of=index.data.as_of,
    )


def _range_words(name: str, prices: Iterable[float]) -> str:
    of = sorted(prices)
    return text("charts.gpus.range", name=name, low=price_of(of[0]), high=price_of(of[-1]))


def price_of(value: float) -> str:
    """Dollars of one GPU-hour."""
    return price(Decimal(repr(value)))
