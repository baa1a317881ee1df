"""LiteLLM's spend logs as JSON or JSON lines, as its API gives them: a record a call, with an estimated spend."""

from wasm_tools.invoice.documents import JsonDocument
from wasm_tools.invoice.readers.call_lines import ESTIMATE, CallKeys, CountsProblem, call_lines, taken_out
from wasm_tools.invoice.readers.fields import FieldProblem, Fields, records
from wasm_tools.invoice.readers.litellm_spend import cached_tokens, first_class, spend_key
from wasm_tools.invoice.readers.reader import Context, Entries, Reader
from wasm_tools.invoice.remembered import Remembered
from wasm_tools.invoice.usage import LineKey

_WORDS = ("model", "model_group", "custom_llm_provider", "call_type", "cache_hit")
_QUOTED = ("startTime", *_WORDS, "spend", "prompt_tokens", "completion_tokens")
_GROUPS = (("team", "team_id"), ("user", "user"))


def reading(document: JsonDocument, context: Context) -> Entries:
    """Each call as its tokens and its estimated cost."""
    context.note(ESTIMATE)
    keys = CallKeys()
    key_of: Remembered[tuple[str, ...], LineKey] = Remembered(lambda words: spend_key(*words))
    for fields in records(document, context):
        cost = None
        try:
            if fields.problem:
                raise FieldProblem(fields.problem)
            cost = fields.amount("spend")
            if cost is None:
                raise FieldProblem("spend is missing")
            context.money("USD", cost)
            prompt, completion, day = (
                *map(fields.amount, ("prompt_tokens", "completion_tokens")),
                fields.day("startTime"),
            )
            metadata = fields.value("metadata")
            read, written = cached_tokens(Fields(fields.number, metadata if isinstance(metadata, dict) else {}))
            uncached = taken_out(prompt, read, written)
        except (FieldProblem, CountsProblem) as error:
            yield fields.excluded("parse_error", str(error), _QUOTED, cost, "USD")
            continue
        key = key_of[tuple(map(fields.text, _WORDS))]
        counts = (
            (first_class(key, read), uncached), ("cache_read", read), ("cache_write", written), ("output", completion),
        )  # fmt: skip
        group = tuple((name, text) for name, path in _GROUPS if (text := fields.text(path)))
        yield from call_lines(fields.number, day, key, counts, cost, keys, 1, None, group)


READER = Reader(
    "litellm_spend_api",
    "LiteLLM spend logs (JSON)",
    "json",
    frozenset({"request_id", "spend", "custom_llm_provider"}),
    reading,
    "superset",
    estimate=True,
)
