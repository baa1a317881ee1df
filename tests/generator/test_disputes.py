"""Disputes: a stable id, what the other number is, and reviews that hold until a value changes."""

from dataclasses import replace
from decimal import Decimal

import pytest

from generator.sync.disputes import Acknowledgement, Agreement, Dispute, dispute_id, disputes
from generator.sync.reconcile import incoming, reconciled
from generator.sync.statements import Parsed
from tests.generator.test_sync_core import AS_OF, SOURCES, said, snapshot
from wasm_tools.pricing.meters import TEXT_INPUT, Meter
from wasm_tools.pricing.offers import Evidence, Offer

AGREEMENT = Agreement(Decimal("0.01"), 45)
SHOTS = {name: snapshot(AS_OF) for name in SOURCES}


def offer(price: str, other: str, sku: str = "m", meter: Meter = TEXT_INPUT, region: str = "global") -> Offer:
    evidence = (Evidence("crowd", Decimal(other)), Evidence("list", Decimal(price)))
    return Offer("p", sku, "", "llm", meter, region, Decimal(price), evidence)


def lone(price: str, meter: Meter = TEXT_INPUT, region: str = "global") -> Offer:
    return Offer("p", "m", "", "llm", meter, region, Decimal(price), (Evidence("list", Decimal(price)),))


def found(*offers: Offer, shots: dict[str, object] = SHOTS, known: tuple[Acknowledgement, ...] = ()) -> Dispute | None:
    by_id = {a.id: a for a in known}
    by_key = disputes(offers, SOURCES, shots, AGREEMENT, by_id, lambda _, sku: sku.endswith("-latest"), AS_OF)
    return by_key.get(offers[0].key)


def test_a_difference_within_one_per_cent_is_none() -> None:
    assert found(offer("2", "2.02")) is None
    dispute = found(offer("2", "2.03"))
    assert dispute is not None and dispute.open


def test_the_id_depends_on_the_values_and_on_nothing_else() -> None:
    first = offer("2", "3")
    swapped = replace(first, evidence=first.evidence[::-1], note="x", effective_from="2026-01-01")
    withdrawn = replace(first, evidence=(*first.evidence, Evidence("vendor", Decimal(9), "2026-11-01")))
    assert dispute_id(first.key, first.evidence) == dispute_id(swapped.key, swapped.evidence)
    assert dispute_id(first.key, first.evidence) == dispute_id(withdrawn.key, withdrawn.evidence)
    assert dispute_id(first.key, first.evidence) != dispute_id(first.key, offer("2", "4").evidence)


@pytest.mark.parametrize(
    ("disputed", "siblings", "reason"),
    [
        (offer("2", "1"), [lone("1", replace(TEXT_INPUT, tier="batch"))], "the price of input.text.token;tier=batch"),
        (offer("1.25", "2.5"), [lone("2.5", replace(TEXT_INPUT, above_tokens=200000))], "above_tokens=200000"),
        (offer("2", "2.2"), [lone("2.2", region="eu")], "the price for the region eu"),  # PE-20
        (offer("2.2", "2", region="us"), [], "a factor of 1.1"),
        (offer("2.4", "2", region="us-gov"), [], "a factor of 1.2"),
        (offer("0.5", "4", sku="large-latest"), [], "another model now and then"),  # PE-21
        (offer("0.44", "0.22"), [lone("0.22", replace(TEXT_INPUT, window="1000-0100"))], "window=1000-0100"),  # PE-14
    ],
)
def test_a_difference_is_explained_by_what_the_other_number_is(
    disputed: Offer, siblings: list[Offer], reason: str
) -> None:
    dispute = found(disputed, *siblings)
    assert dispute is not None and not dispute.open
    assert reason in dispute.explained["crowd"]


def test_an_old_observation_explains_itself() -> None:
    old = {**SHOTS, "crowd": snapshot("2026-08-01")}
    dispute = found(offer("2", "5"), shots=old)
    assert dispute is not None and not dispute.open
    assert dispute.explained["crowd"] == "an older observation (2026-08-01)"


def test_an_unexplained_difference_stays_open_until_it_is_reviewed_and_opens_again_when_a_value_changes() -> None:
    disputed = offer("2", "5")
    review = Acknowledgement(dispute_id(disputed.key, disputed.evidence), "", "the page says 2", AS_OF, "")
    silenced = found(disputed, known=(review,))
    assert silenced is not None and not silenced.open and silenced.acknowledged == "the page says 2"
    changed = found(offer("2", "6"), known=(review,))
    assert changed is not None and changed.open
    expired = found(disputed, known=(replace(review, expires="2026-11-01"),))
    assert expired is not None and expired.open


def test_a_reviewer_may_prefer_a_source_for_exactly_these_values() -> None:
    news = [incoming(n, [said("m", p)], AS_OF, Parsed()) for n, p in (("list", "2"), ("crowd", "5"))]
    (plain,) = reconciled([], news, SHOTS, SOURCES, AS_OF)
    review = Acknowledgement(dispute_id(plain.key, plain.evidence), "crowd", "the invoice says 5", AS_OF, "")
    (reviewed,) = reconciled([], news, SHOTS, SOURCES, AS_OF, {review.id: review})
    assert (plain.price, reviewed.price) == (Decimal(2), Decimal(5))
    other = [news[0], incoming("crowd", [said("m", "6")], AS_OF, Parsed())]
    assert reconciled([], other, SHOTS, SOURCES, AS_OF, {review.id: review})[0].price == Decimal(2)
