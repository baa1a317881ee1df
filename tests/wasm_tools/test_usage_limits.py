"""Rankings by usage: volume tiers, limits, rented capacity, conversions, prices not to be believed, relaxation."""

from decimal import Decimal

import pytest

from tests.wasm_tools.test_usage_ranking import providers, reasons
from tests.wasm_tools.usage_books import HOURLY, IMAGE, book, row
from wasm_tools.planner.usage import ranked_usage, usage_record
from wasm_tools.planner.usage.ranking import refused_rows
from wasm_tools.workload.traffic import InputError
from wasm_tools.workload.usage import UsageRequest, amount, workload_named

D = Decimal
TIERS = [
    {"provider": "a", "sku": "a-product", "meter": f"{IMAGE};variant=volume_{n}", "base": IMAGE, "begins": begins}
    for n, begins in ((2, 1_000_000), (3, 5_000_000))
]
VOLUME = [
    row("a", "0.001", meter=IMAGE),
    row("a", "0.0008", meter=f"{IMAGE};variant=volume_2"),
    row("a", "0.0006", meter=f"{IMAGE};variant=volume_3"),
]


def images(count: int) -> UsageRequest:
    return UsageRequest(usage=D(count), unit="images")


@pytest.mark.parametrize(
    ("count", "cost"),
    [(500_000, "500"), (1_000_000, "1000"), (2_000_000, "1800"), (6_000_000, "4800")],
)
def test_volume_tiers_bill_only_what_lies_beyond_them(count: int, cost: str) -> None:
    ranking = ranked_usage(book(*VOLUME, tiers=TIERS), images(count))
    assert [e.usd_per_month for e in ranking.entries] == [D(cost)]
    assert ranking.entries[0].unit_price * count == D(cost)


def test_a_small_user_is_never_quoted_a_volume_tier() -> None:
    ranking = ranked_usage(book(*VOLUME, tiers=TIERS), images(1_000_000))
    assert ranking.entries[0].unit_price == D("0.001")
    assert set(reasons(ranking).values()) == {"volume"}
    reached = ranked_usage(book(*VOLUME, tiers=TIERS), images(6_000_000))
    assert not list(refused_rows(reached))


def test_a_volume_tier_belongs_to_the_ranking_of_its_base_price() -> None:
    ranking = ranked_usage(book(*VOLUME, tiers=TIERS), UsageRequest(unit="hours"))
    assert set(reasons(ranking).values()) == {"unit"}


def test_more_use_never_costs_less() -> None:
    costs = [
        ranked_usage(book(*VOLUME, tiers=TIERS), images(n)).entries[0].usd_per_month for n in range(1, 10**7, 99_991)
    ]
    assert costs == sorted(costs)


RENTED = {
    "throughputs": [{"provider": "r", "sku": "r-product", "comparator": "hours", "per_hour": "36000", "source": "r"}]
}


def test_rented_capacity_is_bought_for_the_peak_in_whole_replicas() -> None:
    # 7,300 audio hours a month are 10 an hour; a peak of 2 and half of a limit planned make 40 an hour to be ready for.
    # One unit makes 10 audio hours an hour: 4 units × 730 h × $2.
    ranking = ranked_usage(book(row("r", "2", meter=HOURLY), **RENTED), UsageRequest(usage=D(7300), unit="hours"))
    (entry,) = ranking.entries
    assert (entry.replicas, entry.usd_per_month, entry.capacity.needed) == (4, D(5840), D(40))
    assert entry.unit_price == D("0.8")


def test_rented_capacity_without_a_throughput_is_refused() -> None:
    ranking = ranked_usage(book(row("r", "2", meter=HOURLY)), UsageRequest())
    assert reasons(ranking) == {f"r {HOURLY}": "throughput"}


