"""Files of load tests and of monitoring, told apart by what they hold."""

import json
from typing import Any

from wasm_tools.observe import guidellm, prometheus, vllm_bench
from wasm_tools.observe.observed import FIELD, Observed
from wasm_tools.workload.traffic import InputError

MOST_CHARACTERS = 200_000_000
KNOWN = (
    "a report of GuideLLM (benchmarks.json), a result of `vllm bench serve`, the text of /metrics of vLLM, "
    "or the JSON of a Prometheus range query"
)


def read_observed(text: str) -> tuple[Observed, ...]:
    """The observations in a file; InputError says in words what is wrong with it."""
    text = text.removeprefix("\ufeff")
    if not text[:1000].strip():
        raise InputError(FIELD, f"the file is empty; give {KNOWN}")
    if text.lstrip()[0] not in "{[":
        return (prometheus.observed_text(checked_size(text)),)
    return _of_json(json_of(text))


def _of_json(given: Any) -> tuple[Observed, ...]:
    if guidellm.is_report(given):
        return tuple(guidellm.observations(given))
    if vllm_bench.is_result(given):
        return (vllm_bench.observation(given),)
    if prometheus.is_range(given):
        return (prometheus.observed_range(given),)
    raise InputError(FIELD, f"this JSON is none of the known files: give {KNOWN}")


def checked_size(text: str) -> str:
    """The text; InputError for one that is larger than any such file."""
    if len(text) > MOST_CHARACTERS:
        raise InputError(FIELD, f"more than {MOST_CHARACTERS:,} characters; leave the single requests out of the file")
    return text


def json_of(text: str, field: str = FIELD) -> Any:
    """The value of a JSON text; InputError for what is none."""
    try:
        return json.loads(checked_size(text))
    except (ValueError, RecursionError):
        raise InputError(field, "this is no JSON, or only a part of it; give the whole file") from None
