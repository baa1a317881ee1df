"""Promises of rented hosting: whole machines, commitments, following the load, idle capacity."""

from dataclasses import replace
from decimal import Decimal

import pytest

from wasm_tools.planner.hosting import (
    Fleet,
    break_even_month,
    can_follow,
    fleet,
    following_gpu_hours,
    hosting_cost,
    months_until_reserved_pays,
)
from wasm_tools.planner.rentals import Rental, Term
from wasm_tools.workload.traffic import InputError

ON_DEMAND = Term("rented", "on_demand", "rented on demand", 0, True, True, "")
RESERVED = Term("reserved-1y", "1y", "reserved for one year", 12, False, True, "every hour is paid for")
SINGLE = Rental("neo", "h100", "h100-sxm", "global", "rented", Decimal(2), "test=2", host="yes")
BOX = replace(SINGLE, instance="h100-8x", count=8)
OFFICE = (1,) * 14 + (4,) * 10  # a day: ten busy hours
DAY = Fleet(1, 4, 1, 1, 4, 54, 24, 3)  # OFFICE on GPUs sold singly


def test_gpus_sold_singly_cost_what_is_used() -> None:
    steady = fleet((3,), 2, 1)
    assert steady is not None and (steady.gpus_max, steady.varies) == (6, False)
    cost = hosting_cost(SINGLE, ON_DEMAND, steady, 2.4, 300, follow=False)
    assert cost.usd_per_month == 6 * 2 * 730
    assert cost.usd_per_hour == 12
    assert cost.idle_share == pytest.approx(0.2)
    assert cost.usd_idle == pytest.approx(Decimal(8760) / 5)


def test_replicas_are_packed_on_whole_machines_and_never_span_two() -> None:
    packed = {(replicas, gpus): fleet((replicas,), gpus, 8) for replicas, gpus in ((3, 4), (3, 3), (2, 5), (9, 1))}
    assert {key: f.gpus_max for key, f in packed.items() if f} == {(3, 4): 16, (3, 3): 16, (2, 5): 16, (9, 1): 16}
    assert fleet((1,), 16, 8) is None


def test_idle_gpus_of_a_whole_machine_are_idle_cost() -> None:
    lone = fleet((1,), 4, 8)
    assert lone is not None
    cost = hosting_cost(BOX, ON_DEMAND, lone, 0.5, 300, follow=False)
    assert cost.usd_per_month == 8 * 2 * 730 and cost.idle_share == pytest.approx(0.75)
    assert any("4 without a replica" in words for words in cost.words)


def test_following_the_load_pays_each_hour_and_each_start() -> None:
    assert fleet(OFFICE, 1, 1) == DAY
    # Billed by the hour: three starts of five minutes cost an hour each.
    assert following_gpu_hours(DAY, 300, per_second=False) == Decimal(57) * 730 / 24
    # Billed by the second: three starts cost 5 minutes each.
    assert following_gpu_hours(DAY, 300, per_second=True) == Decimal("54.25") * 730 / 24
    kept = hosting_cost(SINGLE, ON_DEMAND, DAY, 1.5, 300, follow=False)
    followed = hosting_cost(SINGLE, ON_DEMAND, DAY, 1.5, 300, follow=True)
    assert kept.usd_per_month == 4 * 2 * 730 and followed.usd_per_month == Decimal(57) * 730 / 24 * 2
    assert (kept.replicas_min, kept.replicas_max, followed.replicas_min, followed.replicas_max) == (4, 4, 1, 4)
    assert followed.idle_share < kept.idle_share


def test_starts_are_counted_in_machines() -> None:
    growing = fleet((1, 9), 1, 8)
    assert growing is not None and (growing.gpu_hours, growing.starts) == (8 + 16, 1)
    assert following_gpu_hours(growing, 900, per_second=True) == (24 + 8 * Decimal("0.25")) * 365


@pytest.mark.parametrize("needed", [(1, 2), (1, 5, 1, 5), (2, 2), OFFICE])
@pytest.mark.parametrize("machine", [1, 8])
def test_following_never_costs_more_than_keeping(needed: tuple[int, ...], machine: int) -> None:
    pattern = fleet(needed, 4, machine)
    assert pattern is not None
    assert following_gpu_hours(pattern, 7200, per_second=False) <= pattern.gpus_max * 730


def test_more_replicas_never_cost_less() -> None:
    for machine in (1, 4, 8):
        gpus = [f.gpus_max for n in range(1, 20) if (f := fleet((n,), 2, machine))]
        assert gpus == sorted(gpus) and len(gpus) == 19


def test_a_commitment_is_paid_for_all_hours_of_its_term() -> None:
    reserved = replace(SINGLE, kind="reserved-1y", price=Decimal("1.2"))
    cost = hosting_cost(reserved, RESERVED, DAY, 1.5, 300, follow=False)
    assert cost.usd_per_month == Decimal("1.2") * 4 * 730
    assert cost.term_usd == Decimal("1.2") * 4 * 730 * 12
    assert not can_follow(RESERVED, DAY)
    with pytest.raises(InputError, match="every hour is paid for"):
        hosting_cost(reserved, RESERVED, DAY, 1.5, 300, follow=True)


def test_a_commitment_pays_from_the_month_at_which_on_demand_has_cost_as_much() -> None:
    steady = fleet((1,), 1, 1)
    assert steady is not None
    reserved = replace(SINGLE, kind="reserved-1y", price=Decimal("1.5"))
    cost = hosting_cost(reserved, RESERVED, steady, 0.8, 300, follow=False)
    on_demand = hosting_cost(SINGLE, ON_DEMAND, steady, 0.8, 300, follow=False)
    assert months_until_reserved_pays(cost, RESERVED, on_demand.usd_per_month) == 9  # 12 × 1.5 / 2
    # Machines given back in quiet hours can make the commitment a loss for its whole term.
    assert months_until_reserved_pays(cost, RESERVED, on_demand.usd_per_month / 2) is None
    with pytest.raises(InputError, match="no commitment"):
        months_until_reserved_pays(on_demand, ON_DEMAND, on_demand.usd_per_month)


def test_break_even_of_the_earlier_document_is_five_months_not_forty_one() -> None:
    month = break_even_month(Decimal(60_000), Decimal(182), Decimal(11_972))
    assert month is not None and round(month, 1) == Decimal("5.1")
    assert break_even_month(Decimal(60_000), Decimal(182), Decimal(182)) is None


def test_what_a_price_does_not_include_is_said() -> None:
    steady = fleet((1,), 2, 1)
    assert steady is not None
    spot = Term("spot", "spot", "spare", 0, True, False, "can be taken away")
    words = hosting_cost(replace(SINGLE, host="no", note="old price"), spot, steady, 0.8, 300, follow=False).words
    assert "CPU and memory of the machine are billed apart and not counted here" in words
    assert {"can be taken away", "old price"} <= set(words)
    assert any("needs 2 GPUs in one machine" in text for text in words)


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda: fleet((), 1, 1), "needed"),
        (lambda: fleet((0,), 1, 1), "needed"),
        (lambda: hosting_cost(SINGLE, ON_DEMAND, DAY, float("nan"), 0, False), "mean_load"),
        (lambda: hosting_cost(SINGLE, ON_DEMAND, DAY, -1.0, 0, False), "mean_load"),
        (lambda: fleet((1,), 0, 1), "gpus_per_replica"),
        (lambda: following_gpu_hours(DAY, float("inf"), True), "start_seconds"),
    ],
)
def test_impossible_inputs_name_their_field(call, field: str) -> None:
    with pytest.raises(InputError) as error:
        call()
    assert error.value.field == field
