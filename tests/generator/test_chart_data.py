"""Charts say what the data say: where lines cross, what the front is, how a price went, and what is not drawn."""

from dataclasses import replace
from decimal import Decimal

import pytest

from generator.precompute.load_costs import API, FIRM, SPOT, load_costs
from generator.render.change_index import change_index
from generator.render.charts.activity import activity
from generator.render.charts.book import chart_book
from generator.render.charts.break_even import Crossing, Known, break_even, crossing, said
from generator.render.charts.price_history import ChangesOf, price_history, steps_of
from generator.render.charts.quality_price import Priced, Scored, front, unit_costs
from generator.render.charts.rental_changes import rental_changes
from generator.render.charts.rental_spread import rental_spread
from generator.render.site_index import SiteIndex, site_index
from generator.sync.state import PriceEvent
from tests.generator.small_site import AS_OF, rental, site_of, small_site, state
from wasm_tools.models.quality import QualityScore
from wasm_tools.pricing.meters import TEXT_INPUT


def costs(*pairs: tuple[float, float]) -> list[Known]:
    return [Known(load, usd, "a plan") for load, usd in pairs]


API_LINE = costs((1, 100), (10, 1000), (100, 10_000))


def test_the_crossing_lies_between_the_last_dearer_and_the_first_cheaper_fleet() -> None:
    # At 1 request/s the fleet of $300 is dearer, at 10 that of $600 is cheaper. $300 buys 3 requests/s, $600 buys 6.
    assert crossing(API_LINE, costs((1, 300), (10, 600), (100, 5000))) == Crossing(3.0, 6.0)


def test_a_fleet_that_never_is_cheaper_crosses_nowhere() -> None:
    assert crossing(API_LINE, costs((1, 300), (10, 1500), (100, 20_000))) is None


def test_a_fleet_that_becomes_dearer_again_has_not_crossed_for_good() -> None:
    assert crossing(API_LINE, costs((1, 300), (10, 600), (100, 20_000))) is None


def test_a_fleet_that_always_is_cheaper_crosses_at_or_before_the_first_load() -> None:
    assert crossing(API_LINE, costs((1, 50), (10, 400), (100, 2000))) == Crossing(None, 0.5)


def test_the_words_name_the_range_or_say_that_there_is_none() -> None:
    words = said({FIRM: Crossing(3.0, 6.0), SPOT: None}, costs((100, 1)))
    assert "Rented on demand, GPUs become cheaper between 3 and 6 requests/s." in words
    assert "On spot, GPUs do not become cheaper than the cheapest API up to 100 requests/s." in words


def test_one_load_is_no_picture() -> None:
    assert break_even("x", {API: API_LINE, FIRM: costs((1, 300))}, "", AS_OF) is None


def test_load_costs_are_the_cheapest_of_their_group_and_never_fall() -> None:
    cell = next(c for c in small_site().results.cells if c.path == "1024-1024/deferred/10")
    found = load_costs(small_site().results.catalogue, 1024, 1024, cell.slo, 2.0, (1.0, 10.0))
    model = found["open-70b"]
    assert {API, FIRM} <= model.keys()
    for group in model.values():
        assert [c.usd for c in group] == sorted(c.usd for c in group)
    api = model[API]
    assert api[1].usd == pytest.approx(10 * api[0].usd), "an API costs in proportion to the load"
    assert all(c.plan.qualifies for c in model[FIRM]), "GPUs that miss the target are no alternative"


def scored(model: str, usd: float, value: float) -> Scored:
    return Scored(model, usd, QualityScore(model, "gpqa", value, "percent", "2026-01-01", "llm-stats", True), "acme")


def test_nothing_on_the_front_is_beaten() -> None:
    models = [scored(*m) for m in (("a", 1, 50), ("b", 2, 40), ("c", 3, 70), ("d", 3, 60), ("e", 9, 70))]
    assert [m.model for m in front(models)] == ["a", "c"]


def test_the_price_of_work_weighs_input_and_output_by_its_lengths() -> None:
    priced = [Priced("m", "dear", 1.0, 10.0), Priced("m", "cheap", 3.0, 3.0)]
    assert unit_costs(priced, 1000, 1000) == {"m": (6.0, "cheap")}
    assert unit_costs(priced, 1000, 100) == {"m": (2.0, "dear")}


def event(day: str, kind: str, old: str, new: str, meter: str = "input.text.token", at: str = "acme") -> PriceEvent:
    return PriceEvent(day, at, "closed-xl", meter, "global", "USD", kind, old, new, "litellm")


def index_with(*events: PriceEvent) -> SiteIndex:
    """Changes decide about no plan: those of the small site are taken as they are."""
    return site_index(replace(small_site(), state=replace(state(), events=list(events))))


def changes_of(index: SiteIndex) -> ChangesOf:
    return chart_book(index.data)._changes


LISTED = event("2026-01-01", "listed", "", "2"), event("2026-01-01", "listed", "", "10", "output.text.token")


def history(*events: PriceEvent):  # type: ignore[no-untyped-def]
    index = index_with(*events)
    own = [s for s in index.skus_of_model["closed-xl"] if s.provider == "acme"]
    return price_history("Closed XL", own, [], changes_of(index), index)


