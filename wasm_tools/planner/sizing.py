"""From configurations to replicas: which of them meet the target, at what load, and how many carry the peak.

Speed follows from the shape of a model, so models of one shape are sized once. A replica does not depend on the target,
and what it serves does not depend on the load, the price or the seller, so both are kept for questions to come.
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
from wasm_tools.performance.prediction import check_lengths, curve, pace_of
from wasm_tools.performance.replicas import MAX_REPLICAS, carrying_replicas, replicas_for
from wasm_tools.performance.service_curve import ServiceCurve
from wasm_tools.planner.catalogue import Catalogue, Deployable
from wasm_tools.planner.exclusions import Exclusions
from wasm_tools.planner.question import Limits, Question
from wasm_tools.planner.ready import Ready, ReadyModel, ready_of
from wasm_tools.workload.traffic import Slo

FASTEST = 4  # wider configurations of a model that are looked at for their speed
NOTHING = 1 << 60  # more GPUs than there are


@dataclass(slots=True)  # not frozen: an answer makes thousands, and freezing takes most of that time
class Served:
    """What one replica of an architecture serves within the target. `misses` are bounds that had to be loosened."""

    replica: Replica
    capacity: Capacity
    misses: Misses

    @property
    def slots(self) -> int:
        """Requests that a replica holds at a time."""
        return int(self.replica.most_in_flight)

    @property
    def curve(self) -> ServiceCurve:
        """The service of the replica by its load."""
        return self.replica.curve


@dataclass(frozen=True, slots=True)
class Failed:
    """Why a configuration serves nothing: memory or a bound; and the bounds it exceeds, with their factors."""

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


def _wanted(ready: ReadyModel, limits: Limits, excluded: Exclusions) -> Iterable[Ready]:
    """The deployables that the question allows and whose speed can be told; the others are counted."""
    if not (limits.gpus or limits.without_gpus or limits.precisions or limits.max_tensor_parallel is not None):
        for (gpu, words), number in ready.refusals.items():
            excluded.configuration("architecture", gpu, words, number)
        return ready.able
    for d, words in ready.refused:
        reason = _unwanted(d, limits)
        excluded.configuration(reason or "architecture", d.gpu, "" if reason else words)
    wanted = []
    for one in ready.able:
        reason = _unwanted(one.deployable, limits)
        if reason:
            excluded.configuration(reason, one.deployable.gpu)
        else:
            wanted.append(one)
    return wanted


class _Sizer:
    """Sizes one configuration after another for one question, remembering what they share."""

    def __init__(self, question: Question, catalogue: Catalogue, excluded: Exclusions, missed: list[Misses]) -> None:
        self.question, self.catalogue, self.excluded, self.missed = question, catalogue, excluded, missed
        w, slo = question.workload, question.served_slo
        tokens = (w.prompt_tokens, w.output_tokens, question.longest_tokens)
        lengths = (*tokens, w.lengths, w.arrival_cv, w.cacheable_share)
        near = question.wishes.near_tolerance
        self.arriving, self.bounds = arrivals(question, catalogue), bounds_of(slo, catalogue.tails)
        self.looser_bounds = bounds_of(_loosened(slo, 1 + near), catalogue.tails)
        # Both by key of what serves alike; a replica is None where the memory holds no request.
        self.replicas: dict[int, Replica | None] = catalogue.replicas.of(lengths)
        self.found: dict[int, Served | Failed] = catalogue.served.of((lengths, slo, near, question.served_classes))
        self.told: set[int] = set()
        self.spares: dict[int, int] = {}
        limits = question.limits
        self.most, self.most_of_all = dict(limits.gpu_limits), NOTHING if limits.max_gpus is None else limits.max_gpus

    def fastest(self, wider: Sequence[Ready]) -> Iterator[Sized]:
        """Of configurations of a model that carry no more than narrower ones, those quickest for a lone request."""
        timed = sorted([(self.lone_ms(ready), n) for n, ready in enumerate(wider)])
        for _, n in timed[:FASTEST]:
            found = self.size(wider[n])
            if found is not None:
                yield found
        self.excluded.needless("narrower", len(timed[FASTEST:]))

    def lone_ms(self, ready: Ready) -> float:
        """A lone request by physics alone, in ms."""
        w = self.question.workload
        pace = pace_of(ready.prepared, w.prompt_tokens, w.output_tokens, w.cacheable_share)
        each = ready.prepared.own_steps[0] + pace.request
        return pace.arrival_ms + pace.prefill + pace.arrival_steps * each + (w.output_tokens - 1) * each

    def size(self, ready: Ready) -> Sized | None:
        """A configuration with its replicas, or None once its exclusion is counted."""
        d, question, excluded = ready.deployable, self.question, self.excluded
        served = self.found.get(ready.key)
        if served is None:
            served = self.found[ready.key] = self._served(ready)
        if served.misses and ready.key not in self.told:
            self.told.add(ready.key)
            self.missed.append(served.misses)
        if isinstance(served, Failed):
            excluded.configuration(served.reason, d.gpu)
            return None
        rate, headroom, peak = served.capacity.rate, self.catalogue.policy.headroom, question.workload.peak_qps
        if rate * MAX_REPLICAS < peak * headroom:
            excluded.configuration("no_capacity", d.gpu)
            return None
        carrying = carrying_replicas(peak, rate, headroom)
        spare = self.spare(carrying) if question.slo.availability else 0
        gpus = (carrying + spare) * d.tensor_parallel
        if gpus > self.most_of_all or gpus > self.most.get(d.gpu, gpus):
            excluded.configuration("inventory", d.gpu)
            return None
        return Sized(d, served, carrying, spare, carrying + spare, gpus)

    def spare(self, carrying: int) -> int:
        """The replicas on top of `carrying` for the availability that is asked for."""
        found = self.spares.get(carrying)
        if found is None:
            target, of_node = self.question.slo.availability, self.catalogue.policy.node_availability
            found = replicas_for(carrying, 1.0, availability=target, node_availability=of_node).spare
            self.spares[carrying] = found
        return found

    def replica(self, ready: Ready) -> Replica | None:
        """A replica at the lengths of the question, or None where its memory holds no request."""
        if ready.key in self.replicas:
            return self.replicas[ready.key]
        question, policy, w = self.question, self.catalogue.policy, self.question.workload
        found, slots = None, held_at_once(ready.room, w.prompt_tokens + w.output_tokens)
        if slots and (not question.classes or held_at_once(ready.room, question.longest_tokens)):
            service = curve(ready.prepared, w.prompt_tokens, w.output_tokens, w.cacheable_share, self.catalogue.book)
            slots = min(slots, policy.runtime.max_sequences or slots)
            if service.measured:  # a measurement proves that so many requests fit: they are seldom all at full length
                slots = max(slots, int(max(service.measured)))
            found = replica(service, self.arriving, slots)
        self.replicas[ready.key] = found
        return found

    def _served(self, ready: Ready) -> Served | Failed:
        """What a replica serves, or the bound that it cannot keep."""
        running = self.replica(ready)
        if running is None:
            return Failed("memory")
        misses: Misses = ()
        result = self._within(running, self.bounds, 1.0)
        if isinstance(result, CapacityMiss):
            misses, looser = result.missed, 1 + self.question.wishes.near_tolerance
            bound, factor = max(misses, key=itemgetter(1))
            if factor > looser:
                return Failed(bound, misses)
            result = self._within(running, self.looser_bounds, looser)
            if isinstance(result, CapacityMiss):
                return Failed(bound, misses)
        return Served(running, result, misses)

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
