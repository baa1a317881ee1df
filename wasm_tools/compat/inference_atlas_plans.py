"""`rank_configs` of InferenceAtlas at commit 99b8d5b: offerings of a size bucket in order of cost and risk.

Formulas in IEEE double in the order of the original: a = T/86,400, k = a·p, R = k/u, M = 30·T tokens a month,
C = c·n/(1 + β(n − 1)). Not the planner of this atlas: no measured throughput, no latency, prices of February 2026.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from wasm_tools.compat.inference_atlas_tables import AUTOSCALE, DEDICATED, PER_TOKEN, Offering, PlanTables
from wasm_tools.workload.traffic import InputError

SECONDS_PER_DAY = 86_400
CONFIDENCE = "vendor_listed"  # of every offering; its ordinal is 0, so it never decides a tie


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """The knobs of `rank_configs` (IA-02) with the original's defaults; raises InputError in its order of checks."""

    tokens_per_day: float
    model_bucket: str
    peak_to_avg: float = 2.5
    util_target: float = 0.75
    beta: float = 0.08
    alpha: float = 1.0
    autoscale_inefficiency: float = 1.15
    monthly_budget_max_usd: float = 0.0
    output_token_ratio: float = 0.30
    top_k: int = 10
    provider_ids: frozenset[str] | None = None

    def __post_init__(self) -> None:
        for field, good, words in (
            ("top_k", self.top_k >= 1, "must be 1 or more"),
            ("monthly_budget_max_usd", self.monthly_budget_max_usd >= 0, "must not be negative; 0 is no budget"),
            ("alpha", self.alpha >= 0, "must not be negative"),
            ("beta", self.beta >= 0, "must not be negative"),
            ("autoscale_inefficiency", self.autoscale_inefficiency >= 1, "must be 1 or more"),
            ("output_token_ratio", 0 <= self.output_token_ratio <= 1, "must be from 0 to 1"),
            ("tokens_per_day", self.tokens_per_day > 0, "must be above 0"),
            ("peak_to_avg", self.peak_to_avg > 0, "must be above 0"),
            ("util_target", 0 < self.util_target < 1, "must be above 0 and below 1"),
        ):
            if not good or not math.isfinite(getattr(self, field)):
                raise InputError(field, f"{getattr(self, field)!r} {words}")

    @property
    def bucket(self) -> str:
        """The bucket without its prefix."""
        return self.model_bucket.strip().lower().removeprefix("bucket_")

    @property
    def peak(self) -> float:
        """Tokens per second at the peak, k."""
        return self.tokens_per_day / SECONDS_PER_DAY * self.peak_to_avg

    @property
    def required(self) -> float:
        """Tokens per second that must be provided, R."""
        return self.peak / self.util_target


