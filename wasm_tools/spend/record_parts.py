"""Parts of a spend record as plain data: decimal text for money, quantities, prices and shares."""

from collections.abc import Sequence
from dataclasses import asdict
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from wasm_tools.invoice.opportunities.savings import grade
from wasm_tools.invoice.report_record import cents, file_record, trend_record, usd
from wasm_tools.invoice.trend import Trend
from wasm_tools.invoice.usage import decimal_text, exact_sum
from wasm_tools.pricing.offers import evidence_text
from wasm_tools.spend.anomalies import by_tag
from wasm_tools.spend.budgets import Standing
from wasm_tools.spend.caching import Caching
from wasm_tools.spend.daily import Counted, Daily
from wasm_tools.spend.elsewhere import Usage
from wasm_tools.spend.forecast import DAYS_A_MONTH, Drift, Plan, PlannedCost, costs, drift
from wasm_tools.spend.ledger import ERROR, REASONING
from wasm_tools.spend.periods import Compared, Part
from wasm_tools.spend.priced import Rate, Rates
from wasm_tools.spend.single_calls import PERCENTS, CallBook, Latency, Outlier
from wasm_tools.spend.spent import Entry, Spend
from wasm_tools.spend.tables import Row, Tables
from wasm_tools.spend.view import View

CALL_COLUMNS = (
    "file", "row", "ts", "provider", "model", "endpoint", "tier", "status", "input_uncached", "cache_read",
    "cache_write", "output", "other_tokens", "latency_ms", "usd", "tags", "request_id", "outlier",
)  # fmt: skip
COVERED = "its days of providers that ledgers tell are held against them, not added"
EMPTY = "the call tells no tokens"
_WRITES = ("cache_write", "cache_write_5m", "cache_write_1h")
_FOUR = Decimal("0.0001")
_MICRO = Decimal("0.00000001")  # USD of one call
ZERO = Decimal(0)


def share(part: Decimal, whole: Decimal) -> str | None:
    """A quotient to four places; None of nothing."""
    return decimal_text((part / whole).quantize(_FOUR)) if whole else None


def files(spend: Spend) -> list[dict[str, Any]]:
    """Ledgers with their lines, then bills as in a bill report."""
    days: dict[int, set[str]] = {}
    for file, day in {(entry.what.file, entry.when[:10]) for entry in spend.entries}:
        if day:
            days.setdefault(file, set()).add(day)
    ledgers = [
        {
            "file": f.file,
            "kind": "ledger",
            "title": "ledger of calls",
            "role": "ledger",
            "lines": f.lines,
            "calls": f.calls,
            "duplicates": f.duplicates,
            "kept_aside": f.kept_aside,
            "torn": f.torn,
            "first": min(days.get(at, ()), default=""),
            "last": max(days.get(at, ()), default=""),
            "notes": list(f.notes),
        }
        for at, f in enumerate(spend.calls.files)
    ]
    bills = [file_record(f, role) for f, role in zip(spend.bills.files, spend.bills.roles, strict=True)]
    counted, twice = ({entry.what.file for entry in entries} for entries in (spend.entries, spend.twice))
    return [
        *ledgers,
        *(
            {
                "file": b["file"],
                "kind": b["reader"],
                "title": b["title"],
                "role": "reconciled" if at in twice - counted else b["role"],
                "lines": b["rows"],
                "calls": 0,
                "duplicates": 0,
                "kept_aside": b["failed_rows"],
                "torn": 0,
                "first": b["first_day"],
                "last": b["last_day"],
                "notes": [*b["notes"], *([COVERED] if at in twice else [])],
                "analysed": b["analysed"],
                "excluded": b["excluded"],
            }
            for at, b in enumerate(bills, len(ledgers))
        ),
    ]


