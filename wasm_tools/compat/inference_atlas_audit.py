"""The cost audit of InferenceAtlas (branch at 51b1d8e): points off a hundred and up to three levers."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wasm_tools.workload.traffic import InputError

_SIXTEEN_BIT = ("fp16", "bf16", "unknown")
_IDLE_TRAFFIC = ("batch_offline", "business_hours")
_UNEVEN_TRAFFIC = ("batch_offline", "bursty", "business_hours")
_PICTURES = ("image_generation", "video_generation")


@dataclass(frozen=True, slots=True)
class AuditRules:
    """Constants of the audit; savings in per cent, prices in USD per GPU and hour."""

    start: int
    majors_for_cap: int
    cap: int
    cap_saving_pct: float
    many_tokens: float
    top: int
    combined_cap_pct: float
    token_api_usd_per_million: float
    gpu_counts: Sequence[tuple[float, int]]
    unknown_gpu: str
    points: Mapping[str, int]
    saving_pct: Mapping[str, float]
    priority: Mapping[str, int]
    gpu_usd_hour: Mapping[str, float]
    procurement: Mapping[str, float]
    modalities: Mapping[str, str]
    match: Mapping[str, int]
    gpu_provider_aliases: Mapping[str, str]
    hours_per_month: float


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """The answers; "unknown" or None is not answered. Tokens are a month's, spend is USD a month."""

    modality: str = "llm"
    pricing_model: str = "mixed"
    input_tokens: float | None = None
    output_tokens: float | None = None
    spend_usd: float | None = None
    traffic: str = "unknown"
    procurement: str = "unknown"
    quantization: str = "unknown"
    precision: str = "unknown"
    autoscaling: str = "unknown"
    caching: str = "unknown"
    gpu: str = ""
    gpu_count: int | None = None
    providers: tuple[str, ...] = ()
    throughput_optimized: bool = False

    def __post_init__(self) -> None:
        for field in ("input_tokens", "output_tokens", "spend_usd"):
            value = getattr(self, field)
            if value is not None and not 0 <= value < math.inf:
                raise InputError(field, f"{value!r} is not a number from 0 up")
        if self.pricing_model == "token_api" and not self.tokens:
            raise InputError("input_tokens", "an API bill needs its tokens of a month")
        if self.pricing_model == "dedicated" and not (self.gpu_count or 0) > 0:
            raise InputError("gpu_count", "dedicated GPUs need their number, above 0")

    @property
    def tokens(self) -> float:
        """Tokens of a month, both directions."""
        return (self.input_tokens or 0.0) + (self.output_tokens or 0.0)


@dataclass(frozen=True, slots=True)
class GpuPriceRow:
    """A rental price that may serve the dedicated estimate."""

    provider: str
    gpu: str
    mode: str
    workload: str
    usd_hour: float


@dataclass(frozen=True, slots=True)
class Lever:
    """One recommendation and its saving in per cent."""

    name: str
    saving_pct: float


@dataclass(frozen=True, slots=True)
class Audit:
    """Score, its parts (name and points, `penalties` their sum below 0), levers, savings in USD a month, verdict."""

    score: int
    parts: list[tuple[str, int]]
    penalties: int
    caps: list[str]
    levers: list[Lever]
    combined_pct: float
    savings_low_usd: float | None
    savings_high_usd: float | None
    pricing_verdict: str
    hardware: str


def audit(q: Questionnaire, rules: AuditRules, gpu_rows: Sequence[GpuPriceRow] = ()) -> Audit:
    """The audit of one workload."""
    workload = rules.modalities.get(q.modality, q.modality)
    parts = _parts(q, workload, rules)
    names = {name for name, _ in parts}
    majors = names & {"quantization_off", "steady_on_demand", "no_autoscaling", "token_api_volume"}
    spend = q.spend_usd
    if spend is None and q.pricing_model == "token_api":
        spend = q.tokens / 1e6 * rules.token_api_usd_per_million
    levers = _levers(names, q, spend, workload, rules, gpu_rows)
    combined = min(rules.combined_cap_pct, 100 * (1 - math.prod(1 - lever.saving_pct / 100 for lever in levers)))
    verdict = "consider_switch" if "token_api_volume" in names else "appropriate"
    score = max(0, min(100, rules.start + sum(points for _, points in parts)))
    caps = []
    if len(majors) >= rules.majors_for_cap:
        caps.append("three or more major findings")
    if verdict == "consider_switch" and combined > rules.cap_saving_pct:
        caps.append("a switch would save much")
    return Audit(
        score=min(score, rules.cap) if caps else score,
        parts=parts,
        penalties=-sum(points for _, points in parts if points < 0),
        caps=caps,
        levers=levers,
        combined_pct=combined,
        savings_low_usd=None if spend is None else spend * combined / 100 / 2,
        savings_high_usd=None if spend is None else spend * combined / 100,
        pricing_verdict=verdict,
        hardware=_hardware(q, workload),
    )