def test_what_is_billed_by_use_costs_the_same_whatever_the_peak() -> None:
    rows = book(row("a", "0.4"), row("r", "2", meter=HOURLY), **RENTED)
    calm, wild = (
        {e.product.first.provider: e for e in ranked_usage(rows, UsageRequest(preset=name)).entries}
        for name in ("balanced", "conservative")
    )
    assert calm["a"].usd_per_month == wild["a"].usd_per_month == D(40)
    assert calm["a"].replicas is None
    assert wild["r"].capacity.needed == calm["r"].capacity.needed * D("1.5")


def test_only_confirmed_capacity_passes_the_strict_filter() -> None:
    # 730,000 images are 1,000 an hour; to be ready for: 4,000. 100 requests a minute are 6,000 an hour, 50 only 3,000.
    rows = book(
        row("fast", "3", meter=IMAGE, requests_per_minute="100"),
        row("slow", "2", meter=IMAGE, requests_per_minute="50"),
        row("mute", "1", meter=IMAGE),
    )
    asked = UsageRequest(usage=D(730_000), unit="images")
    statuses = {e.product.first.provider: e.capacity.status for e in ranked_usage(rows, asked).entries}
    assert statuses == {"mute": "unknown", "slow": "short", "fast": "confirmed"}
    strict = ranked_usage(rows, UsageRequest(usage=D(730_000), unit="images", confirmed_only=True))
    assert providers(strict) == ["fast"]
    assert set(reasons(strict).values()) == {"capacity"}


def test_a_limit_in_a_unit_that_does_not_count_is_shown_and_counted() -> None:
    rows = book(row("a", "1", requests_per_minute="720"), row("b", "1"))
    ranking = ranked_usage(rows, UsageRequest())
    record = usage_record(ranking)
    assert record["limits_that_do_not_count"] == 1
    assert [e.capacity.stated for e in ranking.entries] == ["720 requests a minute", ""]
    strict = ranked_usage(rows, UsageRequest(confirmed_only=True))
    assert {r.provider: refusal.reason for r, refusal in refused_rows(strict)} == {
        "a": "its stated limit does not count this unit",
        "b": "no limit is stated",
    }


def test_what_costs_just_the_budget_is_within_it() -> None:
    rows = book(row("a", "2"))
    for budget, found in (("200", ["a"]), ("199.99", [])):
        assert providers(ranked_usage(rows, UsageRequest(budget=D(budget)))) == found


def test_a_token_limit_counts_all_tokens_of_the_bill() -> None:
    # 1.5 tokens a unit of use: 1.5M tokens a minute are 60M units an hour, shown in millions.
    pair = [
        row("a", "1", meter="input.text.token", tokens_per_minute="1500000"),
        row("a", "1", meter="output.text.token"),
    ]
    (entry,) = ranked_usage(book(*pair), UsageRequest(usage=D(73), unit="million_tokens")).entries
    assert (entry.capacity.limit, entry.capacity.needed, entry.capacity.status) == (D(60), D("0.4"), "confirmed")


CONVERSION = {
    "comparator": "images", "provider": "maker", "sku": "known-*", "source": "the maker's page",
    "parts": [
        {"meters": ["output.image.token"], "quantity": "1000", "required": True},
        {"meters": ["input.text.token"], "quantity": "100", "required": False},
    ],
}  # fmt: skip


def test_tokens_become_images_only_by_a_stated_figure() -> None:
    token = {"meter": "output.image.token", "uncounted_why": "tokens per image unknown"}
    rows = [
        row("maker", "40", sku="known-1", **token),
        row("maker", "5", sku="known-1", meter="input.text.token"),
        row("maker", "40", sku="other", **token),
    ]
    ranking = ranked_usage(book(*rows, conversions=[CONVERSION]), images(1000))
    assert [(e.product.first.sku, e.usd_per_month) for e in ranking.entries] == [("known-1", D("40.5"))]
    assert ranking.entries[0].product.basis == "the maker's page"
    assert [refusal.reason for _, refusal in refused_rows(ranking)] == ["tokens per image unknown"]


