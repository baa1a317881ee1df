"""Suspicious statements are held back with a reason, true ones are not, and the last good value stands."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from generator.health import quarantine_share
from generator.registry import load_registry
from generator.sync.mirror import Mirror
from generator.sync.reconcile import Incoming, incoming, reconciled
from generator.sync.run import synced
from generator.sync.state import Quarantined, State, state_files
from generator.sync.statements import Parsed, Statement
from generator.sync.suspects import plausible_rentals, without_suspects
from tests.generator.test_sync_core import AS_OF, snapshot, source
from wasm_tools.pricing.meters import TEXT_INPUT, TEXT_OUTPUT, Meter
from wasm_tools.pricing.offers import Evidence, GpuOffer, Offer

ROOT = Path(__file__).parents[2]
SOURCES = {name: source(name, rank) for name, rank in (("vendor", 0), ("list", 1), ("crowd", 2), ("cents", 2))}
SOURCES["copy"] = source("copy", 3).model_copy(update={"family": "crowd"})
SHOTS = {name: snapshot(AS_OF) for name in SOURCES}
AUDIO, LONG = Meter("input", "audio", "token"), replace(TEXT_INPUT, above_tokens=200_000)
BATCH = replace(TEXT_INPUT, tier="batch")
CACHED = replace(TEXT_INPUT, cache="read")
IMAGE, MEGAPIXEL = Meter("output", "image", "image"), Meter("output", "image", "megapixel")
SECOND, PAGE = Meter("output", "video", "video_second"), Meter("input", "any", "page")
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


def test_one_direction_alone_is_held_back_on_the_word_of_a_better_rank_and_a_dispute_among_equals() -> None:
    right, wrong = both("p", "m", "3", "15"), both("p", "m", "30", "15")
    assert held_by(judged(list=right, crowd=wrong)[1]) == {("crowd", "m")}
    assert judged(cents=right, crowd=wrong)[1] == []
    assert judged(list=rows("p", "m", (TEXT_INPUT, "3")), crowd=rows("p", "m", (TEXT_INPUT, "30")))[1] == []


def test_two_families_hold_one_direction_back_whatever_its_rank() -> None:
    right, wrong = both("p", "m", "0.3", "1.2"), both("p", "m", "300", "1.2")
    _, held = judged(list=wrong, crowd=right, cents=right)
    assert [(q.source, q.price, q.expected) for q in held] == [("list", "300", "0.3")]


@pytest.mark.parametrize("meter", [IMAGE, MEGAPIXEL, SECOND, Meter("input", "text", "character"), PAGE], ids=str)
def test_a_price_of_any_unit_in_cents_is_told_by_other_providers(meter: Meter) -> None:
    market = [s for p in ("a", "b", "c") for s in rows(p, "m", (meter, "0.05"))]
    said = {"crowd": rows("p", "m", (meter, "0.0004")), "cents": rows("p", "m", (meter, "0.04"))}
    assert held_by(judged(list=market, **said)[1]) == {("crowd", "m")}
    assert judged(**said)[1] == []  # nobody can tell


def test_the_market_is_asked_before_the_rank() -> None:
    market = [s for p in ("a", "b", "c") for s in both(p, "m", "0.1", "0.3")]
    _, held = judged(list=market, crowd=both("p", "m", "0.1", "0.03"), copy=[])
    assert held == []
    _, held = judged(vendor=market, list=both("p", "m", "0.1", "0.03"), cents=both("p", "m", "0.1", "0.3"))
    assert held_by(held) == {("list", "m")}


def test_one_other_provider_is_no_market_on_the_word_of_the_same_family() -> None:
    embedding = {"crowd": rows("p", "m", (TEXT_INPUT, "100")), "cents": rows("p", "m", (TEXT_INPUT, "0.1"))}
    against_itself = {**embedding, "crowd": embedding["crowd"] + rows("q", "m", (TEXT_INPUT, "0.1"))}
    assert held_by(judged(**against_itself)[1]) == {("crowd", "m")}
    for_itself = {**embedding, "crowd": embedding["crowd"] + rows("q", "m", (TEXT_INPUT, "100"))}
    assert judged(**for_itself)[1] == []


def test_a_cache_price_that_fell_to_a_tenth_with_its_list_or_the_market_is_no_error() -> None:
    old = [*both("p", "m", "0.28", "0.42"), *rows("p", "m", (CACHED, "0.028"))]
    new = [*both("p", "m", "0.14", "0.28"), *rows("p", "m", (CACHED, "0.0028"))]
    assert judged(crowd=old, list=new, cents=new)[1] == []
    market = [s for p in ("a", "b", "c") for s in rows(p, "m", (CACHED, "0.028"))]
    same = [*both("p", "m", "0.14", "0.28"), *rows("p", "m", (CACHED, "0.028"))]
    assert judged(vendor=market, crowd=same, cents=new)[1] == []


@pytest.mark.parametrize(("price", "suspicious"), [("9", True), ("2.5", False), ("0.003", True), ("0.02", False)])
def test_a_lone_price_thirty_times_away_from_its_model_is_held_back(price: str, suspicious: bool) -> None:
    market = [s for p in ("a", "b", "c") for s in both(p, "m", "0.1", "0.4")]
    _, held = judged(list=market, crowd=both("p", "m", price, "0.4"))
    assert [q.price for q in held] == [price] * suspicious
    assert judged(crowd=market, list=both("p", "m", price, "0.4"))[1] == []  # a curated list may be alone


def test_the_other_direction_of_a_far_price_goes_with_it() -> None:
    market = [s for p in ("a", "b", "c") for s in both(p, "m", "0.2", "0.5")]
    _, held = judged(list=market, crowd=both("p", "m", "5", "25"))
    assert {q.price for q in held} == {"5", "25"}


def test_input_and_output_the_wrong_way_round_are_held_back() -> None:
    right, turned = both("p", "m", "2", "6"), both("p", "m", "6", "2")
    _, held = judged(list=turned, crowd=right)
    assert {(q.source, q.price, q.expected) for q in held} == {("list", "6", "2"), ("list", "2", "6")}
    assert judged(list=turned, cents=turned, crowd=right)[1] == []  # two families know it so


@pytest.mark.parametrize(
    ("cached", "suspicious"), [("0.14", False), ("0.2", True), ("0.0028", False), ("0.0005", True), ("0.15", False)]
)
def test_a_cached_token_is_neither_dearer_than_a_fresh_one_nor_next_to_free(cached: str, suspicious: bool) -> None:
    said = [*both("p", "m", "0.14", "0.28"), *rows("p", "m", (CACHED, cached))]
    _, held = judged(crowd=said)
    assert [q.price for q in held] == [cached] * suspicious
    assert judged(crowd=said, list=rows("p", "m", (CACHED, cached)))[1] == []  # another family says so too


def test_a_lone_cache_price_far_above_the_input_price_of_all_others_is_held_back() -> None:
    dear = [*both("p", "m", "1.7", "6.6"), *rows("p", "m", (CACHED, "0.9"))]
    others = both("p", "m", "0.15", "0.6")
    assert [q.meter for q in judged(list=others, cents=others, crowd=dear)[1]] == [str(CACHED)]
    assert judged(cents=others, crowd=dear)[1] == []


def announced(*statements: Statement) -> list[Statement]:
    return [replace(s, effective_from="2027-01-01") for s in statements]


def test_an_announced_price_has_the_scale_and_the_currency_of_the_one_in_force() -> None:
    now = both("p", "m", "3", "15")
    assert judged(list=[*now, *announced(*both("p", "m", "4", "20"))])[1] == []
    _, held = judged(list=[*now, *announced(*both("p", "m", "0.03", "0.15"))])
    assert {(q.price, q.expected) for q in held} == {("0.03", "3"), ("0.15", "15")}
    kept, held = judged(list=now, crowd=announced(*both("p", "m", "300", "15")))
    assert [q.price for q in held] == ["300"]
    assert {k[-1] for k in kept["crowd"].held} == {"2027-01-01"}
    yuan = both("p", "m", "21", "105", currency="CNY")
    assert len(judged(list=[*now, *yuan, *announced(*both("p", "m", "21", "105"))])[1]) == 2
    cut = [*rows("p", "m", (CACHED, "0.3")), *now, *announced(*rows("p", "m", (CACHED, "0.03")))]
    assert judged(list=cut)[1] == []


def test_an_outage_of_a_peer_changes_nothing_even_where_its_price_has_a_first_day() -> None:
    since = [replace(s, effective_from="2026-01-01") for s in both("p", "m", "3", "15")]
    before = reconciled([], [incoming("list", since, AS_OF, Parsed())], SHOTS, SOURCES, AS_OF)
    assert {o.effective_from for o in before} == {"2026-01-01"}
    wrong = both("p", "m", "30", "150")
    assert judged(previous=before, crowd=wrong)[1] == judged(list=since, crowd=wrong)[1] != []


def test_what_is_held_back_is_no_witness_against_others() -> None:
    """A dear host is far from a market of three providers, of which two are only there by mistake."""
    market = {"a": ("0.1", "0.4"), "b": ("0.1", "0.4"), "c": ("0.1", "0.4")}
    right = [s for p in ("a", "b") for s in both(p, "m", "10", "40")]
    wrong = [s for p, prices in market.items() for s in both(p, "m", *prices)]
    said = {"vendor": right, "list": right, "crowd": [*wrong, *both("p", "m", "11", "41")]}
    assert ("crowd", "p") not in {(q.source, q.provider) for q in judged(**said)[1]}


def test_the_peer_in_a_reason_does_not_depend_on_the_order_of_the_sources() -> None:
    right, wrong = both("p", "m", "3", "15"), both("p", "m", "30", "150")
    one = judged(cents=right, list=right, crowd=wrong)[1]
    assert one == judged(crowd=wrong, list=right, cents=right)[1]
    assert all("list" in q.reason for q in one)


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


CAUGHT = [  # source, provider, sku, meter, the wrong price
    ("portkey", "together", "minimaxai/minimax-m2.5", "input.text.token", "300"),
    ("litellm", "cohere", "embed-multilingual-light-v3.0", "input.text.token", "100"),
    ("portkey", "reka", "reka-edge", "output.text.token", "1"),
    ("portkey", "azure", "mistral-large-2411", "input.text.token", "6"),
    ("portkey", "openai", "gpt-5-pro", "input.text.token;cache=read", "0.005"),
    ("portkey", "azure", "gpt-oss-120b", "input.text.token;cache=read", "0.9"),
]
LEFT = [  # source, provider, sku, meter: true prices that look odd
    ("portkey", "deepseek", "deepseek-chat", "input.text.token;cache=read"),
    ("litellm", "deepseek", "deepseek-chat", "input.text.token;cache=read"),
    ("models-dev", "vercel", "deepseek/deepseek-v4-flash", "input.text.token;cache=read"),
    ("litellm", "xai", "grok-code-fast-1", "input.text.token;cache=read"),
    ("portkey", "azure", "davinci", "input.text.token"),
]


@pytest.mark.mirror
def test_real_errors_are_held_back_and_a_sync_of_one_source_changes_nothing(mirror: Path) -> None:
    """The second syncs read the same payloads again, one source alone: what the others say is the same as before."""
    registry = load_registry(ROOT / "data" / "registry")

    def after(state: State, *only: str) -> State:
        return synced(registry, state, [Mirror(str(mirror), "2026-11-20")], "2026-11-20", lambda _: None, only)[0]

    full = after(State())
    held = {(q.source, q.provider, q.sku, q.meter): q.price for q in full.quarantine}
    assert {row: held.get(row[:4]) for row in CAUGHT} == {row: row[4] for row in CAUGHT}
    assert not [row for row in LEFT if row in held]
    assert quarantine_share(full.offers, registry, full)["good_rows_held_back"] == 0
    files = {path: text for path, text in state_files(full).items() if "snapshots" not in str(path)}
    for name in ("portkey", "models-dev"):
        again = state_files(after(full, name))
        assert [path for path, text in files.items() if again.get(path) != text] == [], name
