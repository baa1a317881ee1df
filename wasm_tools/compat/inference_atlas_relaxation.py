"""What InferenceAtlas says when its catalogue ranking leaves offers out: ladder, breakdown and reasons."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from wasm_tools.compat.inference_atlas_catalogue import (
    NO_THROUGHPUT,
    NOT_COMPARABLE,
    OVER_BUDGET,
    CatalogueRequest,
    RankedOffer,
    judged,
    providers_of,
    rank_offers,
)
from wasm_tools.compat.inference_atlas_tables import CatalogueRow, CatalogueTables

BREAKDOWN = ("provider_filtered_out", "unit_mismatch", NOT_COMPARABLE, NO_THROUGHPUT, OVER_BUDGET)
REASONS = {
    "not_selected": "not among the selected providers",
    "unit": "no price in the unit asked for",
    "strict": "no throughput known, and only confirmed capacity was asked for",
    "not_comparable": "no price in a comparable unit",
    "budget": "every price is over the budget",
    "other": "no price can be ranked",
    "included": "has prices that can be ranked",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the ladder; count and filters only where it was attempted."""

    step: str
    attempted: bool
    count: int = 0
    unit_name: str | None = None
    monthly_budget_max_usd: float | None = None
    provider_count: int | None = None


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Whether a provider is in the ranking and why not: `reason` is a key of REASONS, `rankable` counts its offers."""

    provider: str
    status: str
    reason: str
    rankable: int = 0


@dataclass(frozen=True, slots=True)
class CatalogueAnswer:
    """The offers of the first step that finds any, with the trace and the counts of the original filters."""

    offers: list[RankedOffer]
    selected: str
    filters: CatalogueRequest
    steps: list[Step]
    excluded: int
    strict_excluded: int
    breakdown: dict[str, int]
    diagnostics: list[Diagnosis]


def rank_with_relaxation(
    rows: Sequence[CatalogueRow], request: CatalogueRequest, tables: CatalogueTables
) -> CatalogueAnswer:
    """Rank as asked; while nothing is found drop the unit, then the budget, then the provider filter, cumulatively."""
    everyone = providers_of(rows, request.workload)
    asked = everyone if request.providers is None else request.providers
    filters = replace(request, providers=asked)
    offers, excluded = rank_offers(rows, filters, tables)
    strict_excluded, selected = excluded, "strict"
    steps = [_step("strict", filters, offers)]
    for name, possible, change in (
        ("relax_unit", bool(request.unit_name), {"unit_name": None}),
        ("relax_budget", request.monthly_budget_max_usd > 0, {"monthly_budget_max_usd": 0.0}),
        ("relax_provider", asked != everyone, {"providers": everyone}),
    ):
        if offers:
            break
        if not possible:
            steps.append(Step(name, False))
            continue
        filters = replace(filters, **change)
        found, left_out = rank_offers(rows, filters, tables)
        steps.append(_step(name, filters, found))
        if found:
            offers, excluded, selected = found, left_out, name
    used = filters if offers else replace(request, providers=asked)
    diagnostics = diagnose(rows, replace(used, providers=asked), tables)
    breakdown = exclusion_breakdown(rows, request, tables)
    return CatalogueAnswer(offers, selected, used, steps, excluded, strict_excluded, breakdown, diagnostics)


def _step(name: str, filters: CatalogueRequest, offers: Sequence[RankedOffer]) -> Step:
    providers = len(filters.providers or ())
    return Step(name, True, len(offers), filters.unit_name, filters.monthly_budget_max_usd, providers)


def exclusion_breakdown(
    rows: Sequence[CatalogueRow], request: CatalogueRequest, tables: CatalogueTables
) -> dict[str, int]:
    """How many rows of the workload fail each test, counted at the first one that they fail."""
    counts: Counter[str] = Counter()
    for row in rows:
        if row.workload != request.workload:
            continue
        if request.providers is not None and row.provider not in request.providers:
            counts["provider_filtered_out"] += 1
        elif request.unit_name and row.unit_name != request.unit_name:
            counts["unit_mismatch"] += 1
        else:
            verdict = judged(row, request, tables)
            if isinstance(verdict, str):
                counts[verdict] += 1
    return {name: counts[name] for name in BREAKDOWN}


def diagnose(rows: Sequence[CatalogueRow], request: CatalogueRequest, tables: CatalogueTables) -> list[Diagnosis]:
    """Each provider of the workload with its status and reason.

    As in the original, a provider whose prices are all over the budget is told that its units are not
    comparable, unless listed prices are ranked.
    """
    found = []
    for provider in sorted(providers_of(rows, request.workload)):
        if request.providers is not None and provider not in request.providers:
            found.append(Diagnosis(provider, "excluded", "not_selected"))
            continue
        mine = [r for r in rows if r.workload == request.workload and r.provider == provider]
        in_unit = [r for r in mine if not request.unit_name or r.unit_name == request.unit_name]
        verdicts = [judged(r, request, tables) for r in in_unit]
        rankable = sum(isinstance(v, RankedOffer) for v in verdicts)
        if rankable:
            found.append(Diagnosis(provider, "included", "included", rankable))
        else:
            found.append(Diagnosis(provider, "excluded", _reason(verdicts, request)))
    return found


def _reason(verdicts: Sequence[RankedOffer | str], request: CatalogueRequest) -> str:
    if not verdicts:
        return "unit"
    if NO_THROUGHPUT in verdicts:
        return "strict"
    if request.normalized:
        return "not_comparable"
    return "budget" if request.monthly_budget_max_usd > 0 else "other"
