"""The frozen tables of Compass at commit cc6a8f9, as values. Its prices and accuracy figures are partly wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wasm_tools.workload.traffic import InputError

METRICS = ("ttft", "itl", "e2e")
CRITERIA = ("accuracy", "price", "latency", "complexity")  # the order in which weighted scores are added


@dataclass(frozen=True, slots=True)
class BenchmarkRow:
    """A row of its benchmark files: p95 times in ms, requests per second of one replica of `count` GPUs."""

    model: str
    gpu: str
    count: int
    prompt_tokens: int
    output_tokens: int
    ttft_ms: float
    itl_ms: float
    e2e_ms: float
    rps: float


@dataclass(frozen=True, slots=True)
class UseCase:
    """Ranges of the targets in ms by metric, and the traffic of a use case; `classes` by document."""

    name: str
    ranges: Mapping[str, tuple[float, float]]
    distribution: str
    active_fraction: float
    requests_per_user_minute: float
    burst: float | None
    peak_factor: float
    classes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Preset:
    """Lengths and targets of a named preset; None where a preset does not state it."""

    prompt_tokens: int | None
    output_tokens: int | None
    ttft_ms: float
    itl_ms: float
    e2e_ms: float | None
    percentile: int


@dataclass(frozen=True, slots=True)
class Gpu:
    """A GPU type with its base price and the provider prices that upstream never selects, USD per GPU and hour."""

    name: str
    aliases: tuple[str, ...]
    memory_gb: float
    base_usd_hour: float
    provider_usd_hour: Mapping[str, float]
    availability: str
    since: str


@dataclass(frozen=True, slots=True)
class CompassTables:
    """All of it. `display_names` and `accuracy` are by model id; accuracy by (model id, use case) without its bonus."""

    use_cases: Mapping[str, UseCase]
    presets: Mapping[tuple[str, str], Preset]
    gpus: Sequence[Gpu]
    gpu_words: Mapping[str, tuple[str, ...]]
    display_names: Mapping[str, str]
    accuracy: Mapping[tuple[str, str], int]
    bonus: Mapping[str, Sequence[tuple[str, int]]]
    weights: Mapping[str, Mapping[str, float]]
    priority_weights: Mapping[str, Sequence[float]]
    price_exponent: float
    price_least: int
    price_all_equal: int
    price_free: int
    latency_at_max: float
    latency_weights: Mapping[str, float]
    complexity_by_gpus: Sequence[int]
    complexity_each_further: int
    complexity_least: int
    replica_steps: Sequence[tuple[int, float]]
    replica_beyond: float
    hours_per_month: float
    headroom: float
    minimum_accuracy: int
    listed: int
    by_message: Mapping[str, object]

    def gpu(self, name: str) -> Gpu | None:
        """The GPU type of a name or alias in any case."""
        wanted = name.strip().lower()
        return next((g for g in self.gpus if wanted in (g.name.lower(), *(a.lower() for a in g.aliases))), None)

    def gpu_filter(self, names: Sequence[str]) -> tuple[frozenset[str] | None, tuple[str, ...]]:
        """The GPU types that a preference stands for (None: any) and the names that are unknown (CO-13)."""
        words = {word.lower(): types for word, types in self.gpu_words.items()}
        found: set[str] = set()
        unknown = []
        for name in names:
            gpu = self.gpu(name)
            if name.strip().lower() in ("", "any", "any gpu"):
                continue
            if name.strip().lower() in words:
                found.update(words[name.strip().lower()])
            elif gpu:
                found.add(gpu.name)
            else:
                unknown.append(name)
        return frozenset(found) or None, tuple(unknown)

    def use_case(self, name: str) -> UseCase:
        """The use case; raises InputError for an unknown one."""
        if name not in self.use_cases:
            raise InputError("use_case", f"{name!r} is not one of {', '.join(self.use_cases)}")
        return self.use_cases[name]

    def preset(self, name: str, use_case: str) -> Preset:
        """The preset `name` of a use case; raises InputError where it has none."""
        if (name, use_case) not in self.presets:
            known = ", ".join(sorted({f"{p} for {u}" for p, u in self.presets if name == p or use_case == u}))
            raise InputError("preset", f"{name!r} has no targets for {use_case!r}; there are {known or 'none'}")
        return self.presets[name, use_case]
