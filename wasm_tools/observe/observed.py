"""What was observed in one window of load, in one form whatever tool wrote it down."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from wasm_tools.planner.plan import significant
from wasm_tools.workload.traffic import InputError

FIELD = "file"
LARGEST = 1e15  # beyond any count of tokens, milliseconds or seconds of Unix time in ms
SHOWN = (50, 90, 95, 99)


@dataclass(frozen=True, slots=True)
class Times:
    """One kind of time in milliseconds: its mean, its percentiles, and between which values each of them must lie.

    `between` holds percentiles that come from a histogram: the edges of the bucket that a percentile lies in, the
    upper one None in the last, open bucket. The percentile itself is then interpolated, and absent in the open bucket.
    """

    mean: float | None
    percentiles: Mapping[int, float]
    method: str  # how the percentiles were computed, in words
    between: Mapping[int, tuple[float, float | None]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Observed:
    """One window of load. What a tool does not tell is None, never 0; lengths are mean tokens a request."""

    tool: str
    label: str = ""
    model: str = ""
    started_at: float | None = None  # seconds of Unix time
    seconds: float | None = None
    requests: int | None = None  # that were answered
    errors: int | None = None
    times: Mapping[str, Times] = field(default_factory=dict)  # by METRICS of an outcome
    requests_per_s: float | None = None
    output_tokens_per_s: float | None = None
    prompt_tokens: float | None = None
    output_tokens: float | None = None
    concurrency: float | None = None  # mean requests in flight
    asked_per_s: float | None = None  # rate at which the client was told to send
    waiting: float | None = None
    kv_use: float | None = None  # share of the KV cache, highest seen
    preemptions: float | None = None
    prefix_hits: float | None = None  # share of the prompt tokens that were looked up
    gpus: int | None = None
    notes: tuple[str, ...] = ()
    arrival: str = ""  # one of ARRIVALS of an outcome
    streams: int | None = None  # requests that the client kept in flight
    day: str = ""  # of the run, ISO
    tool_version: str = ""
    simulated: str = ""  # by what the file shows that a simulator answered, in words


def part(given: Any, *names: str) -> Mapping[str, Any]:
    """The object found under the names, one below the other; empty where there is none."""
    for name in names:
        given = given.get(name) if isinstance(given, Mapping) else None
    return given if isinstance(given, Mapping) else {}


def number(given: Any, name: str) -> float | None:
    """A number from 0 up; None where none is given. InputError for what is no such number."""
    if given is None or given == "":
        return None
    try:
        value = float(given) if isinstance(given, int | float | str) and not isinstance(given, bool) else math.nan
    except (ValueError, OverflowError):
        value = math.nan
    if not 0 <= value <= LARGEST:
        raise InputError(name, f"{str(given)[:40]!r} is no number from 0 up; is the file whole?")
    return value


def whole(given: Any, name: str) -> int | None:
    """A count; InputError for what is none."""
    value = number(given, name)
    if value is not None and value != int(value):
        raise InputError(name, f"{str(given)[:40]!r} is no whole number")
    return None if value is None else int(value)


def ratio(above: float | None, below: float | None) -> float | None:
    """A quotient, None where a part is missing or would divide by nothing."""
    return None if above is None or not below else above / below


def significant_or_none(value: float | None) -> float | None:
    """A figure as records hold it; what is not known stays so."""
    return None if value is None else significant(value)


def sample_times(values_ms: Sequence[float], method: str) -> Times | None:
    """Mean and percentiles of single values, by linear interpolation between ranks (the default of NumPy)."""
    if not values_ms:
        return None
    ordered = sorted(values_ms)
    return Times(sum(ordered) / len(ordered), {p: _quantile(ordered, p / 100) for p in SHOWN}, method)


def _quantile(ordered: Sequence[float], level: float) -> float:
    place = (len(ordered) - 1) * level
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
