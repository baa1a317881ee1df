"""Plans: the answers of the planner, and their form at the output boundary."""

import math
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from wasm_tools.planner.surcharges import Charge

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Configuration:
    """How a self-hosted model runs: hardware, engine and load of one replica."""

    gpu: str
    checkpoint: str
    precision: str
    kv_cache: str  # precision of the KV cache
    engine: str
    engine_version: str  # of the measurement behind it; empty for a modelled one
    tensor_parallel: int
    expert_parallel: int
    replicas: int
    gpus: int  # that are paid for: those of all replicas, and idle ones where GPUs come in whole machines
    concurrency: int  # requests in service in one replica at most
    requests_per_second: float  # that one replica serves within the target
    prompt_tokens: int
    output_tokens: int
    basis: tuple[str, ...]  # what the prediction rests on, in words
    measured_on: str  # newest date among it; empty where nothing was measured
    prefill_tokens_per_second: float = 0.0  # prompt tokens that one replica computes when it does nothing else


@dataclass(frozen=True, slots=True)
class Prediction:
    """Estimated times in ms at the target's percentiles and the planned load, with 90 % bands as factors."""

    ttft_ms: float
    itl_ms: float
    e2e_ms: float
    evidence: str  # interpolated, anchored, modelled; observed for an API
    ttft_band: tuple[float, float] = (1.0, 1.0)
    itl_band: tuple[float, float] = (1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Capacity:
    """Replicas over the day, the rule by which they come and go, and what is paid for without being used."""

    replicas_min: int
    replicas_max: int
    rule: str
    usd_idle: Decimal
    idle_share: float


@dataclass(frozen=True, slots=True)
class Plan:
    """One way to serve the workload. Latencies are None and `slo` is `unknown` where nobody measured or modelled."""

    id: str
    kind: str  # api, rented, spot, reserved-1y …, serverless, owned, bought
    model: str
    provider: str
    sku: str  # the provider's model id, or the rented instance
    region: str
    usd_per_month: Decimal
    usd_per_million_tokens: Decimal  # of prompt and output tokens together
    usd_per_million_output: Decimal  # the same cost, counted on output tokens only
    slo: str  # met, likely, near, unknown
    slo_reason: str
    prediction: Prediction | None
    configuration: Configuration | None
    capacity: Capacity | None
    utilisation: float | None  # of the planned capacity, at peak
    slo_margin: float | None  # smallest (bound − estimate) / bound over the three metrics
    binds: str  # what keeps a replica from serving more, or what decides the price of an API
    risks: tuple[tuple[str, float], ...]  # premiums on the cost in comparisons, by name
    price_evidence: str
    reasons: tuple[str, ...]
    assumptions: tuple[str, ...]
    score: float | None = None  # in the use case's first benchmark
    score_words: str = ""  # which benchmark, who says so and when, what was assumed
    once: Decimal = Decimal(0)  # owed from the first day: a commitment or a purchase
    running: Decimal = Decimal(0)  # paid a month besides
    surcharges: tuple[Charge, ...] = ()  # paid beside the cost, which does not include them

    @property
    def usd_per_hour(self) -> Decimal:
        """Mean cost per hour over the month of 730 h."""
        return self.usd_per_month / 730

    @property
    def risk(self) -> float:
        """The sum of the premiums."""
        return math.fsum(premium for _, premium in self.risks)


def dollars(value: Decimal) -> str:
    """US dollars to the cent as text; a cost that is not nothing is never shown as 0.00."""
    return str(max(value.quantize(CENT, ROUND_HALF_EVEN), CENT if value > 0 else Decimal("0.00")))


def price_digits(value: Decimal) -> str:
    """A unit price with six decimals as text, enough for $/1M tokens of the cheapest models."""
    return str(value.quantize(Decimal("0.000001"), ROUND_HALF_EVEN))


def significant(value: float, digits: int = 9) -> float:
    """`value` rounded to significant digits: CPython and the browser differ in the last bits of exp and pow."""
    return float(f"{value:.{digits - 1}e}")


def plan_record(plan: Plan) -> dict[str, object]:
    """A JSON-safe record of a plan: money as text to the cent, floats to nine significant digits."""
    c, p, held = plan.configuration, plan.prediction, plan.capacity
    return {
        "id": plan.id,
        "kind": plan.kind,
        "model": plan.model,
        "provider": plan.provider,
        "sku": plan.sku,
        "region": plan.region,
        "usd_per_month": dollars(plan.usd_per_month),
        "usd_per_hour": price_digits(plan.usd_per_hour),
        "usd_per_million_tokens": price_digits(plan.usd_per_million_tokens),
        "usd_per_million_output": price_digits(plan.usd_per_million_output),
        "slo": plan.slo,
        "slo_reason": plan.slo_reason,
        "evidence": p.evidence if p else "unknown",
        "ttft_ms": significant(p.ttft_ms) if p else None,
        "itl_ms": significant(p.itl_ms) if p else None,
        "e2e_ms": significant(p.e2e_ms) if p else None,
        "ttft_band": [significant(f) for f in p.ttft_band] if p else None,
        "itl_band": [significant(f) for f in p.itl_band] if p else None,
        "slo_margin": None if plan.slo_margin is None else significant(plan.slo_margin),
        "utilisation": None if plan.utilisation is None else significant(plan.utilisation),
        "binds": plan.binds,
        "risk": significant(plan.risk),
        "risks": {name: significant(premium) for name, premium in plan.risks},
        "gpu": c.gpu if c else "",
        "gpus": c.gpus if c else None,
        "replicas": c.replicas if c else None,
        "replicas_min": held.replicas_min if held else None,
        "replicas_max": held.replicas_max if held else None,
        "scaling": held.rule if held else "",
        "usd_idle": dollars(held.usd_idle) if held else None,
        "idle_share": significant(held.idle_share) if held else None,
        "tensor_parallel": c.tensor_parallel if c else None,
        "expert_parallel": c.expert_parallel if c else None,
        "checkpoint": c.checkpoint if c else "",
        "precision": c.precision if c else "",
        "kv_cache": c.kv_cache if c else "",
        "engine": c.engine if c else "",
        "engine_version": c.engine_version if c else "",
        "concurrency": c.concurrency if c else None,
        "replica_requests_per_second": significant(c.requests_per_second) if c else None,
        "prefill_tokens_per_second": significant(c.prefill_tokens_per_second, 4) if c else None,
        "basis": list(c.basis) if c else [],
        "measured_on": c.measured_on if c else "",
        "price_evidence": plan.price_evidence,
        "reasons": list(plan.reasons),
        "assumptions": list(plan.assumptions),
        "score": None if plan.score is None else significant(plan.score, 4),
        "score_words": plan.score_words,
        "surcharges": [
            {"name": c.name, "usd_per_month": None if c.usd is None else dollars(c.usd), "words": c.words}
            for c in plan.surcharges
        ],
    }
