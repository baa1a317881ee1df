"""What the planner plans with: rated models, their API rates, rentable GPUs and measured curves."""

import math
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from wasm_tools.hardware.gpus import GpuCard
from wasm_tools.models.cards import ModelCard
from wasm_tools.models.quality import QualityTable, quality_of
from wasm_tools.performance.observations import ApiObservation
from wasm_tools.performance.open_loop import Tails
from wasm_tools.performance.prediction import Book
from wasm_tools.planner.hosting_facts import HostingFacts
from wasm_tools.planner.latest import Latest
from wasm_tools.planner.policy import Policy
from wasm_tools.planner.presets import Presets
from wasm_tools.planner.rentals import PlainRental, Rental, plain_rental
from wasm_tools.planner.request_cost import Prices, TokenPrices


@dataclass(frozen=True, slots=True)
class ApiRate:
    """What one provider charges for the text tokens of one model id, by tier; the standard tier is always there."""

    provider: str
    sku: str
    model: str
    region: str
    prices: Prices
    evidence: str
    note: str = ""  # what a buyer has to know about this price, in words
    suspect: str = ""  # why this price may not win a ranking, in words
    max_output: int | None = None  # longest answer in tokens that this provider allows, None while nobody says
    families: int = 1  # source families that state the price alike, of the direction with fewer
    age_days: int = 0  # since a source last stated it, of the direction that is older

    @property
    def bands(self) -> tuple[TokenPrices, ...]:
        """The context bands of the standard tier, ascending from 0."""
        return self.prices["standard"]

    def band(self, prompt_tokens: int) -> TokenPrices:
        """The band of the standard tier that a prompt of this length falls into."""
        return next(b for b in reversed(self.bands) if prompt_tokens > b.above)


@dataclass(slots=True)  # not frozen: the first answer makes thousands, and freezing takes half of that time
class PlainRate:
    """A rate as it is compared with thousands of others: its standard tier in plain numbers, $ per token."""

    rate: ApiRate
    place: int  # among the rates of its model by provider, SKU and region
    input: float
    output: float
    longer: tuple[tuple[int, float, float], ...]  # above so many prompt tokens: input and output, ascending
    max_output: float  # infinite while nobody says
    seen: ApiObservation | None


@dataclass(frozen=True, slots=True)
class ModelRates:
    """The rates of one model: those that may win, those that may not, and how many each provider has."""

    seen: tuple[PlainRate, ...]  # whose speed somebody has observed
    unseen: tuple[PlainRate, ...]
    least_output: float  # every rate allows answers of so many tokens
    suspects: Mapping[str, Mapping[str, int]]  # number of each provider by reason in words
    providers: Mapping[str, int]

    @property
    def sound(self) -> tuple[PlainRate, ...]:
        """The rates that may win."""
        return (*self.seen, *self.unseen)


def plain_rate(rate: ApiRate, place: int, seen: ApiObservation | None) -> PlainRate:
    """A rate made ready."""
    bands = rate.prices["standard"]
    longer = tuple([(b.above, float(b.input) / 1e6, float(b.output) / 1e6) for b in bands[1:]]) if bands[1:] else ()
    most = math.inf if rate.max_output is None else rate.max_output
    return PlainRate(rate, place, float(bands[0].input) / 1e6, float(bands[0].output) / 1e6, longer, most, seen)


def model_rates(rates: Sequence[ApiRate], observations: Mapping[tuple[str, str, str], ApiObservation]) -> ModelRates:
    """The rates of one model, made ready."""
    sound = sorted((r for r in rates if not r.suspect), key=lambda r: (r.provider, r.sku, r.region))
    plain = [plain_rate(r, place, observations.get((r.provider, r.sku, r.region))) for place, r in enumerate(sound)]
    suspects: dict[str, dict[str, int]] = {}
    providers: dict[str, int] = {}
    for r in rates:
        providers[r.provider] = providers.get(r.provider, 0) + 1
        if r.suspect:
            of = suspects.setdefault(r.suspect, {})
            of[r.provider] = of.get(r.provider, 0) + 1
    return ModelRates(
        seen=tuple(p for p in plain if p.seen is not None),
        unseen=tuple(p for p in plain if p.seen is None),
        least_output=min((p.max_output for p in plain), default=math.inf),
        suspects=suspects,
        providers=providers,
    )


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
class Deployable:
    """One way to run a model on a GPU: what a replica loads and on how many GPUs. `engine_version` is empty where
    nobody measured it; `note` is what has to be known about the measurement."""

    model: str
    gpu: str
    precision: str
    engine: str
    engine_version: str
    tensor_parallel: int
    expert_parallel: int
    kv_cache: str  # precision of the KV cache: fp8 or bf16
    checkpoint: str
    note: str
    measured_on: str  # newest date of its measurements, empty for a modelled one
    quantised: str = ""  # precision, where the developer published the weights at a higher one

    @property
    def family(self) -> tuple[str, str, str]:
        """What deployables of one model share that differ in their number of GPUs alone."""
        return self.gpu, self.precision, self.engine


