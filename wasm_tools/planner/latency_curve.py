"""The times of a plan on GPUs at other loads than the planned one, with its replicas as they are."""

from collections.abc import Iterator
from dataclasses import dataclass

from wasm_tools.performance.open_loop import Replica, in_flight_at, latency
from wasm_tools.performance.service_curve import bands_at, evidence_at
from wasm_tools.planner.question import Question
from wasm_tools.planner.sizing import Sized
from wasm_tools.workload.traffic import PERCENTILES

NEAR_FULL = 0.97  # of the saturation: beyond, waits grow without bound and no figure means anything
POINTS = 24


@dataclass(frozen=True, slots=True)
class LatencyPoint:
    """Times in ms at the target's percentiles with `qps` requests per second on all replicas; bands are factors."""

    qps: float
    ttft_ms: float
    itl_ms: float
    e2e_ms: float
    ttft_band: tuple[float, float]
    itl_band: tuple[float, float]
    evidence: str


@dataclass(frozen=True, slots=True)
class LatencyCurve:
    """The times of a plan by load. `capacity` is the peak that it carries within the target, `saturation` its end.

    Both are requests per second of all replicas but the spare ones.
    """

    points: tuple[LatencyPoint, ...]
    capacity: float
    saturation: float


def latency_curve(question: Question, sized: Sized) -> LatencyCurve:
    """Evenly spaced loads from nearly none to nearly what saturates the replicas."""
    of, number = sized.served.replica, sized.carrying
    most = of.saturation * NEAR_FULL
    rates = [most * (n + 1) / POINTS for n in range(POINTS)]
    points = tuple(_points(question, of, rates, number))
    return LatencyCurve(points, sized.served.capacity.rate * number, of.saturation * number)


def _points(question: Question, of: Replica, rates: list[float], number: int) -> Iterator[LatencyPoint]:
    slo = question.slo
    first, gap, whole = (
        PERCENTILES.index(p or slo.percentile) for p in (slo.ttft_percentile, slo.itl_percentile, slo.e2e_percentile)
    )
    for rate in rates:
        in_flight = in_flight_at(of, rate)
        _, ttft, tpot, e2e = latency(of, in_flight, first, whole)
        bands = bands_at(of.curve, 1 + in_flight)
        yield LatencyPoint(
            qps=rate * number,
            ttft_ms=ttft + question.network_ms,
            itl_ms=tpot * of.traffic.tails.tpot[gap],
            e2e_ms=e2e + question.network_ms,
            ttft_band=bands.first_token,
            itl_band=bands.tpot,
            evidence=evidence_at(of.curve, 1 + in_flight),
        )
