"""Promises of training runs and clusters: hours from FLOPs, whole machines, commitments, reasons for the rest."""

from dataclasses import replace
from decimal import Decimal

import pytest

from wasm_tools.hardware.gpus import GpuCard
from wasm_tools.planner.rentals import Rental, Term
from wasm_tools.planner.training import TrainingRun, cluster, training_offers, training_run
from wasm_tools.workload.traffic import InputError

H100 = GpuCard("h100-sxm", "H100", "NVIDIA", 85_899_345_920, 3.35e12, 700.0, bf16_flops=989e12)
TERMS = {
    t.kind: t
    for t in (
        Term("rented", "on_demand", "on demand", 0, True, True, ""),
        Term("spot", "spot", "spare", 0, True, False, "can be taken away"),
        Term("reserved-1y", "1y", "one year", 12, False, True, "a year is paid for"),
        Term("serverless", "serverless", "serverless", 0, True, True, ""),
    )
}
SINGLE = Rental("a", "h100", "h100-sxm", "global", "rented", Decimal(2), "test=2", per_second=True)
BOX = Rental("b", "h100-8x", "h100-sxm", "global", "rented", Decimal(3), "test=3", 8, per_second=True)
ALL = (SINGLE, BOX, replace(BOX, provider="c", kind="spot", price=Decimal(1)), replace(SINGLE, kind="serverless"))


def test_llama_3_8b_takes_about_the_published_gpu_hours() -> None:
    """Meta states 1.46 million H100 hours for 15 trillion tokens, all its overheads included."""
    run = training_run(8.03e9, 15e12, H100, 1024, 0.4)
    assert isinstance(run, TrainingRun)
    assert run.gpu_hours == pytest.approx(6 * 8.03e9 * 15e12 / (0.4 * 989e12) / 3600)
    assert 0.3 < run.gpu_hours / 1.46e6 < 1
    assert run.hours == run.gpu_hours / 1024


def test_a_run_needs_memory_for_the_state_of_all_parameters() -> None:
    assert training_run(70e9, 1e9, H100, 8, 0.4) == (
        "weights, gradients and optimiser state need at least 14 of these GPUs"
    )
    assert isinstance(training_run(70e9, 1e9, H100, 14, 0.4), TrainingRun)
    assert isinstance(training_run(3e9, 1e9, H100, 8, 0.4, all_parameters=235e9), str)
    assert training_run(1e9, 1e9, replace(H100, bf16_flops=None), 8, 0.4) == (
        "the data sheet does not state this GPU's BF16 peak"
    )


def test_independent_work_takes_the_cheapest_rental() -> None:
    offers, left_out = cluster(ALL, TERMS, 4, 10.0, "none")
    assert [(o.rental.provider, o.gpus, o.usd) for o in offers] == [("a", 4, 80), ("c", 8, 80), ("b", 8, 240)]
    assert left_out == {"serverless GPUs are no machines to run a job on": 1}


def test_gpus_in_one_machine_need_a_machine_that_is_known_to_hold_them() -> None:
    offers, left_out = cluster(ALL, TERMS, 8, 10.0, "machine")
    assert [o.rental.provider for o in offers] == ["c", "b"]
    assert left_out["the GPUs are not known to stand in one machine"] == 1


def test_a_network_of_machines_needs_whole_machines_and_asks_for_the_network() -> None:
    offers, left_out = cluster(ALL, TERMS, 20, 10.0, "network")
    assert [o.gpus for o in offers] == [24, 24]
    assert all(any("ask for the network" in w for w in o.words) for o in offers)
    assert any("4 GPUs more than asked for" in w for w in offers[0].words)
    assert left_out["no whole machines that could be joined by a network"] == 1


def test_hours_are_billed_as_the_provider_bills_them() -> None:
    hourly, unknown = replace(SINGLE, per_second=False), replace(SINGLE, per_second=None)
    year = replace(SINGLE, kind="reserved-1y", price=Decimal(1))
    usd = [cluster((r,), TERMS, 1, 1.5, "none")[0][0].usd for r in (SINGLE, hourly, unknown, year)]
    assert usd == [3, 4, 4, 8760]


def test_more_gpus_or_hours_never_cost_less() -> None:
    costs = [cluster((BOX,), TERMS, n, 10.0, "none")[0][0].usd for n in range(1, 30)]
    assert costs == sorted(costs)


def test_a_training_run_is_ranked_over_rentals_with_a_reason_for_each_left_out() -> None:
    other = replace(SINGLE, gpu="l4")
    offers, left_out = training_offers(8e9, 1e9, [H100], (*ALL, other), TERMS, 8, 0.4)
    assert [o.rental.provider for o in offers] == ["c", "b"]
    assert sum(left_out.values()) == 3 and left_out["this GPU is not in the catalogue"] == 1


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda: cluster(ALL, TERMS, 0, 1.0, "none"), "gpus"),
        (lambda: cluster(ALL, TERMS, 1, float("inf"), "none"), "hours"),
        (lambda: cluster(ALL, TERMS, 1, 1.0, "wire"), "interconnect"),
        (lambda: training_run(8e9, 0.0, H100, 8, 0.4), "tokens"),
        (lambda: training_run(8e9, 1e9, H100, 8, 1.4), "mfu"),
        (lambda: training_run(float("nan"), 1e9, H100, 8, 0.4), "parameters"),
    ],
)
def test_impossible_inputs_name_their_field(call, field: str) -> None:
    with pytest.raises(InputError) as error:
        call()
    assert error.value.field == field
