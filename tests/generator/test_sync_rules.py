"""Rules of the sync that keep a wrong row out: contradictions, absences of rentals, collapsed payloads, names."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from generator.nightly import silent
from generator.registry import Registry, load_registry
from generator.sync.names import named
from generator.sync.payloads import Payload, payload
from generator.sync.reconcile import chosen_evidence, incoming
from generator.sync.rentals import merged_rentals, rental_offers
from generator.sync.run import _sold, synced
from generator.sync.source_registry import Source
from generator.sync.state import State
from generator.sync.statements import GpuStatement, Parsed, Statement
from tests.generator.test_sync_core import AS_OF, SOURCES, merge, said, snapshot
from wasm_tools.pricing.meters import TEXT_INPUT
from wasm_tools.pricing.offers import Evidence, GpuOffer

ROOT = Path(__file__).parents[2]
SONAR = ("perplexity/sonar", "perplexity/perplexity/sonar")


def stated(sku: str, price: str) -> Statement:
    return Statement("azure", sku, "llm", TEXT_INPUT, Decimal(price))


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry(ROOT / "data" / "registry")


def test_plainest_spelling_of_a_sku_stays_and_the_contradiction_is_counted(registry: Registry) -> None:
    parsed = Parsed(offers=[stated("azure/global/gpt-4o", "1"), stated("azure/gpt-4o", "9")])
    parsed.offers = [replace(s, region="global") for s in parsed.offers]
    same_key = [replace(s, sku="azure/azure_ai/gpt-4o") if s.price == 1 else s for s in parsed.offers]
    for offers in (same_key, same_key[::-1]):
        (kept,) = incoming("litellm", _sold(Parsed(offers=offers), registry), AS_OF, parsed).statements.values()
        assert kept.price == 9
    assert parsed.rejected["contradicts another row of the same source"] == 2


def test_second_prefix_belongs_to_the_id(registry: Registry) -> None:
    ids = {named(Statement("perplexity", sku, "llm", TEXT_INPUT, Decimal(1)), registry).sku for sku in SONAR}
    assert ids == {"sonar", "perplexity/sonar"}


def test_pe_26_a_batch_id_is_the_batch_tier_of_its_model(registry: Registry) -> None:
    said = Statement("openrouter", "openrouter/openai/o3:batch", "llm", TEXT_INPUT, Decimal(1))
    (sold,) = _sold(Parsed(offers=[said]), registry)
    assert (sold.sku, sold.meter.tier) == ("openai/o3", "batch")


def test_implausible_token_price_is_counted_and_left_out(registry: Registry) -> None:
    parsed = Parsed(offers=[stated("azure/gpt-4o", "3200"), stated("azure/gpt-4o-mini", "1000")])
    assert [s.price for s in _sold(parsed, registry)] == [Decimal(1000)]
    assert parsed.rejected["implausible: above $1,000 per 1M text tokens"] == 1


def test_price_that_is_gone_from_a_better_source_loses_to_a_present_one() -> None:
    shots = {"list": snapshot(AS_OF), "crowd": snapshot(AS_OF)}
    gone, present = Evidence("list", Decimal(1), "2026-11-10"), Evidence("crowd", Decimal(2))
    assert chosen_evidence([gone, present], {**shots, "crowd": snapshot("2026-11-20")}, SOURCES).source == "crowd"
    assert chosen_evidence([replace(gone, absent_since=""), present], shots, SOURCES).source == "list"


def test_end_of_a_price_is_kept() -> None:
    (offer,) = merge([], {"list": snapshot(AS_OF)}, list=[said("a", "1", effective_to="2027-01-01")])
    assert offer.effective_to == "2027-01-01"


def rental(name: str, price: str = "2") -> GpuStatement:
    return GpuStatement("verda", name, "NVIDIA H100 SXM#80", 1, "on_demand", Decimal(price))


def rentals(previous: list[GpuOffer], day: str, registry: Registry, *statements: GpuStatement) -> list[GpuOffer]:
    news = {"tardellirs": rental_offers("tardellirs", Parsed(gpu_offers=list(statements)), registry)}
    shots = {"tardellirs": snapshot(day), "elsewhere": snapshot(AS_OF)}
    sources = {**registry.source, "elsewhere": registry.source["tardellirs"]}
    return merged_rentals(previous, news, shots, sources)


def test_rental_that_disappears_once_is_marked_and_twice_is_gone(registry: Registry) -> None:
    first = rentals([], "2026-05-01", registry, rental("a"), rental("b"))
    second = rentals(first, "2026-05-10", registry, rental("a"))
    assert {o.instance: o.evidence[0].absent_since for o in second} == {"a": "", "b": "2026-05-10"}
    assert rentals(second, "2026-05-10", registry, rental("a")) == second
    assert [o.instance for o in rentals(second, "2026-05-20", registry, rental("a"))] == ["a"]
    back = rentals(second, "2026-05-20", registry, rental("a"), rental("b"))
    assert [o.evidence[0].absent_since for o in back] == ["", ""]


def test_rental_of_another_source_is_not_touched(registry: Registry) -> None:
    mine = rentals([], "2026-05-01", registry, rental("a"))
    other = replace(mine[0], instance="x", price=Decimal(3), evidence=(Evidence("elsewhere", Decimal(3)),))
    assert other in rentals([*mine, other], "2026-06-01", registry, rental("a"))


def test_the_better_ranked_source_sets_the_price_of_a_rental(registry: Registry) -> None:
    vendor, list_ = rental("a", "3"), rental("a", "2")
    news = {
        name: rental_offers(name, Parsed(gpu_offers=[s]), registry) for name, s in (("vendor", vendor), ("list", list_))
    }
    shots = {"vendor": snapshot("2026-11-01"), "list": snapshot(AS_OF)}
    (offer,) = merged_rentals([], news, shots, SOURCES)
    assert offer.price == 3
    assert {(e.source, e.price) for e in offer.evidence} == {("vendor", Decimal(3)), ("list", Decimal(2))}


def test_two_rows_for_one_rental_are_counted(registry: Registry) -> None:
    parsed = Parsed(gpu_offers=[rental("a"), rental("a"), rental("a", "5")])
    assert len(rental_offers("list", parsed, registry)) == 1
    assert parsed.rejected == {
        "repeats another row of the same source": 1,
        "contradicts another row of the same source": 1,
    }


class Broken(Exception):
    """Whatever a reader may run into."""


def test_reader_that_fails_hurts_its_own_source_only(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    from generator.sync.sources import models_dev

    def fails(*_: object) -> Parsed:
        raise Broken("odd row")

    monkeypatch.setattr(models_dev, "parse", fails)
    state, (outcome,) = synced(registry, State(), [Body({"openai": 3})], AS_OF, silent, ("models-dev",))
    assert outcome.state == "kept"
    assert "Broken: odd row" in outcome.message
    assert not state.offers


class Body:
    """A transport that hands out one payload of models.dev in its own shape."""

    def __init__(self, providers: dict[str, int]) -> None:
        models = {p: {f"m{n}": self.entry(f"m{n}") for n in range(count)} for p, count in providers.items()}
        self.text = json.dumps({p: {"id": p, "name": p, "models": rows} for p, rows in models.items()}).encode()

    @staticmethod
    def entry(name: str) -> dict[str, object]:
        modalities = {"input": ["text"], "output": ["text"]}
        return {"id": name, "name": name, "cost": {"input": 1, "output": 2}, "modalities": modalities}

    def fetch(self, source: Source) -> Payload:
        return payload(self.text, "mirror", AS_OF, "")


def test_payload_without_a_known_provider_is_suspect(registry: Registry) -> None:
    sync = ("models-dev",)
    before, (first,) = synced(registry, State(), [Body({"groq": 20, "openai": 60})], AS_OF, silent, sync)
    assert first.state == "fresh", first
    after, (second,) = synced(registry, before, [Body({"openai": 90})], AS_OF, silent, sync)
    assert second.state == "kept"
    assert "groq" in second.message
    assert after.offers == before.offers


class Later(Body):
    """The same, read on another day."""

    def __init__(self, providers: dict[str, int], day: str) -> None:
        super().__init__(providers)
        self.day = day

    def fetch(self, source: Source) -> Payload:
        return payload(self.text, "mirror", self.day, "")


def test_a_provider_that_stays_away_for_a_week_is_a_fact_and_the_same_payload_is_never_suspect(
    registry: Registry,
) -> None:
    def read(before: State, providers: dict[str, int], day: str) -> tuple[State, str]:
        state, (outcome,) = synced(registry, before, [Later(providers, day)], "2026-11-30", silent, ("models-dev",))
        return state, outcome.state

    first, _ = read(State(), {"groq": 30, "openai": 60}, "2026-11-01")
    assert read(first, {"openai": 90}, "2026-11-03")[1] == "kept"
    second, state = read(first, {"openai": 90}, "2026-11-09")
    assert state == "fresh"
    third, state = read(second, {"openai": 90}, "2026-11-09")
    assert state == "unchanged" and third.offers == second.offers
    assert read(second, {"openai": 91}, "2026-11-10")[1] == "fresh"
    assert read(first, {"openai": 20}, "2026-11-03")[1] == "kept"
    assert read(first, {"openai": 20}, "2026-11-20")[1] == "kept"
    summer, _ = read(State(), {"groq": 30, "openai": 60}, "2026-08-01")
    assert read(summer, {"openai": 20}, "2026-11-20")[1] == "fresh"


def test_a_rental_that_is_held_back_keeps_its_last_good_price(registry: Registry) -> None:
    before = rentals([], "2026-05-01", registry, rental("a", "2.5"))
    shots = {"tardellirs": snapshot("2026-05-20")}
    held = {"tardellirs": {before[0].key}}
    for day in ("2026-05-20", "2026-06-20"):
        shots["tardellirs"] = snapshot(day)
        (kept,) = merged_rentals(before, {"tardellirs": {}}, shots, registry.source, held)
        assert (kept.price, kept.evidence[0].absent_since) == (Decimal("2.5"), "2026-05-20")
        before = [kept]
    assert merged_rentals(before, {"tardellirs": {}}, shots, registry.source) == []


@pytest.mark.parametrize(
    ("provider", "sku", "region", "bare"),
    [
        ("bedrock", "us.anthropic.claude-sonnet-4-5-20250929-v1:0", "us", "anthropic.claude-sonnet-4-5-20250929-v1:0"),
        ("bedrock", "bedrock/us-gov-west-1/meta.llama3-70b", "us-gov-west-1", "meta.llama3-70b"),
        ("azure", "azure/eu/gpt-4o", "eu", "gpt-4o"),
        ("openai", "gpt-4o", "global", "gpt-4o"),
        ("nobody-knows", "X/Y", "global", "x/y"),
    ],
)
def test_region_is_read_from_the_prefix(registry: Registry, provider: str, sku: str, region: str, bare: str) -> None:
    got = named(Statement(provider, sku, "llm", TEXT_INPUT, Decimal(1)), registry)
    assert (got.region, got.sku) == (region, bare)


def test_file_name_of_an_unknown_provider_is_harmless(registry: Registry) -> None:
    got = named(Statement("../../etc/passwd", "m", "llm", TEXT_INPUT, Decimal(1)), registry)
    assert got.provider == "etc-passwd"
