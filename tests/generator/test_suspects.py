"""Suspicious statements are held back with a reason, true ones are not, and the last good value stands."""

from dataclasses import replace
from decimal import Decimal

import pytest

from generator.sync.reconcile import Incoming, incoming, reconciled
from generator.sync.state import Quarantined
from generator.sync.statements import Parsed, Statement
from generator.sync.suspects import plausible_rentals, without_suspects
from tests.generator.test_sync_core import AS_OF, snapshot, source
from wasm_tools.pricing.meters import TEXT_INPUT, TEXT_OUTPUT, Meter
from wasm_tools.pricing.offers import Evidence, GpuOffer, Offer

SOURCES = {name: source(name, rank) for name, rank in (("vendor", 0), ("list", 1), ("crowd", 2), ("cents", 2))}
SOURCES["copy"] = source("copy", 3).model_copy(update={"family": "crowd"})
SHOTS = {name: snapshot(AS_OF) for name in SOURCES}
AUDIO, LONG = Meter("input", "audio", "token"), replace(TEXT_INPUT, above_tokens=200_000)
BATCH = replace(TEXT_INPUT, tier="batch")
DEVELOPERS = {"moonshot"}


def rows(provider: str, sku: str, *prices: tuple[Meter, str], currency: str = "USD") -> list[Statement]:
    return [Statement(provider, sku, "llm", m, Decimal(p), currency=currency) for m, p in prices]


def both(provider: str, sku: str, first: str, second: str, currency: str = "USD") -> list[Statement]:
    return rows(provider, sku, (TEXT_INPUT, first), (TEXT_OUTPUT, second), currency=currency)


def judged(
    previous: list[Offer] | None = None, shots: dict[str, object] = SHOTS, **said: list[Statement]
) -> tuple[dict[str, Incoming], list[Quarantined]]:
    news = [incoming(name, statements, AS_OF, Parsed()) for name, statements in said.items()]
    kept, held = without_suspects(news, previous or [], SOURCES, shots, lambda _, sku: sku, DEVELOPERS)
    return {k.source: k for k in kept}, held


def held_by(held: list[Quarantined]) -> set[tuple[str, str]]:
    return {(q.source, q.sku) for q in held}


def test_a_list_off_by_ten_against_two_families_is_held_back_whatever_its_rank() -> None:
    _, held = judged(list=both("p", "m", "30", "150"), crowd=both("p", "m", "3", "15"), cents=both("p", "m", "3", "15"))
    assert held_by(held) == {("list", "m")}
    assert {q.expected for q in held} == {"3", "15"}
    assert "10^1" in held[0].reason


def test_a_copy_is_no_second_family() -> None:
    _, held = judged(
        list=both("p", "m", "3", "15"), crowd=both("p", "m", "30", "150"), copy=both("p", "m", "30", "150")
    )
    assert held_by(held) == {("crowd", "m"), ("copy", "m")}


def test_one_against_one_is_settled_by_what_other_providers_charge() -> None:
    market = [s for p in ("a", "b", "c") for s in both(p, "m", "3", "15")]
    _, held = judged(list=[*both("p", "m", "30", "150"), *market], crowd=both("p", "m", "3", "15"))
    assert held_by(held) == {("list", "m")}


def test_one_direction_alone_is_a_dispute_not_a_scale_error() -> None:
    _, held = judged(list=both("p", "m", "3", "15"), crowd=both("p", "m", "30", "15"))
    assert held == []


def test_a_lone_price_off_by_ten_from_the_developer_is_held_back_and_a_dear_host_is_not() -> None:
    market = [s for p in ("moonshot", "b", "c") for s in both(p, "m", "0.4", "2")]
    _, held = judged(list=market, crowd=both("p", "m", "4", "20"))
    assert held_by(held) == {("crowd", "m")}
    assert judged(list=market, crowd=both("p", "m", "3.1", "16"))[1] == []
    assert judged(list=[*market, *both("q", "m", "4", "20")], vendor=both("p", "m", "4", "20"))[1] == []


def test_a_price_in_yuan_filed_as_dollars_is_held_back() -> None:
    _, held = judged(
        list=[*both("p", "m", "0.44", "1.32"), *both("p", "m", "3", "9", currency="CNY")],
        crowd=both("p", "m", "3", "9"),
    )
    assert held_by(held) == {("crowd", "m")}
    assert "CNY" in held[0].reason
    assert judged(list=both("p", "m", "0.44", "1.32"), crowd=both("p", "m", "3", "9"))[1] == []


