"""The answer to a question: every way to serve a workload in one list, and what to take from it.

The list is in order of monthly cost; a chip says whether each plan meets the target. What is recommended is the
cheapest plan that counts as meeting it, its risks included.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from wasm_tools.collector import collector_at_rest
from wasm_tools.performance.observations import Misses
from wasm_tools.planner.api_candidates import api_candidates
from wasm_tools.planner.candidate import Candidate
from wasm_tools.planner.catalogue import Catalogue
from wasm_tools.planner.diagnostics import Diagnosis, provider_diagnostics
from wasm_tools.planner.exclusions import Exclusions
from wasm_tools.planner.hosted_candidates import hosted_candidates
from wasm_tools.planner.hosting import break_even_month
from wasm_tools.planner.lists import (
    ID,
    USD,
    cheapest_unverified,
    close_calls,
    five_lists,
    in_order,
    pareto_set,
    recommended,
)
from wasm_tools.planner.near_misses import Relaxation, smallest_relaxation
from wasm_tools.planner.plan import Plan, plan_record
from wasm_tools.planner.question import Question
from wasm_tools.planner.sizing import by_models_and_gpu, sized_alike

PLANS_SHOWN = 30
PLANS_PER_MODEL = 3  # of one kind; more of the same would hide the other models
LIST_LENGTH = 5
CLOSE_SHOWN = 5
RECOMMENDED_PLAN = "the recommended plan"  # in reasons that hold a plan against the others of its list


@dataclass(frozen=True, slots=True)
class Answer:
    """Everything about one question, before any plan is described.

    `candidates` are all possible plans, cheapest first; `missed` the bounds that configurations exceed at the lightest
    load.
    """

    question: Question
    catalogue: Catalogue
    candidates: tuple[Candidate, ...]
    excluded: Exclusions
    missed: tuple[Misses, ...]

    @property
    def winner(self) -> Candidate | None:
        """The cheapest plan that counts as meeting the target, risk included."""
        return recommended(self.candidates)

    @property
    def relaxation(self) -> Relaxation | None:
        """The smallest loosening of the target that would let anything in, where nothing qualifies.

        None where money or machines are what is missing: a looser target would not bring those.
        """
        stopped = self.winner or self.excluded.counted("over_budget") or self.excluded.counted("inventory")
        return None if stopped else smallest_relaxation(self.missed)


@dataclass(frozen=True, slots=True)
class Ranking:
    """The plans shown in order of cost, what to take from them, and what was left out.

    Ids in `recommended`, `unverified`, `close`, `lists` and `pareto` are those of plans; all of them are shown.
    """

    plans: tuple[tuple[int, Plan], ...]
    possible: int
    excluded: tuple[tuple[str, int], ...]
    recommended: str
    unverified: str
    close: tuple[str, ...]
    lists: Mapping[str, tuple[str, ...]]
    pareto: tuple[str, ...]
    relaxation: Relaxation | None
    percentile: int


@collector_at_rest()
def answer(question: Question, catalogue: Catalogue) -> Answer:
    """All candidates for a question in order of cost, and what became of everything else."""
    excluded = Exclusions(catalogue.unplanned)
    missed: list[Misses] = []
    found = list(api_candidates(question, catalogue, excluded, missed))
    if question.hosts:
        groups = by_models_and_gpu(sized_alike(question, catalogue, excluded, missed))
        found += hosted_candidates(question, catalogue, groups, excluded)
    return Answer(question, catalogue, tuple(in_order(found, USD, ID)), excluded, tuple(missed))


def ranked_plans(question: Question, catalogue: Catalogue, shown: int = PLANS_SHOWN) -> Ranking:
    """The ranking of a question: `shown` plans by cost, at most three of one kind and model, one a provider.

    Plans that an answer points to are shown whatever their rank.
    """
    return ranking_of(answer(question, catalogue), shown)


def ranking_of(found: Answer, shown: int = PLANS_SHOWN) -> Ranking:
    """The described ranking of an answer."""
    candidates, policy = found.candidates, found.catalogue.policy
    able = [c for c in candidates if c.qualifies]  # nothing but the list itself looks at the others
    winner, unverified = recommended(able), cheapest_unverified(candidates)
    close = close_calls(winner, able) if winner else ()
    lists = five_lists(able, policy.priorities[found.question.wishes.priority], LIST_LENGTH)
    pareto = pareto_set(able)
    pointed = [c for c in (winner, unverified, *_varied_only(close, CLOSE_SHOWN)) if c]
    wanted = {c.id for c in (*_varied_only(candidates, shown), *pointed)}
    wanted |= {c.id for plans in lists.values() for c in plans} if shown > 1 else set()
    described = [c.described() for c in candidates if c.id in wanted]
    best = next((p for p in described if winner and p.id == winner.id), None)
    plans = tuple(enumerate((with_break_even(p, best) for p in described), 1))
    known = {plan.id for _, plan in plans}
    return Ranking(
        plans=plans,
        possible=len(candidates) + found.excluded.unlisted,
        excluded=found.excluded.rows(),
        recommended=winner.id if winner else "",
        unverified=unverified.id if unverified else "",
        close=tuple(c.id for c in close if c.id in known),
        lists={name: tuple(c.id for c in ordered if c.id in known) for name, ordered in lists.items()},
        pareto=tuple(c.id for c in pareto if c.id in known),
        relaxation=None if winner else found.relaxation,
        percentile=found.question.slo.percentile,
    )


def with_break_even(plan: Plan, best: Plan | None) -> Plan:
    """The plan with the month from which a commitment or a purchase is cheaper than the recommended plan, in words."""
    if best is None or not plan.once or plan.id == best.id:
        return plan
    month = break_even_month(plan.once, plan.running, best.usd_per_month)
    renewed = not plan.running and plan.usd_per_month >= best.usd_per_month  # a commitment ends before it pays
    if month is None or renewed:
        words = f"${plan.once:,.0f} are owed at once; that is never cheaper than {RECOMMENDED_PLAN}"
    else:
        words = f"${plan.once:,.0f} are owed at once; cheaper than {RECOMMENDED_PLAN} after {month:.1f} months"
    return replace(plan, reasons=(*plan.reasons, words))


def diagnostics(found: Answer, listed: Iterable[Plan]) -> tuple[Diagnosis, ...]:
    """What became of every provider of the catalogue."""
    catalogue = found.catalogue
    counted = found.excluded.by_provider({(r.provider, r.gpu) for r in catalogue.rentals})
    able: dict[str, Counter[str]] = {}
    for c in found.candidates:
        able.setdefault(c.provider, Counter())["not_selected"] += 1
    merged = {p: {**counted.get(p, {}), **able.get(p, {})} for p in counted.keys() | able.keys()}
    providers = {r.provider for r in catalogue.rates} | {r.provider for r in catalogue.rentals}
    limits = found.question.limits
    for p in providers:
        if (limits.providers and p not in limits.providers) or p in limits.without_providers:
            merged[p] = {"provider_filtered": 1}
    return provider_diagnostics(providers, {p.provider for p in listed}, merged)


def _varied_only(candidates: Sequence[Candidate], shown: int) -> Iterator[Candidate]:
    """The first candidates, at most three of one kind and model, one a provider."""
    of_model: Counter[tuple[str, str]] = Counter()
    seen: set[tuple[str, str, str]] = set()
    for c in candidates:
        offer, kind_and_model = (c.kind, c.model, c.provider), (c.kind, c.model)
        if offer in seen or of_model[kind_and_model] == PLANS_PER_MODEL:
            continue
        seen.add(offer)
        of_model[kind_and_model] += 1
        yield c
        if len(seen) == shown:
            return


def ranking_record(ranking: Ranking) -> dict[str, object]:
    """A JSON-safe record of a ranking."""
    return {
        "plans": [{"rank": rank, **plan_record(plan)} for rank, plan in ranking.plans],
        "possible": ranking.possible,
        "excluded": dict(ranking.excluded),
        "percentile": ranking.percentile,
        "recommended": ranking.recommended,
        "unverified": ranking.unverified,
        "close": list(ranking.close),
        "lists": {name: list(ids) for name, ids in ranking.lists.items()},
        "pareto": list(ranking.pareto),
        "relaxation": ranking.relaxation.words if ranking.relaxation else "",
    }
