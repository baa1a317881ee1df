"""Spellings of one SKU are joined where no source says that they are two, and never at a gateway."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from generator.registry import Registry, load_registry
from generator.sync.spellings import one_spelling, respelled, respelled_facts, respelled_offers
from generator.sync.statements import SkuFacts, Statement
from tests.generator.test_sync_core import said
from wasm_tools.pricing.meters import TEXT_INPUT
from wasm_tools.pricing.offers import Evidence, Offer

ROOT = Path(__file__).parents[2]
PATH, PLAIN = "meta-llama/llama-3.3-70b-instruct", "llama-3.3-70b-instruct"


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry(ROOT / "data" / "registry")


def at(provider: str, sku: str, price: str = "0.88") -> Statement:
    return Statement(provider, sku, "llm", TEXT_INPUT, Decimal(price))


def test_two_spellings_become_the_one_that_most_sources_use(registry: Registry) -> None:
    stated = {"a": [at("together", PATH)], "b": [at("together", PATH)], "c": [at("together", PLAIN)]}
    spelling = one_spelling(stated, [], registry)
    assert spelling == {("together", PLAIN): PATH}
    assert [s.sku for s in respelled(stated["c"], spelling)] == [PATH]


def before(sku: str, source: str, price: str = "0.88") -> Offer:
    evidence = (Evidence(source, Decimal(price)),)
    return Offer("together", sku, "", "llm", TEXT_INPUT, "global", Decimal(price), evidence)


def test_what_sources_said_before_counts_while_they_are_not_read(registry: Registry) -> None:
    previous = [before(PATH, "x"), before(PATH, "x")]
    assert one_spelling({"a": [at("together", PLAIN)]}, previous, registry) == {("together", PATH): PLAIN}
    two = [before(PATH, "x"), replace(before(PATH, "y"), region="eu")]
    assert one_spelling({"a": [at("together", PLAIN)]}, two, registry) == {("together", PLAIN): PATH}


def test_offers_that_become_one_keep_the_evidence_of_both() -> None:
    (joined,) = respelled_offers([before(PLAIN, "x"), before(PATH, "y", "0.9")], {("together", PLAIN): PATH})
    assert joined.sku == PATH and joined.price == Decimal("0.9")
    assert {(e.source, e.price) for e in joined.evidence} == {("x", Decimal("0.88")), ("y", Decimal("0.9"))}


def test_ids_that_one_source_lists_at_two_prices_are_two(registry: Registry) -> None:
    stated = {"a": [at("together", PATH), at("together", PLAIN, "0.5")]}
    assert one_spelling(stated, [], registry) == {}
    same = {"a": [at("together", PATH), at("together", PLAIN)]}
    assert len(one_spelling(same, [], registry)) == 1


def test_a_gateway_keeps_its_paths_because_they_say_who_runs_the_model(registry: Registry) -> None:
    assert registry.provider["nano-gpt"].kind == "gateway"
    stated = {"a": [at("nano-gpt", "azure/gpt-4o")], "b": [at("nano-gpt", "openai/gpt-4o")]}
    assert one_spelling(stated, [], registry) == {}


@pytest.mark.parametrize(
    "other", ["llama-3.3-70b-instruct-fp8", "llama-3.1-70b-instruct", "llama-3.3-70b-instruct-2025"]
)
def test_another_model_precision_or_snapshot_is_not_joined(registry: Registry, other: str) -> None:
    stated = {"a": [at("together", PLAIN)], "b": [at("together", other)]}
    assert one_spelling(stated, [], registry) == {}


def test_another_spelling_stays_as_an_alias_because_a_bill_may_use_it() -> None:
    facts = {("together", PLAIN): SkuFacts(provider="together", sku=PLAIN, context=131072)}
    found = respelled_facts(facts, {("together", PLAIN): PATH})
    assert found[("together", PATH)].context == 131072
    assert found[("together", PLAIN)].alias_of == PATH


def test_nothing_is_joined_where_nothing_differs(registry: Registry) -> None:
    assert one_spelling({"a": [said("gpt-5", "1")]}, [], registry) == {}
