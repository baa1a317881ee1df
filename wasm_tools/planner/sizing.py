"""From configurations to replicas: which of them meet the target, at what load, and how many carry the peak.

Speed follows from the shape of a model, so models with the same configurations of one shape are sized once: every
third one, and all that is worked out of them up to the candidates.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from wasm_tools.performance.observations import Misses
from wasm_tools.performance.prediction import check_lengths, pace_of
from wasm_tools.performance.replicas import MAX_REPLICAS, carrying_replicas, replicas_for
from wasm_tools.planner.catalogue import Catalogue, Deployable
from wasm_tools.planner.exclusions import Exclusions
from wasm_tools.planner.question import Limits, Question
from wasm_tools.planner.ready import Ready, ReadyModel, ready_of
from wasm_tools.planner.serving import Failed, Served, Serving

FASTEST = 4  # wider configurations of a model that are looked at for their speed
NOTHING = 1 << 60  # more GPUs than there are


@dataclass(slots=True)  # not frozen: an answer makes thousands, and freezing takes most of that time
class Sized:
    """A configuration that meets the target (or nearly), with the replicas that carry the peak."""

    deployable: Deployable
    place: int  # among those of its model
    served: Served
    carrying: int  # replicas that the peak needs
    spare: int  # on top, for the availability that is asked for
    replicas: int  # all of them
    busy_gpus: int  # of all replicas


@dataclass(frozen=True, slots=True)
class Alike:
    """Models that serve alike, and the sized configurations of the first of them: those of the others are the same."""

    models: tuple[str, ...]
    sizes: Sequence[Sized]


def sized(question: Question, catalogue: Catalogue, excluded: Exclusions, missed: list[Misses]) -> Iterator[Sized]:
    """The configurations of every model that serve the workload within the target, see `sized_alike`."""
    for alike in sized_alike(question, catalogue, excluded, missed):
        for model in alike.models:
            yield from (of_model(s, model, catalogue) for s in alike.sizes)


def of_model(size: Sized, model: str, catalogue: Catalogue) -> Sized:
    """The same configuration of a model that serves alike."""
    if size.deployable.model == model:
        return size
    return replace(size, deployable=ready_of(catalogue, model).able[size.place].deployable)


def sized_alike(
    question: Question, catalogue: Catalogue, excluded: Exclusions, missed: list[Misses]
) -> Iterator[Alike]:
    """The configurations that serve the workload within the target; the others are counted.

    Where a configuration of the same model, GPU, precision and engine carries the peak within the target on as few GPUs
    as a wider one needs for one replica, the wider one cannot cost less. Of those only the fastest of each model are
    looked at, by what physics says of a lone request. `missed` receives the bounds that each failing configuration
    exceeds at the lightest load.
    """
    workload = question.workload
    check_lengths(workload.prompt_tokens, workload.output_tokens, workload.cacheable_share)
    scores = catalogue.scores(question.wishes.use_case)
    groups: dict[int, list[str]] = {}
    for model, deployables in catalogue.deployables_of_models.items():
        unfit = question.unfit(catalogue.models[model]) or question.below_floor(scores.get(model))
        if unfit:
            for gpu, number in deployables.gpus.items():
                excluded.configuration(unfit, gpu, number=number)
        else:
            ready = ready_of(catalogue, model)
            _count_refused(ready, question.limits, excluded)
            groups.setdefault(ready.alike, []).append(model)
    sizer = _Sizer(question, catalogue, excluded, missed)
    for models in groups.values():
        yield Alike(tuple(models), sizer.sizes(ready_of(catalogue, models[0]), len(models)))


def _count_refused(ready: ReadyModel, limits: Limits, excluded: Exclusions) -> None:
    """Count the deployables whose speed cannot be told, unless the question does not want them anyway."""
    for d, words in ready.refused:
        reason = _unwanted(d, limits)
        excluded.configuration(reason or "architecture", d.gpu, "" if reason else words)


class _Sizer:
    """Sizes the configurations of one model after another for one question."""

    def __init__(self, question: Question, catalogue: Catalogue, excluded: Exclusions, missed: list[Misses]) -> None:
        self.question, self.catalogue, self.excluded, self.missed = question, catalogue, excluded, missed
        self.serving, self.models = Serving(question, catalogue), 1
        self.found = self.serving.found
        self.headroom, self.peak = catalogue.policy.headroom, question.workload.peak_qps
        self.availability = question.slo.availability
        self.told: set[int] = set()
        self.spares: dict[int, int] = {}
        limits = question.limits
        self.choosy = bool(limits.gpus or limits.without_gpus or limits.precisions or limits.max_tensor_parallel)
        self.most, self.most_of_all = dict(limits.gpu_limits), NOTHING if limits.max_gpus is None else limits.max_gpus
        self.limited = bool(self.most) or limits.max_gpus is not None

    def sizes(self, ready: ReadyModel, models: int) -> list[Sized]:
        """The sized configurations of a model, which stands for so many that serve alike."""
        self.models, sizes, wider = models, [], []
        fewest: dict[tuple[str, str, str], int] = {}  # GPUs of all replicas, within the target
        for one in self.wanted(ready.able) if self.choosy else ready.able:
            if fewest.get(one.family, NOTHING) <= one.deployable.tensor_parallel:
                wider.append(one)
                continue
            found = self.size(one)
            if found is not None:
                if not found.served.misses:
                    fewest[one.family] = min(found.busy_gpus, fewest.get(one.family, NOTHING))
                sizes.append(found)
        sizes += self.fastest(wider)
        return sizes

    def wanted(self, able: Sequence[Ready]) -> Iterator[Ready]:
        """The deployables that the question allows; the others are counted."""
        for one in able:
            reason = _unwanted(one.deployable, self.question.limits)
            if reason:
                self.excluded.configuration(reason, one.deployable.gpu, number=self.models)
            else:
                yield one

    def fastest(self, wider: Sequence[Ready]) -> Iterator[Sized]:
        """Of configurations of a model that carry no more than narrower ones, those quickest for a lone request."""
        timed = sorted([(self.lone_ms(ready), n) for n, ready in enumerate(wider)])
        for _, n in timed[:FASTEST]:
            found = self.size(wider[n])
            if found is not None:
                yield found
        self.excluded.needless("narrower", self.models * len(timed[FASTEST:]))

    def lone_ms(self, ready: Ready) -> float:
        """A lone request by physics alone, in ms."""
        w = self.question.workload
        pace = pace_of(ready.prepared, w.prompt_tokens, w.output_tokens, w.cacheable_share)
        each = ready.prepared.own_steps[0] + pace.request
        return pace.arrival_ms + pace.prefill + pace.arrival_steps * each + (w.output_tokens - 1) * each

    def size(self, ready: Ready) -> Sized | None:
        """A configuration with its replicas, or None once its exclusion is counted."""
        d = ready.deployable
        served = self.found.get(ready.key) or self.serving.of(ready)
        if served.misses and ready.key not in self.told:
            self.told.add(ready.key)
            self.missed.append(served.misses)
        if isinstance(served, Failed):
            self.excluded.configuration(served.reason, d.gpu, number=self.models)
            return None
        rate, headroom, peak = served.capacity.rate, self.headroom, self.peak
        if rate * MAX_REPLICAS < peak * headroom:
            self.excluded.configuration("no_capacity", d.gpu, number=self.models)
            return None
        carrying = carrying_replicas(peak, rate, headroom)
        spare = self.spare(carrying) if self.availability else 0
        gpus = (carrying + spare) * d.tensor_parallel
        if self.limited and (gpus > self.most_of_all or gpus > self.most.get(d.gpu, gpus)):
            self.excluded.configuration("inventory", d.gpu, number=self.models)
            return None
        return Sized(d, ready.place, served, carrying, spare, carrying + spare, gpus)

    def spare(self, carrying: int) -> int:
        """The replicas on top of `carrying` for the availability that is asked for."""
        found = self.spares.get(carrying)
        if found is None:
            of_node = self.catalogue.policy.node_availability
            found = replicas_for(carrying, 1.0, availability=self.availability, node_availability=of_node).spare
            self.spares[carrying] = found
        return found


def _unwanted(d: Deployable, limits: Limits) -> str:
    if (limits.gpus and d.gpu not in limits.gpus) or d.gpu in limits.without_gpus:
        return "gpu_filtered"
    if limits.precisions and d.precision not in limits.precisions:
        return "precision_filtered"
    if limits.max_tensor_parallel is not None and d.tensor_parallel > limits.max_tensor_parallel:
        return "gpu_filtered"
    return ""


def by_models_and_gpu(alike: Iterable[Alike]) -> Mapping[tuple[tuple[str, ...], str, bool], list[Sized]]:
    """The sized configurations of models on each GPU, and apart from them those that nearly meet the target.

    A near one must not hide the cheapest that meets it, and says something only where it needs fewer GPUs.
    """
    groups: dict[tuple[tuple[str, ...], str, bool], list[Sized]] = {}
    for of in alike:
        met: dict[str, list[Sized]] = {}
        nearly: dict[str, list[Sized]] = {}
        for s in of.sizes:
            (nearly if s.served.misses else met).setdefault(s.deployable.gpu, []).append(s)
        for gpu, sizes in met.items():
            groups[of.models, gpu, False] = sizes
        for gpu, sizes in nearly.items():
            least = min([s.busy_gpus for s in met.get(gpu, ())], default=NOTHING)
            fewer = [s for s in sizes if s.busy_gpus < least]
            if fewer:
                groups[of.models, gpu, True] = fewer
    return groups
