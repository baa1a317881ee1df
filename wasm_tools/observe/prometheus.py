"""Prometheus text of vLLM's `/metrics`, and the JSON of a range query over the same series.

The text tells of everything since the server started; two texts of one server tell of the time between them (their
difference is not taken here). A range query tells of its window: counters by their rise, gauges by mean and highest.
"""

import itertools
import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from wasm_tools.observe.histograms import bucket_times
from wasm_tools.observe.observed import FIELD, Observed, Times, part, ratio
from wasm_tools.outcomes.fields import TRAFFIC
from wasm_tools.workload.traffic import InputError

TEXT, RANGE = "Prometheus text", "Prometheus range query"
HISTOGRAMS = {
    "ttft": ("vllm:time_to_first_token_seconds",),
    "itl": ("vllm:inter_token_latency_seconds", "vllm:time_per_output_token_seconds"),
    "tpot": ("vllm:request_time_per_output_token_seconds",),
    "e2e": ("vllm:e2e_request_latency_seconds",),
}
MOST_SERIES = 200_000
SIMULATOR = "atlas_simulator:"  # series that only the simulated server of this project has
_LINE = re.compile(r"([A-Za-z_:][A-Za-z0-9_:]*)(?:\{(.*)\})?[ \t]+(\S+)(?:[ \t]+-?\d+)?[ \t]*")
_LABEL = re.compile(r'\s*([A-Za-z_][A-Za-z0-9_]*)="((?:[^"\\]|\\.)*)"\s*(?:,|$)')

Labels = Mapping[str, str]


class Series:
    """Values by name: sums over engines and replicas for counters, the highest and the sum for gauges."""

    def __init__(self) -> None:
        self.sums: dict[str, float] = {}
        self.highest: dict[str, float] = {}
        self.buckets: dict[str, dict[float, float]] = {}
        self.models: set[str] = set()
        self.errors: float | None = None

    def add(self, name: str, labels: Labels, value: float, highest: float) -> None:
        """One series more."""
        if model := labels.get("model_name"):
            self.models.add(model)
        if name.endswith("_bucket"):
            edges = self.buckets.setdefault(name.removesuffix("_bucket"), {})
            edge = _float(labels.get("le", "")) if "le" in labels else math.nan
            if math.isnan(edge):
                raise InputError(FIELD, f"a bucket of {name[:80]} has no edge `le`; query it with its label")
            edges[edge] = edges.get(edge, 0.0) + value
            return
        if name == "http_requests_total" and labels.get("status", "")[:1] == "5":
            self.errors = (self.errors or 0.0) + value
        self.sums[name] = self.sums.get(name, 0.0) + value
        self.highest[name] = max(self.highest.get(name, 0.0), highest)


def observed_text(text: str) -> Observed:
    """The observation of an exposition text; InputError names the line that cannot be read."""
    found = Series()
    for row, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise InputError(FIELD, f"line {row} is no sample of Prometheus: {line[:60]!r}")
        value = _float(match[3])
        if math.isfinite(value) and value >= 0:
            found.add(match[1], dict(_labels(match[2] or "", row)), value, value)
    return _observed(found, TEXT, None, None)


def is_range(given: Any) -> bool:
    """Whether this is the answer of `/api/v1/query_range`."""
    return isinstance(given, Mapping) and part(given, "data").get("resultType") == "matrix"


def observed_range(given: Mapping[str, Any]) -> Observed:
    """The observation of a range query whose series still have their names; InputError names what is wrong."""
    rows = given["data"].get("result")
    if not isinstance(rows, list) or len(rows) > MOST_SERIES:
        raise InputError("result", f"give a list of at most {MOST_SERIES:,} series")
    found, first, last = Series(), math.inf, -math.inf
    for row in rows:
        labels = {str(k): str(v) for k, v in part(row, "metric").items()}
        points = list(_points(row.get("values") if isinstance(row, Mapping) else None))
        name = labels.get("__name__", "")
        if not points or not name:
            continue
        first, last = min(first, points[0][0]), max(last, points[-1][0])
        values = [v for _, v in points]
        counts = name.endswith(("_total", "_bucket", "_count", "_sum"))
        found.add(name, labels, _rise(values) if counts else sum(values) / len(values), max(values))
    if not found.sums and not found.buckets:
        raise InputError(FIELD, 'no series has a name; query the series themselves, like {__name__=~"vllm:.*"}')
    return _observed(found, RANGE, first, last - first if last > first else None)


