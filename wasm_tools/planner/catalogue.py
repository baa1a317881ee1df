"""What the planner plans with: rated models, their API rates, rentable GPUs and measured curves."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from wasm_tools.hardware.gpus import GpuCard
from wasm_tools.models.cards import ModelCard


@dataclass(frozen=True, slots=True)
class Band:
    """Token prices ($/1M) for prompts longer than `above` tokens; the whole prompt is charged at them."""

    above: int
    input_price: Decimal
    output_price: Decimal


@dataclass(frozen=True, slots=True)
class ApiRate:
    """What one provider charges for one model id, standard tier. `bands` ascend and start at 0."""

    provider: str
    sku: str
    model: str
    region: str
    bands: tuple[Band, ...]
    evidence: str
    note: str = ""  # what a buyer has to know about this price, in words
    suspect: str = ""  # why this price may not win a ranking, in words
    max_output: int | None = None  # longest answer in tokens that this provider allows, None while nobody says

    def band(self, prompt_tokens: int) -> Band:
        """The band that a prompt of this length falls into."""
        return next(b for b in reversed(self.bands) if prompt_tokens > b.above)


@dataclass(frozen=True, slots=True)
class Rental:
    """One GPU rental price, $/GPU-hour. `kind` is rented (on demand) or spot.

    `count` GPUs are rented as one machine; 1 where they are sold singly or nobody says.
    """

    provider: str
    instance: str
    gpu: str
    region: str
    kind: str
    price: Decimal
    evidence: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """Mean TTFT and TPOT (ms) with `concurrency` requests in flight."""

    concurrency: int
    ttft_ms: float
    tpot_ms: float
    measured: str


@dataclass(frozen=True, slots=True)
class Curve:
    """The measured points of one configuration at one pair of lengths, ascending in concurrency."""

    model: str
    precision: str
    gpu: str
    engine: str
    engine_version: str
    tensor_parallel: int
    expert_parallel: int
    prompt_tokens: int
    output_tokens: int
    checkpoint: str  # the weights that were measured, as a Hugging Face repository name
    note: str
    points: tuple[CurvePoint, ...]

    @property
    def configuration_id(self) -> str:
        """The configuration without its lengths, as stable text."""
        ep = f"-ep{self.expert_parallel}" if self.expert_parallel > 1 else ""
        return (
            f"{self.model}/{self.precision}/{self.gpu}/{self.engine}-{self.engine_version}/tp{self.tensor_parallel}{ep}"
        )


@dataclass(frozen=True, slots=True)
class TailRatios:
    """Estimated p95 / measured mean, per metric. `source` says where the ratios come from."""

    ttft: float
    itl: float
    source: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything the planner reads. Built from a data pack, the same in CPython and in the browser."""

    as_of: str
    models: Mapping[str, ModelCard]
    gpus: Mapping[str, GpuCard]
    rates: tuple[ApiRate, ...]
    rentals: tuple[Rental, ...]
    curves: tuple[Curve, ...]
    tails: TailRatios
    utilisation_cap: float
    unplanned: Mapping[str, int]  # API prices that cannot be planned with, by reason