@dataclass(frozen=True, slots=True)
class Configuration:
    """One way to run: an offering on `gpus` GPUs (0 for a token price)."""

    offering: Offering
    gpus: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A configuration with its cost and risk; capacity, utilisation and headroom are None where no cap is known."""

    rank: int
    offering: Offering
    gpus: int
    monthly_usd: float
    score: float
    required: float
    provided: float | None
    utilization_at_peak: float | None
    headroom_pct: float | None
    overload: float
    complexity: float
    risk: float


def configurations(bucket: str, output_share: float, tables: PlanTables) -> Iterator[Configuration]:
    """The configurations of a bucket: by provider hourly ones first, then input and output pairs, then singles."""
    wanted = [o for o in tables.offerings if _supports(o, bucket, tables)]
    for provider in tables.provider_names:
        mine = [o for o in wanted if o.provider == provider]
        for offering in mine:
            if offering.mode != PER_TOKEN:
                yield from (Configuration(offering, n) for n in offering.gpu_counts)
        yield from (Configuration(o, 0) for o in _token_prices([o for o in mine if o.mode == PER_TOKEN], output_share))


def _supports(offering: Offering, bucket: str, tables: PlanTables) -> bool:
    return any(ref == f"bucket_{bucket}" or tables.buckets.get(ref) == bucket for ref in offering.model_refs)


def _token_prices(offerings: Sequence[Offering], r: float) -> list[Offering]:
    halves: dict[tuple[str, str], dict[str, Offering]] = {}
    singles = []
    for o in offerings:
        stem, _, side = o.offering.rpartition("_")
        if side in ("input", "output"):
            halves.setdefault((o.model_refs[0], stem), {})[side] = o
        else:
            singles.append(o)
    pairs = []
    for (_, stem), sides in halves.items():
        if len(sides) < 2:
            singles.extend(sides.values())
            continue
        price = (1 - r) * sides["input"].price_usd + r * sides["output"].price_usd
        pairs.append(replace(sides["input"], offering=f"{stem}_blended_io", price_usd=price))
    return pairs + singles


def capacity(bucket: str, gpu: str, gpus: int, beta: float, tables: PlanTables) -> float:
    """Tokens per second of n GPUs, C = c·n/(1 + β(n − 1)); raises InputError for a pair that is not in the table."""
    one = tables.capacity.get((bucket, gpu))
    if one is None:
        raise InputError("gpu", f"the frozen table has no capacity for {gpu} and bucket {bucket}")
    return one * gpus * (1 / (1 + beta * (gpus - 1)))


def monthly_cost(c: Configuration, request: PlanRequest, provided: float | None, tables: PlanTables) -> float:
    """USD of a month of 30 days (IA-06)."""
    tokens = tables.days * request.tokens_per_day
    price = c.offering.price_usd
    if c.offering.mode == DEDICATED:
        return c.gpus * price * tables.hours_per_day * tables.days
    if c.offering.mode == AUTOSCALE and provided:
        return ((tokens / provided) / 3600) * c.gpus * price * request.autoscale_inefficiency
    return (tokens / 1e6) * price


def rank_configs(request: PlanRequest, tables: PlanTables) -> list[Plan]:
    """The plans of a request, lowest score first; raises InputError when none is left."""
    required, bucket = request.required, request.bucket
    plans = []
    for c in configurations(bucket, request.output_token_ratio, tables):
        if request.provider_ids is not None and c.offering.provider not in request.provider_ids:
            continue
        hourly = c.offering.mode != PER_TOKEN
        provided = capacity(bucket, c.offering.gpu, c.gpus, request.beta, tables) if hourly else None
        if provided is not None and provided < required:
            continue
        cost = monthly_cost(c, request, provided, tables)
        if 0 < request.monthly_budget_max_usd < cost:
            continue
        plans.append(_plan(c, cost, provided, request, tables))
    if not plans:
        raise InputError("model_bucket", f"no offering for bucket {bucket!r} carries this load within the limits given")
    plans.sort(key=lambda p: (p.score, p.monthly_usd, p.offering.provider, p.offering.offering))
    return [replace(p, rank=i) for i, p in enumerate(plans[: request.top_k], 1)]


def _plan(c: Configuration, cost: float, provided: float | None, request: PlanRequest, tables: PlanTables) -> Plan:
    rules, required = tables.risk, request.required
    overload = rules.per_token_overload if provided is None else rules.overload(provided, required)
    complexity = rules.complexity(c.gpus)
    total = rules.total(overload, complexity)
    return Plan(
        rank=0,
        offering=c.offering,
        gpus=c.gpus,
        monthly_usd=cost,
        score=cost * (1 + request.alpha * total),
        required=required,
        provided=provided,
        utilization_at_peak=None if provided is None else request.peak / provided,
        headroom_pct=None if provided is None else (provided / required - 1) * 100,
        overload=overload,
        complexity=complexity,
        risk=total,
    )


def compatible_providers(bucket: str, tables: PlanTables) -> dict[str, bool]:
    """Each provider, and whether it has an offering for the bucket (IA-10)."""
    bucket = bucket.strip().lower().removeprefix("bucket_")
    having = {o.provider for o in tables.offerings if _supports(o, bucket, tables)}
    return {provider: provider in having for provider in tables.provider_names}
