"""Rankings by usage: exact costs, complete products only, options that always count, filters that hold."""

import json
import random
from decimal import Decimal

import pytest

from tests.wasm_tools.usage_books import HOURLY, IMAGE, book, pack, row
from wasm_tools.planner.usage import UsageRanking, provider_diagnostics, ranked_usage, read_usage_book, usage_record
from wasm_tools.planner.usage.ranking import refused_rows
from wasm_tools.workload.traffic import InputError
from wasm_tools.workload.usage import UsageRequest

D = Decimal
IN, OUT = "input.text.token", "output.text.token"


def providers(ranking: UsageRanking) -> list[str]:
    return [e.product.first.provider for e in ranking.entries]


def reasons(ranking: UsageRanking) -> dict[str, str]:
    return {f"{r.provider} {r.meter}": refusal.kind for r, refusal in refused_rows(ranking)}


def test_a_thousand_audio_hours_cost_a_thousand_times_the_hour() -> None:
    ranking = ranked_usage(book(row("a", "0.04"), row("b", "0.027")), UsageRequest(usage=D(1000), unit="hours"))
    assert providers(ranking) == ["b", "a"]
    assert [e.usd_per_month for e in ranking.entries] == [D(27), D(40)]
    assert [e.unit_price for e in ranking.entries] == [D("0.027"), D("0.04")]


def test_sixty_minutes_cost_what_an_hour_costs() -> None:
    rows = book(row("a", "0.36"))
    by_minute = ranked_usage(rows, UsageRequest(usage=D(60), unit="minutes"))
    by_hour = ranked_usage(rows, UsageRequest(usage=D(1), unit="hours"))
    assert by_minute.entries[0].usd_per_month == by_hour.entries[0].usd_per_month == D("0.36")


def test_a_pair_is_billed_in_both_directions_and_a_lone_input_price_is_refused() -> None:
    pair = [row("pair", "0.2", meter=IN), row("pair", "0.6", meter=OUT)]
    ranking = ranked_usage(book(*pair, row("lone", "0.01", meter=IN)), UsageRequest(usage=D(10), unit="million_tokens"))
    assert [(e.product.first.provider, e.usd_per_month) for e in ranking.entries] == [("pair", D(5))]
    assert reasons(ranking)[f"lone {IN}"] == "incomplete"
    half = ranked_usage(book(row("half", "1", meter=OUT)), UsageRequest(unit="tokens"))
    assert reasons(half) == {f"half {OUT}": "incomplete"}


def test_what_bills_more_than_the_parts_is_refused() -> None:
    rows = pack(row("a", "0.3"), row("a", "12", meter="output.audio.token"), row("b", "3"))
    rows["comparators"][0] = {**rows["comparators"][0], "unless": ["output.audio.token"]}
    ranking = ranked_usage(read_usage_book(rows), UsageRequest())
    assert providers(ranking) == ["b"]
    assert reasons(ranking)["a input.audio.audio_second"] == "incomplete"


@pytest.mark.parametrize("kind", ["cache", "tier", "add_on", "training", "plan", "other_task"])
def test_what_is_no_complete_product_never_wins(kind: str) -> None:
    ranking = ranked_usage(book(row("cheap", "0.001", aside=kind, why="no product"), row("b", "1")), UsageRequest())
    assert providers(ranking) == ["b"]
    assert reasons(ranking) == {"cheap input.audio.audio_second": kind}


def test_unlike_meters_never_share_a_ranking_and_no_pair_is_inverted() -> None:
    dice = random.Random(4)
    meters = ["input.audio.audio_second", IN, OUT, IMAGE, "input.any.session", "output.image.image"]
    for _ in range(60):
        rows = [
            row(f"p{dice.randrange(12)}", str(D(dice.randrange(1, 9999)) / 1000), meter=m, sku=f"s{dice.randrange(4)}")
            for m in dice.choices(meters, k=40)
        ]
        rows = list({(r["provider"], r["sku"], r["meter"]): r for r in rows}.values())
        for unit, meter in (("minutes", meters[0]), ("tokens", IN), ("images", IMAGE)):
            ranking = ranked_usage(book(*rows), UsageRequest(usage=D(dice.randrange(1, 10**6)), unit=unit))
            assert {e.product.first.meter for e in ranking.entries} <= {meter}
            pairs = [(e.unit_price, e.usd_per_month) for e in ranking.entries]
            assert all((a[0] <= b[0]) == (a[1] <= b[1]) for a in pairs for b in pairs)
            assert pairs == sorted(pairs)


def test_every_price_is_ranked_or_refused_once_whatever_is_asked() -> None:
    rows = [row("a", "1"), row("b", "9", suspect="odd"), row("c", "2", aside="plan", why="a plan"), row("d", "3")]
    rows += [row("d", "5", meter=IN), row("e", "4", meter=IMAGE), row("f", "1", region="us"), row("f", "2")]
    for request in (
        UsageRequest(), UsageRequest(budget=D(250)), UsageRequest(confirmed_only=True),
        UsageRequest(providers=("d",)), UsageRequest(unit="images", usage=D(3)),
        UsageRequest(budget=D(1), providers=("a", "b"), confirmed_only=True, weigh_evidence=True),
    ):  # fmt: skip
        ranking = ranked_usage(book(*rows), request)
        ranked = [n for e in ranking.entries for n in e.product.rows]
        assert sorted([*ranked, *ranking.refused]) == list(range(len(rows)))
        record = usage_record(ranking)
        assert record["prices"] == {"all": 8, "ranked": len(ranked), "left_out": len(ranking.refused)}
        assert sum(record["left_out"].values()) == len(ranking.refused)  # type: ignore[attr-defined]