def reconciliation(spend: Spend) -> dict[str, Any] | None:
    """What bills and ledgers say of the same providers and days, the largest difference first; None without any."""
    if not spend.twice:
        return None
    found: dict[tuple[str, str], list[Decimal]] = {(e.provider, e.day): [ZERO, ZERO] for e in spend.twice}
    for side, entries in enumerate((spend.entries, spend.twice)):
        for entry in entries:
            sums = found.get((entry.provider, entry.day))
            if sums is not None and (side or entry.paid is None):
                sums[side] += entry.usd
    rows = sorted(found.items(), key=lambda kv: (-abs(kv[1][1] - kv[1][0]), kv[0]))
    return {
        "ledger_usd": usd(exact_sum(sums[0] for sums in found.values())),
        "bill_usd": usd(exact_sum(sums[1] for sums in found.values())),
        "days": [
            {
                "provider": provider,
                "day": day,
                "ledger_usd": usd(ledger),
                "bill_usd": usd(bill),
                "difference_usd": usd(bill - ledger),
            }
            for (provider, day), (ledger, bill) in rows
        ],
    }


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


def unpriced(used: Daily, entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """Tokens without a price by provider, model, class and tier with the reason, most first; calls without tokens."""
    found: dict[tuple[str, ...], list[int]] = {}
    for counted in used.rates:
        rate = counted.rate
        if rate.a_token is None:
            place = (rate.key.provider, rate.key.model_raw, rate.token_class, rate.key.tier, rate.reason)
            sums = found.setdefault(place, [0, 0])
            sums[0] += counted.calls
            sums[1] += counted.tokens
    for cell in used.paid:
        if cell.key.currency == "" and cell.quantity is not None:
            key = cell.key
            place = (key.provider, key.model_raw, key.line_class, key.tier, cell.product.reason or cell.verdict.detail)
            sums = found.setdefault(place, [0, 0])
            sums[0] += cell.requests or 0
            sums[1] += int(cell.quantity)
    for entry in entries:
        if entry.empty:
            what = entry.what
            found.setdefault((what.provider, what.model, "", what.tier, EMPTY), [0, 0])[0] += entry.empty
    rows = sorted(found.items(), key=lambda kv: (-kv[1][1], -kv[1][0], kv[0]))
    return [
        {
            **dict(zip(("provider", "model", "class", "tier", "reason"), place, strict=True)),
            "calls": calls,
            "tokens": str(tokens),
        }
        for place, (calls, tokens) in rows
    ]


def prices(used: Daily) -> list[dict[str, Any]]:
    """Every price that was used, with its days, tokens and USD, the largest amount first."""
    found: dict[tuple[Any, ...], list[Counted]] = {}
    for counted in used.rates:
        rate = counted.rate
        if rate.verdict is not None and rate.quote is not None:
            place = (rate.key, rate.token_class, rate.above, id(rate.verdict.tariff), rate.quote)
            found.setdefault(place, []).append(counted)
    rows = [(exact_sum((c.rate.a_token or ZERO) * c.tokens for c in same), same) for same in found.values()]
    rows.sort(key=lambda r: (-r[0], r[1][0].rate.key.provider, r[1][0].rate.key.model_raw, r[1][0].rate.token_class))
    return [
        {
            **price(same[0].rate),
            "tokens": str(sum(c.tokens for c in same)),
            "usd": usd(amount),
            "first_day": min(c.rate.day for c in same),
            "last_day": max(c.rate.day for c in same),
        }
        for amount, same in rows
    ]


def price(rate: Rate) -> dict[str, Any]:
    """One price with its day, sources and grade."""
    verdict, quote = rate.verdict, rate.quote
    tariff = verdict.tariff if verdict else None
    return {
        "provider": rate.product.provider or rate.key.provider,
        "model": rate.product.model or rate.key.model_raw,
        "sku": rate.product.sku,
        "how": rate.product.how,
        "class": rate.token_class,
        "tier": tariff.meter.tier if tariff else rate.key.tier,
        "above_tokens": rate.above,
        "price": decimal_text(quote.price) if quote else None,
        "per": f"{verdict.per // 1_000_000}M tokens" if verdict else "",
        "since": quote.since if quote else "",
        "evidence": evidence_text(tariff.offer.evidence) if tariff else "",
        "grade": grade([tariff]) if tariff else "",
        "note": verdict.note if verdict else rate.reason,
        "region": tariff.offer.region if tariff else "",
        "meter": str(tariff.meter) if tariff else "",
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


def latency(one: Latency) -> dict[str, Any]:
    """Percentiles in milliseconds."""
    named = {f"p{percent}": value for percent, value in zip(PERCENTS, one.percentiles, strict=True)}
    return {"provider": one.provider, "model": one.model, "calls": one.calls, **named, "max": one.largest}


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


def budget(one: Standing) -> dict[str, Any]:
    """How a budget stands."""
    wanted, estimate = one.budget, one.estimate
    return {
        "name": wanted.name,
        "amount_usd": usd(wanted.amount),
        "per": wanted.per,
        "group": wanted.group,
        "from": one.since,
        "to": one.until,
        "actual_usd": usd(one.actual),
        "used": share(one.actual, wanted.amount),
        "estimate_usd": cents(estimate.estimate) if estimate else None,
        "low_usd": cents(estimate.low) if estimate else None,
        "high_usd": cents(estimate.high) if estimate else None,
        "reason": one.reason,
        "status": one.status,
        "projected": one.projected,
        "warn_at": decimal_text(wanted.warn_at),
        "unpriced_calls": one.unpriced,
        "code": one.code,
    }


def plan(wanted: Plan, rates: Rates, entries: Sequence[Entry], today: str) -> dict[str, Any]:
    """A plan at the prices of its first day, or of `today`, and how the calls so far stand against it."""
    found = costs(wanted, rates, min(filter(None, (wanted.start, today))))
    days = [c.a_day for c in found]
    a_day = None if None in days else sum((d for d in days if d is not None), ZERO)
    return {
        "name": wanted.name,
        "from": wanted.start,
        "to": wanted.end,
        "days": wanted.days,
        "per_day_usd": _worked_out(a_day),
        "per_month_usd": None if a_day is None else cents(a_day * DAYS_A_MONTH),
        "total_usd": None if a_day is None else cents(a_day * wanted.days),
        "entries": [_planned(one) for one in found],
        "drift": None if a_day is None else _drift(drift(wanted, a_day, entries, today)),
    }


def _planned(one: PlannedCost) -> dict[str, Any]:
    wanted = one.planned
    return {
        **asdict(wanted),
        "calls_per_day": decimal_text(wanted.calls_per_day),
        "per_call_usd": _worked_out(one.a_call),
        "per_day_usd": _worked_out(one.a_day),
        "prices": [price(rate) for rate in one.rates],
        "reason": one.reason,
    }


def _worked_out(amount: Decimal | None) -> str | None:
    return None if amount is None else usd(amount)


def _drift(found: Drift | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "status": found.status,
        "smoothed_ratio": decimal_text(found.ratio.quantize(_FOUR)),
        "days_beyond": found.beyond,
        "actual_usd": usd(found.actual),
        "projected_usd": cents(found.projected),
        "low_usd": cents(found.band[0]) if found.band else None,
        "high_usd": cents(found.band[1]) if found.band else None,
        "method": found.method,
        "models": [
            {
                "provider": provider,
                "model": model,
                "spent_usd": usd(spent),
                "share": share(spent, found.actual),
                "projected_usd": cents(whole),
            }
            for provider, model, spent, whole in found.models
        ],
    }


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


def used(one: Usage) -> dict[str, Any]:
    """The usage of a SKU and what it would have cost at other providers."""
    return {
        "provider": one.provider,
        "model": one.model,
        "sku": one.sku,
        "usd": usd(one.usd),
        "calls": one.calls,
        "others": [
            {
                "provider": other.provider,
                "sku": other.sku,
                "model": other.model,
                "usd": cents(other.usd),
                "difference_usd": cents(other.usd - one.usd),
                "grade": other.grade,
                "evidence": list(other.evidence),
                "precision": other.host.precision if other.host else "",
                "context": other.host.context if other.host else None,
            }
            for other in one.others
        ],
        "reason": one.reason,
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
