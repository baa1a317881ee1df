"""Two rows for one price or one SKU come down to one, whatever fields either of them leaves out."""

import itertools
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from generator.registry import Registry, load_registry
from generator.sync.facts import best_facts, sku_facts
from generator.sync.reconcile import Incoming, incoming, reconciled
from generator.sync.source_registry import Source
from generator.sync.state import Snapshot
from generator.sync.statements import FIELDS, Parsed, SkuFacts, Statement
from wasm_tools.pricing.meters import TEXT_INPUT

AS_OF = "2026-11-20"
OPTIONAL = {
    "effective_from": "2026-03-01",
    "effective_to": "2027-01-01",
    "note": "a note",
    "field": "input",
    "source_url": "https://example.org/prices",
}
# Every subset of the optional fields: what a row states, all else is missing.
STATED = [dict(c) for n in range(len(OPTIONAL) + 1) for c in itertools.combinations(OPTIONAL.items(), n)]
FACTS: dict[str, object] = {
    "name": "GPT", "context": 128_000, "released": "2026-01-01", "open_weights": "no", "input_modalities": ("text",),
    "tokens_per_second": 40.0,
}  # fmt: skip
SOME_FACTS = [dict(c) for n in range(len(FACTS) + 1) for c in itertools.combinations(FACTS.items(), n)]


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry(Path(__file__).parents[2] / "data" / "registry")


def row(price: str, stated: dict[str, str]) -> Statement:
    return Statement("openai", "gpt-5", "llm", TEXT_INPUT, Decimal(price), **stated)


def source(name: str, rank: int) -> Source:
    return Source(
        id=name, title=name, url=f"https://example.org/{name}", homepage="https://example.org", licence="MIT",
        share="yes", attribution=name, family=name, rank=rank, cadence_days=1, kind="api",
    )  # fmt: skip


def kept_of(rows: list[Statement]) -> tuple[Incoming, Parsed]:
    parsed = Parsed()
    return incoming("list", rows, AS_OF, parsed), parsed


def test_fields_of_this_test_are_all_that_a_price_may_leave_out() -> None:
    required = {"provider", "sku", "workload", "meter", "price", "region", "currency"}
    assert set(Statement.__dataclass_fields__) == required | set(OPTIONAL)
    assert len(STATED) == 2 ** len(OPTIONAL) == 32


@pytest.mark.parametrize("prices", [("1", "1"), ("1", "2")], ids=["repeats", "contradicts"])
def test_two_rows_of_one_source_become_one_for_every_combination_of_missing_fields(prices: tuple[str, str]) -> None:
    for first, second in itertools.product(STATED, STATED):
        a, b = row(prices[0], first), row(prices[1], second)
        for rows in ([a, b], [b, a]):
            kept, parsed = kept_of(rows)
            (statement,) = kept.statements.values()
            assert statement in rows
            # The row with the later start is in force; of two that begin together the first stays and one is counted.
            if a.effective_from != b.effective_from:
                assert statement.effective_from == OPTIONAL["effective_from"], (first, second)
                assert statement == max(rows, key=lambda s: s.effective_from)
            else:
                assert statement == rows[0]
                word = "repeats" if prices[0] == prices[1] else "contradicts"
                assert parsed.rejected == {f"{word} another row of the same source": 1}


def test_rows_of_two_sources_become_one_offer_that_keeps_both() -> None:
    sources = {"list": source("list", 1), "crowd": source("crowd", 2)}
    dates = ("2026-11-01", "2026-11-10")
    shots = {
        name: Snapshot("mirror", "0" * 64, 1, "v", day, 1, 1, {}, {}) for name, day in zip(sources, dates, strict=True)
    }
    for first, second in itertools.product(STATED, STATED):
        news = [
            Incoming(s, kept_of([row(p, f)])[0].statements)
            for s, p, f in (("list", "1", first), ("crowd", "2", second))
        ]
        for order in (news, news[::-1]):
            (offer,) = reconciled([], order, shots, sources, AS_OF)
            assert (offer.price, {e.source for e in offer.evidence}) == (Decimal(1), {"list", "crowd"}), (first, second)
            assert (offer.effective_from, offer.note) == (first.get("effective_from", ""), first.get("note", ""))


def test_a_row_that_has_ended_leaves_the_other_whatever_that_one_lacks() -> None:
    for stated in STATED:
        ended = row("9", {"effective_to": "2026-10-01"})
        for rows in ([row("1", stated), ended], [ended, row("1", stated)]):
            kept, parsed = kept_of(rows)
            assert [s.price for s in kept.statements.values()] == [Decimal(1)]
            assert parsed.rejected == {"ended before the date of the build": 1}


def test_facts_of_one_sku_become_one_row_with_every_field_that_either_states(registry: Registry) -> None:
    assert set(FACTS) < set(FIELDS)
    empty = SkuFacts(provider="openai", sku="gpt-5")
    ranks = {"list": source("list", 1), "crowd": source("crowd", 2)}
    for first, second in itertools.product(SOME_FACTS, SOME_FACTS):
        a, b = replace(empty, **first), replace(empty, **second)  # type: ignore[arg-type]
        wanted = replace(empty, **{**second, **first})  # type: ignore[arg-type]
        if first or second:
            assert sku_facts(Parsed(facts=[a, b]), registry) == {("openai", "gpt-5"): wanted}
        assert best_facts([("crowd", b), ("list", a)], ranks) == wanted