def test_a_price_goes_in_steps_to_its_value_of_today() -> None:
    chart = history(
        event("2026-01-01", "listed", "", "4"), event("2026-05-01", "repriced", "4", "2"),
        event("2026-01-01", "listed", "", "10", "output.text.token"),
    )  # fmt: skip
    assert chart is not None and [s.kind for s in chart.series] == ["steps", "steps"]
    assert [(p.x, p.y) for p in chart.series[0].points] == [("2026-01-01", 4.0), ("2026-05-01", 2.0), (AS_OF, 2.0)]
    assert (
        "1 change since 2026-01-01: input $4.00 then, $2.00 now, 50 % less; output $10.00 throughout" in chart.summary
    )


def test_a_price_that_never_changed_is_not_drawn() -> None:
    assert history(*LISTED) is None


@pytest.mark.parametrize(
    "events",
    [
        (event("2026-01-01", "listed", "", "4"), event("2026-05-01", "repriced", "4", "3")),  # not today's price
        (event("2026-01-01", "listed", "", "2000"), event("2026-05-01", "repriced", "2000", "2")),  # wrong unit
        (event("2026-01-01", "listed", "", "0"), event("2026-05-01", "repriced", "0", "2")),  # was free
    ],
)
def test_a_history_that_cannot_be_right_is_not_drawn(events: tuple[PriceEvent, ...]) -> None:
    assert history(*events, LISTED[1]) is None


def test_a_history_starts_when_the_price_was_listed_again() -> None:
    index = index_with(
        event("2026-01-01", "listed", "", "9"), event("2026-02-01", "ended", "9", ""),
        event("2026-03-01", "listed", "", "4"), event("2026-05-01", "repriced", "4", "2"),
    )  # fmt: skip
    sku = next(s for s in index.skus_of_model["closed-xl"] if s.provider == "acme")
    assert steps_of(sku, TEXT_INPUT, changes_of(index), index) == [("2026-03-01", 4.0), ("2026-05-01", 2.0)]


def test_activity_counts_the_news_of_each_day_and_tells_the_rest_in_words() -> None:
    index = index_with(
        event("2026-01-01", "listed", "", "4"), LISTED[1], event("2026-05-01", "repriced", "4", "2"),
        event("2026-06-01", "repriced", "2", "2.001"),
        event("2026-06-01", "repriced", "10", "8", "output.text.token"),
    )  # fmt: skip
    chart = activity(change_index(index.data), AS_OF)
    assert chart is not None and chart.x.categories[-2:] == ("2026-05-01", "2026-06-01")
    repriced = next(s for s in chart.series if s.name == "Repriced")
    assert [(p.x, p.y) for p in repriced.points] == [("2026-05-01", 1.0), ("2026-06-01", 1.0)]
    assert "1 more records are no news" in chart.summary
    assert activity(change_index(index_with().data), AS_OF) is None


def test_a_corrected_price_was_so_all_along() -> None:
    index = index_with(
        event("2026-01-01", "listed", "", "4000"), event("2026-03-01", "repriced", "4000", "4"),
        event("2026-05-01", "repriced", "4", "2"),
    )  # fmt: skip
    sku = next(s for s in index.skus_of_model["closed-xl"] if s.provider == "acme")
    assert steps_of(sku, TEXT_INPUT, changes_of(index), index) == [("2026-01-01", 4.0), ("2026-05-01", 2.0)]


def test_the_spread_of_a_gpu_has_the_lowest_price_of_each_provider_and_commitment() -> None:
    st = state()
    st.gpu_offers += [
        rental("second", "h100", "H100 SXM", "3"), rental("second", "h100-dear", "H100 SXM", "4"),
        rental("third", "h100", "H100 SXM", "2.8"),
    ]  # fmt: skip
    index = site_index(site_of(st))
    chart = rental_spread("H100 SXM", index.rentals_of_gpu["h100-sxm"], index)
    assert chart is not None
    found = {(s.name, p.y): (p.low, p.x, p.high) for s in chart.series for p in s.points}
    assert found["On demand", "second"] == (3.0, 3.0, 4.0)
    assert found["Spot", "Neocloud"] == (1.25, 1.25, 1.25)
    assert found["Reserved a year or longer", "Neocloud"] == (2.0, 2.0, 2.0)
    assert chart.y.categories == ("Neocloud", "third", "second"), "by the lowest price on demand"


def test_a_changed_rental_is_drawn_before_and_after() -> None:
    change = PriceEvent(
        "2026-08-05",
        "neocloud",
        "h100-od",
        "gpu_hour;on_demand",
        "global",
        "USD",
        "repriced",
        "2",
        "2.50",
        "tardellirs",
    )
    index = index_with(change)
    chart = rental_changes("H100 SXM", index.rentals_of_gpu["h100-sxm"], changes_of(index), index)
    assert chart is not None
    assert [[p.x for p in s.points] for s in chart.series] == [[2.0], [2.5]]
    assert "1 dearer now, 0 cheaper" in chart.summary
    stale = replace(change, new="2.40")
    index = index_with(stale)
    assert rental_changes("H100 SXM", index.rentals_of_gpu["h100-sxm"], changes_of(index), index) is None


def test_an_unknown_entity_has_no_chart_and_each_is_made_once() -> None:
    book = chart_book(small_site())
    assert book.of("models/never-heard-of") == ()
    assert chart_book(small_site()) is book
    assert Decimal("0.4375") == Decimal(repr(book.of("models/open-70b")[0].series[0].points[0].x))
