"""OpenRouter's generations CSV: a row a call. The prompt contains the cached tokens.

`cost_total` is the sum of all costs of a call. What searches and files cost in it becomes lines of their own, so that
the rest is that of the tokens. `cost_cache` is below zero: a saving that is in the total already, so it is not read.
"""

from dataclasses import replace
from decimal import Decimal

from wasm_tools.invoice.readers.call_lines import CallKeys, CountsProblem, call_lines, taken_out
from wasm_tools.invoice.readers.openrouter_activity import FEES, byok_key, slug_key
from wasm_tools.invoice.readers.priced_rows import Layout, priced_rows, sheet_of
from wasm_tools.invoice.readers.reader import Context, Entries, Reader
from wasm_tools.invoice.records import Table
from wasm_tools.invoice.remembered import Remembered
from wasm_tools.invoice.usage import EXACT, Excluded, LineKey, UsageLine, exact_sum

LAYOUT = Layout(
    required=("generation_id", "cost_total", "tokens_prompt", "model_permaslug"),
    day="created_at",
    words=("model_permaslug", "provider_name", "variant", "app_name"),
    hidden=("api_key_name", "user"),
    counts=(
        "byok_usage_inference", "tokens_prompt", "tokens_completion", "tokens_cached", "cost_web_search",
        "cost_file_processing",
    ),
    cost="cost_total",
)  # fmt: skip
_APART = (("tool_call", "cost_web_search"), ("other", "cost_file_processing"))


def reading(table: Table, context: Context) -> Entries:
    """Each call as its tokens and its cost, and what was paid with the reader's own key as one line more."""
    context.note(FEES)
    sheet, keys = sheet_of(table, context, LAYOUT), CallKeys()
    splits = sheet.has("tokens_cached")
    key_of: Remembered[tuple[str, str, str], LineKey] = Remembered(lambda words: _key(*words))
    apart_of: Remembered[tuple[LineKey, str, str], LineKey] = Remembered(lambda asked: _apart(*asked))
    own_of: Remembered[tuple[str, str, str], LineKey] = Remembered(lambda words: byok_key(key_of[words]))
    for row in priced_rows(sheet, context, LAYOUT, lambda _: "USD"):
        if isinstance(row, Excluded):
            yield row
            continue
        slug, host, variant, app, name, user = row.words
        words, (own, prompt, completion, cached, *fees) = (slug, host, variant), row.counts
        try:
            uncached = taken_out(prompt, cached)
        except CountsProblem as error:
            yield sheet.excluded(row.number, row.cells, "parse_error", f"tokens_prompt: {error}", row.cost, "USD")
            continue
        group = tuple((n, text) for n, text in (("key", name), ("app", app), ("user", user)) if text)
        counts = (("input_uncached" if splits else "input", uncached), ("cache_read", cached), ("output", completion))
        cost, parts = _without(row.cost, fees)
        yield from call_lines(row.number, row.day, key_of[words], counts, cost, keys, 1, None, group)
        for (line_class, column), part in zip(_APART, parts, strict=True):
            if part:
                key = apart_of[key_of[words], line_class, column]
                yield UsageLine(row.number, row.day, key, None, part, group=group)
        if own:
            context.money("USD", own)
            yield UsageLine(row.number, row.day, own_of[words], None, own, group=group)


def _without(cost: Decimal | None, fees: list[Decimal | None]) -> tuple[Decimal | None, list[Decimal | None]]:
    """The cost without what stands in it apart, and that; the cost whole where it is less than its parts."""
    apart = exact_sum(fee for fee in fees if fee)
    if cost is None or any(fee and fee < 0 for fee in fees) or apart > cost:
        return cost, [None] * len(fees)
    return EXACT.subtract(cost, apart), fees


def _apart(key: LineKey, line_class: str, column: str) -> LineKey:
    return replace(key, line_class=line_class, join=(*key.join, ("openrouter_cost", column)))


def _key(slug: str, host: str, variant: str) -> LineKey:
    odd = variant if variant != "standard" else ""
    joins = tuple((n, text) for n, text in (("openrouter_permaslug", slug), ("variant", odd)) if text)
    return slug_key(slug, host, joins)


READER = Reader(
    "openrouter_generations", "OpenRouter generations (CSV)", "table", frozenset(LAYOUT.required), reading, "superset"
)
