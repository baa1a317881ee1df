"""Opportunities: planted inefficiencies are found with the exact amount, nothing else is, and nothing is added up."""

import random
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.wasm_tools.priced import TARIFFS, bill_of, book, key, line, tariff, tiers_of
from wasm_tools.invoice.cells import audited
from wasm_tools.invoice.models import HostFacts, ModelBook, ModelFacts, Score
from wasm_tools.invoice.opportunities import opportunities
from wasm_tools.invoice.tariffs import Tariff
from wasm_tools.invoice.usage import InvoiceError, UsageLine
from wasm_tools.pricing.offers import Evidence

STANDARD = {"tier": "standard", "context_band": "short", "region_scope": "global"}
M = "1000000"
EMBED = tariff("openai", "embed-x", "input.text.token", "0.02", workload="embeddings")


def amounts(lines: list[UsageLine], tier: str = "A", **more: Decimal) -> dict[str, str]:
    found = tiers_of(lines, book((*TARIFFS, EMBED)), more)[tier]
    return {item.id: f"{item.high.normalize():f}" for item in found.items}


def test_a_bill_at_list_claims_nothing() -> None:
    lines = [
        line(key(**STANDARD), M, "2.00"),
        line(key(line_class="output"), M, "8.00"),
        line(key(tier="priority"), M, "3.50"),
        line(key(context_band="long"), M, "4.00"),
        line(key(region="eu"), M, "2.20"),
        line(key(line_class="cache_write"), M, "2.50"),
        line(key(line_class="cache_read"), M, "0.50"),
        line(key("o70b", provider="hosta"), M, "0.90"),
    ]
    for tier in tiers_of(lines, book()).values():
        assert tier.claimed == 0


@pytest.mark.parametrize(
    ("planted", "action", "amount"),
    [
        (line(key(**STANDARD), "4000000", "8.00"), "batch", "4"),
        (line(key(tier="priority"), "4000000", "14.00"), "priority", "6"),
        (line(key(context_band="long"), "4000000", "16.00"), "long-context", "8"),
        (line(key(region="eu"), "10000000", "22.00"), "region", "2"),
        (line(key(**STANDARD), "10000000", "22.00"), "region", "2"),  # 1.1 × list
    ],
)
def test_a_planted_condition_is_found_with_its_exact_amount(planted: UsageLine, action: str, amount: str) -> None:
    assert amounts([planted]) == {action: amount}


def test_what_is_no_longer_sold_is_no_opportunity() -> None:
    gone = tariff("openai", "gone-x", "input.text.token;tier=batch", "1", ("2026-01-01", "1"), ("2026-10-01", ""))
    prices = book((tariff("openai", "gone-x", "input.text.token", "2"), gone))
    assert tiers_of([line(key("gone-x", tier="standard"), "4000000", "8.00")], prices)["A"].items == ()


def test_a_share_claims_its_part_and_only_that() -> None:
    lines = [line(key(**STANDARD), "4000000", "8.00")]
    tier = tiers_of(lines, book(), {"batch": Decimal("0.3")})["A"]
    assert (tier.claimed, tier.up_to) == (Decimal("1.2"), 4)
    with pytest.raises(InvoiceError, match="batsch"):
        tiers_of(lines, book(), {"batsch": Decimal(1)})
    with pytest.raises(InvoiceError, match="between 0 and 1"):
        tiers_of(lines, book(), {"batch": Decimal(2)})


def test_a_line_has_one_best_action() -> None:
    """A regional line could leave its region or wait; what the user's shares make larger is taken."""
    tariffs = (*TARIFFS, tariff("openai", "gpt-x", "input.text.token;tier=batch", "1.1", region="eu"))
    lines = [line(key(region="eu", tier="standard"), "10000000", "22.00")]
    for shares, action in (({}, "region"), ({"batch": Decimal("0.5")}, "batch")):
        (item,) = tiers_of(lines, book(tariffs), shares)["A"].items
        assert item.id == action


def test_a_cache_that_costs_more_than_it_saves_is_a_loss_of_exactly_that() -> None:
    """Written 4 M at 2.50 instead of 2, read 0.5 M at 0.50 instead of 2: 2.00 − 0.75."""
    lines = [
        line(key(line_class="cache_write"), "4000000", "10.00"),
        line(key(line_class="cache_read"), "500000", "0.25"),
    ]
    (item,) = tiers_of(lines, book(), {"cache": Decimal(1)})["A"].items
    assert (item.id, item.high, item.claimed, item.basis) == ("cache", Decimal("1.25"), Decimal("1.25"), Decimal(10))
    assert tiers_of(lines, book())["A"].claimed == 0  # prompts may change: nothing is claimed unasked
    lines.append(line(key(line_class="cache_read"), "1500000", "0.75"))
    assert amounts(lines) == {}


