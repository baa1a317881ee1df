"""From configurations to replicas: which of them meet the target, at what load, and how many carry the peak.

Speed follows from the shape of a model, so models of one shape are sized once. What a replica serves does not depend on
the load, the price or the seller, so it is kept until a question asks for other lengths or another target.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter

from wasm_tools.performance.capacity import Bounds, Capacity, bounds_of, capacity_of, mix_capacity
from wasm_tools.performance.capacity import Miss as CapacityMiss
from wasm_tools.performance.lengths import lengths_of
from wasm_tools.performance.memory import held_at_once
from wasm_tools.performance.observations import Misses
from wasm_tools.performance.open_loop import Replica, Traffic, replica, traffic
from wasm_tools.performance.prediction import Prepared, Refusal, check_lengths, curve, pace_of
from wasm_tools.performance.replicas import MAX_REPLICAS, ReplicaCount, replicas_for
from wasm_tools.performance.service_curve import ServiceCurve
from wasm_tools.planner.catalogue import Catalogue, Deployable
from wasm_tools.planner.exclusions import Exclusions
from wasm_tools.planner.question import Limits, Question
from wasm_tools.planner.ready import Key, Ready, ready_of
from wasm_tools.workload.traffic import Slo

FASTEST = 4  # wider configurations of a model that are looked at for their speed
NOTHING = 1 << 60  # more GPUs than there are
CODES = ("memory", "ttft", "itl", "e2e", "throughput")


@dataclass(slots=True)  # not frozen: an answer makes thousands, and freezing takes most of that time
class Served:
    """What one replica of an architecture serves within the target. `misses` are bounds that had to be loosened."""

    replica: Replica
    capacity: Capacity
    slots: int
    misses: Misses

    @property
    def curve(self) -> ServiceCurve:
        """The service of the replica by its load."""
        return self.replica.curve


@dataclass(frozen=True, slots=True)
class Failed:
    """Why a configuration serves nothing: a bound, or in words why nothing can be said; and the bounds it exceeds."""

    reason: str
    misses: Misses = ()


@dataclass(slots=True)  # not frozen: an answer makes thousands, and freezing takes most of that time
class Sized:
    """A configuration that meets the target (or nearly), with the replicas that carry the peak."""

    deployable: Deployable
    served: Served
    carrying: int  # replicas that the peak needs
    spare: int  # on top, for the availability that is asked for
    replicas: int  # all of them
    busy_gpus: int  # of all replicas


def sized(question: Question, catalogue: Catalogue, excluded: Exclusions, missed: list[Misses]) -> Iterator[Sized]:
    """The configurations that serve the workload within the target; the others are counted.

    Where a configuration of the same model, GPU, precision and engine carries the peak within the target on as few GPUs
    as a wider one needs for one replica, the wider one cannot cost less. Of those only the fastest of each model are
    looked at, by what physics says of a lone request. `missed` receives the bounds that each failing configuration
    exceeds at the lightest load.
    """
    workload = question.workload
    check_lengths(workload.prompt_tokens, workload.output_tokens, workload.cacheable_share)
    scores = catalogue.scores(question.wishes.use_case)
    sizer = _Sizer(question, catalogue, excluded, missed)
    widest: list[Sized] = []
    for model, deployables in catalogue.deployables_of_models.items():
        unfit = question.unfit(catalogue.models[model]) or question.below_floor(scores.get(model))
        if unfit:
            for gpu, number in deployables.gpus.items():
                excluded.configuration(unfit, gpu, number=number)
            continue
        wider = []
        fewest: dict[tuple[str, str, str], int] = {}  # GPUs of all replicas, within the target
        for ready in _wanted(ready_of(catalogue, model), question.limits, excluded):
            if fewest.get(ready.family, NOTHING) <= ready.deployable.tensor_parallel:
                wider.append(ready)
                continue
            found = sizer.size(ready)
            if found is not None:
                if not found.served.misses:
                    fewest[ready.family] = min(found.busy_gpus, fewest.get(ready.family, NOTHING))
                yield found
        widest += sizer.fastest(wider)
    yield from widest


def _wanted(readied: Sequence[Ready], limits: Limits, excluded: Exclusions) -> Iterable[Ready]:
    """The deployables that the question allows; the others are counted."""
    if not (limits.gpus or limits.without_gpus or limits.precisions or limits.max_tensor_parallel is not None):
        return readied
    wanted = []
    for ready in readied:
        reason = _unwanted(ready.deployable, limits)
        if reason:
            excluded.configuration(reason, ready.deployable.gpu)
        else:
            wanted.append(ready)
    return wanted


class _Sizer:
    """Sizes one configuration after another for one question, remembering what they share."""

    def __init__(self, question: Question, catalogue: Catalogue, excluded: Exclusions, missed: list[Misses]) -> None:
        self.question, self.catalogue, self.excluded, self.missed = question, catalogue, excluded, missed
        self.arriving, slo = arrivals(question, catalogue), question.served_slo
        self.bounds = bounds_of(slo, catalogue.tails)
        self.looser_bounds = bounds_of(_loosened(slo, 1 + question.wishes.near_tolerance), catalogue.tails)
        times = (_times_asked(question), question.served_slo, question.wishes.near_tolerance)
        self.found = catalogue.served_at(times)
        self.told: set[Key] = set()
        self.counts: dict[float, ReplicaCount] = {}
        limits = question.limits
        self.most, self.most_of_all = dict(limits.gpu_limits), NOTHING if limits.max_gpus is None else limits.max_gpus

    def fastest(self, wider: Sequence[Ready]) -> Iterator[Sized]:
        """Of configurations of a model that carry no more than narrower ones, those quickest for a lone request."""
        timed = []
        for n, ready in enumerate(wider):
            if isinstance(ready.prepared, Refusal):
                self.excluded.configuration("architecture", ready.deployable.gpu, ready.prepared.reason)
            else:
                timed.append((self.lone_ms(ready.prepared), n))
        timed.sort()
        for _, n in timed[:FASTEST]:
            found = self.size(wider[n])
            if found is not None:
                yield found
        self.excluded.needless("narrower", len(timed[FASTEST:]))

    def lone_ms(self, prepared: Prepared) -> float:
        """A lone request by physics alone, in ms."""
        w = self.question.workload
        pace = pace_of(prepared, w.prompt_tokens, w.output_tokens, w.cacheable_share)
        each = prepared.own_steps[0] + pace.request
        return pace.arrival_ms + pace.prefill + pace.arrival_steps * each + (w.output_tokens - 1) * each

    def size(self, ready: Ready) -> Sized | None:
        """The configuration with its replicas, or nothing, and then the reason is counted."""
        question, excluded, d, key = self.question, self.excluded, ready.deployable, ready.key
        served = self.found.get(key)
        if served is None:
            served = self.found[key] = self._served(ready)
        if served.misses and key not in self.told:
            self.told.add(key)
            self.missed.append(served.misses)
        if isinstance(served, Failed):
            if served.reason in CODES:
                excluded.configuration(served.reason, d.gpu)
            else:
                excluded.configuration("architecture", d.gpu, served.reason)
            return None
        rate, policy, peak = served.capacity.rate, self.catalogue.policy, question.workload.peak_qps
        if rate * MAX_REPLICAS < peak * policy.headroom:
            excluded.configuration("no_capacity", d.gpu)
            return None
        count = self.counts.get(rate)
        if count is None:
            target = question.slo.availability
            node = policy.node_availability if target else None
            count = replicas_for(peak, rate, policy.headroom, availability=target, node_availability=node)
            self.counts[rate] = count
        total = count.total
        gpus = total * d.tensor_parallel
        if gpus > self.most_of_all or gpus > self.most.get(d.gpu, gpus):
            excluded.configuration("inventory", d.gpu)
            return None
        return Sized(d, served, count.carrying, count.spare, total, gpus)

    def _served(self, ready: Ready) -> Served | Failed:
        """What a replica serves, or why nothing."""
        question, policy, w = self.question, self.catalogue.policy, self.question.workload
        if isinstance(ready.prepared, Refusal) or ready.room is None:
            return Failed(ready.prepared.reason if isinstance(ready.prepared, Refusal) else "memory")
        slots = held_at_once(ready.room, w.prompt_tokens + w.output_tokens)
        if not slots or (question.classes and not held_at_once(ready.room, question.longest_tokens)):
            return Failed("memory")
        service = curve(ready.prepared, w.prompt_tokens, w.output_tokens, w.cacheable_share, self.catalogue.book)
        slots = min(slots, policy.runtime.max_sequences or slots)
        if service.measured:  # a measurement proves that so many requests fit: they are seldom all at full length
            slots = max(slots, int(max(service.measured)))
        running = replica(service, self.arriving, slots)
        misses: Misses = ()
        result = self._within(running, self.bounds, 1.0)
        if isinstance(result, CapacityMiss):
            misses, looser = result.missed, 1 + question.wishes.near_tolerance
            bound, factor = max(misses, key=itemgetter(1))
            if factor > looser:
                return Failed(bound, misses)
            result = self._within(running, self.looser_bounds, looser)
            if isinstance(result, CapacityMiss):
                return Failed(bound, misses)
        return Served(running, result, slots, misses)

    def _within(self, r: Replica, bounds: Bounds, looser: float) -> Capacity | CapacityMiss:
        """The capacity of a replica within `bounds`; of a mix what its hardest class allows, its bounds `looser`."""
        question, catalogue = self.question, self.catalogue
        cap = catalogue.policy.utilisation_cap
        if not question.classes:
            return capacity_of(r, bounds, cap)
        classes = [replace(c, slo=_loosened(c.slo, looser)) for c in question.served_classes]
        cv = question.workload.arrival_cv
        return mix_capacity(r.curve, classes, catalogue.tails, r.most_in_flight, cap, arrival_cv=cv)[1]


def _unwanted(d: Deployable, limits: Limits) -> str:
    if (limits.gpus and d.gpu not in limits.gpus) or d.gpu in limits.without_gpus:
        return "gpu_filtered"
    if limits.precisions and d.precision not in limits.precisions:
        return "precision_filtered"
    if limits.max_tensor_parallel is not None and d.tensor_parallel > limits.max_tensor_parallel:
        return "gpu_filtered"
    return ""


def _times_asked(question: Question) -> tuple[object, ...]:
    """Everything of a workload that the times of a replica depend on: not its rate."""
    w = question.workload
    return (w.prompt_tokens, w.output_tokens, w.lengths, w.arrival_cv, w.cacheable_share, question.served_classes)


def arrivals(question: Question, catalogue: Catalogue) -> Traffic:
    """What arrives at a replica, prepared once for all of them."""
    return traffic(lengths_of(question.workload), catalogue.tails, question.workload.arrival_cv)


def _loosened(slo: Slo, factor: float) -> Slo:
    speed = None if slo.tokens_per_s is None else slo.tokens_per_s / factor
    return Slo(
        slo.ttft_ms * factor, slo.itl_ms * factor, slo.e2e_ms * factor, slo.percentile, slo.ttft_percentile,
        slo.itl_percentile, slo.e2e_percentile, speed, slo.availability,
    )  # fmt: skip


def by_model_and_gpu(sizes: Iterator[Sized]) -> Mapping[tuple[str, str, bool], list[Sized]]:
    """The sized configurations of each model on each GPU, and apart from them those that nearly meet the target.

    A near one must not hide the cheapest that meets it, and says something only where it needs fewer GPUs.
    """
    groups: dict[tuple[str, str, bool], list[Sized]] = {}
    for s in sizes:
        groups.setdefault((s.deployable.model, s.deployable.gpu, bool(s.served.misses)), []).append(s)
    for model, gpu, near in [key for key in groups if key[2]]:
        least = min((s.busy_gpus for s in groups.get((model, gpu, False), ())), default=NOTHING)
        fewer = [s for s in groups.pop((model, gpu, near)) if s.busy_gpus < least]
        if fewer:
            groups[model, gpu, near] = fewer
    return groups