def test_a_reason_is_the_true_one() -> None:
    rows = book(row("a", "1"), row("b", "9"), row("c", "2"), row("d", "1", meter=IMAGE), row("e", "1", suspect="odd"))
    ranking = ranked_usage(rows, UsageRequest(usage=D(100), unit="hours", budget=D(300), providers=("a", "b", "d")))
    assert reasons(ranking) == {
        "b input.audio.audio_second": "budget",
        "c input.audio.audio_second": "provider",
        f"d {IMAGE}": "unit",
        "e input.audio.audio_second": "provider",
    }
    assert [(p, n) for p, n, _ in provider_diagnostics(ranking)] == [("a", 1), ("b", 0), ("c", 0), ("d", 0), ("e", 0)]
    assert {p: why for p, _, why in provider_diagnostics(ranking)}["b"] == "costs more than the budget"


def test_one_product_is_listed_once_in_its_cheapest_region() -> None:
    ranking = ranked_usage(book(row("a", "2"), row("a", "1", region="us"), row("b", "3")), UsageRequest())
    assert [(e.product.first.provider, e.product.first.region) for e in ranking.entries] == [
        ("a", "us"),
        ("b", "global"),
    ]
    assert reasons(ranking) == {"a input.audio.audio_second": "superseded"}


def test_of_equal_regions_the_price_for_everywhere_stands() -> None:
    ranking = ranked_usage(book(row("a", "1", region="eu"), row("a", "1"), row("a", "1", region="us")), UsageRequest())
    assert [e.product.first.region for e in ranking.entries] == ["global"]


def test_evidence_counts_with_and_without_a_usage_a_budget_or_a_unit() -> None:
    rows = book(row("weak", "1", grade="D"), row("strong", "1.2", grade="A"))
    for given in ({}, {"usage": D(7), "unit": "hours"}, {"budget": D(10000)}, {"unit": "minutes"}):
        assert providers(ranked_usage(rows, UsageRequest(**given))) == ["weak", "strong"]
        weighed = ranked_usage(rows, UsageRequest(weigh_evidence=True, **given))
        assert providers(weighed) == ["strong", "weak"]
        assert weighed.entries[1].usd_per_month == ranked_usage(rows, UsageRequest(**given)).entries[0].usd_per_month


def test_a_stated_preset_has_an_effect() -> None:
    rows = book(row("weak", "1", grade="B"), row("strong", "1.15", grade="A"))
    assert providers(ranked_usage(rows, UsageRequest(weigh_evidence=True))) == ["weak", "strong"]
    assert providers(ranked_usage(rows, UsageRequest(preset="conservative"))) == ["strong", "weak"]


def test_of_equal_costs_the_better_supported_comes_first() -> None:
    assert providers(ranked_usage(book(row("a", "1", grade="C"), row("b", "1", grade="A")), UsageRequest())) == [
        "b",
        "a",
    ]


def test_no_result_depends_on_the_order_of_the_data() -> None:
    dice = random.Random(7)
    rows = [
        row(f"p{n % 9}", str(dice.randrange(1, 40)), sku=f"s{n % 40}", alone="yes", region=str(n)) for n in range(60)
    ]
    expected = json.dumps(usage_record(ranked_usage(book(*rows), UsageRequest(budget=D(2000)))))
    for _ in range(5):
        dice.shuffle(rows)
        assert json.dumps(usage_record(ranked_usage(book(*rows), UsageRequest(budget=D(2000))))) == expected


def test_a_record_is_plain_json_with_money_as_text() -> None:
    record = usage_record(ranked_usage(book(row("a", "0.1"), row("b", "1", meter=HOURLY)), UsageRequest(budget=D(50))))
    again = json.loads(json.dumps(record, allow_nan=False))
    assert again == record
    assert again["offers"][0]["usd_per_month"] == "10"
    assert again["filters"]["budget_usd_per_month"] == "50"


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (lambda: UsageRequest(usage=D(0)), "usage"),
        (lambda: UsageRequest(usage=D("NaN")), "usage"),
        (lambda: UsageRequest(usage=D("Infinity")), "usage"),
        (lambda: UsageRequest(budget=D(-1)), "budget"),
        (lambda: UsageRequest(providers=()), "providers"),
        (lambda: ranked_usage(book(row("a", "1")), UsageRequest(unit="bananas")), "unit"),
        (lambda: ranked_usage(book(row("a", "1")), UsageRequest(preset="bold")), "preset"),
        (lambda: ranked_usage(book(row("a", "1")), UsageRequest(providers=("z",))), "providers"),
    ],
)
def test_an_input_that_means_nothing_is_refused_by_name(request_: object, field: str) -> None:
    with pytest.raises(InputError) as error:
        request_()  # type: ignore[operator]
    assert error.value.field == field


def test_an_empty_book_is_an_empty_ranking() -> None:
    record = usage_record(ranked_usage(book(), UsageRequest()))
    assert record["offers"] == record["providers"] == []
