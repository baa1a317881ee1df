"""The figures of the methodology are those that the planner uses, and its example is what the engine computes."""

from decimal import Decimal
from pathlib import Path

import pytest

from generator.calibrate.tails import load_tails
from generator.precompute.catalogue import planner_constants
from generator.precompute.hosting import hosting_facts
from wasm_tools.performance.capacity import Capacity, capacity
from wasm_tools.performance.lengths import fixed_lengths
from wasm_tools.performance.observations import MIN_REQUESTS, SLOWER_REQUESTS
from wasm_tools.performance.open_loop import at_flight, replica, traffic, waits
from wasm_tools.performance.queueing import wait_quantile
from wasm_tools.performance.replicas import replicas_for
from wasm_tools.performance.service_curve import Bands, ServiceCurve
from wasm_tools.planner.policy import overload_premium
from wasm_tools.planner.question import Wishes
from wasm_tools.workload.traffic import HOURS_PER_MONTH, PERCENTILES, class_slo

ROOT = Path(__file__).parents[2]
REGISTRY = ROOT / "data" / "registry"


@pytest.fixture(scope="module")
def text() -> str:
    """The page on one line."""
    return " ".join((ROOT / "content" / "methodology.md").read_text(encoding="utf-8").split())


def per_cent(share: float) -> str:
    """A share as the page writes it."""
    return f"{share:.0%}".replace("%", " %")


def test_example_of_the_methodology_is_what_the_engine_computes(text: str) -> None:
    policy, tails = planner_constants(REGISTRY / "planner.toml").policy, load_tails(REGISTRY / "tails.toml")
    exact = Bands((1.0, 1.0), (1.0, 1.0))
    curve = ServiceCurve((1.0, 512.0), (120.0,) * 2, (12.0,) * 2, 20.0, "modelled", (), (), (), exact, exact)
    arriving = traffic(fixed_lengths(512, 256), tails)
    most = capacity(curve, class_slo(300, 30, 1.1, 256), arriving, 32, policy.utilisation_cap)
    assert isinstance(most, Capacity)
    assert most.binds == "ttft"
    replicas = replicas_for(20, most.rate, policy.headroom).total
    server = replica(curve, arriving, 32)
    in_flight = most.in_flight * 20 / (replicas * most.rate)
    peak, p95 = at_flight(server, in_flight), PERCENTILES.index(95)
    tpot = tails.tpot[p95]
    _, _, chance, wait = waits(server, peak.rate, in_flight)
    late = peak.ttft_ms[p95] - peak.ttft_ms[0]
    spread, queue = 120 * server.ttft_spread[p95], wait_quantile(chance, wait, 0.95)
    pace = 255 * 12 * (tpot - tails.tpot[0])
    for step in (
        f"| mean E2E: 120 + 255 × 12 | {120 + 255 * 12:,} ms |",
        f"| saturation: 32 / 3.18 s | {most.saturation:.2f} requests/s |",
        f"| capacity: the highest rate with TTFT p95 ≤ 300 ms | {most.rate:.2f} requests/s |",
        f"| in flight at that rate: {most.rate:.2f} × 3.18 s | {most.in_flight:.1f} |",
        f"| replicas: {policy.headroom} × 20 / {most.rate:.2f} = {policy.headroom * 20 / most.rate:.2f} | {replicas} |",
        f"| load of each at the peak: 20 / {replicas} | {peak.rate:.2f} requests/s |",
        f"| median TTFT of the service at {in_flight:.1f} in flight | {peak.ttft_ms[0]:.1f} ms |",
        f"at p95: √({spread:.1f}² + {queue:.1f}²) | {late:.1f} ms |",
        f"| TTFT p95: {peak.ttft_ms[0]:.1f} + {late:.1f} | {peak.ttft_ms[p95]:.1f} ms |",
        f"| ITL p95: 12 × {tpot} | {peak.tpot_ms[p95]:.2f} ms |",
        f"| E2E median: {peak.ttft_ms[0]:.1f} + 255 × 12 × {tails.tpot[0]} | {peak.e2e_ms[0]:,.0f} ms |",
        f"| E2E p95: {peak.e2e_ms[0]:,.0f} + √({late:.1f}² + {pace:.1f}²) | {peak.e2e_ms[p95]:,.0f} ms |",
        f"| cost: $2.50 × 1 × {replicas} × {HOURS_PER_MONTH} | ${2.5 * replicas * HOURS_PER_MONTH:,.0f} a month |",
        f"given {peak.ttft_ms[p95] + 255 * peak.tpot_ms[p95]:,.0f} ms for the whole request",
    ):
        assert step in text


def test_constants_of_the_methodology_are_those_of_the_planner(text: str) -> None:
    constants = planner_constants(REGISTRY / "planner.toml")
    policy, tails = constants.policy, load_tails(REGISTRY / "tails.toml")
    cap, free = policy.utilisation_cap, policy.overload_free
    kept = {name: value.value for name, value in hosting_facts(REGISTRY).values.items()}
    assert kept["maintenance_share"] == Decimal("0.05")
    assert overload_premium(free, policy) == 0
    for said in (
        f"replicas = {policy.headroom} × peak load / capacity of a replica",
        f"never more than {cap} of the saturation",
        f"each machine being up {policy.node_availability} of the time",
        f"no more than {policy.runtime.max_sequences} of them",
        f"may fill {policy.runtime.utilisation} of the memory",
        f"| times anchored | {per_cent(policy.evidence['anchored'])} |",
        f"| times modelled | {per_cent(policy.evidence['modelled'])} |",
        f"| times observed at an API | {per_cent(policy.evidence['observed'])} |",
        f"| times not verified | {per_cent(policy.evidence['unknown'])} |",
        f"| one source names the price | {per_cent(policy.single_source)} |",
        f"runs at the cap of {cap} at peak | {per_cent(policy.overload)}, falling to none at {free} |",
        f"| nobody states the rate limit of an API | {per_cent(policy.overload)} |",
        f"| every doubling of the GPUs to run | {per_cent(policy.gpu_doubling)} |",
        f"may be {per_cent(policy.price_error)} off",
        f"with more than one it is {per_cent(policy.agreed_price_error)},",
        f"standard deviation of its logarithm {tails.ttft_sigma}",
        *(f"p{p} by mean | {ratio} |" for p, ratio in zip(PERCENTILES, tails.tpot, strict=True)),
        f"from {MIN_REQUESTS} requests on, and for a p99 from {round(SLOWER_REQUESTS / 0.01)} on",
        f"no more than {per_cent(Wishes().near_tolerance)}, even at the lightest load",
        f"purchase price over {kept['amortisation_months']} months, 5 % of it a year",
        f"busy + {kept['host_share']} for the host) × PUE {kept['pue']} × the price",
        f"has not been read for more than {constants.stale_days} days",
        f"nobody has seen for {constants.rental_stale_days} days",
    ):
        assert said in text