def test_a_newer_snapshot_of_the_same_id_that_costs_less_is_found() -> None:
    tariffs = (
        tariff("openai", "gpt-o", "input.text.token", "5", sku="gpt-o-2024-05-13"),
        tariff("openai", "gpt-o", "input.text.token", "2.5", sku="gpt-o-2024-08-06"),
        tariff("openai", "gpt-o-mini", "input.text.token", "0.1", sku="gpt-o-mini-2024-08-06"),
    )
    lines = [line(key("gpt-o-2024-05-13"), "2000000", "10.00"), line(key("gpt-o-2024-08-06"), M, "2.50")]
    (item,) = tiers_of(lines, book(tariffs))["A"].items
    assert (item.id, item.high, item.to[1]) == ("snapshot", Decimal(5), "gpt-o-2024-08-06")


def hosts(**facts: HostFacts) -> ModelBook:
    models = {"open-70b": ModelFacts("open-70b", "Open 70B", "lab", "yes", 131072)}
    skus = {"hosta": "meta/open-70b-instruct", "hostb": "open-70b", "hostc": "open-70b"}
    return ModelBook(models, {(name, skus[name]): found for name, found in facts.items()}, {})


OPEN = [
    line(key("o70b", provider="hosta"), "10000000", "9.00"),
    line(key("o70b", "output", provider="hosta"), "10000000", "9.00"),
]


def test_a_dearer_host_is_found_with_the_exact_amount_of_all_classes() -> None:
    """9.00 − 3.00 for input, 9.00 − 6.00 for output."""
    models = hosts(hosta=HostFacts("fp8", 131072), hostb=HostFacts("bf16", 131072, 40.0, 300.0))
    tier = tiers_of(OPEN, book(models=models), {"host": Decimal(1)})["B"]
    (item,) = tier.items
    assert (item.high, item.claimed, item.to) == (9, 9, ("hostb", "open-70b", "open-70b"))
    assert item.facts["tokens_per_second"] == "unknown → 40"


def test_a_host_whose_price_a_single_source_states_is_no_reason_to_move() -> None:
    lone = [tariff("hostc", "open-70b", f"{side}.text.token", "0.01") for side in ("input", "output")]
    known = {name: HostFacts("fp8", 131072) for name in ("hosta", "hostb", "hostc")}
    (item,) = tiers_of(OPEN, book((*TARIFFS, *lone), models=hosts(**known)))["B"].items
    assert item.to == ("hostb", "open-70b", "open-70b")


@pytest.mark.parametrize(
    "facts",
    [
        {"hosta": HostFacts("bf16", 131072), "hostb": HostFacts("fp8", 131072)},  # coarser
        {"hosta": HostFacts("fp8", 131072), "hostb": HostFacts("fp8", 8192)},  # shorter
        {"hosta": HostFacts("fp8", 131072), "hostb": HostFacts("fp8")},  # unknown context
        {"hosta": HostFacts("fp8", 131072)},  # unknown precision there
    ],
)
def test_another_host_must_be_known_to_be_as_good(facts: dict[str, HostFacts]) -> None:
    tier = tiers_of(OPEN, book(models=hosts(**facts)))["B"]
    assert tier.items == ()


def test_what_is_not_known_here_is_said() -> None:
    (silent,) = tiers_of(OPEN, book(models=hosts(hostb=HostFacts("fp8", 131072))))["B"].not_comparable
    assert (silent.usd, silent.reason) == (18, "the precision of the weights at this host is not known")


def test_like_with_like_only() -> None:
    """IN-T03: an embedding never replaces a chat; a batch line moves only to a batch price."""
    assert "embed-x" not in repr(tiers_of([line(key(**STANDARD), M, "2.00")], book((*TARIFFS, EMBED))))
    batch = (*TARIFFS, tariff("hosta", "open-70b", "input.text.token;tier=batch", "0.45", sku="meta/open-70b-instruct"))
    models = hosts(hosta=HostFacts("fp8", 131072), hostb=HostFacts("fp8", 131072))
    lines = [line(key("o70b", provider="hosta", tier="batch"), "10000000", "4.50")]
    assert tiers_of(lines, book(batch, models=models))["B"].items == ()


TEXT = frozenset({"text"})
CHEAP = (
    tariff("labb", "model-b", "input.text.token", "1"),
    tariff("labb", "model-b", "output.text.token", "2"),
)
WORK = [line(key(**STANDARD), "10000000", "20.00"), line(key(line_class="output"), "10000000", "80.00")]