def test_a_lone_price_of_seven_times_the_developers_is_yuan() -> None:
    market = [s for p in ("moonshot", "b", "c") for s in both(p, "m", "0.3", "1.2")]
    _, held = judged(list=market, crowd=both("p", "m", "2.1", "8.4"))
    assert held_by(held) == {("crowd", "m")}


@pytest.mark.parametrize(
    ("meter", "price", "suspicious"),
    [
        (AUDIO, "9", True),  # the audio rate filed as text
        (LONG, "9", True),  # the long-context rate filed as the base rate
        (BATCH, "9", False),  # a batch price above the standard one belongs to another host
        (BATCH, "1", True),  # the discount filed as the standard price
    ],
)
def test_a_price_that_is_another_meters_is_held_back(meter: Meter, price: str, suspicious: bool) -> None:
    _, held = judged(list=rows("p", "m", (TEXT_INPUT, "2"), (meter, price)), crowd=rows("p", "m", (TEXT_INPUT, price)))
    assert bool(held) == suspicious


def test_a_much_newer_list_may_know_a_price_change() -> None:
    old = {**SHOTS, "list": snapshot("2026-08-01")}
    said = {"list": rows("p", "m", (TEXT_INPUT, "2"), (BATCH, "1")), "crowd": rows("p", "m", (TEXT_INPUT, "1"))}
    assert judged(**said)[1]
    assert judged(shots=old, **said)[1] == []


def test_pe_03_a_price_far_from_all_others_is_held_against_its_siblings() -> None:
    kimi = [*both("p", "kimi-k2", "4", "20"), *both("p", "kimi-k2-0905", "0.4", "2")]
    _, held = judged(list=both("p", "kimi-k2", "0.5", "2"), crowd=kimi)
    assert held_by(held) == {("crowd", "kimi-k2")}
    near = [*both("p", "kimi-k2", "0.6", "3"), *both("p", "kimi-k2-0905", "0.06", "0.3")]
    assert judged(list=both("p", "kimi-k2", "0.5", "2"), crowd=near)[1] == []


def test_a_base_price_of_long_ago_may_be_the_batch_price_of_now() -> None:
    old = {**SHOTS, "crowd": snapshot("2026-08-01")}
    said = {"list": rows("p", "m", (TEXT_INPUT, "2"), (BATCH, "1")), "crowd": rows("p", "m", (TEXT_INPUT, "1"))}
    assert judged(shots=old, **said)[1] == []
    audio = {"list": rows("p", "m", (TEXT_INPUT, "2"), (AUDIO, "9")), "crowd": rows("p", "m", (TEXT_INPUT, "9"))}
    assert judged(shots=old, **audio)[1]


def test_a_first_party_price_is_not_held_against_a_lower_rank() -> None:
    said = {"vendor": rows("p", "m", (TEXT_INPUT, "9")), "crowd": rows("p", "m", (TEXT_INPUT, "2"), (AUDIO, "9"))}
    assert judged(**said)[1] == []


def test_the_last_good_value_of_a_source_stands_when_its_new_one_is_suspicious() -> None:
    first = [incoming("crowd", both("p", "m", "3", "15"), AS_OF, Parsed())]
    before = reconciled([], first, SHOTS, SOURCES, AS_OF)
    kept, held = judged(previous=before, crowd=both("p", "m", "0.003", "0.015"))
    assert held_by(held) == {("crowd", "m")}
    after = reconciled(before, kept.values(), SHOTS, SOURCES, AS_OF)
    assert {(o.price, o.evidence[0].absent_since) for o in after} == {(Decimal(3), AS_OF), (Decimal(15), AS_OF)}
    again = reconciled(after, kept.values(), {**SHOTS, "crowd": snapshot("2026-12-20")}, SOURCES, "2026-12-20")
    assert {o.price for o in again} == {Decimal(3), Decimal(15)}


def rental(instance: str, price: str) -> GpuOffer:
    return GpuOffer("p", instance, "", "H100", 1, "global", "on_demand", Decimal(price),
                    evidence=(Evidence("crowd", Decimal(price)),))  # fmt: skip


def test_a_rental_price_far_from_its_gpu_is_held_back() -> None:
    offers = [rental(str(n), p) for n, p in enumerate(("2", "2.5", "3.45", "12.29", "0.01", "300"))]
    kept, held = plausible_rentals({"crowd": {o.key: o for o in offers}}, [], lambda name: name)
    assert {q.price for q in held} == {"0.01", "300"}
    assert len(kept["crowd"]) == 4
