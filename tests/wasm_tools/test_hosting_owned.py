"""Promises of owned and bought hardware: the earlier document's figures, parts that add up, no invented dollars."""

from dataclasses import replace
from decimal import Decimal

import pytest

from wasm_tools.planner.owned import Site, available, bought_cost, buying_pays_after, owned_cost, power_usd_per_month
from wasm_tools.workload.traffic import InputError

# The purchase example of the earlier document: four A100-80 of 400 W at $0.12, PUE 1.3, nothing else counted.
DOCUMENT = Site(Decimal("0.12"), Decimal("1.3"), Decimal(0), Decimal(0), Decimal(0), 36)
FULL = Site(Decimal("0.0813"), Decimal("1.3"), Decimal("0.82"), Decimal("184.06"), Decimal("0.05"), 36)


def test_power_of_the_earlier_document_is_182_dollars() -> None:
    power = power_usd_per_month(4, Decimal(400), 1.0, DOCUMENT)
    assert power is not None and round(power) == 182


def test_purchase_of_the_earlier_document_is_1849_dollars_and_pays_in_5_months() -> None:
    cost = bought_cost(4, Decimal(400), 1.0, DOCUMENT, Decimal(15_000), "the earlier document", estimate=True)
    assert cost.purchase == 60_000
    assert cost.usd_per_month is not None and round(cost.usd_per_month) == 1849
    month = buying_pays_after(cost, Decimal("4.10") * 4 * 730)
    assert month is not None and round(month, 1) == Decimal("5.1")
    assert buying_pays_after(cost, Decimal(100)) is None
    assert "an estimate, ask for an offer" in cost.words[0]


def test_the_parts_add_up() -> None:
    cost = bought_cost(8, Decimal(700), 0.5, FULL, Decimal(33_600), "a list", estimate=False)
    assert cost.power is not None
    assert cost.usd_per_month == cost.power + cost.rack + cost.maintenance + cost.amortisation
    assert cost.running == cost.usd_per_month - cost.amortisation
    assert cost.rack == Decimal("5.6") * Decimal("1.82") * Decimal("184.06")  # 10.2 kW of machine
    assert cost.maintenance == Decimal(8 * 33_600) * Decimal("0.05") / 12
    assert float(cost.power) == pytest.approx(5.6 * (0.5 + 0.82) * 1.3 * 730 * 0.0813)


def test_hardware_that_is_there_is_not_paid_again() -> None:
    cost = owned_cost(8, Decimal(700), 0.5, FULL)
    assert (cost.amortisation, cost.purchase, cost.maintenance) == (0, 0, 0)
    assert owned_cost(8, Decimal(700), 0.5, FULL, value=Decimal(100_000)).maintenance > 0


def test_without_a_power_price_owned_hardware_has_no_dollars_and_ranks_by_fewest_gpus() -> None:
    dark = replace(FULL, usd_per_kwh=None)
    plans = [owned_cost(n, Decimal(700), 0.5, dark) for n in (8, 2, 4)]
    assert {p.usd_per_month for p in plans} == {None}
    assert {buying_pays_after(p, Decimal(1)) for p in plans} == {None}
    assert [p.gpus for p in sorted(plans, key=lambda p: p.order)] == [2, 4, 8]
    priced = owned_cost(16, Decimal(700), 0.5, FULL)
    assert min([*plans, priced], key=lambda p: p.order) is priced


def test_power_rises_with_use_and_with_gpus() -> None:
    loads = [power_usd_per_month(8, Decimal(700), u, FULL) or Decimal(-1) for u in (0.0, 0.3, 1.0)]
    assert loads == sorted(set(loads)) and loads[0] > 0  # the host draws power when nobody asks
    assert power_usd_per_month(9, Decimal(700), 0.3, FULL) > loads[1]  # type: ignore[operator]


def test_only_gpus_that_one_has_and_no_replica_over_two_machines() -> None:
    have = {"h100-sxm": 12, "l4": 3}
    assert available(have, "h100-sxm", 4, 3, 8)
    assert not available(have, "h100-sxm", 4, 4, 8)
    assert available(have, "h100-sxm", 8, 1, 8) and not available(have, "h100-sxm", 8, 2, 8)
    assert available(have, "l4", 1, 3, 8) and not available(have, "a100", 1, 1, 8)


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda: replace(FULL, usd_per_kwh=Decimal("NaN")), "usd_per_kwh"),
        (lambda: replace(FULL, usd_per_kwh=Decimal(-1)), "usd_per_kwh"),
        (lambda: replace(FULL, pue=Decimal(0)), "pue"),
        (lambda: replace(FULL, amortisation_months=0), "amortisation_months"),
        (lambda: owned_cost(0, Decimal(700), 0.5, FULL), "gpus"),
        (lambda: owned_cost(True, Decimal(700), 0.5, FULL), "gpus"),
        (lambda: owned_cost(1, Decimal(700), 1.5, FULL), "utilisation"),
        (lambda: bought_cost(1, Decimal(700), 0.5, FULL, Decimal(0), "", False), "price"),
    ],
)
def test_impossible_inputs_name_their_field(call, field: str) -> None:
    with pytest.raises(InputError) as error:
        call()
    assert error.value.field == field
