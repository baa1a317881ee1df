"""The standard grid and the use cases: which workloads are planned ahead of every reader."""

from collections.abc import Iterator
from dataclasses import dataclass

from generator.precompute.presets import number
from generator.registry import Load, Profile, Registry, SloClass, UseCase
from wasm_tools.collector import collector_at_rest
from wasm_tools.models.cards import CAPABILITY_CLASSES
from wasm_tools.planner import Catalogue, Plan, Question, Ranking, Wishes, answer, ranking_of
from wasm_tools.planner.diagnostics import Diagnosis
from wasm_tools.planner.ranking import diagnostics
from wasm_tools.workload.traffic import Slo, Workload, class_slo, qps_of_users


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the standard grid with its rankings by minimum capability class."""

    profile: Profile
    slo_class: SloClass
    load: Load
    slo: Slo
    workloads: dict[str, Workload]
    rankings: dict[str, Ranking]
    diagnoses: dict[str, tuple[Diagnosis, ...]]  # what became of every provider

    @property
    def path(self) -> str:
        """Where the cell lies below /plans/ and /api/v1/plans/."""
        return f"{self.profile.id}/{self.slo_class.id}/{self.load.id}"


@dataclass(frozen=True, slots=True)
class CasePlan:
    """A use case with its ranking."""

    case: UseCase
    profile: Profile
    slo_class: SloClass
    slo: Slo
    workload: Workload
    ranking: Ranking
    diagnoses: tuple[Diagnosis, ...]


def grid_cells(registry: Registry, catalogue: Catalogue) -> Iterator[Cell]:
    """All cells: profile × SLO class × load, each with a ranking for every capability class."""
    for n in range(len(registry.profiles)):
        yield from profile_cells(n, registry, catalogue)


def profile_cells(n: int, registry: Registry, catalogue: Catalogue) -> tuple[Cell, ...]:
    """The cells of the profile at a place in the registry: questions of the same lengths share most of their work."""
    with collector_at_rest():  # plans have no cycles, and looking for some takes as long as planning
        return tuple(_profile_cells(registry.profiles[n], registry, catalogue))


def _profile_cells(profile: Profile, registry: Registry, catalogue: Catalogue) -> Iterator[Cell]:
    for slo_class in registry.slo_classes:
        slo = class_slo(slo_class.ttft_ms, slo_class.itl_ms, slo_class.e2e_factor, profile.output_tokens)
        for load in registry.loads:
            qps = number(load.requests_per_second)
            peak = number(repr(round(qps * load.peak_factor, 6)))
            workloads = {
                c: Workload(profile.prompt_tokens, profile.output_tokens, qps, peak, c) for c in CAPABILITY_CLASSES
            }
            answers = {c: answer(Question(w, slo), catalogue) for c, w in workloads.items()}
            rankings = {c: ranking_of(found) for c, found in answers.items()}
            told = {c: diagnostics(found, _shown(rankings[c])) for c, found in answers.items()}
            yield Cell(profile, slo_class, load, slo, workloads, rankings, told)


def case_plans(registry: Registry, catalogue: Catalogue) -> tuple[CasePlan, ...]:
    """The plans of the nine use cases at their own number of users."""
    return tuple(_case_plans(registry, catalogue))


def _case_plans(registry: Registry, catalogue: Catalogue) -> Iterator[CasePlan]:
    profiles = {p.id: p for p in registry.profiles}
    classes = {c.id: c for c in registry.slo_classes}
    for case in registry.use_cases:
        profile, slo_class = profiles[case.profile], classes[case.slo_class]
        slo = class_slo(slo_class.ttft_ms, slo_class.itl_ms, slo_class.e2e_factor, profile.output_tokens)
        qps = round(qps_of_users(case.users, case.active_fraction, case.requests_per_active_user_per_minute), 4)
        workload = Workload(
            profile.prompt_tokens, profile.output_tokens, qps, round(qps * case.peak_factor, 4), case.minimum_class
        )
        question = Question(workload, slo, Wishes(use_case=case.id))
        found = answer(question, catalogue)
        ranking = ranking_of(found)
        told = diagnostics(found, _shown(ranking))
        yield CasePlan(case, profile, slo_class, slo, workload, ranking, told)


def _shown(ranking: Ranking) -> list[Plan]:
    return [plan for _, plan in ranking.plans]
