"""One plan of a question with everything behind it that uncertainty needs."""

from dataclasses import dataclass, replace
from functools import cached_property

from wasm_tools.performance.lengths import lengths_of
from wasm_tools.performance.open_loop import Traffic, traffic
from wasm_tools.performance.service_curve import ServiceCurve
from wasm_tools.planner import Answer, Plan
from wasm_tools.planner.candidate import Candidate
from wasm_tools.planner.catalogue import Catalogue
from wasm_tools.planner.hosted_candidates import Chosen
from wasm_tools.planner.load import Load
from wasm_tools.planner.question import Question
from wasm_tools.planner.ready import Ready, ready_of
from wasm_tools.planner.rentals import Rental
from wasm_tools.planner.serving import service_of
from wasm_tools.planner.sizing import Sized
from wasm_tools.workload.traffic import InputError, Slo

Judge = tuple[Traffic, Slo, bool]  # what arrives, the bounds it is judged by, and whether it is streamed


@dataclass(frozen=True)
class ChosenPlan:
    """A candidate of an answer, described."""

    question: Question
    catalogue: Catalogue
    candidate: Candidate
    plan: Plan

    @property
    def is_api(self) -> bool:
        """Of an API nothing is known of what runs behind it."""
        return self.candidate.kind == "api"

    @property
    def sized(self) -> Sized:
        """The configuration with its replicas."""
        return self._chosen.sized

    @property
    def load(self) -> Load:
        """What the plan promises at its peak."""
        return self._chosen.load

    @property
    def _chosen(self) -> Chosen:
        if self.is_api:
            raise InputError("plan", "nothing is known of the replicas behind an API; choose a plan on GPUs")
        chosen: Chosen = self.candidate.of[0]
        return chosen

    @property
    def price_families(self) -> int:
        """Source families that state the price; 0 for an estimate."""
        held = self.candidate.of.rate if self.is_api else self.candidate.of[1]
        families: int = held.families
        return families

    @property
    def rental(self) -> Rental:
        """The offer of rented or serverless machines; StopIteration for own ones."""
        held, d = self.candidate.of[1], self.sized.deployable
        if isinstance(held, Rental):
            return held
        wanted = (held.kind, held.provider, held.sku, held.region, d.gpu, held.evidence)
        return next(
            r for r in self.catalogue.rentals if (r.kind, r.provider, r.instance, r.region, r.gpu, r.evidence) == wanted
        )

    @cached_property
    def ready(self) -> Ready:
        """The configuration as it is predicted from."""
        d = self.sized.deployable
        return next(r for r in ready_of(self.catalogue, d.model).able if r.deployable == d)

    @cached_property
    def judges(self) -> tuple[Judge, ...]:
        """Whose times count: all requests, or each class of a mix by its own bounds."""
        question, of = self.question, self.sized.served.replica.traffic
        if not question.classes:
            return ((of, question.slo, True),)
        lengths, cv = lengths_of(question.workload), question.workload.arrival_cv
        return tuple((traffic(lengths, of.tails, cv, judged=c.lengths), c.slo, c.streaming) for c in question.classes)

    def served_at(self, prompt_tokens: float, output_tokens: float) -> tuple[ServiceCurve, float] | None:
        """The service of a replica at mean lengths and the requests it holds; None where not one fits."""
        planned, w = self.sized.served, self.question.workload
        if (prompt_tokens, output_tokens) == (w.prompt_tokens, w.output_tokens):
            return planned.curve, planned.slots
        return service_of(self.ready, self.catalogue, prompt_tokens, output_tokens, w.cacheable_share)


def longer(of: Traffic, factor: float) -> Traffic:
    """The same traffic with answers of `factor` times the length; shapes of distributions stay."""
    p50, p90, p95, p99 = (factor * (tokens + 1) - 1 for tokens in of.judged_tokens)
    return replace(
        of,
        further_tokens=max(factor * (of.further_tokens + 1) - 1, 0.0),
        judged_mean=max(factor * (of.judged_mean + 1) - 1, 0.0),
        judged_tokens=(max(p50, 0.0), max(p90, 0.0), max(p95, 0.0), max(p99, 0.0)),
    )


def chosen_plan(found: Answer, candidate: Candidate) -> ChosenPlan:
    """A candidate of an answer with what stands behind it."""
    return ChosenPlan(found.question, found.catalogue, candidate, candidate.described())
