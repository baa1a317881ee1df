"""Lengths and arrivals of recorded requests: data sets of MLPerf, traces of Azure and Mooncake."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from statistics import fmean, median, pstdev

from generator.benchmarks.tables import Imported, figure, upstream_rows
from generator.tables import TableError

LEVELS = (0, 1, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 98, 99, 99.5, 100)
LENGTH_COLUMNS = ("id", "side", "requests", "mean", "cv", *(f"p{level:g}" for level in LEVELS), "source")
ARRIVAL_COLUMNS = (
    "id",
    "requests",
    "minutes",
    "per_second",
    "gap_cv",
    "minute_gap_cv",
    "peak_minute_factor",
    "cached_share",
    "source",
)
MOONCAKE_BLOCK = 512  # tokens of one hashed block of a prompt


@dataclass(frozen=True, slots=True)
class Recording:
    """Requests of one data set; arrival `seconds` and `cached` tokens of each are empty when not recorded."""

    id: str
    source: str
    inputs: Sequence[int]
    outputs: Sequence[int]
    seconds: Sequence[float] = ()
    cached: Sequence[int] = ()


def recordings(folder: Path) -> list[Recording]:
    """All recordings below the folder of upstream files."""
    found = [_data_set(path) for path in sorted((folder / "benchmarks" / "mlperf_dataset_lengths").glob("*.csv"))]
    if not found:
        raise TableError(f"{folder}: no length files of MLPerf below it; is this the folder of upstream files?")
    traces = folder / "traces"
    found += [_azure(traces / "azure_2023" / f"AzureLLMInferenceTrace_{kind}.csv", kind) for kind in ("code", "conv")]
    return [*found, _mooncake(traces / "mooncake" / "conversation_trace.jsonl")]


def lengths(found: Sequence[Recording]) -> Imported:
    """Mean, coefficient of variation and quantiles of the prompt and output tokens of each recording."""
    rows = [
        _length_row(r, side, values)
        for r in sorted(found, key=lambda r: r.id)
        for side, values in (("input", r.inputs), ("output", r.outputs))
    ]
    return Imported("length_distributions.csv", LENGTH_COLUMNS, rows, sum(len(r.inputs) for r in found))


def arrivals(found: Sequence[Recording]) -> Imported:
    """Rate, burstiness and cacheable share of the recordings that have arrival times."""
    rows = [_arrival_row(r) for r in sorted(found, key=lambda r: r.id) if r.seconds]
    timeless = sum(1 for r in found if not r.seconds)
    return Imported("traces.csv", ARRIVAL_COLUMNS, rows, len(found), Counter({"no arrival times": timeless}))


def quantile(ordered: Sequence[float], level: float) -> float:
    """The quantile of sorted values at `level` percent, linear between the two neighbours."""
    at = level / 100 * (len(ordered) - 1)
    below = int(at)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (at - below) * (ordered[above] - ordered[below])


def _length_row(recording: Recording, side: str, values: Sequence[int]) -> tuple[str, ...]:
    ordered, mean = sorted(values), fmean(values)
    quantiles = (figure(quantile(ordered, level)) for level in LEVELS)
    return (
        recording.id,
        side,
        str(len(values)),
        figure(mean),
        figure(pstdev(values) / mean, 4),
        *quantiles,
        recording.source,
    )


def _arrival_row(recording: Recording) -> tuple[str, ...]:
    at = sorted(recording.seconds)
    minutes = (at[-1] - at[0]) / 60
    by_minute = Counter(int((t - at[0]) // 60) for t in at)
    full = [by_minute[m] for m in range(int(minutes))]  # the last minute is not whole
    # Times rounded to steps, with many requests in each, say nothing about the gaps between them.
    stepped = len(set(at)) < len(at) / 2
    in_minutes = [] if stepped else _minute_gap_cvs(at)
    return (
        recording.id,
        str(len(at)),
        figure(minutes, 4),
        figure(len(at) / (at[-1] - at[0]), 4),
        "" if stepped else figure(_gap_cv(at), 3),
        figure(median(in_minutes), 3) if in_minutes else "",
        figure(max(full) / fmean(full), 3),
        figure(sum(recording.cached) / sum(recording.inputs), 3) if recording.cached else "",
        recording.source,
    )


def _gap_cv(at: Sequence[float]) -> float:
    gaps = [b - a for a, b in pairwise(at)]
    return pstdev(gaps) / fmean(gaps)


def _minute_gap_cvs(at: Sequence[float]) -> list[float]:
    """The same inside each minute of 30 arrivals or more: burstiness without the changes of the rate."""
    minutes: dict[int, list[float]] = {}
    for t in at:
        minutes.setdefault(int((t - at[0]) // 60), []).append(t)
    return [_gap_cv(times) for times in minutes.values() if len(times) >= 30]


def _data_set(path: Path) -> Recording:
    rows = list(upstream_rows(path, ("input_length", "output_length")))
    return Recording(
        f"mlperf-{path.stem.removesuffix('-99').removesuffix('-datacenter')}",
        "MLPerf Inference data set (MLCommons, Apache-2.0)",
        [int(r["input_length"]) for r in rows],
        [int(r["output_length"]) for r in rows],
    )


def _azure(path: Path, kind: str) -> Recording:
    rows = list(upstream_rows(path, ("TIMESTAMP", "ContextTokens", "GeneratedTokens")))
    # Seven decimals of a second are one more than Python reads.
    at = [datetime.fromisoformat(r["TIMESTAMP"][:26]).timestamp() for r in rows]
    return Recording(
        f"azure-2023-{kind}",
        "Azure LLM inference trace 2023 (Microsoft, CC BY 4.0)",
        [int(r["ContextTokens"]) for r in rows],
        [int(r["GeneratedTokens"]) for r in rows],
        [t - at[0] for t in at],
    )


def _mooncake(path: Path) -> Recording:
    try:
        requests = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    except OSError as error:
        raise TableError(f"{path}: cannot be read ({error.strerror}); is this the folder of upstream files?") from None
    seen: set[int] = set()
    cached = []
    for request in requests:
        hits = 0
        for block in request["hash_ids"]:
            if block not in seen:
                break
            hits += 1
        seen.update(request["hash_ids"])
        cached.append(min(hits * MOONCAKE_BLOCK, request["input_length"]))
    return Recording(
        "mooncake-conversation",
        "Mooncake conversation trace (Moonshot AI, Apache-2.0)",
        [r["input_length"] for r in requests],
        [r["output_length"] for r in requests],
        [r["timestamp"] / 1000 for r in requests],
        cached,
    )
