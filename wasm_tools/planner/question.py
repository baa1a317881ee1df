"""A question to the planner: workload, target, what a plan may be and may cost, and what matters most."""

import math
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from decimal import Decimal

from wasm_tools.models.cards import DOMAINS, ModelCard, capability_rank
from wasm_tools.planner.request_cost import RequestMix
from wasm_tools.workload.mixes import RequestClass
from wasm_tools.workload.patterns import ArrivalPattern
from wasm_tools.workload.traffic import HOURS_PER_MONTH, SECONDS_PER_MONTH, InputError, Slo, Workload

KINDS = (
    "api", "rented", "spot", "reserved-3m", "reserved-6m", "reserved-1y", "reserved-3y", "marketplace", "community",
    "scheduled", "serverless", "owned", "bought",
)  # fmt: skip
PRIORITIES = ("balanced", "low_cost", "low_latency", "high_quality", "high_throughput", "simple")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a plan may be. An empty collection allows everything; None sets no limit.

    Money is US dollars; `max_gpus` counts all GPUs of a plan, `gpu_limits` those of one type, `min_quality` is a score
    of the use case's first benchmark and leaves out models without one. `domains` keeps models that are said to be made
    for one of them and leaves out those of which nobody says anything. `confirmed_only` keeps plans whose capacity is
    known to suffice: today only those on GPUs that the reader has, as no source states free machines or rate limits.
    """

    models: Collection[str] = ()
    without_models: Collection[str] = ()
    providers: Collection[str] = ()
    without_providers: Collection[str] = ()
    gpus: Collection[str] = ()
    without_gpus: Collection[str] = ()
    regions: Collection[str] = ()
    without_regions: Collection[str] = ()
    kinds: Collection[str] = ()
    precisions: Collection[str] = ()
    domains: Collection[str] = ()
    gpu_limits: tuple[tuple[str, int], ...] = ()
    max_gpus: int | None = None
    max_tensor_parallel: int | None = None
    min_context: int | None = None
    min_quality: float | None = None
    usd_per_month: float | None = None
    usd_per_hour: float | None = None
    usd_per_1k_tokens: float | None = None
    open_weights_only: bool = False
    confirmed_only: bool = False

    def __post_init__(self) -> None:
        for name in ("usd_per_month", "usd_per_hour", "usd_per_1k_tokens"):
            _above_zero(name, getattr(self, name), "an amount of money above 0")
        for name in ("max_gpus", "max_tensor_parallel", "min_context"):
            _count(name, getattr(self, name))
        for gpu, number in self.gpu_limits:
            _count(f"gpu_limits[{gpu}]", number, least=0)
        if self.min_quality is not None:
            _finite("min_quality", self.min_quality, "a score")
        for kind in self.kinds:
            if kind not in KINDS:
                raise InputError("kinds", f"{kind!r} is not one of {', '.join(KINDS)}")
        for domain in self.domains:
            if domain not in DOMAINS:
                raise InputError("domains", f"{domain!r} is not one of {', '.join(DOMAINS)}")
        for name in ("models", "providers", "gpus", "regions"):
            both = sorted(set(getattr(self, name)) & set(getattr(self, f"without_{name}")))
            if both:
                raise InputError(name, f"{both[0]} is both asked for and left out; remove it from one of the two")


@dataclass(frozen=True, slots=True)
class Wishes:
    """How plans are chosen among those that qualify: a named priority and the tolerance for near misses.

    `near_tolerance` is the share by which a bound may be missed for a plan to count as near; it is shown, never hidden.
    """

    priority: str = "balanced"
    near_tolerance: float = 0.2
    use_case: str = ""
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        if self.priority not in PRIORITIES:
            raise InputError("priority", f"{self.priority!r} is not one of {', '.join(PRIORITIES)}")
        _finite("near_tolerance", self.near_tolerance, "a share from 0 to 1")
        if not 0 <= self.near_tolerance <= 1:
            raise InputError("near_tolerance", f"{self.near_tolerance:g} is not a share from 0 to 1")


@dataclass(frozen=True, slots=True)
class Shares:
    """How requests reach an API: shares of the prompt and of the requests, and what may fail."""

    batch: float = 0.0  # of the requests, sent as batch jobs
    tier: str = "standard"
    success_rate: float = 1.0
    retries: int = 0


@dataclass(frozen=True, slots=True)
class Question:
    """Everything that an answer depends on, beside the catalogue."""

    workload: Workload
    slo: Slo
    wishes: Wishes = field(default_factory=Wishes)
    shares: Shares = field(default_factory=Shares)
    pattern: ArrivalPattern | None = None  # None: the peak is carried at all times
    inventory: tuple[tuple[str, int], ...] = ()  # GPUs that the reader has, by type
    place: str = ""  # whose electricity price holds for own hardware; empty: the default
    usd_per_kwh: Decimal | None = None  # the reader's own
    network_ms: float = 0.0  # round trip between the reader's users and the machines, on top of the first token
    surcharges: bool = True  # data out and storage of weights are named beside the cost
    classes: tuple[RequestClass, ...] = ()  # of a mix on one deployment, see `mixed_question`; empty: all are alike

    def __post_init__(self) -> None:
        _finite("network_ms", self.network_ms, "a time in ms")
        if self.network_ms < 0:
            raise InputError("network_ms", f"{self.network_ms:g} is not a time of 0 ms or more")
        waits = [(c.slo, c.streaming) for c in self.classes] or [(self.slo, True)]
        if self.network_ms >= min(min(s.ttft_ms, s.e2e_ms) if streaming else s.e2e_ms for s, streaming in waits):
            raise InputError("network_ms", f"the way alone takes {self.network_ms:g} ms, more than the target allows")

    @property
    def served_slo(self) -> Slo:
        """The target less the way to the machines: what a replica has to keep."""
        return _nearer(self.slo, self.network_ms) if self.network_ms else self.slo

    @property
    def served_classes(self) -> tuple[RequestClass, ...]:
        """The classes of a mix with their targets less the way to the machines."""
        if not self.network_ms:
            return self.classes
        return tuple(replace(c, slo=_nearer(c.slo, self.network_ms, c.streaming)) for c in self.classes)

    def allows(self, kind: str) -> bool:
        """Whether plans of this kind are wanted."""
        return not self.limits.kinds or kind in self.limits.kinds

    @property
    def limits(self) -> Limits:
        """What a plan may be."""
        return self.wishes.limits

    @property
    def hosts(self) -> bool:
        """Whether any kind of plan on GPUs is wanted."""
        return not self.limits.kinds or any(kind != "api" for kind in self.limits.kinds)

    @property
    def mix(self) -> RequestMix:
        """The requests as an API bills them: a cacheable prefix is read from the cache."""
        w, s = self.workload, self.shares
        return RequestMix(
            w.prompt_tokens,
            w.output_tokens,
            cached_share=_exact(w.cacheable_share),
            batch_share=_exact(s.batch),
            tier=s.tier,
            success_rate=_exact(s.success_rate),
            retries=s.retries,
        )

    @property
    def mixes(self) -> tuple[tuple[Decimal, RequestMix], ...]:
        """The requests as an API bills them, each class by its own lengths, with their shares."""
        mix = self.mix
        if not self.classes:
            return ((Decimal(1), mix),)
        return tuple(
            (
                _exact(c.share),
                replace(
                    mix,
                    prompt_tokens=round(c.lengths.prompt.mean),
                    output_tokens=round(c.lengths.output.mean),
                    cached_share=_exact(c.cacheable_share),
                ),
            )
            for c in self.classes
        )

    @property
    def longest_tokens(self) -> int:
        """Prompt and output tokens of a request, of a mix those of its longest class."""
        if not self.classes:
            return self.workload.prompt_tokens + self.workload.output_tokens
        return max(round(c.lengths.prompt.mean) + round(c.lengths.output.mean) for c in self.classes)

    @property
    def longest_output(self) -> int:
        """Output tokens of a request, of a mix those of the class that writes most."""
        return max(m.output_tokens for _, m in self.mixes)

    def unfit(self, card: ModelCard) -> str:
        """The code of the reason why a model may not serve the workload, or nothing."""
        limits, workload = self.limits, self.workload
        if (limits.models and card.id not in limits.models) or card.id in limits.without_models:
            return "model_filtered"
        if limits.open_weights_only and not card.open_weights:
            return "model_filtered"
        if limits.domains and not card.domains:
            return "domain_unknown"
        if limits.domains and not any(domain in limits.domains for domain in card.domains):
            return "domain_filtered"
        if not card.capability:
            return "unrated_model"
        if capability_rank(card.capability) < capability_rank(workload.minimum_class):
            return "below_class"
        if card.context is not None and max(self.longest_tokens, limits.min_context or 0) > card.context:
            return "context"
        return ""

    def unwanted(self, provider: str, region: str) -> str:
        """The code of the reason why an offer of this provider and region is not wanted, or nothing."""
        limits = self.limits
        if (limits.providers and provider not in limits.providers) or provider in limits.without_providers:
            return "provider_filtered"
        if (limits.regions and region not in limits.regions) or region in limits.without_regions:
            return "region_filtered"
        return ""

    @property
    def requests_per_month(self) -> Decimal:
        """Requests in a month of 730 h at the mean rate, exact."""
        return Decimal(repr(self.workload.qps)) * SECONDS_PER_MONTH

    def below_floor(self, score: float | None) -> str:
        """The code of the reason why a model with this score is not wanted; a missing score is below any floor."""
        floor = self.limits.min_quality
        return "below_quality" if floor is not None and (score is None or score < floor) else ""

    @property
    def has_budget(self) -> bool:
        """Whether any budget is set."""
        return self.budget < math.inf

    @property
    def budget(self) -> float:
        """The tightest of the three budgets at the planned load, in USD a month; infinite where none is set."""
        limits, workload = self.limits, self.workload
        tokens = workload.qps * SECONDS_PER_MONTH * (workload.prompt_tokens + workload.output_tokens)
        return min(
            math.inf if limits.usd_per_month is None else limits.usd_per_month,
            math.inf if limits.usd_per_hour is None else limits.usd_per_hour * HOURS_PER_MONTH,
            math.inf if limits.usd_per_1k_tokens is None else limits.usd_per_1k_tokens * tokens / 1000,
        )


def _nearer(slo: Slo, way_ms: float, streaming: bool = True) -> Slo:
    first = slo.ttft_ms - way_ms if streaming else slo.ttft_ms
    return replace(slo, ttft_ms=first, e2e_ms=slo.e2e_ms - way_ms)


def _exact(share: float) -> Decimal:
    return Decimal(repr(share))


def checked_names(field_name: str, names: Collection[str], known: Collection[str]) -> None:
    """Refuse the first name that is not known, with the nearest known ones; InputError names the field."""
    for name in names:
        if name not in known:
            # Imported here: only a refusal needs it, and the page's first answer should not wait for it.
            from difflib import get_close_matches

            near = get_close_matches(name, list(known), 3, 0.5)
            hint = f"; did you mean {' or '.join(near)}?" if near else ""
            raise InputError(field_name, f"{name!r} is not in the catalogue{hint}")


def _finite(name: str, value: object, wanted: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InputError(name, f"{value!r} is not {wanted}")


def _above_zero(name: str, value: float | None, wanted: str) -> None:
    if value is not None:
        _finite(name, value, wanted)
        if value <= 0:
            raise InputError(name, f"{value!r} is not {wanted}")


def _count(name: str, value: int | None, least: int = 1) -> None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < least):
        raise InputError(name, f"{value!r} is not a whole number of {least} or more")
