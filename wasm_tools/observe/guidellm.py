"""GuideLLM's report (`benchmarks.json`, versions 0.2 to 0.8): one observation a benchmark of the report.

Each metric has a summary a status; those of the requests that succeeded count. Its `request_latency` is in seconds.
Version 0.2 has no p50 and gives window and counts beside the metrics, later ones below `scheduler_metrics`.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from wasm_tools.observe.observed import (
    FIELD,
    SHOWN,
    Observed,
    Times,
    number,
    part,
    whole,
)
from wasm_tools.outcomes.fields import AT_ONCE, CLOSED, CONSTANT, POISSON
from wasm_tools.workload.traffic import InputError

TOOL = "GuideLLM"
METHOD = "percentiles of single requests, as GuideLLM computed them"
PER_REQUEST = "percentiles of the mean of each request, as GuideLLM computed them"
MOST = 200  # benchmarks in a report
NAMES = {  # ITL of GuideLLM is the mean gap of a request, without the first token: the TPOT of other tools
    "ttft": ("time_to_first_token_ms", 1.0, METHOD),
    "tpot": ("inter_token_latency_ms", 1.0, PER_REQUEST),
    "e2e": ("request_latency", 1000.0, METHOD),
}
ARRIVALS = {
    "synchronous": CLOSED, "concurrent": CLOSED, "throughput": AT_ONCE, "constant": CONSTANT, "poisson": POISSON,
}  # fmt: skip


def is_report(given: Any) -> bool:
    """Whether this is a report of GuideLLM."""
    rows = given.get("benchmarks") if isinstance(given, Mapping) else None
    return isinstance(rows, list) and any(part(row, "metrics", "time_to_first_token_ms") for row in rows)


def observations(given: Mapping[str, Any]) -> Iterator[Observed]:
    """Each benchmark of the report; InputError names the field that is wrong."""
    rows = given["benchmarks"]
    if len(rows) > MOST:
        raise InputError(FIELD, f"the report holds {len(rows):,} benchmarks; give at most {MOST}")
    for place, row in enumerate(rows):
        if not isinstance(row, Mapping):
            raise InputError(f"benchmarks[{place}]", "this is no benchmark of GuideLLM; is the file whole?")
        yield _observed(row, f"benchmarks[{place}].", str(part(given, "metadata").get("guidellm_version") or "")[:40])


def _observed(row: Mapping[str, Any], where: str, version: str) -> Observed:
    metrics, scheduler = part(row, "metrics"), part(row, "scheduler_metrics")
    totals = part(metrics, "request_totals") or part(row, "request_totals")
    start = number(scheduler.get("measure_start_time", row.get("start_time")), f"{where}start_time")
    end = number(scheduler.get("measure_end_time", row.get("end_time")), f"{where}end_time")
    strategy = part(row, "config", "strategy") or part(row, "args", "strategy")
    done = whole(totals.get("successful"), f"{where}request_totals.successful")
    kind = str(strategy.get("type_", ""))[:40]
    streams = 1 if kind == "synchronous" else whole(strategy.get("streams"), f"{where}strategy.streams")

    def mean(name: str) -> float | None:
        return number(part(metrics, name, "successful").get("mean"), f"{where}metrics.{name}.mean")

    return Observed(
        TOOL,
        label=kind,
        model=str(part(row, "config", "backend").get("model") or part(row, "worker").get("backend_model") or "")[:200],
        started_at=start,
        seconds=None if start is None or end is None or end <= start else end - start,
        requests=done,
        errors=whole(totals.get("errored"), f"{where}request_totals.errored"),
        times={
            name: times
            for name, (of, scale, method) in NAMES.items()
            if (times := _times(part(metrics, of, "successful"), scale, method, f"{where}metrics.{of}."))
        },
        requests_per_s=mean("requests_per_second"),
        output_tokens_per_s=mean("output_tokens_per_second"),
        prompt_tokens=mean("prompt_token_count"),
        output_tokens=mean("output_token_count"),
        concurrency=mean("request_concurrency"),
        asked_per_s=number(strategy.get("rate"), f"{where}strategy.rate"),
        arrival=ARRIVALS.get(kind.removeprefix("async_"), ""),
        streams=streams,
        day=_day(start),
        tool_version=version,
    )


def _day(start: float | None) -> str:
    """The day of a Unix time; empty for one beyond the calendar."""
    return "" if start is None or start > 4e9 else datetime.fromtimestamp(start, UTC).date().isoformat()


def _times(summary: Mapping[str, Any], scale: float, method: str, where: str) -> Times | None:
    mean, median = (number(summary.get(name), where + name) for name in ("mean", "median"))
    if mean is None or not number(summary.get("count"), where + "count"):
        return None
    given = part(summary, "percentiles")
    found = {p: number(given.get(f"p{p}", median if p == 50 else None), f"{where}p{p}") for p in SHOWN}
    return Times(mean * scale, {p: v * scale for p, v in found.items() if v is not None}, method)