OTHERS = [row("a", "10"), row("b", "11"), row("c", "12")]


def test_a_lone_price_far_below_all_others_may_not_win() -> None:
    for price, wins in (("1.64", False), ("1.66", True)):  # 0.15 × 11
        ranking = ranked_usage(book(*OTHERS, row("odd", price, alone="yes")), UsageRequest())
        assert (providers(ranking)[0] == "odd") is wins
    assert providers(ranked_usage(book(*OTHERS, row("odd", "0.1")), UsageRequest()))[0] == "odd"  # two families say so


def test_the_same_model_elsewhere_is_the_closer_comparison() -> None:
    same = [row(p, "9", model="m", sku="m") for p in ("d", "e", "f")]
    ranking = ranked_usage(book(*OTHERS, *same, row("odd", "3", model="m", alone="yes")), UsageRequest())
    assert "odd" not in providers(ranking)
    assert "for the same model" in ranking.suspects[0][1]


def test_a_closed_model_below_its_developers_own_price_may_not_win() -> None:
    own = row("maker", "4", model="m", closed="yes", first_party="yes")
    ranking = ranked_usage(book(own, row("odd", "3.7", model="m", closed="yes", alone="yes")), UsageRequest())
    assert providers(ranking) == ["maker"]


def test_whether_a_price_looks_wrong_does_not_depend_on_whom_a_reader_chooses() -> None:
    rows = book(*OTHERS, row("odd", "0.1", alone="yes"))
    ranking = ranked_usage(rows, UsageRequest(providers=("odd",)))
    assert providers(ranking) == []
    assert [e.product.first.provider for e, _ in ranking.suspects] == ["odd"]


def test_relaxing_goes_rung_by_rung_and_never_touches_the_main_list() -> None:
    rows = book(row("a", "5"), row("b", "1"), row("c", "2", meter=IMAGE))
    asked = UsageRequest(usage=D(10), unit="images", budget=D(1), providers=("a",), confirmed_only=True)
    ranking = ranked_usage(rows, asked)
    assert ranking.entries == ()
    trace = [(rung.given_up, [e.product.first.provider for e in rung.entries]) for rung in ranking.ladder]
    assert trace == [
        (("confirmed capacity",), []),
        (("confirmed capacity", "unit"), []),
        (("confirmed capacity", "unit", "budget"), ["a"]),
    ]
    assert usage_record(ranking)["offers"] == []


def test_giving_up_the_unit_does_not_shrink_the_usage() -> None:
    asked = UsageRequest(usage=D(1000), unit="hours", budget=D(500))
    (unit, budget) = ranked_usage(book(row("a", "1")), asked).ladder
    assert (unit.given_up, unit.entries) == (("unit",), ())
    assert [e.usd_per_month for e in budget.entries] == [D(1000)]


def test_a_deselected_provider_is_found_by_the_last_rung_only() -> None:
    rows = book(row("a", "5", suspect="odd"), row("b", "1"))
    ranking = ranked_usage(rows, UsageRequest(providers=("a",)))
    assert ranking.entries == ()
    assert [(rung.given_up, providers_of(rung.entries)) for rung in ranking.ladder] == [(("providers",), ["b"])]
    assert ranked_usage(rows, UsageRequest()).ladder == ()


def providers_of(entries: tuple) -> list[str]:  # type: ignore[type-arg]
    return [e.product.first.provider for e in entries]


def test_names_and_amounts_are_read_as_people_write_them() -> None:
    aliases = {"stt": "speech-to-text", "tts": "text-to-speech"}
    assert {workload_named(t, aliases) for t in ("STT", "speech_to_text", " Speech to text")} == {"speech-to-text"}
    assert amount("usage", "1,000.5") == D("1000.5")
    for text in ("", "many", "NaN", "-1", "1e30"):
        with pytest.raises(InputError):
            amount("usage", text)
    with pytest.raises(InputError, match="speech-to-text"):
        workload_named("poetry", aliases)
