"""How one replica serves by the number of requests it has in flight."""

import math
from bisect import bisect_right
from dataclasses import dataclass

EVIDENCE = ("interpolated", "anchored", "modelled")  # best first


@dataclass(frozen=True, slots=True)
class Bands:
    """90 % bands as factors on a prediction: nine of ten held-out measurements lay between them. `of` says of what."""

    tpot: tuple[float, float]
    first_token: tuple[float, float]
    of: str = ""


@dataclass(slots=True)  # not frozen: an answer makes thousands, and freezing takes most of that time
class ServiceCurve:
    """Mean service of one replica at one pair of lengths, by requests in flight; never falling.

    `first_token_ms` is of a request that starts while the others run: running steps and its own prefill, which takes
    `prefill_ms`, without the start-up burst of closed-loop benchmarks and without waiting in a queue.

    `evidence` is interpolated (between measured points of this configuration at these lengths), anchored (on measured
    relatives: same architecture, GPU, engine and precision) or modelled (by physics alone). `measured` are the knots
    with a measured point; `raw` are those points as they were measured: (concurrency, TTFT, TPOT), with the burst and
    before they were made rising. Outside of their range an interpolated curve is anchored: see `evidence_at`.
    """

    concurrency: tuple[float, ...]
    first_token_ms: tuple[float, ...]
    tpot_ms: tuple[float, ...]
    prefill_ms: float
    evidence: str
    measured: tuple[float, ...]
    raw: tuple[tuple[float, float, float], ...]
    basis: tuple[str, ...]
    bands: Bands
    outside: Bands  # of knots outside of the measured range


def evidence_at(curve: ServiceCurve, concurrency: float) -> str:
    """The tier of one load: measured at a measured knot, that of the curve inside its range, else anchored."""
    if concurrency in curve.measured:
        return "measured"
    if curve.measured and not curve.measured[0] <= concurrency <= curve.measured[-1]:
        return "anchored"
    return curve.evidence


def bands_at(curve: ServiceCurve, concurrency: float) -> Bands:
    """The 90 % bands at one load."""
    inside = not curve.measured or curve.measured[0] <= concurrency <= curve.measured[-1]
    return curve.bands if inside else curve.outside


def at(curve: ServiceCurve, concurrency: float) -> tuple[float, float]:
    """TTFT and TPOT (ms) with so many requests in flight: log–log between knots, the ends beyond them."""
    knots, first, tpot = curve.concurrency, curve.first_token_ms, curve.tpot_ms
    above = bisect_right(knots, concurrency)
    if above == 0:
        return first[0], tpot[0]
    below = above - 1
    if above == len(knots):
        return first[below], tpot[below]
    knot, low, gap = knots[below], first[below], tpot[below]
    share = math.log(concurrency / knot) / math.log(knots[above] / knot)
    return float(low * (first[above] / low) ** share), float(gap * (tpot[above] / gap) ** share)
