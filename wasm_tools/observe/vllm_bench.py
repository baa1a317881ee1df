"""What `vllm bench serve` (benchmark_serving.py, vllm-rs bench serve) saves: one observation a file.

Files with `--save-detailed` hold each request's TTFT and gaps in seconds, out of which all percentiles come; others
hold the mean, the median and the percentiles that were asked for, in milliseconds.
"""

import re
from collections.abc import Mapping
from typing import Any

from wasm_tools.observe.observed import (
    FIELD,
    Observed,
    Times,
    number,
    ratio,
    sample_times,
    whole,
)
from wasm_tools.outcomes.fields import AT_ONCE, CLOSED, POISSON
from wasm_tools.workload.traffic import InputError

TOOL = "vLLM bench serve"
NAMES = {"ttft": "ttft", "itl": "itl", "tpot": "tpot", "e2e": "e2el"}
ENDLESS = (None, "inf", float("inf"))  # rates that are none: as fast as answers come
GIVEN = "percentiles as vLLM's benchmark computed them"
SINGLE = {"ttft": "percentiles of single requests", "itl": "percentiles of every gap between tokens"}
_DAY = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?!\d)")  # 2026-11-27T10:59:58Z, or 20261127-105958
_PERCENTILE = re.compile(r"p(\d{1,2})_(ttft|itl|tpot|e2el)_ms")


def is_result(given: Any) -> bool:
    """Whether this is a result of the serving benchmark."""
    return isinstance(given, Mapping) and "request_throughput" in given and "completed" in given


def observation(given: Mapping[str, Any]) -> Observed:
    """The result as an observation; InputError names the field that is wrong."""
    done, seconds = whole(given.get("completed"), "completed"), number(given.get("duration"), "duration")
    asked, failed = whole(given.get("num_prompts"), "num_prompts"), whole(given.get("failed"), "failed")
    if failed is None and asked is not None and done is not None:
        failed = max(0, asked - done)
    rate = given.get("request_rate")
    times = {name: found for name, key in NAMES.items() if (found := _times(given, name, key))}
    streams, day = whole(given.get("max_concurrency"), "max_concurrency"), _DAY.match(str(given.get("date") or ""))
    e2e, per_s = times.get("e2e"), number(given.get("request_throughput"), "request_throughput")
    return Observed(
        TOOL,
        label=str(given.get("label") or given.get("backend") or given.get("endpoint_type") or "")[:40],
        model=str(given.get("model_id") or "")[:200],
        seconds=seconds,
        requests=done,
        errors=failed,
        times=times,
        requests_per_s=per_s,
        output_tokens_per_s=number(given.get("output_throughput"), "output_throughput"),
        prompt_tokens=ratio(number(given.get("total_input_tokens"), "total_input_tokens"), done),
        output_tokens=ratio(number(given.get("total_output_tokens"), "total_output_tokens"), done),
        concurrency=per_s * e2e.mean / 1000 if per_s and e2e and e2e.mean else None,
        asked_per_s=None if rate in ENDLESS else number(rate, "request_rate"),
        arrival=_arrival(given, streams),
        streams=streams,
        day="-".join(day.groups()) if day else "",
    )


def _arrival(given: Mapping[str, Any], streams: int | None) -> str:
    """How requests came. A burstiness other than 1 is none of the known ways."""
    rate = given.get("request_rate")
    if rate is None:
        return ""
    if rate in ENDLESS:
        return CLOSED if streams else AT_ONCE
    return POISSON if given.get("burstiness", 1.0) == 1.0 else ""


def _times(given: Mapping[str, Any], name: str, key: str) -> Times | None:
    detailed = given.get(f"{key}s")
    if name in SINGLE and isinstance(detailed, list) and detailed:
        found = sample_times([1000 * s for s in _seconds(detailed, f"{key}s")], SINGLE[name])
        if found:
            return found
    mean = number(given.get(f"mean_{key}_ms"), f"mean_{key}_ms")
    percentiles = {}
    median = number(given.get(f"median_{key}_ms"), f"median_{key}_ms")
    if median is not None:
        percentiles[50] = median
    for field, value in given.items():
        match = _PERCENTILE.fullmatch(field)
        if match and match[2] == key and (at := number(value, field)) is not None:
            percentiles[int(match[1])] = at
    return None if mean is None and not percentiles else Times(mean, percentiles, GIVEN)


def _seconds(rows: list[Any], field: str) -> list[float]:
    """Seconds of each request or gap; a request without an answer stands there as 0 or an empty list."""
    found: list[float] = []
    for row in rows:
        for value in row if isinstance(row, list) else [row]:
            at = number(value, field)
            if at is None:
                raise InputError(FIELD, f"{field} holds an empty value; is the file whole?")
            if at > 0:
                found.append(at)
    return found
