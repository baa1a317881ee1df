"""Promises of surcharges: tiers, unknown that is not zero, distance, fine-tuned models."""

from decimal import Decimal

import pytest

from wasm_tools.planner.fine_tuning import FineTunedRate, TrainingRate
from wasm_tools.planner.surcharges import PriceStep, Tariff, egress, round_trip_ms, storage, tiered
from wasm_tools.workload.traffic import InputError

STEPS = (
    PriceStep(Decimal(0), Decimal(0)),
    PriceStep(Decimal(100), Decimal("0.09")),
    PriceStep(Decimal(10_240), Decimal("0.085")),
)
TARIFFS = {"cloud": Tariff("cloud", STEPS, "a test")}


@pytest.mark.parametrize(
    ("gigabytes", "usd"), [(0, 0), (50, 0), (100, 0), (101, "0.09"), (10_240, "912.6"), (10_340, "921.1")]
)
def test_each_part_of_an_amount_has_the_price_of_its_step(gigabytes: int, usd: str) -> None:
    assert tiered(STEPS, Decimal(gigabytes)) == Decimal(usd)


def test_egress_counts_answers_only() -> None:
    charge = egress(TARIFFS, "cloud", Decimal(2_628_000), 1_000, Decimal(250))
    assert charge.usd == (Decimal(657) - 100) * Decimal("0.09")  # 2.628 million × 1,000 × 250 bytes = 657 GB
    assert "657.00 GB of answers a month at 250 bytes a token" in charge.words


def test_storage_is_paid_for_each_copy() -> None:
    volumes = {"neo": Tariff("neo", (PriceStep(Decimal(0), Decimal("0.07")),), "a test")}
    assert storage(volumes, "neo", 70e9, 2).usd == Decimal("9.8")


def test_an_unknown_price_is_unknown_and_not_zero() -> None:
    for charge in (egress(TARIFFS, "neo", Decimal(1), 1, Decimal(4)), storage({}, "neo", 1e9, 1)):
        assert charge.usd is None and "not counted" in charge.words


def test_distance_is_the_same_both_ways_and_nothing_within_an_area() -> None:
    known = {("us-east", "europe"): 90.0}
    assert round_trip_ms(known, "us-east", "europe") == round_trip_ms(known, "europe", "us-east") == 90.0
    assert round_trip_ms(known, "europe", "europe") == 0.0
    with pytest.raises(InputError, match="known are europe, us-east"):
        round_trip_ms(known, "europe", "moon")


def test_a_fine_tuned_model_costs_its_difference_and_its_training() -> None:
    rate = FineTunedRate("vendor", "ft:m", "m", Decimal("3.75"), Decimal(15), Decimal("2.5"), Decimal(10))
    assert rate.surcharge(1_000_000, 100_000) == Decimal("1.75")
    assert TrainingRate("vendor", "m", Decimal(25)).cost(2_000_000, 3) == 150


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda: tiered(STEPS, Decimal(-1)), "gigabytes"),
        (lambda: egress(TARIFFS, "cloud", Decimal(1), 0, Decimal(4)), "output_tokens"),
        (lambda: storage({}, "neo", float("nan"), 1), "weight_bytes"),
        (lambda: TrainingRate("v", "m", Decimal(1)).cost(1, 0), "epochs"),
    ],
)
def test_impossible_inputs_name_their_field(call, field: str) -> None:
    with pytest.raises(InputError) as error:
        call()
    assert error.value.field == field
