"""OpenRouter's activity CSV: a row a day and model. Cached tokens are not told apart from the other input.

`BYOK Usage` was paid elsewhere with the reader's own key. Reasoning tokens are part of the completion.
"""

from wasm_tools.invoice.readers.call_lines import CallKeys, call_lines
from wasm_tools.invoice.readers.priced_rows import Layout, priced_rows, sheet_of
from wasm_tools.invoice.readers.reader import Context, Entries, Reader
from wasm_tools.invoice.records import Table
from wasm_tools.invoice.remembered import Remembered
from wasm_tools.invoice.usage import Excluded, LineKey, UsageLine

LAYOUT = Layout(
    required=("Date", "Slug", "Usage", "BYOK Usage", "Requests", "Prompt Tokens"),
    day="Date",
    words=("Slug",),
    counts=("BYOK Usage", "Requests", "Prompt Tokens", "Completion Tokens"),
    cost="Usage",
)
FEES = "fees of the platform are billed elsewhere"


def reading(table: Table, context: Context) -> Entries:
    """Each row as its tokens and its cost, and what was paid with the reader's own key as one line more."""
    context.note(FEES)
    sheet, keys = sheet_of(table, context, LAYOUT), CallKeys()
    key_of = Remembered(slug_key)
    own_of: Remembered[str, LineKey] = Remembered(lambda slug: byok_key(key_of[slug]))
    for row in priced_rows(sheet, context, LAYOUT, lambda _: "USD"):
        if isinstance(row, Excluded):
            yield row
            continue
        slug, (own, requests, prompt, completion) = row.words[0], row.counts
        counts = (("input", prompt), ("output", completion))
        yield from call_lines(row.number, row.day, key_of[slug], counts, row.cost, keys, requests)
        if own:
            context.money("USD", own)
            yield UsageLine(row.number, row.day, own_of[slug], None, own)


def slug_key(slug: str, host: str = "", joins: tuple[tuple[str, str], ...] = ()) -> LineKey:
    """The key of what a model cost; a slug is "developer/model", with ":variant" for some."""
    return LineKey(
        provider="openrouter",
        host=host,
        developer=slug.partition("/")[0] if "/" in slug else "",
        model_raw=slug,
        line_class="blended",
        cost_basis="invoiced",
        currency="USD",
        join=joins or ((("openrouter_slug", slug),) if slug else ()),
    )


def byok_key(key: LineKey) -> LineKey:
    """The key of what was paid to the host with the reader's own key: not on this bill."""
    return LineKey(
        provider=key.provider, host=key.host, developer=key.developer, model_raw=key.model_raw, line_class="blended",
        kind="byok", cost_basis="none", currency=key.currency, join=key.join,
    )  # fmt: skip


READER = Reader(
    "openrouter_activity", "OpenRouter activity (CSV)", "table", frozenset(LAYOUT.required), reading, "superset"
)
