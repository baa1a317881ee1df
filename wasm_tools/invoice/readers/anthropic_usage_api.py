"""Anthropic's usage report for messages: pages of buckets with results, tokens by class. The classes are disjoint."""

from wasm_tools.invoice.documents import JsonDocument
from wasm_tools.invoice.readers.anthropic_cost import group_of
from wasm_tools.invoice.readers.anthropic_usage import Keys, keys_of
from wasm_tools.invoice.readers.fields import FieldProblem, results, without_result
from wasm_tools.invoice.readers.reader import Context, Entries, Reader
from wasm_tools.invoice.remembered import Remembered
from wasm_tools.invoice.usage import UsageLine

_WORDS = ("model", "service_tier", "context_window", "inference_geo", "speed")
_COUNTS = (  # in the order of the columns of the CSV
    "uncached_input_tokens",
    "cache_read_input_tokens",
    "cache_creation.ephemeral_5m_input_tokens",
    "cache_creation.ephemeral_1h_input_tokens",
    "output_tokens",
    "server_tool_use.web_search_requests",
)
_QUOTED = (*_WORDS, *_COUNTS)


def reading(document: JsonDocument, context: Context) -> Entries:
    """Each result as up to six lines."""
    keys: Remembered[tuple[str, ...], Keys] = Remembered(lambda words: keys_of(*words))
    for bucket, result in results(document, context, "starting_at"):
        if bucket.problem or result is None or result.problem:
            yield without_result(bucket, result, "starting_at")
            continue
        try:
            day = bucket.day("starting_at")
            quantities = [result.amount(path) for path in _COUNTS]
        except FieldProblem as error:
            yield result.excluded("parse_error", str(error), _QUOTED)
            continue
        if not any(quantities):
            yield result.excluded("no_quantity", "no tokens are counted", _QUOTED)
            continue
        group = group_of(result.text("workspace_id"), result.text("api_key_id"))
        for key, quantity in zip(keys[tuple(map(result.text, _WORDS))], quantities, strict=True):
            if quantity:
                yield UsageLine(result.number, day, key, quantity, None, group=group)


READER = Reader(
    "anthropic_usage_api",
    "Anthropic usage report (API)",
    "json",
    frozenset({"starting_at", "results[].uncached_input_tokens"}),
    reading,
    "disjoint",
)
