"""The behaviour of sized configurations at the planned peak: what a plan promises."""

import math
from dataclasses import dataclass, replace

from wasm_tools.performance.lengths import lengths_of
from wasm_tools.performance.open_loop import Replica, latency, replica, traffic
from wasm_tools.performance.service_curve import Bands, bands_at, evidence_at
from wasm_tools.planner.candidate import STATUSES
from wasm_tools.planner.policy import Policy
from wasm_tools.planner.question import Question
from wasm_tools.planner.sizing import Sized
from wasm_tools.workload.traffic import PERCENTILES, Slo


@dataclass(slots=True)  # not frozen: an answer makes thousands, and freezing takes most of that time
class Load:
    """The behaviour of a replica at the planned peak, in ms at the percentiles of the target, and how it is known.

    The requests in flight are those of its capacity, scaled down to its share of the peak. They fall faster than the
    rate does, so these times are never too good.
    """

    ttft_ms: float
    itl_ms: float
    e2e_ms: float
    evidence: str
    bands: Bands
    status: str  # met, likely, near
    margin: float  # smallest (bound − estimate) / bound
    share: float  # of the capacity of the carrying replicas, at peak
    needed: float  # replicas that the peak needs with headroom, not rounded up


def load_of(question: Question, policy: Policy, sized: Sized) -> Load:
    """The behaviour of a replica at its share of the peak, and whether it holds at the far end of the band too.

    `met`: the estimates and the upper ends of their 90 % bands are within the bounds; `likely`: the estimates are;
    `near`: a bound had to be loosened. Of a mix the times are those of the class with the least to spare, against its
    own bounds, and the status is that of the class that holds least surely.
    """
    of = sized.served.replica
    if not question.classes:
        return _load_of(question, policy, sized, of, question.slo)
    w, loads = question.workload, []
    for c in question.classes:
        judged = traffic(lengths_of(w), of.traffic.tails, w.arrival_cv, judged=c.lengths)
        own = replica(of.curve, judged, sized.served.slots)
        loads.append(_load_of(question, policy, sized, own, c.slo, c.streaming))
    status = max((load.status for load in loads), key=STATUSES.index)
    return replace(min(loads, key=lambda load: load.margin), status=status)


def _load_of(question: Question, policy: Policy, sized: Sized, of: Replica, slo: Slo, streaming: bool = True) -> Load:
    capacity, curve = sized.served.capacity, of.curve
    share = question.workload.peak_qps / (sized.carrying * capacity.rate)
    in_flight = capacity.in_flight * min(1.0, share)
    first = PERCENTILES.index(slo.ttft_percentile or slo.percentile)
    gap = PERCENTILES.index(slo.itl_percentile or slo.percentile)
    whole = PERCENTILES.index(slo.e2e_percentile or slo.percentile)
    _, ttft, tpot, e2e = latency(of, in_flight, first, whole)
    ttft, e2e = ttft + question.network_ms, e2e + question.network_ms
    itl = tpot * of.traffic.tails.tpot[gap]
    bands = bands_at(curve, 1 + in_flight)
    ttft_ms, itl_ms = (slo.ttft_ms, slo.itl_ms) if streaming else (math.inf, math.inf)
    ratios = (ttft / ttft_ms, itl / itl_ms, e2e / slo.e2e_ms)
    worst = max(ttft * bands.first_token[1] / ttft_ms, itl * bands.tpot[1] / itl_ms)
    worst = max(worst, e2e * max(bands.tpot[1], 1.0) / slo.e2e_ms)
    status = "near" if sized.served.misses else "met" if worst <= 1 else "likely"
    return Load(
        ttft, itl, e2e, evidence_at(curve, 1 + in_flight), bands, status, 1 - max(ratios), share,
        question.workload.peak_qps * policy.headroom / capacity.rate,
    )  # fmt: skip
