"""What holds for the rental prices of every source: exact per GPU-hour, sane, one price an offer."""

from decimal import Decimal
from typing import Any

import pytest

from generator.sync.price_fields import ZERO
from generator.sync.rental_prices import LEAST, MOST, Rentals, rental_problem
from generator.sync.sources import tardellirs
from generator.sync.statements import Parsed
from tests.generator.rental_rows import UNITS

OFFER: dict[str, Any] = {"provider": "p", "instance": "i", "gpu_name": "g", "commitment": "on_demand"}


def collected(*values: object, **fields: Any) -> Parsed:
    parsed = Parsed()
    rentals = Rentals(parsed, UNITS)
    for value in values:
        rentals.add("price", value, **(OFFER | fields))
    return parsed


def test_the_price_of_an_instance_is_divided_by_its_gpus_exactly() -> None:
    (offer,) = collected(Decimal("21.957642"), count=8).gpu_offers
    assert (offer.price, offer.count) == (Decimal("2.74470525"), 8)


def test_a_price_of_a_month_ends_after_ten_digits() -> None:
    (offer,) = collected(Decimal(1000), hours=730).gpu_offers
    assert offer.price == Decimal("1.369863014")


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (Decimal(0), ZERO),
        (0, ZERO),
        (Decimal("0.019"), "price: below $0.02 per GPU-hour"),
        (Decimal(201), "price: above $200 per GPU-hour"),
        (Decimal(-3), "price: negative"),
        (Decimal("NaN"), "price: not a finite number"),
        ("3.1 USD", "price: not a number"),
        (True, "price: not a number"),
        (None, "price: not a number"),
    ],
)
def test_what_is_no_price_of_a_gpu_is_counted_with_its_reason(value: object, reason: str) -> None:
    parsed = collected(value)
    assert not parsed.gpu_offers and parsed.rejected == {reason: 1}
    assert parsed.examples[reason] == "p i global on_demand"


@pytest.mark.parametrize("price", [LEAST, MOST, Decimal("3.29"), 4])
def test_prices_at_the_bounds_are_prices(price: Decimal) -> None:
    assert rental_problem(price) == ""
    assert len(collected(price).gpu_offers) == 1


def test_one_offer_has_one_price() -> None:
    parsed = collected(Decimal(2), Decimal(2), Decimal(3))
    assert [g.price for g in parsed.gpu_offers] == [2]
    assert parsed.rejected == {"repeats another row": 1, "contradicts another row of the same offer": 1}


def test_the_hand_collected_list_is_held_to_the_same_bounds() -> None:
    row = b"""[{"id": "x", "provider_id": "p", "gpu_model": "H100", "vram_gb": 80, "tier": "on-demand",
        "is_spot": false, "price_usd_hour": 0.01, "source_url": "https://example.org"}]"""
    assert tardellirs.parse(row, UNITS).rejected == {"below $0.02 per GPU-hour": 1}