def _parts(q: Questionnaire, workload: str, rules: AuditRules) -> list[tuple[str, int]]:
    llm = workload == "llm"
    tests = (
        ("quantization_off", q.quantization == "no" and q.precision in _SIXTEEN_BIT),
        ("quantization_on", q.quantization == "yes"),
        ("steady_on_demand", q.traffic == "steady" and q.procurement == "on_demand"),
        ("steady_reserved", q.traffic == "steady" and q.procurement == "reserved"),
        ("no_autoscaling", q.traffic in _IDLE_TRAFFIC and q.autoscaling == "no"),
        ("autoscaling", q.traffic in _UNEVEN_TRAFFIC and q.autoscaling == "yes"),
        ("no_caching", llm and q.caching == "no"),
        ("caching", llm and q.caching == "yes"),
        ("token_api_volume", q.pricing_model == "token_api" and q.tokens >= rules.many_tokens),
        ("image_on_a10", workload in _PICTURES and "A10" in q.gpu.upper()),
    )
    return [(name, rules.points[name]) for name, holds in tests if holds]


def _levers(
    names: set[str],
    q: Questionnaire,
    spend: float | None,
    workload: str,
    rules: AuditRules,
    gpu_rows: Sequence[GpuPriceRow],
) -> list[Lever]:
    causes = (
        ("quantization", "quantization_off"),
        ("reserved", "steady_on_demand"),
        ("autoscaling", "no_autoscaling"),
        ("prefix_caching", "no_caching"),
        ("better_gpu", "image_on_a10"),
    )
    levers = [Lever(name, rules.saving_pct[name]) for name, cause in causes if cause in names]
    if "token_api_volume" in names and spend:
        dedicated = dedicated_usd(q, workload, rules, gpu_rows)
        levers.append(Lever("switch_to_dedicated", 100 * min(1.0, max(0.0, (spend - dedicated) / spend))))
    return sorted(levers, key=lambda x: (rules.priority[x.name], -x.saving_pct))[: rules.top]


def dedicated_usd(q: Questionnaire, workload: str, rules: AuditRules, gpu_rows: Sequence[GpuPriceRow] = ()) -> float:
    """USD a month of dedicated GPUs for the tokens: GPUs × price × procurement factor × 730 h."""
    count = q.gpu_count or next(n for least, n in rules.gpu_counts if q.tokens >= least)
    price = _gpu_price(q, workload, rules, gpu_rows)
    return count * price * rules.procurement.get(q.procurement, rules.procurement["unknown"]) * rules.hours_per_month


def _gpu_price(q: Questionnaire, workload: str, rules: AuditRules, gpu_rows: Sequence[GpuPriceRow]) -> float:
    wanted = [rules.gpu_provider_aliases.get(p, p) for p in q.providers]
    gpu = q.gpu.strip().lower()

    def place(row: GpuPriceRow) -> tuple[int, int, float]:
        mode = "dedicated" if q.traffic == "steady" else "autoscale"
        fits = {
            "workload": row.workload == workload,
            "mode": row.mode.startswith(mode),
            "gpu": row.gpu.lower() == gpu,
            "provider": row.provider in wanted,
        }
        order = wanted.index(row.provider) if row.provider in wanted else len(wanted)
        return order, -sum(rules.match[name] for name, holds in fits.items() if holds), row.usd_hour

    rows = [r for r in gpu_rows if (not wanted or r.provider in wanted) and (not gpu or r.gpu.lower() == gpu)]
    if rows:
        return min(rows, key=place).usd_hour
    return rules.gpu_usd_hour.get(gpu, rules.gpu_usd_hour[rules.unknown_gpu])


def _hardware(q: Questionnaire, workload: str) -> str:
    if workload in ("llm", "embeddings") and q.throughput_optimized:
        return "memory_bandwidth"
    if workload in _PICTURES:
        return "compute"
    return "serverless" if q.pricing_model == "token_api" else "unknown"
