"""LiteLLM's spend logs as CSV: a row a call. The spend is an estimate by LiteLLM's own prices, never an invoice.

The prompt contains the cached tokens, which stand in the metadata. The metadata is read for its counts alone: prompts
may stand in it too. A call that LiteLLM answered from its own cache reached no provider.
"""

from dataclasses import replace
from decimal import Decimal

from wasm_tools.invoice.readers.call_lines import ESTIMATE, CallKeys, CountsProblem, call_lines, taken_out
from wasm_tools.invoice.readers.fields import FieldProblem, Fields
from wasm_tools.invoice.readers.priced_rows import Layout, priced_rows, sheet_of
from wasm_tools.invoice.readers.reader import Context, Entries, Reader
from wasm_tools.invoice.records import Table
from wasm_tools.invoice.remembered import Remembered
from wasm_tools.invoice.usage import Excluded, LineKey
from wasm_tools.json_text import loads

LAYOUT = Layout(
    required=("request_id", "spend", "model_group", "custom_llm_provider"),
    day="startTime",
    words=("model", "model_group", "custom_llm_provider", "call_type", "cache_hit", "team_id"),
    hidden=("user", "metadata"),
    counts=("prompt_tokens", "completion_tokens"),
    cost="spend",
)
_READ = ("usage_object.prompt_tokens_details.cached_tokens", "usage_object.cache_read_input_tokens")
_WRITTEN = ("usage_object.cache_creation_input_tokens", "usage_object.prompt_tokens_details.cache_creation_tokens")


def reading(table: Table, context: Context) -> Entries:
    """Each call as its tokens and its estimated cost."""
    context.note(ESTIMATE)
    sheet, keys = sheet_of(table, context, LAYOUT), CallKeys()
    key_of: Remembered[tuple[str, ...], LineKey] = Remembered(lambda words: spend_key(*words))
    for row in priced_rows(sheet, context, LAYOUT, lambda _: "USD"):
        if isinstance(row, Excluded):
            yield row
            continue
        *words, team, user, metadata = row.words
        prompt, completion = row.counts
        try:
            read, written = cached_tokens(_metadata(row.number, metadata))
            uncached = taken_out(prompt, read, written)
        except (CountsProblem, FieldProblem) as error:
            yield sheet.excluded(row.number, row.cells, "parse_error", f"metadata: {error}", row.cost, "USD")
            continue
        key = key_of[tuple(words)]
        counts = (
            (first_class(key, read), uncached), ("cache_read", read), ("cache_write", written), ("output", completion),
        )  # fmt: skip
        group = tuple((name, text) for name, text in (("team", team), ("user", user)) if text)
        yield from call_lines(row.number, row.day, key, counts, row.cost, keys, 1, None, group)


def cached_tokens(metadata: Fields) -> tuple[Decimal | None, Decimal | None]:
    """Tokens read from and written to the provider's cache; None where the metadata do not say. Raises FieldProblem."""
    return _first(metadata, _READ), _first(metadata, _WRITTEN)


def first_class(key: LineKey, read: Decimal | None) -> str:
    """The class of the input that was not cached; without a count of cached tokens its cache state is open."""
    if key.workload == "embeddings":
        return "embedding"
    return "input" if read is None else "input_uncached"


def _metadata(number: int, text: str) -> Fields:
    try:
        found = loads(text, parse_float=Decimal, parse_int=Decimal, parse_constant=str) if text else {}
    except (ValueError, ArithmeticError, RecursionError):
        found = {}
    return Fields(number, found if isinstance(found, dict) else {})


def _first(fields: Fields, paths: tuple[str, ...]) -> Decimal | None:
    return next((amount for path in paths if (amount := fields.amount(path)) is not None), None)


def spend_key(model: str, model_group: str, provider: str, call_type: str, cache_hit: str) -> LineKey:
    """The key of the estimated cost of a call."""
    joins = (("litellm_provider", provider), ("model_group", model_group))
    key = LineKey(
        provider=provider,
        model_raw=model or model_group,
        workload="embeddings" if "embedding" in call_type else "",
        line_class="blended",
        cost_basis="estimated",
        currency="USD",
        join=tuple((name, value) for name, value in joins if value),
    )
    return replace(key, kind="included") if cache_hit.casefold() == "true" else key


READER = Reader(
    "litellm_spend", "LiteLLM spend logs (CSV)", "table", frozenset(LAYOUT.required), reading, "superset", estimate=True
)
