"""The catalogue ranking of InferenceAtlas at commit 99b8d5b: price rows of one workload by comparator, usage and risk.

Faults kept on purpose: units are compared byte by byte, an offer with several replicas costs its usage that many times,
and an offer without throughput data passes unless asked otherwise.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from wasm_tools.compat.inference_atlas_tables import CatalogueRow, CatalogueTables
from wasm_tools.workload.traffic import InputError

MODES = ("normalized", "listed", "raw")
NOT_COMPARABLE, NO_THROUGHPUT, OVER_BUDGET = "non_comparable_normalization", "missing_throughput", "budget"


@dataclass(frozen=True, slots=True)
class CatalogueRequest:
    """What is asked of the ranking (IA-20). `providers` None means all; a unit is compared byte by byte."""

    workload: str
    providers: frozenset[str] | None = None
    unit_name: str | None = None
    top_k: int = 10
    monthly_budget_max_usd: float = 0.0
    comparator_mode: str = "normalized"
    confidence_weighted: bool = True
    monthly_usage: float = 0.0
    throughput_aware: bool = False
    peak_to_avg: float = 2.5
    util_target: float = 0.75
    strict_capacity_check: bool = False
    alpha: float = 1.0

    def __post_init__(self) -> None:
        for field, good, words in (
            ("top_k", self.top_k >= 1, "must be 1 or more"),
            ("monthly_budget_max_usd", self.monthly_budget_max_usd >= 0, "must not be negative; 0 is no budget"),
            ("monthly_usage", self.monthly_usage >= 0, "must not be negative"),
            ("alpha", self.alpha >= 0, "must not be negative"),
            ("peak_to_avg", self.peak_to_avg > 0, "must be above 0"),
            ("util_target", 0 < self.util_target < 1, "must be above 0 and below 1"),
        ):
            if not good or not math.isfinite(getattr(self, field)):
                raise InputError(field, f"{getattr(self, field)!r} {words}")
        if self.comparator_mode not in MODES:
            raise InputError("comparator_mode", f"{self.comparator_mode!r} is not one of {', '.join(MODES)}")

    @property
    def normalized(self) -> bool:
        """Whether prices are converted to the comparator of the workload."""
        return self.comparator_mode == "normalized"


@dataclass(frozen=True, slots=True)
class RankedOffer:
    """A catalogue row with its comparator (weighted where asked), monthly estimate, risk and score."""

    rank: int
    row: CatalogueRow
    comparator: float
    estimate: float | None
    score: float
    overload: float
    complexity: float
    risk: float
    replicas: int | None
    capacity_check: str | None


def judged(row: CatalogueRow, request: CatalogueRequest, tables: CatalogueTables) -> RankedOffer | str:
    """The offer with its score, or the name of the first test that it fails. Provider and unit are not looked at."""
    price: float | None = row.unit_price_usd
    if request.normalized:
        price = tables.comparator_price(row.workload, row.unit_name, row.unit_price_usd)
        if price is None and request.unit_name:
            price = row.unit_price_usd
    if price is None:
        return NOT_COMPARABLE
    if request.confidence_weighted:
        price *= tables.multiplier.get(row.confidence, tables.multiplier_otherwise)
    estimate = request.monthly_usage * row.unit_price_usd if request.monthly_usage > 0 else None
    (overload, complexity), replicas, check = _risk(row, request, tables)
    if request.strict_capacity_check and request.throughput_aware and replicas is None:
        return NO_THROUGHPUT
    if estimate is not None and replicas is not None:
        estimate *= replicas
    spend = price if estimate is None else estimate
    if 0 < request.monthly_budget_max_usd < spend:
        return OVER_BUDGET
    total = tables.risk.total(overload, complexity)
    score = spend * (1 + request.alpha * total)
    return RankedOffer(0, row, price, estimate, score, overload, complexity, total, replicas, check)


def _risk(
    row: CatalogueRow, request: CatalogueRequest, tables: CatalogueTables
) -> tuple[tuple[float, float], int | None, str | None]:
    if not request.throughput_aware:
        return tables.plain_risk, None, None
    if request.monthly_usage <= 0:
        return tables.no_usage_risk, None, None
    if row.throughput is None or row.throughput <= 0 or not row.throughput_unit:
        return tables.unknown_risk, None, "missing throughput metadata"
    per_hour = tables.throughput_per_hour.get(row.throughput_unit.strip().lower())
    if per_hour is None:
        return tables.unknown_risk, None, "unknown throughput unit"
    needed = request.monthly_usage / tables.hours * max(request.peak_to_avg, 1) / max(request.util_target, 1e-6)
    one = row.throughput * per_hour
    replicas = max(1, math.ceil(needed / one))
    risk = tables.risk.overload(one * replicas, needed), tables.risk.complexity(replicas)
    return risk, replicas, f"pass ({replicas} replica{'' if replicas == 1 else 's'})"


def rank_offers(
    rows: Iterable[CatalogueRow], request: CatalogueRequest, tables: CatalogueTables
) -> tuple[list[RankedOffer], int]:
    """The offers of the workload in order, cut to `top_k`, and how many of provider and unit were left out."""
    kept = [r for r in rows if r.workload == request.workload and _asked(r, request)]
    kept.sort(key=lambda r: r.provider)
    verdicts = [judged(r, request, tables) for r in kept]
    offers = [v for v in verdicts if isinstance(v, RankedOffer)]
    if request.monthly_usage > 0:
        offers.sort(key=lambda o: (o.score, o.estimate or 0.0, o.comparator, o.row.provider, o.row.sku_name))
    else:
        offers.sort(key=lambda o: (o.score, o.comparator, o.row.provider, o.row.sku_name))
    ranked = [replace(o, rank=i) for i, o in enumerate(offers[: request.top_k], 1)]
    return ranked, len(verdicts) - len(offers)


def _asked(row: CatalogueRow, request: CatalogueRequest) -> bool:
    in_unit = not request.unit_name or row.unit_name == request.unit_name
    return in_unit and (request.providers is None or row.provider in request.providers)


def providers_of(rows: Sequence[CatalogueRow], workload: str) -> frozenset[str]:
    """The providers that have a row of the workload."""
    return frozenset(r.provider for r in rows if r.workload == workload)
