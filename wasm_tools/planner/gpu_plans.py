"""Self-hosted plans on rented GPUs, from measured curves: what meets the SLO, how many replicas, at what cost."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from wasm_tools.models.cards import capability_rank
from wasm_tools.performance.memory import fits
from wasm_tools.planner.catalogue import Catalogue, Curve, CurvePoint, Rental, TailRatios
from wasm_tools.planner.plan import Candidate, Configuration, Plan, Prediction
from wasm_tools.workload.traffic import HOURS_PER_MONTH, SECONDS_PER_MONTH, Slo, Workload


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """The load at which a replica is run: the measured point, its rate and the p95 estimate there."""

    curve: Curve
    point: CurvePoint
    requests_per_second: float
    prediction: Prediction
    margin: float


def gpu_plans(workload: Workload, slo: Slo, catalogue: Catalogue, excluded: Counter[str]) -> Iterator[Candidate]:
    """Candidates for every measured configuration that fits, meets the SLO and can be rented; the rest is counted."""
    rentals: dict[str, list[Rental]] = {}
    for rental in catalogue.rentals:
        rentals.setdefault(rental.gpu, []).append(rental)
    for operating in operating_points(workload, slo, catalogue, excluded):
        offers = rentals.get(operating.curve.gpu, [])
        if not offers:
            excluded["no rental price for this GPU"] += 1
        replicas = replicas_for(workload.peak_qps, operating.requests_per_second, catalogue.utilisation_cap)
        for rental in offers:
            gpus = rented_gpus(rental.count, operating.curve.tensor_parallel, replicas)
            if gpus is None:
                excluded["one machine has fewer GPUs than a replica needs"] += 1
                continue
            yield Candidate(
                usd_per_month=rental.price * gpus * HOURS_PER_MONTH,
                id=":".join(
                    (rental.kind, rental.provider, rental.instance, rental.region, operating.curve.configuration_id)
                ),
                kind=rental.kind,
                model=operating.curve.model,
                provider=rental.provider,
                dependable=rental.kind != "spot",
                described=partial(_plan, workload, catalogue, operating, rental, replicas),
            )


def operating_points(
    workload: Workload, slo: Slo, catalogue: Catalogue, excluded: Counter[str]
) -> Iterator[OperatingPoint]:
    """The best operating point of each measured configuration of a model that is capable enough."""
    minimum = capability_rank(workload.minimum_class)
    configurations: dict[str, list[Curve]] = {}
    for curve in catalogue.curves:
        configurations.setdefault(curve.configuration_id, []).append(curve)
    for curves in configurations.values():
        card = catalogue.models[curves[0].model]
        if not card.capability:
            excluded["unrated model"] += 1
        elif capability_rank(card.capability) < minimum:
            excluded["below the minimum capability class"] += 1
        elif (chosen := nearest_harder_curve(workload, curves)) is None:
            excluded["not measured at lengths at least as hard as these"] += 1
        elif (best := _operating_point(workload, slo, catalogue, chosen, excluded)) is not None:
            yield best


def nearest_harder_curve(workload: Workload, curves: Iterable[Curve]) -> Curve | None:
    """The curve whose lengths are the workload's, else the smallest that is at least as hard in every respect.

    At least as hard: prompt and output at least as long, and at least as many prompt tokens per output token,
    so that prefill interrupts decoding at least as often. Its times then bound those of the workload from above.
    """
    p, o = workload.prompt_tokens, workload.output_tokens
    harder = [
        c
        for c in curves
        if c.prompt_tokens >= p and c.output_tokens >= o and c.prompt_tokens * o >= p * c.output_tokens
    ]
    return min(
        harder,
        key=lambda c: ((c.prompt_tokens + c.output_tokens), c.prompt_tokens, c.configuration_id),
        default=None,
    )


def p95_estimate(point: CurvePoint, output_tokens: int, tails: TailRatios, evidence: str) -> Prediction:
    """p95 of TTFT, ITL and E2E in ms from measured means.

    TTFT and ITL are mean × tail ratio. E2E is built from both p95 values at a fixed output length; percentiles do
    not add, so this is an upper estimate.
    """
    ttft, itl = point.ttft_ms * tails.ttft, point.tpot_ms * tails.itl
    return Prediction(ttft, itl, ttft + (output_tokens - 1) * itl, evidence)


def _operating_point(
    workload: Workload, slo: Slo, catalogue: Catalogue, curve: Curve, excluded: Counter[str]
) -> OperatingPoint | None:
    shape = catalogue.models[curve.model].shape
    gpu = catalogue.gpus[curve.gpu]
    if shape is None:
        excluded["architecture unknown, memory fit cannot be checked"] += 1
        return None
    exact = (curve.prompt_tokens, curve.output_tokens) == (workload.prompt_tokens, workload.output_tokens)
    tokens = workload.prompt_tokens + workload.output_tokens
    best: OperatingPoint | None = None
    misses: set[str] = set()
    for point in curve.points:
        if not fits(shape, curve.precision, gpu, curve.tensor_parallel, point.concurrency, tokens):
            misses.add("does not fit in GPU memory")
            continue
        estimate = p95_estimate(point, workload.output_tokens, catalogue.tails, "measured" if exact else "anchored")
        margins = {
            "misses the TTFT bound": 1 - estimate.ttft_ms / slo.ttft_ms,
            "misses the ITL bound": 1 - estimate.itl_ms / slo.itl_ms,
            "misses the end-to-end bound": 1 - estimate.e2e_ms / slo.e2e_ms,
        }
        margin = min(margins.values())
        if margin < 0:
            misses.add(min(margins, key=lambda name: margins[name]))
            continue
        seconds = (point.ttft_ms + (workload.output_tokens - 1) * point.tpot_ms) / 1000
        rate = point.concurrency / seconds
        if best is None or rate > best.requests_per_second:
            best = OperatingPoint(curve, point, rate, estimate, margin)
    if best is None:
        excluded[min(misses)] += 1
    return best


def replicas_for(peak_qps: float, requests_per_second: float, utilisation_cap: float) -> int:
    """Replicas that carry the peak without loading any beyond the cap. Never below one."""
    return max(1, math.ceil(peak_qps / (utilisation_cap * requests_per_second) - 1e-9))


def rented_gpus(count: int, tensor_parallel: int, replicas: int) -> int | None:
    """GPUs to pay for when they come in machines of `count`; None when a replica does not fit into one machine.

    A count of 1 means that GPUs are sold singly, or that nobody says: then only those in use are paid for.
    """
    if count == 1:
        return tensor_parallel * replicas
    per_machine = count // tensor_parallel
    return None if per_machine == 0 else count * math.ceil(replicas / per_machine)


def _plan(workload: Workload, catalogue: Catalogue, at: OperatingPoint, rental: Rental, replicas: int) -> Plan:
    curve = at.curve
    gpus = rented_gpus(rental.count, curve.tensor_parallel, replicas)
    if gpus is None:
        raise ValueError(f"{rental.provider} {rental.instance}: a replica does not fit into one machine")
    per_month = rental.price * gpus * HOURS_PER_MONTH
    requests = Decimal(repr(workload.qps)) * SECONDS_PER_MONTH
    per_token = per_month * 1_000_000 / (requests * (workload.prompt_tokens + workload.output_tokens))
    per_output = per_month * 1_000_000 / (requests * workload.output_tokens)
    configuration = Configuration(
        gpu=curve.gpu,
        checkpoint=curve.checkpoint,
        precision=curve.precision,
        engine=curve.engine,
        engine_version=curve.engine_version,
        tensor_parallel=curve.tensor_parallel,
        expert_parallel=curve.expert_parallel,
        replicas=replicas,
        gpus=gpus,
        concurrency=at.point.concurrency,
        requests_per_second=at.requests_per_second,
        measured_prompt_tokens=curve.prompt_tokens,
        measured_output_tokens=curve.output_tokens,
        measured_on=at.point.measured,
    )
    return Plan(
        id=f"{rental.kind}:{rental.provider}:{rental.instance}:{rental.region}:{curve.configuration_id}",
        kind=rental.kind,
        model=curve.model,
        provider=rental.provider,
        sku=rental.instance,
        region=rental.region,
        usd_per_month=per_month,
        usd_per_million_tokens=per_token,
        usd_per_million_output=per_output,
        slo="met",
        prediction=at.prediction,
        configuration=configuration,
        utilisation=workload.peak_qps / (replicas * at.requests_per_second),
        slo_margin=at.margin,
        price_evidence=rental.evidence,
        reasons=_reasons(workload, catalogue, at, rental, replicas, gpus),
    )


def _reasons(
    workload: Workload, catalogue: Catalogue, at: OperatingPoint, rental: Rental, replicas: int, gpus: int
) -> tuple[str, ...]:
    curve, point = at.curve, at.point
    plural = "" if replicas == 1 else "s"
    reasons = [
        f"one replica on {curve.tensor_parallel} × {catalogue.gpus[curve.gpu].name} serves"
        f" {at.requests_per_second:.3g} requests/s with {point.concurrency} in flight; {replicas} replica{plural}"
        f" carry the peak of {workload.peak_qps:g} requests/s at no more than"
        f" {catalogue.utilisation_cap:.0%} of that",
        f"${rental.price:f} per GPU-hour × {gpus} GPUs × {HOURS_PER_MONTH} h",
        f"measured means at {curve.prompt_tokens:,}→{curve.output_tokens:,} tokens: TTFT {point.ttft_ms:.0f} ms,"
        f" {point.tpot_ms:.1f} ms per token; p95 estimated with the tail ratios of {catalogue.tails.source}",
    ]
    if at.prediction.evidence == "anchored":
        reasons.append("measured at lengths at least as hard as yours, so the real times should be no worse")
    if curve.note:
        reasons.append(curve.note)
    if rental.kind == "spot":
        reasons.append("spot capacity can be taken away at any time; this price buys no availability")
    if rental.count > 1:
        used = curve.tensor_parallel * replicas
        idle = f", {gpus - used} of them idle" if gpus > used else ""
        reasons.append(f"rented as whole machines of {rental.count} GPUs{idle}")
    elif curve.tensor_parallel > 1:
        reasons.append(
            f"needs {curve.tensor_parallel} of these GPUs in one machine; ask the provider, the source does not say"
        )
    return tuple(reasons)
