"""From configurations to replicas: which of them meet the target, at what load, and how many carry the peak.

Speed follows from the shape of a model, so models of one shape are sized once. What a replica serves does not depend on
the load, the price or the seller, so it is kept until a question asks for other lengths or another target.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from wasm_tools.performance.capacity import Capacity, capacity
from wasm_tools.performance.capacity import Miss as CapacityMiss
from wasm_tools.performance.configuration import ServingConfiguration
from wasm_tools.performance.lengths import lengths_of
from wasm_tools.performance.memory import max_concurrency
from wasm_tools.performance.open_loop import Traffic, latency, replica, traffic
from wasm_tools.performance.prediction import Refusal, check_lengths, curve, prepared
from wasm_tools.performance.replicas import MAX_REPLICAS, ReplicaCount, replicas_for
from wasm_tools.performance.service_curve import Bands, ServiceCurve, bands_at, evidence_at
from wasm_tools.planner.candidate import Miss
from wasm_tools.planner.catalogue import Catalogue, Deployable
from wasm_tools.planner.exclusions import Exclusions
from wasm_tools.planner.policy import Policy
from wasm_tools.planner.question import Question
from wasm_tools.workload.traffic import PERCENTILES, Slo

NOTHING = 1 << 60  # more GPUs than there are
CODES = {"memory": "memory", "ttft": "ttft", "itl": "itl", "e2e": "e2e", "throughput": "throughput"}


Key = tuple[str, str, str, str, int, int]  # architecture, GPU, precision, engine, tensor and expert parallelism


@dataclass(frozen=True, slots=True)
class Served:
    """What one replica of an architecture serves within the target. `misses` are bounds that had to be loosened."""

    curve: ServiceCurve
    capacity: Capacity
    slots: int
    misses: tuple[Miss, ...]


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Sized:
    """A configuration that meets the target (or nearly), with the replicas that carry the peak."""

    deployable: Deployable
    served: Served
    count: ReplicaCount

    @property
    def replicas(self) -> int:
        """All replicas, spare ones included."""
        return self.count.total

    @property
    def busy_gpus(self) -> int:
        """GPUs of all replicas."""
        return self.count.total * self.deployable.tensor_parallel


def sized(
    question: Question, catalogue: Catalogue, excluded: Exclusions, missed: list[tuple[Miss, ...]]
) -> Iterator[Sized]:
    """The configurations that serve the workload within the target; the others are counted.

    Where a narrower configuration of the same model, GPU, precision and engine carries the peak on as few GPUs as one
    replica has, only the widest is looked at besides, for its speed: what lies between costs more and is slower than
    that one, or nearly so. `missed` receives the bounds that each failing configuration exceeds at the lightest load.
    """
    workload, limits, policy = question.workload, question.limits, catalogue.policy
    check_lengths(workload.prompt_tokens, workload.output_tokens, workload.cacheable_share)
    arriving = arrivals(question, catalogue)
    scores = catalogue.scores(question.wishes.use_case)
    unfit = {
        model: question.unfit(card) or question.below_floor(scores.get(model))
        for model, card in catalogue.models.items()
    }
    found = catalogue.served_at((_times_asked(question), question.served_slo, question.wishes.near_tolerance))
    told: set[Key] = set()
    counts: dict[float, ReplicaCount] = {}
    most = dict(limits.gpu_limits)
    fewest: dict[tuple[str, str, str, str], int] = {}  # GPUs of all replicas
    for d, widest in catalogue.by_width:
        reason = unfit[d.model] or _unwanted(d, question)
        if reason:
            excluded.configuration(reason, d.gpu)
            continue
        family = (d.model, d.gpu, d.precision, d.engine)
        if not widest and fewest.get(family, NOTHING) <= d.tensor_parallel:
            excluded.needless("narrower")
            continue
        key = (
            catalogue.book.architectures[d.model], d.gpu, d.precision, d.engine, d.tensor_parallel, d.expert_parallel
        )  # fmt: skip
        known = found.get(key)
        if known is None:
            known = found[key] = _served(question, catalogue, d, key, arriving)
        served, misses = known
        if misses and key not in told:
            told.add(key)
            missed.append(misses)
        if isinstance(served, str):
            if served in CODES:
                excluded.configuration(CODES[served], d.gpu)
            else:
                excluded.configuration("architecture", d.gpu, served)
            continue
        rate = served.capacity.rate
        if rate * MAX_REPLICAS < workload.peak_qps * policy.headroom:
            excluded.configuration("no_capacity", d.gpu)
            continue
        count = counts.get(rate)
        if count is None:
            count = counts[rate] = replicas_for(
                workload.peak_qps,
                rate,
                policy.headroom,
                availability=question.slo.availability,
                node_availability=policy.node_availability if question.slo.availability else None,
            )
        gpus = count.total * d.tensor_parallel
        if (limits.max_gpus is not None and gpus > limits.max_gpus) or gpus > most.get(d.gpu, gpus):
            excluded.configuration("inventory", d.gpu)
            continue
        fewest[family] = min(gpus, fewest.get(family, gpus))
        yield Sized(d, served, count)


def _unwanted(d: Deployable, question: Question) -> str:
    limits = question.limits
    if (limits.gpus and d.gpu not in limits.gpus) or d.gpu in limits.without_gpus:
        return "gpu_filtered"
    if limits.precisions and d.precision not in limits.precisions:
        return "precision_filtered"
    if limits.max_tensor_parallel is not None and d.tensor_parallel > limits.max_tensor_parallel:
        return "gpu_filtered"
    return ""


def _served(
    question: Question,
    catalogue: Catalogue,
    d: Deployable,
    key: Key,
    arriving: Traffic,
) -> tuple[Served | str, tuple[Miss, ...]]:
    """What a replica serves, or the bound that it fails, or in words why nothing can be said; and what it misses."""
    workload, policy, book = question.workload, catalogue.policy, catalogue.book
    ready = catalogue.prepared.get(key)
    if ready is None:
        configuration = ServingConfiguration(
            d.model, d.gpu, d.precision, d.engine, d.tensor_parallel, d.expert_parallel
        )
        ready = catalogue.prepared[key] = prepared(configuration, book)
    if isinstance(ready, Refusal):
        return ready.reason, ()
    tokens = workload.prompt_tokens + workload.output_tokens
    slots = max_concurrency(
        book.shapes[d.model],
        d.precision,
        book.gpus[d.gpu],
        d.tensor_parallel,
        tokens,
        kv_precision=d.kv_cache,
        expert_parallel=d.expert_parallel,
        runtime=policy.runtime,
    )
    if not slots:
        return "memory", ()
    service = curve(ready, workload.prompt_tokens, workload.output_tokens, workload.cacheable_share, book)
    # A measurement proves by itself that so many requests fit: they are seldom all at full length.
    slots = max((min(slots, policy.runtime.max_sequences or slots), *map(int, service.measured)))
    slo = question.served_slo
    misses: tuple[Miss, ...] = ()
    result = capacity(service, slo, arriving, slots, policy.utilisation_cap)
    if isinstance(result, CapacityMiss):
        misses = tuple(Miss(bound, factor) for bound, factor in result.missed)
        worst = max(misses, key=lambda m: m.factor)
        if worst.factor > 1 + question.wishes.near_tolerance:
            return worst.bound, misses
        looser = _loosened(slo, 1 + question.wishes.near_tolerance)
        result = capacity(service, looser, arriving, slots, policy.utilisation_cap)
        if isinstance(result, CapacityMiss):
            return worst.bound, misses
    return Served(service, result, slots, misses), misses


def _times_asked(question: Question) -> tuple[object, ...]:
    """Everything of a workload that the times of a replica depend on: not its rate."""
    w = question.workload
    return (w.prompt_tokens, w.output_tokens, w.lengths, w.arrival_cv, w.cacheable_share)


def arrivals(question: Question, catalogue: Catalogue) -> Traffic:
    """What arrives at a replica, prepared once for all of them."""
    return traffic(lengths_of(question.workload), catalogue.tails, question.workload.arrival_cv)


def _loosened(slo: Slo, factor: float) -> Slo:
    speed = None if slo.tokens_per_s is None else slo.tokens_per_s / factor
    return Slo(
        slo.ttft_ms * factor, slo.itl_ms * factor, slo.e2e_ms * factor, slo.percentile, slo.ttft_percentile,
        slo.itl_percentile, slo.e2e_percentile, speed, slo.availability,
    )  # fmt: skip


def load_of(question: Question, policy: Policy, arriving: Traffic, sized: Sized) -> Load:
    """The behaviour of a replica at its share of the peak, and whether it holds at the far end of the band too.

    `met`: the estimates and the upper ends of their 90 % bands are within the bounds; `likely`: the estimates are;
    `near`: a bound had to be loosened.
    """
    served, slo = sized.served, question.slo
    share = question.workload.peak_qps / (sized.count.carrying * served.capacity.rate)
    in_flight = served.capacity.in_flight * min(1.0, share)
    first, gap, whole = (PERCENTILES.index(p or slo.percentile) for p in _percentiles(slo))
    _, ttft, tpot, e2e = latency(replica(served.curve, arriving, served.slots), in_flight, first, whole)
    ttft, e2e = ttft + question.network_ms, e2e + question.network_ms
    itl = tpot * arriving.tails.tpot[gap]
    bands = bands_at(served.curve, 1 + in_flight)
    ratios = (ttft / slo.ttft_ms, itl / slo.itl_ms, e2e / slo.e2e_ms)
    worst = max(ttft * bands.first_token[1] / slo.ttft_ms, itl * bands.tpot[1] / slo.itl_ms)
    worst = max(worst, e2e * max(bands.tpot[1], 1.0) / slo.e2e_ms)
    status = "near" if served.misses else "met" if worst <= 1 else "likely"
    return Load(
        ttft, itl, e2e, evidence_at(served.curve, 1 + in_flight), bands, status, 1 - max(ratios), share,
        question.workload.peak_qps * policy.headroom / served.capacity.rate,
    )  # fmt: skip


def _percentiles(slo: Slo) -> tuple[int | None, int | None, int | None]:
    return slo.ttft_percentile, slo.itl_percentile, slo.e2e_percentile


def by_model_and_gpu(sizes: Iterator[Sized]) -> Mapping[tuple[str, str], list[Sized]]:
    """The sized configurations of each model on each GPU."""
    groups: dict[tuple[str, str], list[Sized]] = {}
    for s in sizes:
        groups.setdefault((s.deployable.model, s.deployable.gpu), []).append(s)
    return groups