@dataclass(frozen=True, slots=True)
class Deployables:
    """The deployables of one model, and how many each GPU has."""

    by_width: tuple[Deployable, ...]
    gpus: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything the planner reads. Built from a data pack, the same in CPython and in the browser.

    `rentals` ascend in price, then provider and instance. What does not depend on a question, or not on all of it, is
    kept: `prepared` by model, `keys` by what serves alike, `replicas` by lengths, `served` by lengths and target. They
    hold what a question would work out for itself, so no answer depends on earlier ones.
    """

    as_of: str
    models: Mapping[str, ModelCard]
    gpus: Mapping[str, GpuCard]
    rates: tuple[ApiRate, ...]
    rentals: tuple[Rental, ...]
    curves: tuple[Curve, ...]
    deployables: tuple[Deployable, ...]
    book: Book
    tails: Tails
    policy: Policy
    hosting: HostingFacts
    observations: Mapping[tuple[str, str, str], ApiObservation]
    quality: QualityTable
    unplanned: Mapping[str, int]  # API prices that cannot be planned with, by reason
    presets: Presets = field(default_factory=Presets)  # what a question may start from
    prepared: dict[str, Any] = field(default_factory=dict, init=False, compare=False, repr=False)  # by model
    _by_model: dict[str, "ModelRates"] = field(default_factory=dict, init=False, compare=False, repr=False)
    _plain_rentals: list[PlainRental] = field(default_factory=list, init=False, compare=False, repr=False)
    _of_models: dict[str, "Deployables"] = field(default_factory=dict, init=False, compare=False, repr=False)
    keys: dict[Hashable, int] = field(default_factory=dict, init=False, compare=False, repr=False)
    replicas: Latest = field(default_factory=lambda: Latest(4), init=False, compare=False, repr=False)
    served: Latest = field(default_factory=lambda: Latest(8), init=False, compare=False, repr=False)
    _extended: dict[str, "Catalogue"] = field(default_factory=dict, init=False, compare=False, repr=False)

    @property
    def rates_of_models(self) -> Mapping[str, "ModelRates"]:
        """The API rates by model, with what is asked of each of them in plain numbers."""
        if not self._by_model:
            groups: dict[str, list[ApiRate]] = {}
            for rate in self.rates:
                groups.setdefault(rate.model, []).append(rate)
            self._by_model.update({model: model_rates(rates, self.observations) for model, rates in groups.items()})
        return self._by_model

    @property
    def deployables_of_models(self) -> Mapping[str, "Deployables"]:
        """The deployables by model, those of one GPU, precision and engine from the narrowest to the widest."""
        if not self._of_models:
            groups: dict[str, list[Deployable]] = {}
            for d in sorted(self.deployables, key=lambda d: (d.model, *d.family, d.tensor_parallel, d.expert_parallel)):
                groups.setdefault(d.model, []).append(d)
            found = {m: Deployables(tuple(group), Counter(d.gpu for d in group)) for m, group in groups.items()}
            self._of_models.update(found)
        return self._of_models

    @property
    def plain_rentals(self) -> Sequence[PlainRental]:
        """The rentals made ready, in their order."""
        if not self._plain_rentals:
            self._plain_rentals.extend(plain_rental(r, self.policy) for r in self.rentals)
        return self._plain_rentals

    def forget(self) -> None:
        """Keep nothing of earlier questions: for measuring, as no answer depends on them."""
        self.replicas.clear()
        self.served.clear()

    def extended(self, added: str, make: Callable[[], "Catalogue"]) -> "Catalogue":
        """The catalogue with what a reader added, kept until something else is added."""
        if added not in self._extended:
            found = make()
            self._extended.clear()
            self._extended[added] = found
        return self._extended[added]

    def scores(self, use_case: str) -> dict[str, float]:
        """The score of each model in the first benchmark of a use case; models without one are left out."""
        if not use_case:
            return {}
        found = ((model, quality_of(self.quality, model, use_case)) for model in self.models)
        return {model: q.value for model, q in found if q is not None and q.value is not None}
