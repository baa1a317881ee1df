"""Budgets and the plan, and how the calls stand against them."""

from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from wasm_tools.invoice.report_record import cents, usd
from wasm_tools.invoice.usage import decimal_text
from wasm_tools.spend.budgets import Standing
from wasm_tools.spend.forecast import DAYS_A_MONTH, Drift, Plan, PlannedCost, costs, drift
from wasm_tools.spend.priced import Rates
from wasm_tools.spend.record_parts.prices import price
from wasm_tools.spend.record_parts.shares import share, to_four_places
from wasm_tools.spend.spent import Entry

ZERO = Decimal(0)


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
        "smoothed_ratio": to_four_places(found.ratio),
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