def _observed(found: Series, tool: str, start: float | None, seconds: float | None) -> Observed:
    if not any(name.startswith("vllm:") for name in (*found.sums, *found.buckets)):
        raise InputError(FIELD, "no series of vLLM (vllm:…) is among these metrics; take /metrics of the server")
    sums = found.sums
    done = sums.get("vllm:request_success_total", sums.get("vllm:e2e_request_latency_seconds_count"))
    prompt, output = sums.get("vllm:prompt_tokens_total"), sums.get("vllm:generation_tokens_total")
    times: dict[str, Times] = {}
    for metric, names in HISTOGRAMS.items():
        for name in names:
            if metric not in times and name in found.buckets:
                made = bucket_times(found.buckets[name], sums.get(f"{name}_sum"))
                if made:
                    times[metric] = made
    simulator = any(name.startswith(SIMULATOR) for name in (*found.sums, *found.buckets))
    said = (
        "everything since the server started, gauges as of the last moment"
        if tool == TEXT
        else "rises of counters over the window"
    )
    return Observed(
        tool,
        model=", ".join(sorted(found.models))[:200],
        started_at=start,
        seconds=seconds,
        requests=None if done is None else round(done),
        errors=None if found.errors is None else round(found.errors),
        times=times,
        requests_per_s=ratio(done, seconds),
        output_tokens_per_s=ratio(output, seconds),
        prompt_tokens=ratio(prompt, done),
        output_tokens=ratio(output, done),
        concurrency=sums.get("vllm:num_requests_running"),
        waiting=sums.get("vllm:num_requests_waiting"),
        kv_use=found.highest.get("vllm:kv_cache_usage_perc", found.highest.get("vllm:gpu_cache_usage_perc")),
        preemptions=sums.get("vllm:num_preemptions_total"),
        prefix_hits=ratio(sums.get("vllm:prefix_cache_hits_total"), sums.get("vllm:prefix_cache_queries_total")),
        notes=(said,),
        arrival=TRAFFIC,
        simulated=f"it has series {SIMULATOR}…, which only a simulated server has" if simulator else "",
    )


def _labels(text: str, row: int) -> Iterator[tuple[str, str]]:
    place = 0
    while place < len(text):
        match = _LABEL.match(text, place)
        if match is None:
            raise InputError(FIELD, f"the labels of line {row} cannot be read: {text[place : place + 40]!r}")
        yield match[1], match[2]
        place = match.end()


def _points(rows: Any) -> Iterator[tuple[float, float]]:
    if not isinstance(rows, list):
        raise InputError("values", "a series holds no list of values; ask /api/v1/query_range")
    for row in rows:
        if not isinstance(row, list) or len(row) != 2:
            raise InputError("values", f"{json.dumps(row)[:40]} is no pair of time and value")
        at, value = _float(row[0]), _float(row[1])
        if math.isfinite(at) and math.isfinite(value) and value >= 0:
            yield at, value


def _rise(values: list[float]) -> float:
    """By how much a counter rose; a fall is a restart, after which it began at 0."""
    return sum(b - a if b >= a else b for a, b in itertools.pairwise(values))


def _float(given: Any) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float | str):
        raise InputError(FIELD, f"{str(given)[:40]!r} is no number")
    try:
        return float(given)
    except (ValueError, OverflowError):
        raise InputError(FIELD, f"{str(given)[:40]!r} is no number") from None
