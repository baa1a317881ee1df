"""What the calls of a view add up to: totals, tables, days, hours of the week, caches, two periods."""

from collections.abc import Sequence
from dataclasses import asdict
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from wasm_tools.invoice.report_record import cents, trend_record, usd
from wasm_tools.invoice.trend import Trend
from wasm_tools.invoice.usage import decimal_text, exact_sum
from wasm_tools.spend.anomalies import by_tag
from wasm_tools.spend.caching import Caching
from wasm_tools.spend.daily import Daily
from wasm_tools.spend.ledger import ERROR
from wasm_tools.spend.periods import Compared, Part
from wasm_tools.spend.record_parts.shares import share
from wasm_tools.spend.spent import Entry
from wasm_tools.spend.tables import Row, Tables
from wasm_tools.spend.view import View

_MICRO = Decimal("0.00000001")  # USD of one call


def view(shown: View) -> dict[str, Any]:
    """The part that is looked at."""
    return {**asdict(shown), "tags": dict(shown.tags)}


def total(cut: Tables, entries: Sequence[Entry], used: Daily, today: str) -> dict[str, Any]:
    """Everything together."""
    tokens: dict[str, int] = {}
    for entry in entries:
        for name, count in entry.tokens.items():
            tokens[name] = tokens.get(name, 0) + count
    sums, days = cut.total, [row for row in cut.by["day"] if row.name]
    empty = sum(e.empty for e in entries)
    known = sums.calls - sums.unpriced - empty
    partly = sum(e.partly for e in entries)
    return {
        "usd": usd(sums.usd),
        "calls": sums.calls,
        "priced_calls": known,
        "unpriced_calls": sums.unpriced - partly + empty,
        "partly_priced_calls": partly,
        "failed_calls": sum(e.requests for e in entries if e.what.status == ERROR),
        "tokens": {name: str(count) for name, count in tokens.items()},
        "input_tokens": str(sums.inputs),
        "output_tokens": str(sums.outputs),
        "unpriced_tokens": str(sum(c.tokens for c in used.rates if c.rate.a_token is None)),
        "first_day": days[0].name if days else "",
        "last_day": days[-1].name if days else "",
        "active_days": len([1 for row in days if row.sums.calls or row.sums.usd]),
        "mean_usd": decimal_text((sums.usd / known).quantize(_MICRO, ROUND_HALF_EVEN)) if known else None,
        "today_usd": usd(exact_sum(row.sums.usd for row in days if row.name == today)),
        "month_usd": usd(exact_sum(row.sums.usd for row in days if row.name[:7] == today[:7])),
    }


def row(table: str, one: Row) -> dict[str, Any]:
    """One row of a table; calls cannot be told by class."""
    sums = one.sums
    return {
        "name": one.name,
        **({"provider": one.provider} if table == "model" else {}),
        "calls": None if table == "class" else sums.calls,
        "input_tokens": str(sums.inputs),
        "output_tokens": str(sums.outputs),
        "usd": usd(sums.usd),
        "unpriced_calls": None if table == "class" else sums.unpriced,
    }


def trend(found: Trend, entries: Sequence[Entry], cut: Tables) -> dict[str, Any]:
    """As in a bill report, with the calls of each day and the tag that explains a day that stands out."""
    record, calls = trend_record(found), {r.name: r.sums.calls for r in cut.by["day"]}
    for day in record["days"]:
        day["calls"] = calls.get(day["day"], 0)
    for told, anomaly in zip(record["anomalies"], found.anomalies, strict=True):
        tag = by_tag(anomaly, entries, found.days)
        told["tag"] = None if tag is None else {"name": tag.name, "value": tag.value, "usd": cents(tag.usd)}
    return record


def heat(cut: Tables, offset_minutes: int) -> dict[str, Any] | None:
    """Calls and USD by weekday and hour; None where no call has a time."""
    if not cut.hours:
        return None
    hours, minutes = divmod(abs(offset_minutes), 60)
    return {
        "offset": f"{'-' if offset_minutes < 0 else '+'}{hours:02}:{minutes:02}",
        "cells": [[day, hour, sums.calls, usd(sums.usd)] for (day, hour), sums in sorted(cut.hours.items())],
    }


def cache(whole: Caching, each: Sequence[Caching]) -> dict[str, Any]:
    """What caches saved and cost."""
    return {
        **_caching(whole),
        "models": [{"provider": c.provider, "model": c.model, "sku": c.sku, **_caching(c)} for c in each],
    }


def _caching(one: Caching) -> dict[str, Any]:
    return {
        "read_tokens": decimal_text(one.read),
        "written_tokens": decimal_text(one.written),
        "saved_usd": usd(one.saved),
        "paid_extra_usd": usd(one.extra),
        "net_usd": usd(one.net),
        "read_share": share(one.read, one.prompt),
        "unjudged_tokens": decimal_text(one.unjudged),
    }


def periods(found: Compared | None) -> dict[str, Any] | None:
    """Two periods and what their difference is made of."""
    if found is None:
        return None
    change = found.change
    difference = change.after - change.before
    first, second = (
        {"since": span[0], "until": span[1], "usd": usd(amount), "calls": calls, "days": days}
        for span, amount, calls, days in zip(
            found.spans, (change.before, change.after), found.calls, found.days, strict=True
        )
    )
    rest = difference - Decimal(cents(change.volume)) - Decimal(cents(change.price))
    return {
        "first": first,
        "second": second,
        "difference_usd": usd(difference),
        "volume_usd": cents(change.volume),
        "price_usd": cents(change.price),
        "mix_usd": usd(rest),
        "by_model": [_part(part) for part in found.models],
        "by_tag": {tag: [_part(part) for part in parts] for tag, parts in found.tags.items()},
    }


def _part(part: Part) -> dict[str, Any]:
    return {
        "name": part.name,
        "provider": part.provider,
        "first_usd": usd(part.first),
        "second_usd": usd(part.second),
        "difference_usd": usd(part.second - part.first),
        "note": part.note,
    }
