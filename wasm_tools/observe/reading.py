"""Files of load tests and of monitoring, told apart by what they hold."""

from collections.abc import Mapping
from typing import Any

from wasm_tools.json_text import loads
from wasm_tools.observe import guidellm, prometheus, vllm_bench
from wasm_tools.observe.observed import FIELD, Observed, part
from wasm_tools.workload.traffic import InputError

MOST_CHARACTERS = 200_000_000
KNOWN = (
    "a report of GuideLLM (benchmarks.json), a result of `vllm bench serve`, the text of /metrics of vLLM, "
    "or the JSON of a Prometheus range query"
)


def read_observed(text: str) -> tuple[Observed, ...]:
    """The observations in a file; InputError says in words what is wrong with it."""
    text = filled(text)
    return observations_in(json_of(text) if text.lstrip()[0] in "{[" else text)


def text_of(content: bytes) -> str:
    """The text of a file; InputError for one that is empty or no text."""
    try:
        return filled(content.decode("utf-8"))
    except UnicodeDecodeError:
        raise InputError(FIELD, f"this is no text in UTF-8; give {KNOWN}") from None


def filled(text: str) -> str:
    """The text without a byte order mark; InputError for one that is empty."""
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise InputError(FIELD, f"the file is empty; give {KNOWN}")
    return text


def observations_in(given: Any) -> tuple[Observed, ...]:
    """The observations in parsed JSON, or in a text of Prometheus; InputError where there are none."""
    if isinstance(given, str):
        return (prometheus.observed_text(checked_size(given)),)
    if guidellm.is_report(given):
        return tuple(guidellm.observations(given))
    if vllm_bench.is_result(given):
        return (vllm_bench.observation(given),)
    if prometheus.is_range(given):
        return (prometheus.observed_range(given),)
    if isinstance(given, Mapping) and part(given, "data").get("resultType") == "vector":
        raise InputError(FIELD, "this is the answer of an instant query; ask /api/v1/query_range for a window of time")
    raise InputError(FIELD, f"this JSON is none of the known files: give {KNOWN}")


def checked_size(text: str) -> str:
    """The text; InputError for one that is larger than any such file."""
    if len(text) > MOST_CHARACTERS:
        raise InputError(FIELD, f"more than {MOST_CHARACTERS:,} characters; leave the single requests out of the file")
    return text


def json_of(text: str, field: str = FIELD) -> Any:
    """The value of a JSON text; InputError for what is none."""
    try:
        return loads(checked_size(text))
    except (ValueError, RecursionError):
        raise InputError(field, "this is no JSON, or only a part of it; give the whole file") from None
