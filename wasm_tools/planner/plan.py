"""Plans: the answers of the planner, and their form at the output boundary."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Configuration:
    """How a self-hosted model runs: hardware, engine and load of one replica."""

    gpu: str
    checkpoint: str
    precision: str
    engine: str
    engine_version: str
    tensor_parallel: int
    expert_parallel: int
    replicas: int
    gpus: int  # that are paid for: those of all replicas, and idle ones where GPUs come in whole machines
    concurrency: int  # requests in flight in one replica at which it was measured
    requests_per_second: float  # that one replica serves at this concurrency
    measured_prompt_tokens: int
    measured_output_tokens: int
    measured_on: str


@dataclass(frozen=True, slots=True)
class Prediction:
    """Estimated p95 times in ms with the evidence tier they rest on."""

    ttft_ms: float
    itl_ms: float
    e2e_ms: float
    evidence: str


@dataclass(frozen=True, slots=True)
class Plan:
    """One way to serve the workload. Latencies are None and `slo` is `unknown` where nothing was measured."""

    id: str
    kind: str  # api, rented, spot
    model: str
    provider: str
    sku: str  # the provider's model id, or the rented instance
    region: str
    usd_per_month: Decimal
    usd_per_million_tokens: Decimal  # of prompt and output tokens together
    usd_per_million_output: Decimal  # the same cost, counted on output tokens only
    slo: str  # met, unknown
    prediction: Prediction | None
    configuration: Configuration | None
    utilisation: float | None  # of the planned capacity, at peak
    slo_margin: float | None  # smallest (bound − estimate) / bound over the three metrics
    price_evidence: str
    reasons: tuple[str, ...]

    @property
    def usd_per_hour(self) -> Decimal:
        """Mean cost per hour over the month of 730 h."""
        return self.usd_per_month / 730


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible plan, priced but not yet described: most candidates of a list are never shown."""

    usd_per_month: Decimal
    id: str
    kind: str
    model: str
    provider: str
    dependable: bool  # the target is verified and the capacity cannot be taken away
    described: Callable[[], Plan]


def dollars(value: Decimal) -> str:
    """US dollars to the cent as text."""
    return str(value.quantize(CENT, ROUND_HALF_EVEN))


def price_digits(value: Decimal) -> str:
    """A unit price with six decimals as text, enough for $/1M tokens of the cheapest models."""
    return str(value.quantize(Decimal("0.000001"), ROUND_HALF_EVEN))


def significant(value: float, digits: int = 9) -> float:
    """`value` rounded to significant digits: CPython and the browser differ in the last bits of exp and pow."""
    return float(f"{value:.{digits - 1}e}")


def plan_record(plan: Plan) -> dict[str, object]:
    """A JSON-safe record of a plan: money as text to the cent, floats to nine significant digits."""
    c, p = plan.configuration, plan.prediction
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
        "evidence": p.evidence if p else "unknown",
        "ttft_p95_ms": significant(p.ttft_ms) if p else None,
        "itl_p95_ms": significant(p.itl_ms) if p else None,
        "e2e_p95_ms": significant(p.e2e_ms) if p else None,
        "slo_margin": None if plan.slo_margin is None else significant(plan.slo_margin),
        "utilisation": None if plan.utilisation is None else significant(plan.utilisation),
        "gpu": c.gpu if c else "",
        "gpus": c.gpus if c else None,
        "replicas": c.replicas if c else None,
        "tensor_parallel": c.tensor_parallel if c else None,
        "expert_parallel": c.expert_parallel if c else None,
        "checkpoint": c.checkpoint if c else "",
        "precision": c.precision if c else "",
        "engine": c.engine if c else "",
        "engine_version": c.engine_version if c else "",
        "concurrency": c.concurrency if c else None,
        "replica_requests_per_second": significant(c.requests_per_second) if c else None,
        "measured_shape": f"{c.measured_prompt_tokens}-{c.measured_output_tokens}" if c else "",
        "measured_on": c.measured_on if c else "",
        "price_evidence": plan.price_evidence,
        "reasons": list(plan.reasons),
    }
