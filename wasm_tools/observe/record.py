"""Observations as plain values, and as rows of a table."""

from collections.abc import Iterable
from typing import Any

from wasm_tools.observe.comparison import compared, flags
from wasm_tools.observe.expected import Expected
from wasm_tools.observe.observed import Observed, Times
from wasm_tools.observe.observed import significant_or_none as _short

COUNTS = (
    "requests_per_s", "output_tokens_per_s", "prompt_tokens", "output_tokens", "concurrency", "asked_per_s",
    "waiting", "kv_use", "preemptions", "prefix_hits",
)  # fmt: skip
COLUMNS = ("file", "tool", "label", "model", "figure", "statistic", "unit", "value", "low", "high", "verdict", "target")


def observed_record(seen: Observed, expected: Expected | None) -> dict[str, Any]:
    """One observation as JSON-safe values, with its comparison where something was predicted."""
    return {
        "tool": seen.tool,
        "label": seen.label,
        "model": seen.model,
        "started_at": seen.started_at,
        "seconds": seen.seconds,
        "requests": seen.requests,
        "errors": seen.errors,
        "times_ms": {name: _times(of) for name, of in seen.times.items()},
        **{name: _short(getattr(seen, name)) for name in COUNTS},
        "gpus": seen.gpus,
        "notes": list(seen.notes),
        "flags": list(flags(seen)),
        "comparison": None if expected is None else compared(seen, expected),
    }


def table_rows(name: str, record: dict[str, Any]) -> Iterable[tuple[Any, ...]]:
    """The figures of a record as rows of COLUMNS; a missing figure has no row."""
    verdicts = {
        (f["metric"], f["percentile"]): (f["verdict"], f["target"])
        for f in (record["comparison"] or {"figures": ()})["figures"]
    }
    first = (name, record["tool"], record["label"], record["model"])
    for metric, of in record["times_ms"].items():
        if of["mean"] is not None:
            yield (*first, metric, "mean", "ms", of["mean"], "", "", "", "")
        for level in sorted({*of["percentiles"], *of["between"]}, key=int):
            low, high = of["between"].get(level, ("", ""))
            said = verdicts.get((metric, int(level)), ("", ""))
            yield (*first, metric, f"p{level}", "ms", of["percentiles"].get(level, ""), low, high, *said)
    for count in ("requests", "errors", "seconds", *COUNTS):
        if record[count] is not None:
            yield (*first, count, "", "", record[count], "", "", "", "")


def _times(of: Times) -> dict[str, Any]:
    return {
        "mean": _short(of.mean),
        "percentiles": {str(p): _short(v) for p, v in of.percentiles.items()},
        "between": {str(p): [_short(low), _short(high)] for p, (low, high) in of.between.items()},
        "method": of.method,
    }
