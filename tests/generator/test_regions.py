"""Regions of one product are compared like with like, and no price in force is lost on the way."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from generator.places import checkout
from generator.regions.places import FILE, load_places, unplaced, zone_of
from generator.regions.spreads import LEFT_OUT, About, Compared, Spread, compared
from generator.regions.tables import (
    COST_COLUMNS,
    PLACE_COLUMNS,
    SPREAD_COLUMNS,
    percent_text,
    region_tables,
    widest_first,
)
from generator.regions.zones import zone_costs
from generator.registry import RegistryError
from generator.render.page import SiteData
from generator.render.pages import regions as pages
from generator.render.region_rows import regions_of, representative
from generator.sync.state import load_state
from tests.generator.rendered_pages import TEMPLATES, article_of, environment, text
from tests.generator.small_site import offer, small_site
from wasm_tools.pricing.offers import GpuOffer, Offer, parse_evidence

PLACES = load_places(checkout().registry)
INPUT, CACHE = "input.text.token", "input.text.token;cache=read"


def rented(
    region: str, price: str, *, said: str = "litellm={}", commitment: str = "on_demand", instance: str = "big-8",
    gpu: str = "h100-sxm", count: int = 8, host: str = "yes", currency: str = "USD",
) -> GpuOffer:  # fmt: skip
    evidence = parse_evidence(said.replace("{}", price))
    return GpuOffer(
        "neocloud", instance, gpu, gpu, count, region, commitment, Decimal(price), host, evidence, currency=currency
    )


def sold(region: str, price: str, *, meter: str = INPUT, said: str = "litellm={}", sku: str = "open-70b") -> Offer:
    return replace(offer("hostly", sku, meter, price, said.replace("{}", price), region=region), model="open-70b")


def found(offers: Sequence[Offer] = (), rentals: Sequence[GpuOffer] = (), ended: bool = False) -> Compared:
    snapshots = small_site().state.snapshots
    return compared(offers, rentals, About(snapshots, PLACES, lambda o: o.currency, lambda _: ended))


def only(what: Compared) -> Spread:
    (spread,) = what.spreads
    return spread


def test_the_dearest_is_measured_by_the_cheapest() -> None:
    spread = only(found(rentals=[rented("eu-west-1", "2.40"), rented("us-east-1", "2"), rented("sa-east-1", "3")]))
    assert (spread.cheapest.region, spread.dearest.region, spread.share) == ("us-east-1", "sa-east-1", Decimal("0.5"))
    assert percent_text(spread.share) == "50"
    assert [p.region for p in spread.prices] == ["us-east-1", "eu-west-1", "sa-east-1"]
    assert (spread.source, spread.observed_at) == ("litellm", small_site().state.snapshots["litellm"].observed_at)


def test_equal_prices_have_no_spread_and_stay_in_order_of_their_names() -> None:
    spread = only(found(rentals=[rented("us-east-1", "2"), rented("eu-west-1", "2.0")]))
    assert spread.share == 0
    assert spread.cheapest.region == "eu-west-1"


@pytest.mark.parametrize(
    "other",
    [
        {"commitment": "1y"}, {"instance": "big-4"}, {"count": 4}, {"gpu": "h200-sxm"}, {"host": "no"},
        {"currency": "EUR"},
    ],
)  # fmt: skip
def test_what_is_another_product_is_not_compared(other: dict[str, str]) -> None:
    what = found(rentals=[rented("us-east-1", "2"), rented("eu-west-1", "9", **other)])  # type: ignore[arg-type]
    assert (what.spreads, what.left_out) == ((), {"one_region": 2})


def test_two_meters_or_two_model_ids_are_not_compared() -> None:
    what = found([sold("us", "2"), sold("eu", "3", meter=CACHE), sold("eu", "4", sku="open-70b-turbo")])
    assert (what.spreads, what.left_out) == ((), {"one_region": 3})


def test_regions_are_compared_only_as_far_as_one_source_states_them() -> None:
    three = [sold("us", "2"), sold("eu", "2.2"), sold("jp", "9", said="openrouter={}")]
    what = found(three)
    assert [p.region for p in only(what).prices] == ["us", "eu"]
    assert what.left_out == {"other_source": 1}
    assert found(three[1:]).left_out == {"other_source": 2}


def test_a_source_that_states_another_price_than_the_published_one_is_no_witness() -> None:
    what = found([sold("us", "2", said="litellm=2"), sold("eu", "2.2", said="litellm=4 openrouter=2.2")])
    assert what.left_out == {"other_source": 2}
    rounded = found([sold("us", "2", said="litellm=2"), sold("eu", "2.2", said="litellm=2.2004 openrouter=2.2")])
    assert only(rounded).share == Decimal("0.1")


def test_a_source_that_no_longer_has_a_price_is_no_witness() -> None:
    assert found([sold("us", "2"), sold("eu", "2.2", said="litellm={}!2026-11-19 openrouter={}")]).spreads == ()
    assert found([sold("us", "2"), sold("eu", "2.2", said="litellm={}!2026-11-19")]).left_out["gone"] == 1


def test_a_slip_of_the_unit_is_not_taken_for_a_dear_region() -> None:
    what = found([sold("us", "0.02"), sold("eu", "0.022"), sold("jp", "0.2")])
    assert only(what).share == Decimal("0.1")
    assert what.left_out == {"scale": 1}
    assert only(found([sold("us", "0.02"), sold("eu", "0.19")])).share == Decimal("8.5")


def test_free_prices_marketplaces_and_places_without_a_name_are_counted_and_not_compared() -> None:
    what = found(
        [sold("us", "0"), sold("eu", "0")],
        [
            rented("global", "1"),
            rented("us-east-1", "1", commitment="marketplace"),
            rented("eu-west-1", "2", commitment="community"),
        ],
    )
    assert what.left_out == {"free": 2, "no_region": 1, "separate_hosts": 2}


def test_what_nobody_can_buy_is_not_compared() -> None:
    two = [sold("us", "2"), sold("eu", "3")]
    assert found(two, ended=True).left_out == {"ended": 2}
    reserved = [replace(o, meter=replace(o.meter, variant="provisioned")) for o in two]
    assert found(reserved).left_out == {"unknown_terms": 2}


def test_a_region_for_authorities_is_neither_the_cheapest_nor_the_dearest() -> None:
    what = found([sold("us", "2"), sold("eu", "2.2"), sold("us-gov", "9")])
    spread = only(what)
    assert (spread.dearest.region, [p.region for p in spread.restricted]) == ("eu", ["us-gov"])
    assert what.compared == 3
    cost = {c.zone: c.median for c in zone_costs(what.spreads, PLACES)}
    assert cost == {"us": 0, "eu": Decimal("0.1"), "us-gov": Decimal("3.5")}


def test_what_a_zone_costs_is_the_median_over_its_products_and_leaves_spot_out() -> None:
    prices = (("a", "1", "1.1"), ("b", "1", "1.5"), ("c", "2", "2"))
    rentals = [rented(r, p, instance=i) for i, us, eu in prices for r, p in (("us-east-1", us), ("eu-west-1", eu))]
    rentals += [rented("us-east-1", "1", commitment="spot"), rented("eu-west-1", "9", commitment="spot")]
    costs = {c.zone: c for c in zone_costs(found(rentals=rentals).spreads, PLACES)}
    assert costs.keys() == {"us", "eu"}
    eu = costs["eu"]
    assert (eu.least, eu.median, eu.most, len(eu.prices)) == (0, Decimal("0.1"), Decimal("0.5"), 3)
    assert eu.regions == ("eu-west-1",)


def test_a_zone_is_that_of_the_place_and_never_a_guess() -> None:
    assert [zone_of(r, PLACES) for r in ("eu-west-1", "eu-west-2", "eu-central-2", "norwayeast", "usgovvirginia")] == [
        "eu", "gb", "ch", "no", "us-gov",
    ]  # fmt: skip
    assert [zone_of(r, PLACES) for r in ("global", "regional", "apac", "international", "europe-moon1", "")] == [""] * 6


def test_nearly_every_price_with_a_region_has_a_place_and_areas_are_those_of_the_round_trips() -> None:
    state = load_state(checkout().state)
    named = [o.region for o in state.offers] + [r.region for r in state.gpu_offers]
    strange = set(unplaced(named, PLACES))
    assert sum(region in strange for region in named) * 100 < sum(region != "global" for region in named)
    areas = {a for row in regions_of(small_site()).latencies for a in (row.here, row.there)}
    assert {p.area for p in PLACES.values()} - {""} == areas


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("x,place,DE,eu,,anyone,s\nx,place,FR,eu,,anyone,s\n", "x has two rows"),
        ("x,place,DE,,,anyone,s\n", "x is 'place'"),
        ("x,open,,eu,,anyone,s\n", "x is 'open'"),
        ("x,town,DE,eu,,anyone,s\n", "kind"),
    ],
)
def test_a_wrong_row_of_regions_is_refused_by_name(tmp_path: Path, rows: str, said: str) -> None:
    (tmp_path / FILE).write_text(f"region,kind,country,zone,area,access,source\n{rows}")
    with pytest.raises(RegistryError, match=said):
        load_places(tmp_path)


def with_regions() -> SiteData:
    """The small site with an open model and a GPU in several regions."""
    data = small_site()
    offers = [sold("global", "1"), sold("eu", "1.1"), sold("us", "1.1"), sold("us-gov", "1.5")]
    rentals = [
        rented("us-east-1", "2"),
        rented("eu-west-1", "2.5"),
        rented("us-east-1", "1.1", instance="one", count=1),
        rented("eu-west-1", "1.2", instance="one", count=1),
        rented("us-east-1", "0.5", commitment="spot"),
        rented("eu-west-1", "0.9", commitment="spot"),
        rented("us-central1", "2", instance="other", gpu="unheard-of"),
        rented("europe-moon1", "3", instance="other", gpu="unheard-of"),
    ]
    rentals[-2:] = [replace(r, gpu="") for r in rentals[-2:]]
    return replace(data, offers=(*data.offers, *offers), rentals=(*data.rentals, *rentals))


def rows_of(data: SiteData) -> dict[str, dict[str, object]]:
    spreads, _, _ = region_tables(regions_of(data))
    return {f"{r[2]} {r[5]}": dict(zip(spreads.names, r, strict=True)) for r in spreads.rows}


def test_a_row_says_where_it_is_cheapest_in_zones_and_how_far_that_is() -> None:
    row = rows_of(with_regions())["big-8 on_demand"]
    assert (row["cheapest_region"], row["cheapest_usd"], row["dearest_usd"]) == ("us-east-1", "2", "2.5")
    assert (row["spread_percent"], row["eu_usd"], row["us_region"], row["round_trip_ms"]) == (
        "25",
        "2.5",
        "us-east-1",
        90,
    )
    api = rows_of(with_regions())["open-70b standard"]
    assert (api["cheapest_region"], api["restricted"], api["round_trip_ms"]) == ("global", 1, None)


def test_tables_have_the_columns_that_they_declare_and_lose_no_price() -> None:
    book = regions_of(with_regions())
    for table, columns in zip(region_tables(book), (SPREAD_COLUMNS, COST_COLUMNS, PLACE_COLUMNS), strict=True):
        assert table.rows
        assert all(len(row) == len(columns) for row in table.rows)
    whole = book.compared
    assert whole.compared + sum(whole.left_out.values()) == whole.priced == len(book.offers) + len(book.rentals)
    assert list(whole.left_out) == [r for r in LEFT_OUT if r in whole.left_out]


def test_of_many_machines_of_a_gpu_that_with_most_regions_stands_for_all() -> None:
    rentals = [s for s in widest_first(regions_of(with_regions()).compared.spreads) if s.product.of == "h100-sxm"]
    firm = [(s.product.name, more) for s, more in representative(rentals) if s.product.terms == "on_demand"]
    assert firm == [("one", 1)]


def shown() -> dict[str, str]:
    data = with_regions()
    article = article_of(environment(TEMPLATES), data.as_of)
    return {page.path: article(page) for page in pages.pages(data)}


def test_pages_show_what_the_files_hold() -> None:
    articles = shown()
    assert list(articles) == ["regions/", "regions/gpus/", "regions/models/"]
    zones = text(articles["regions/"])
    assert "Regions that nobody has placed yet: europe-moon1." in zones
    assert 'data-value="10" title="10 to 10 % over 1 product; grades' in articles["regions/"]
    assert "Ireland: eu-west-1" in zones
    rentals = articles["regions/gpus/"]
    assert "+9 %" in rentals
    assert "1 more machine" in rentals
    assert rentals.index("unheard-of") < rentals.index('id="spot"') < rentals.index("$0.50")
    models = articles["regions/models/"]
    assert 'data-usd="1">$1.00 <small>no place</small>' in models
    assert 'title="1 more region for authorities or by permission"' in models


def test_links_to_the_explorer_name_seller_product_and_terms() -> None:
    articles = shown()
    wanted = "explore/?data=rentals&amp;q=p%3A%3Dneocloud%20id%3A%3Done%20c%3Aon_demand%20sort%3Aprice"
    assert wanted in articles["regions/gpus/"]
    assert "explore/?data=offers&amp;q=p%3A%3Dhostly%20id%3A%3Dopen-70b%20sort%3Aprice" in articles["regions/models/"]
    assert pages.quoted("a b") == '"a b"'
