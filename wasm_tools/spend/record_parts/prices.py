"""Prices that were used, tokens that have none, and what the same usage costs at other providers."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from wasm_tools.invoice.opportunities.savings import grade
from wasm_tools.invoice.report_record import cents, usd
from wasm_tools.invoice.usage import decimal_text, exact_sum
from wasm_tools.pricing.offers import evidence_text
from wasm_tools.spend.daily import Counted, Daily
from wasm_tools.spend.elsewhere import Usage
from wasm_tools.spend.priced import Rate
from wasm_tools.spend.spent import Entry

EMPTY = "the call tells no tokens"
ZERO = Decimal(0)


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
