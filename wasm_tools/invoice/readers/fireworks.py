"""Fireworks' billing metrics CSV: tokens and accelerator time by day and model, no money.

What is cached is not told apart. The rated amounts stand in another file.
"""

from wasm_tools.invoice.readers.priced_rows import Layout, Words, priced_rows, sheet_of
from wasm_tools.invoice.readers.reader import Context, Entries, Reader
from wasm_tools.invoice.records import Table
from wasm_tools.invoice.remembered import Remembered
from wasm_tools.invoice.usage import Excluded, LineKey, UsageLine

LAYOUT = Layout(
    required=("usage_type", "base_model_name", "prompt_tokens", "completion_tokens", "accelerator_seconds"),
    day="start_time",
    words=("usage_type", "base_model_name", "accelerator_type"),
    counts=("prompt_tokens", "completion_tokens", "accelerator_seconds"),
)
NO_MONEY = "the file counts usage without money: nothing in it can be compared with a price"


def reading(table: Table, context: Context) -> Entries:
    """Each row as one line a count."""
    context.note(NO_MONEY)
    sheet = sheet_of(table, context, LAYOUT)
    keys: Remembered[Words, tuple[LineKey, ...]] = Remembered(_keys)
    for row in priced_rows(sheet, context, LAYOUT, lambda _: ""):
        if isinstance(row, Excluded):
            yield row
            continue
        found = [(key, count) for key, count in zip(keys[row.words], row.counts, strict=True) if count]
        if not found:
            yield sheet.excluded(row.number, row.cells, "no_quantity", "nothing is counted")
        for key, count in found:
            yield UsageLine(row.number, row.day, key, count, None)


def _keys(words: Words) -> tuple[LineKey, ...]:
    """The keys of the counts, in the order of the layout."""
    usage_type, model, accelerator = words
    embeds = "EMBEDDING" in usage_type.upper()
    tier = "batch" if "BATCH" in usage_type.upper() else "unknown"

    def key(line_class: str, unit: str) -> LineKey:
        joins = (
            ("fireworks_model", model),
            ("fireworks_usage_type", usage_type),
            ("accelerator", accelerator if unit == "gpu_second" else ""),
        )
        return LineKey(
            provider="fireworks",
            host="fireworks",
            model_raw=model,
            line_class=line_class,
            unit=unit,
            unit_evidence="stated",
            unit_raw="tokens" if unit == "token" else "accelerator_seconds",
            tier=tier,
            join=tuple((name, value) for name, value in joins if value),
        )

    first = key("embedding" if embeds else "input", "token")
    return first, key("output", "token"), key("gpu_time", "gpu_second")


READER = Reader(
    "fireworks", "Fireworks billing metrics (CSV)", "table", frozenset(LAYOUT.required), reading, "superset"
)
