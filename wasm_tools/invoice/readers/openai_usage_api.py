"""OpenAI's usage endpoints: pages of buckets with results, whose `object` names the endpoint."""

from decimal import Decimal

from wasm_tools.invoice.documents import JsonDocument
from wasm_tools.invoice.readers.fields import FieldProblem, Fields, results, without_result
from wasm_tools.invoice.readers.openai_tokens import (
    COUNTED,
    MIXED,
    TOTALS,
    ZERO,
    TokensProblem,
    input_class,
    mixed_tokens,
    text_tokens,
    usage_key,
)
from wasm_tools.invoice.readers.openai_usage import NOT_ALL, group_of, lines
from wasm_tools.invoice.readers.reader import Context, Entries, Reader
from wasm_tools.invoice.remembered import Remembered
from wasm_tools.invoice.usage import LineKey, UsageLine

_QUOTED = ("object", "model", "num_model_requests", "input_tokens", "output_tokens", *COUNTED)


def reading(document: JsonDocument, context: Context) -> Entries:
    """Each result as one line a class of tokens, or as the one quantity that its endpoint counts."""
    context.note(NOT_ALL)
    keys: Remembered[tuple[str, ...], LineKey] = Remembered(lambda words: usage_key(*words))
    for bucket, result in results(document, context, "start_time"):
        if bucket.problem or result is None or result.problem:
            yield without_result(bucket, result, "start_time")
            continue
        try:
            found = list(_lines(bucket, result, keys))
        except (FieldProblem, TokensProblem) as error:
            yield result.excluded("parse_error", str(error), _QUOTED)
            continue
        if not found:
            yield result.excluded("no_quantity", "nothing is counted", _QUOTED)
        yield from found


def _lines(bucket: Fields, result: Fields, keys: Remembered[tuple[str, ...], LineKey]) -> Entries:
    def count(name: str) -> Decimal:
        return result.amount(name) or ZERO

    day, requests = bucket.day("start_time"), result.amount("num_model_requests")
    words = (result.text("model"), result.text("batch"), result.text("service_tier"))
    group = group_of(result.text("project_id"), result.text("api_key_id"), result.text("user_id"))
    column = next((name for name in COUNTED if name in result.values), "")
    if column:
        line_class, unit = COUNTED[column]
        if count(column):
            calls = None if requests is None else int(requests)
            yield UsageLine(
                result.number, day, keys[(*words, line_class, unit, "")], count(column), None, None, calls, group
            )
        return
    note = ""
    if "output_tokens" not in result.values:
        tokens = [(input_class(words[0]), "", count("input_tokens"))]
    elif any(map(count, MIXED)):
        tokens, note = mixed_tokens(count)
    else:
        tokens = text_tokens(*map(count, TOTALS))
    yield from lines(result.number, day, [t for t in tokens if t[2]], words, keys, requests, group, note)


READER = Reader(
    "openai_usage_api",
    "OpenAI usage (API)",
    "json",
    frozenset({"start_time", "results[].num_model_requests"}),
    reading,
    "superset",
    also=tuple(frozenset({"start_time", f"results[].{column}"}) for column in COUNTED),
)
