"""Single calls, and how long they took."""

from decimal import Decimal
from typing import Any

from wasm_tools.invoice.report_record import usd
from wasm_tools.invoice.usage import decimal_text
from wasm_tools.spend.ledger import REASONING
from wasm_tools.spend.record_parts.shares import share
from wasm_tools.spend.single_calls import PERCENTS, CallBook, Latency, Outlier

CALL_COLUMNS = (
    "file", "row", "ts", "provider", "model", "endpoint", "tier", "status", "input_uncached", "cache_read",
    "cache_write", "output", "other_tokens", "latency_ms", "usd", "tags", "request_id", "outlier",
)  # fmt: skip
_WRITES = ("cache_write", "cache_write_5m", "cache_write_1h")
_MICRO = Decimal("0.00000001")  # USD of one call


def latency(one: Latency) -> dict[str, Any]:
    """Percentiles in milliseconds."""
    named = {f"p{percent}": value for percent, value in zip(PERCENTS, one.percentiles, strict=True)}
    return {"provider": one.provider, "model": one.model, "calls": one.calls, **named, "max": one.largest}


def outlier(one: Outlier, book: CallBook) -> dict[str, Any]:
    """A call under CALL_COLUMNS, the median of its model and how many times that it cost."""
    told = dict(zip(CALL_COLUMNS, call_row(one.number, book, outlier=True), strict=True))
    median = Decimal(one.median).quantize(_MICRO)
    return {**told, "median_usd": decimal_text(median), "times": share(Decimal(told["usd"]), median)}


def call_row(number: int, book: CallBook, outlier: bool) -> list[Any]:
    """A single call under CALL_COLUMNS; tokens that are not told are None."""
    call = book.call(number)
    entry, tokens = call.entry, call.tokens
    writes = [tokens[name] for name in _WRITES if name in tokens]
    shown = {"input_uncached", "cache_read", "output", REASONING, *_WRITES}
    others = [count for name, count in tokens.items() if name not in shown]
    what = entry.what
    return [
        call.file, call.row, call.ts, entry.provider, entry.model, what.endpoint, what.tier, what.status,
        tokens.get("input_uncached"), tokens.get("cache_read"), sum(writes) if writes else None, tokens.get("output"),
        sum(others) if others else None, call.latency_ms, None if call.usd is None else usd(call.usd),
        dict(what.tags), call.request_id, outlier,
    ]  # fmt: skip
