"""Standard values that a question may start from: use cases, lengths, experience classes, loads, patterns of a day."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, field
from typing import Any

from wasm_tools.performance.lengths import Lengths, TokenSpread
from wasm_tools.workload.patterns import ArrivalPattern

# What a question starts from that states nothing: the first question of the planner's page.
START = {"profile": "512-256", "slo": "conversational", "load": "1", "class": "medium"}


@dataclass(frozen=True, slots=True)
class Profile:
    """Standard lengths in tokens."""

    id: str
    prompt_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True)
class SloClass:
    """How it has to feel: bounds in ms; of the whole request TTFT + (output − 1) · ITL · factor."""

    id: str
    ttft_ms: float
    itl_ms: float
    e2e_factor: float
    percentile: int


@dataclass(frozen=True, slots=True)
class Load:
    """A standard load."""

    id: str
    qps: float
    peak_factor: float


@dataclass(frozen=True, slots=True)
class Case:
    """What a use case states where a question is silent."""

    id: str
    profile: str
    slo: str
    minimum_class: str
    users: int
    active: float
    per_minute: float
    peak_factor: float


@dataclass(frozen=True, slots=True)
class Presets:
    """All of them by id. Empty ones serve questions that state everything."""

    use_cases: Mapping[str, Case] = field(default_factory=dict)
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    slo_classes: Mapping[str, SloClass] = field(default_factory=dict)
    loads: Mapping[str, Load] = field(default_factory=dict)
    patterns: Mapping[str, ArrivalPattern] = field(default_factory=dict)
    lengths: Mapping[str, Lengths] = field(default_factory=dict)


def preset_rows(presets: Presets) -> dict[str, Any]:
    """The presets as the object under `presets` in the data pack."""
    plain = ("use_cases", "profiles", "slo_classes", "loads", "patterns")
    rows: dict[str, Any] = {name: [list(astuple(p)) for p in getattr(presets, name).values()] for name in plain}
    rows["lengths"] = {name: [_spread_row(x.prompt), _spread_row(x.output)] for name, x in presets.lengths.items()}
    return rows


def read_presets(rows: Mapping[str, Any]) -> Presets:
    """The presets from the object in a data pack: the inverse of `preset_rows`."""
    return Presets(
        use_cases={row[0]: Case(*row) for row in rows["use_cases"]},
        profiles={row[0]: Profile(*row) for row in rows["profiles"]},
        slo_classes={row[0]: SloClass(*row) for row in rows["slo_classes"]},
        loads={row[0]: Load(*row) for row in rows["loads"]},
        patterns={row[0]: _pattern(row) for row in rows["patterns"]},
        lengths={name: Lengths(*map(spread_of_row, sides)) for name, sides in rows["lengths"].items()},
    )


def spread_of_row(row: Sequence[float]) -> TokenSpread:
    """A spread from its mean, variation and four quantiles."""
    mean, cv, p50, p90, p95, p99 = row
    return TokenSpread(mean, cv, (p50, p90, p95, p99))


def _spread_row(spread: TokenSpread) -> list[float]:
    return [spread.mean, spread.cv, *spread.quantiles]


def _pattern(row: Sequence[Any]) -> ArrivalPattern:
    identifier, title, hourly, *rest = row
    return ArrivalPattern(identifier, title, tuple(hourly), *rest)
