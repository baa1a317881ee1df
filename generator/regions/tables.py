"""The published tables about regions: the spread of each product, what each zone costs, and where the regions lie."""

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal

from generator.regions.book import RegionBook
from generator.regions.spreads import RENTAL, RegionPrice, Spread
from generator.regions.zones import ZoneCost, cheapest_in
from generator.render.api_table import ApiTable, Cell, Column
from wasm_tools.pricing.meters import price_text

ZONES = ("eu", "us")  # those with columns of their own
SPREAD_COLUMNS = (
    Column("kind", "text", "rental (a GPU for an hour) or api"),
    Column("provider", "text", "who bills; id in providers.json"),
    Column("product", "text", "the machine, or the provider's model id"),
    Column("of", "text", "canonical GPU or model; empty while the name is unresolved"),
    Column("meter", "text", "what an API price is for; empty for a GPU-hour"),
    Column("terms", "text", "commitment of a rental, tier of an API price"),
    Column("currency", "text", "currency of the seller's own list, in which the regions are compared"),
    Column("regions", "integer", "regions that one source states and every buyer may take"),
    Column("restricted", "integer", "further regions, for authorities or by permission only"),
    Column("cheapest_region", "text", "region with the lowest price; global where no place is named"),
    Column("cheapest_usd", "decimal", "its price on the display scale of the meter", "USD"),
    Column("cheapest_grade", "text", "how well that price is supported, A to D"),
    Column("dearest_region", "text", "region with the highest price"),
    Column("dearest_usd", "decimal", "its price", "USD"),
    Column("dearest_grade", "text", "how well that price is supported, A to D"),
    Column("spread_percent", "decimal", "how far the dearest is above the cheapest", "%"),
    Column("eu_region", "text", "cheapest region that lies in the European Union for certain"),
    Column("eu_usd", "decimal", "its price", "USD"),
    Column("us_region", "text", "cheapest region that lies in the United States for certain"),
    Column("us_usd", "decimal", "its price", "USD"),
    Column("round_trip_ms", "number", "measured between the areas of cheapest and dearest; empty if none", "ms"),
    Column("source", "text", "the one source that states all these prices; id in sources.json"),
    Column("observed_at", "date", "when it was read"),
)  # fmt: skip
COST_COLUMNS = (
    Column("provider", "text", "who bills; id in providers.json"),
    Column("kind", "text", "rental or api"),
    Column("zone", "text", "eu for the European Union, else a country's code, us-gov for clouds of US authorities"),
    Column("regions", "text", "the regions of the zone, separated by spaces"),
    Column("products", "integer", "products that are sold there and elsewhere, each meter and commitment counted"),
    Column("least_percent", "decimal", "lowest of them above the cheapest place of the same product", "%"),
    Column("median_percent", "decimal", "median of them", "%"),
    Column("most_percent", "decimal", "highest of them", "%"),
    Column("grades", "text", "grades of the prices in the zone with their number, the best first: A 3, C 98"),
    Column("sources", "text", "ids in sources.json, separated by spaces"),
    Column("observed_at", "date", "when the oldest of them was read"),
)
PLACE_COLUMNS = (
    Column("region", "text", "as sellers name it"),
    Column("kind", "text", "place (machines stand there), zone (data stay in it), open (neither is told)"),
    Column("country", "text", "ISO 3166; empty for several countries"),
    Column("zone", "text", "zone of residency; empty where the name does not tell one"),
    Column("area", "text", "area of the measured round trips; empty where none was measured"),
    Column("access", "text", "anyone, authorities, or recovery: by permission, to recover within the country"),
    Column("source", "text", "who says where it lies"),
)


def percent_text(share: Decimal) -> str:
    """A share of one in per cent, as the files hold it."""
    return price_text((share * 100).normalize())


def spread_row(spread: Spread, book: RegionBook) -> tuple[Cell, ...]:
    """A spread by SPREAD_COLUMNS."""
    product, low, high = spread.product, spread.cheapest, spread.dearest
    zones = (cell for zone in ZONES for cell in _zone_cells(cheapest_in(spread, zone, book.places)))
    return (
        product.kind, product.provider, product.name, product.of, product.meter, product.terms, product.currency,
        len(spread.prices), len(spread.restricted), low.region, price_text(low.price),
        book.grades.grade(low.offer).letter, high.region, price_text(high.price),
        book.grades.grade(high.offer).letter, percent_text(spread.share), *zones, book.round_trip(spread),
        spread.source, spread.observed_at,
    )  # fmt: skip


def _zone_cells(price: RegionPrice | None) -> tuple[str, str]:
    return (price.region, price_text(price.price)) if price else ("", "")


def grade_counts(cost: ZoneCost, book: RegionBook) -> str:
    """How well the prices in a zone are supported: `A 3, C 98`."""
    counts = Counter(book.grades.grade(p.offer).letter for p in cost.prices)
    return ", ".join(f"{letter} {counts[letter]}" for letter in sorted(counts))


def cost_row(cost: ZoneCost, book: RegionBook) -> tuple[Cell, ...]:
    """What a zone costs, by COST_COLUMNS."""
    shares = (percent_text(s) for s in (cost.least, cost.median, cost.most))
    return (
        cost.provider, cost.kind, cost.zone, " ".join(cost.regions), len(cost.prices), *shares,
        grade_counts(cost, book), " ".join(cost.sources), cost.observed_at,
    )  # fmt: skip


def widest_first(spreads: Iterable[Spread]) -> list[Spread]:
    """Spreads in the order of lists: rentals before APIs, the widest first."""
    return sorted(spreads, key=lambda s: (s.product.kind != RENTAL, -s.share, s.product))


def region_tables(book: RegionBook) -> tuple[ApiTable, ...]:
    """The tables as they are published."""
    spreads = [spread_row(s, book) for s in widest_first(book.compared.spreads)]
    costs = [cost_row(c, book) for c in book.zone_costs]
    places = [(p.region, p.kind, p.country, p.zone, p.area, p.access, p.source) for p in book.places.values()]
    return (
        ApiTable(
            "region_spreads", "Prices by region", "Each product that is sold in several regions: cheapest and dearest.",
            SPREAD_COLUMNS, spreads,
        ),
        ApiTable(
            "region_costs", "What a zone costs", "Each zone of a seller against the cheapest place of a product.",
            COST_COLUMNS, costs,
        ),
        ApiTable("regions", "Regions", "Where the regions lie that sellers name.", PLACE_COLUMNS, sorted(places)),
    )  # fmt: skip