def others(**change: object) -> ModelBook:
    """gpt-x and model-b with scores on two benchmarks; `change` are fields of model-b or its scores."""
    fields = {"context": 200000, "inputs": TEXT, "outputs": TEXT, **change}
    scores = fields.pop("scores", {"bench-1": "79", "bench-2": "60"})
    models = {
        "gpt-x": ModelFacts("gpt-x", "GPT X", "openai", "no", 128000, "", TEXT, TEXT),
        "model-b": ModelFacts("model-b", "Model B", "labb", **fields),  # type: ignore[arg-type]
    }
    own = {"bench-1": "80", "bench-2": "50", "bench-3": "10"}
    stated = {"gpt-x": own, "model-b": scores}
    return ModelBook(
        models,
        {},
        {m: {b: Score(Decimal(v), "2026-01-01", "hand", False) for b, v in s.items()} for m, s in stated.items()},  # type: ignore[attr-defined]
    )


def twice_stated(found: Tariff) -> Tariff:
    offer = found.offer
    return replace(found, offer=replace(offer, evidence=(*offer.evidence, Evidence("second", offer.price))))


def test_another_model_is_told_with_a_range_over_the_length_of_its_answers() -> None:
    """Input 10 M at 1, output 7 to 15 M at 2: 24 to 40 instead of 100."""
    prices = book((*TARIFFS, *map(twice_stated, CHEAP)), models=others())
    (item,) = tiers_of(WORK, prices, {"model": Decimal("0.5")})["C"].items
    assert (item.low, item.high, item.claimed, item.basis) == (60, 76, 30, 100)
    assert item.to == ("labb", "model-b", "model-b")
    assert item.facts["benchmarks"] == "bench-1: 80 → 79 (hand); bench-2: 50 → 60 (hand)"
    cautious = audited(bill_of(WORK), prices).cells
    assert opportunities(cautious, prices, {}, Decimal(100), Decimal("0.5"))["C"].items == ()


@pytest.mark.parametrize(
    "change",
    [
        {"scores": {"bench-1": "99"}},  # one benchmark in common
        {"scores": {"bench-1": "77", "bench-2": "60"}},  # too far behind on one
        {"context": 100000},
        {"context": None},
        {"inputs": frozenset({"audio"})},
        {"outputs": frozenset({"image"})},
        {"deprecated": "2026-12-01"},
    ],
)
def test_another_model_must_be_known_to_be_as_good(change: dict[str, object]) -> None:
    prices = book((*TARIFFS, *map(twice_stated, CHEAP)), models=others(**change))
    assert tiers_of(WORK, prices)["C"].items == ()


def test_the_price_of_another_model_has_two_sources_and_is_of_the_same_kind() -> None:
    assert tiers_of(WORK, book((*TARIFFS, *CHEAP), models=others()))["C"].items == ()
    embeddings = [twice_stated(tariff("labb", "model-b", str(t.meter), "1", workload="embeddings")) for t in CHEAP]
    assert tiers_of(WORK, book((*TARIFFS, *embeddings), models=others()))["C"].items == ()


def test_savings_never_exceed_what_was_paid_on_random_bills() -> None:
    """IN-T02."""
    chance = random.Random(8)
    models = hosts(hosta=HostFacts("fp8", 131072), hostb=HostFacts("fp8", 131072))
    for _ in range(60):
        lines = []
        for _ in range(chance.randrange(1, 12)):
            t = chance.choice(TARIFFS)
            said = key(
                t.offer.sku, chance.choice(["input_uncached", "output", "cache_read", "cache_write", "other"]),
                provider=t.offer.provider, unit=t.meter.unit, tier=chance.choice(["standard", "batch", "unknown"]),
            )  # fmt: skip
            cost = str(Decimal(chance.randrange(0, 3000)) / 100)
            lines.append(line(said, str(chance.randrange(0, 10**8)), cost))
        shares = {name: Decimal(chance.randrange(0, 11)) / 10 for name in ("batch", "flex", "region", "host")}
        paid = sum(x.cost or 0 for x in lines)
        for tier in tiers_of(lines, book(models=models), shares).values():
            assert 0 <= tier.claimed <= tier.up_to <= paid


def test_small_savings_are_counted_and_not_listed() -> None:
    lines = [line(key(**STANDARD), "100000", "0.20"), line(key("gpt-x-mini"), "800000000", "200.00")]
    tier = tiers_of(lines, book())["A"]
    assert (tier.items, tier.minor) == ((), 1)
