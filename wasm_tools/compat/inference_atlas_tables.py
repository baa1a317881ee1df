"""The frozen tables of InferenceAtlas and its risk rule, as values."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

PER_TOKEN, DEDICATED, AUTOSCALE = "per_token", "dedicated_hourly", "autoscale_hourly"


@dataclass(frozen=True, slots=True)
class Offering:
    """A row of its price list: USD per million tokens, or per GPU and hour; `model_refs` name models or buckets."""

    provider: str
    offering: str
    mode: str
    gpu: str
    gpu_counts: tuple[int, ...]
    model_refs: tuple[str, ...]
    price_usd: float


@dataclass(frozen=True, slots=True)
class RiskRules:
    """Constants of the risk score (IA-08)."""

    per_token_overload: float
    decay: float
    overload_weight: float
    complexity_weight: float
    complexity_per_doubling: float
    low_below: float
    medium_below: float

    def overload(self, provided: float, required: float) -> float:
        """exp(−decay · (provided / required − 1)), held within 0 and 1."""
        return min(1.0, max(0.0, math.exp(-self.decay * (provided / required - 1))))

    def complexity(self, count: int) -> float:
        """0 for one GPU or replica, else a fixed step for each doubling, up to 1."""
        return 0.0 if count <= 1 else min(1.0, self.complexity_per_doubling * math.log2(count))

    def total(self, overload: float, complexity: float) -> float:
        """The weighted sum of both."""
        return self.overload_weight * overload + self.complexity_weight * complexity

    def band(self, total: float) -> str:
        """low, medium or high."""
        return "low" if total < self.low_below else "medium" if total < self.medium_below else "high"


@dataclass(frozen=True, slots=True)
class PlanTables:
    """What `rank_configs` reads. `capacity` is tokens/s of one GPU by (bucket, GPU label); `buckets` by model id."""

    provider_names: Mapping[str, str]
    offerings: Sequence[Offering]
    buckets: Mapping[str, str]
    capacity: Mapping[tuple[str, str], float]
    risk: RiskRules
    days: int
    hours_per_day: int
    presets: Mapping[str, tuple[float, float, float, float]]
    traffic_peak: Mapping[str, float]

    @property
    def hours(self) -> int:
        """Hours of its month."""
        return self.days * self.hours_per_day


@dataclass(frozen=True, slots=True)
class CatalogueRow:
    """A row of its price catalogue; `workload` is canonical, `throughput` in `throughput_unit` or None."""

    provider: str
    workload: str
    sku_name: str
    billing_mode: str
    unit_price_usd: float
    unit_name: str
    confidence: str
    sku_key: str = ""
    model_key: str = ""
    region: str = ""
    source_kind: str = ""
    source_date: str = ""
    source_url: str = ""
    throughput: float | None = None
    throughput_unit: str | None = None
    previous_unit_price_usd: float | None = None
    price_change_abs_usd: float | None = None
    price_change_pct: float | None = None


@dataclass(frozen=True, slots=True)
class CatalogueTables:
    """What the catalogue ranking and the invoice analysis read."""

    risk: RiskRules
    comparator: Mapping[str, Mapping[str, float]]  # workload, unit in lower case → factor
    multiplier: Mapping[str, float]  # confidence → factor
    multiplier_otherwise: float
    throughput_per_hour: Mapping[str, float]  # throughput unit → units per hour
    plain_risk: tuple[float, float]
    no_usage_risk: tuple[float, float]
    unknown_risk: tuple[float, float]
    workload_aliases: Mapping[str, str]
    hours: int
    presets: Mapping[str, Mapping[str, tuple[float, float, float]]]

    def workload(self, token: str) -> str:
        """The canonical workload of a spelling; unknown spellings pass through (IA-19)."""
        token = token.strip().lower()
        return self.workload_aliases.get(token, token)

    def comparator_price(self, workload: str, unit: str, price: float) -> float | None:
        """The price in the comparator of the workload (§5.6), or None where the unit is not comparable."""
        factor = self.comparator.get(workload, {}).get(unit.lower())
        return None if factor is None else price * factor
