"""What a replica of a configuration serves within a target.

A replica does not depend on the target, and what it serves does not depend on the load, the price or the seller, so
both are kept for questions to come. Speed follows from the shape of a model, so models of one shape share both.
"""

from dataclasses import dataclass, replace
from operator import itemgetter

from wasm_tools.performance.capacity import Bounds, Capacity, bounds_of, capacity_of, mix_capacity
from wasm_tools.performance.capacity import Miss as CapacityMiss
from wasm_tools.performance.lengths import lengths_of
from wasm_tools.performance.memory import held_at_once
from wasm_tools.performance.observations import Misses
from wasm_tools.performance.open_loop import Replica, replica, traffic
from wasm_tools.performance.prediction import curve
from wasm_tools.performance.service_curve import ServiceCurve
from wasm_tools.planner.catalogue import Catalogue
from wasm_tools.planner.question import Question
from wasm_tools.planner.ready import Ready
from wasm_tools.workload.traffic import Slo


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


class Serving:
    """What replicas serve of one question."""

    def __init__(self, question: Question, catalogue: Catalogue) -> None:
        self.question, self.catalogue = question, catalogue
        w, slo = question.workload, question.served_slo
        tokens = (w.prompt_tokens, w.output_tokens, question.longest_tokens)
        lengths = (*tokens, w.lengths, w.arrival_cv, w.cacheable_share)
        near = question.wishes.near_tolerance
        self.arriving = traffic(lengths_of(w), catalogue.tails, w.arrival_cv)  # at each of the replicas
        self.bounds = bounds_of(slo, catalogue.tails)
        self.looser_bounds = bounds_of(_loosened(slo, 1 + near), catalogue.tails)
        # Both by key of what serves alike; a replica is None where the memory holds no request.
        self.replicas: dict[int, Replica | None] = catalogue.replicas.of(lengths)
        self.found: dict[int, Served | Failed] = catalogue.served.of((lengths, slo, near, question.served_classes))

    def of(self, ready: Ready) -> Served | Failed:
        """What a replica serves, or the bound that it cannot keep."""
        found = self.found.get(ready.key)
        if found is None:
            found = self.found[ready.key] = self._served(ready)
        return found

    def _replica(self, ready: Ready) -> Replica | None:
        """A replica at the lengths of the question, or None where its memory holds no request."""
        if ready.key in self.replicas:
            return self.replicas[ready.key]
        question, w, found = self.question, self.question.workload, None
        if not question.classes or held_at_once(ready.room, question.longest_tokens):
            served = service_of(ready, self.catalogue, w.prompt_tokens, w.output_tokens, w.cacheable_share)
            if served is not None:
                service, slots = served
                found = replica(service, self.arriving, slots)
        self.replicas[ready.key] = found
        return found

    def _served(self, ready: Ready) -> Served | Failed:
        """What a replica serves, or the bound that it cannot keep."""
        running = self._replica(ready)
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


def service_of(
    ready: Ready, catalogue: Catalogue, prompt_tokens: float, output_tokens: float, cacheable_share: float
) -> tuple[ServiceCurve, int] | None:
    """The service of a replica at mean lengths and the requests that it holds at a time; None where it holds none."""
    slots = held_at_once(ready.room, round(prompt_tokens + output_tokens))
    if not slots:
        return None
    service = curve(ready.prepared, prompt_tokens, output_tokens, cacheable_share, catalogue.book)
    slots = min(slots, catalogue.policy.runtime.max_sequences or slots)
    if service.measured:  # a measurement proves that so many requests fit: they are seldom all at full length
        slots = max(slots, int(max(service.measured)))
    return service, slots


def _loosened(slo: Slo, factor: float) -> Slo:
    speed = None if slo.tokens_per_s is None else slo.tokens_per_s / factor
    return Slo(
        slo.ttft_ms * factor, slo.itl_ms * factor, slo.e2e_ms * factor, slo.percentile, slo.ttft_percentile,
        slo.itl_percentile, slo.e2e_percentile, speed, slo.availability,
    )  # fmt: skip
