"""Parts of a report as plain data: decimal text for money, quantities and prices."""

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import TYPE_CHECKING, Any

from wasm_tools.invoice.audit import Verdict
from wasm_tools.invoice.cells import ZERO, Audited, Cell
from wasm_tools.invoice.choices import Question
from wasm_tools.invoice.held_back import held_back
from wasm_tools.invoice.joining import Join
from wasm_tools.invoice.opportunities import Tier
from wasm_tools.invoice.opportunities.hosts import NotComparable
from wasm_tools.invoice.opportunities.savings import Item, Part
from wasm_tools.invoice.overlap import Reconciliation, worth
from wasm_tools.invoice.statement import Money
from wasm_tools.invoice.trend import Trend
from wasm_tools.invoice.uploads import Refused
from wasm_tools.invoice.usage import decimal_text
from wasm_tools.pricing.meters import UnitRegistry
from wasm_tools.pricing.offers import evidence_text

if TYPE_CHECKING:
    from wasm_tools.invoice.prepared import Prepared

CELL_COLUMNS = (
    "file", "row", "day", "provider", "model", "sku", "class", "unit", "tier", "quantity", "usd", "currency", "lines",
    "implied_price", "list_price", "per", "verdict", "detail", "factor", "note", "meter", "region", "evidence", "since",
    "kind", "list_usd", "counted",
)  # fmt: skip
_DISPLAY = Context(prec=9, rounding=ROUND_HALF_EVEN)  # implied prices are quotients; nine digits are shown
_SHARE = Decimal("0.0001")
_CENTS = Decimal("0.01")


def usd(amount: Decimal) -> str:
    """An amount without rounding."""
    return decimal_text(amount)


def cents(amount: Decimal) -> str:
    """An amount that was worked out, to the cent."""
    return format(amount.quantize(_CENTS, ROUND_HALF_EVEN), "f")


def price(verdict: Verdict) -> Decimal:
    """The list price of a verdict, 0 where it has none."""
    return verdict.price or ZERO


def file_record(file: Audited, role: str) -> dict[str, Any]:
    """One file: what it is, what was read, what was left out and why."""
    s = file.statement
    return {
        "file": s.file,
        "reader": s.reader.id,
        "title": s.reader.title,
        "estimate": s.reader.estimate,
        "role": role,
        "rows": s.rows,
        "analysed_rows": s.analysed_rows,
        "excluded_rows": s.excluded_rows,
        "failed_rows": s.failed_rows,
        "lines": s.lines,
        "parsed": _money(s.parsed),
        "analysed": _money(s.analysed),
        "cash": _money(s.cash),
        "excluded": [
            {
                "reason": reason,
                "entries": left.entries,
                "cost": _money(left.cost),
                "without_cost": left.without_cost,
            }
            for reason, left in s.excluded.items()
        ],
        "first_day": s.first_day,
        "last_day": s.last_day,
        "notes": list(s.notes),
    }


def refused_record(refused: Refused) -> dict[str, Any]:
    """A file that is not read, and what has to be answered first, if anything."""
    error = refused.error
    about, options = (error.about, list(error.options)) if isinstance(error, Question) else ("", [])
    return {"file": refused.file, "message": str(error), "about": about, "options": options}


def _money(amounts: Money) -> dict[str, str]:
    return {currency: usd(amount) for currency, amount in amounts.items()}


def cell_row(cell: Cell, found: "Prepared", counted: bool = True) -> list[Any]:
    """A cell under CELL_COLUMNS; `counted` where the totals hold it."""
    key, product, verdict, tariff = cell.key, cell.product, cell.verdict, cell.verdict.tariff
    unit = found.book.units.units.get(key.unit)
    implied = None
    if cell.quantity and key.currency and unit is not None:
        implied = decimal_text(_DISPLAY.plus(cell.cost * unit.per / cell.quantity))
    quote = tariff.on(cell.day) if tariff else None
    listed = worth(cell)
    return [
        found.files[cell.file].statement.file, cell.first_row, cell.day, product.provider or key.provider or key.host,
        product.model or key.model_raw, product.sku, key.line_class, key.unit or key.unit_raw, key.tier,
        None if cell.quantity is None else decimal_text(cell.quantity),
        usd(cell.cost) if key.currency else None, key.currency, cell.lines, implied,
        None if verdict.price is None else decimal_text(verdict.price), unit.label if unit else "",
        verdict.kind, verdict.detail, None if verdict.factor is None else decimal_text(verdict.factor),
        "; ".join(filter(None, (verdict.note, *key.told))),
        str(tariff.meter) if tariff else "", tariff.offer.region if tariff else "",
        evidence_text(tariff.offer.evidence) if tariff else "", quote.since if quote else "",
        key.kind, None if listed is None else decimal_text(_DISPLAY.plus(listed)), "yes" if counted else "no",
    ]  # fmt: skip


def tier_record(tier: Tier, units: UnitRegistry, files: Mapping[int, str]) -> dict[str, Any]:
    """One tier: items, what the user's shares claim and what would be saved at most. `files` are names by number."""
    return {
        "claimed_usd": cents(tier.claimed),
        "up_to_usd": cents(tier.up_to),
        "items": [_item(item, units, files) for item in tier.items],
        "minor_items": tier.minor,
        "not_comparable": [_silent(one) for one in tier.not_comparable],
    }


def _item(item: Item, units: UnitRegistry, files: Mapping[int, str]) -> dict[str, Any]:
    return {
        "id": item.id,
        "tier": item.tier,
        "provider": item.provider,
        "model": item.model,
        "sku": item.sku,
        "to": dict(zip(("provider", "sku", "model"), item.to, strict=True)),
        "lines": item.lines,
        "basis_usd": cents(item.basis),
        "low_usd": cents(item.low),
        "high_usd": cents(item.high),
        "claimed_usd": cents(item.claimed),
        "share_id": item.share_id,
        "formula": item.formula,
        "assumption": item.assumption,
        "changes": item.changes,
        "verify": item.verify,
        "evidence": list(item.evidence),
        "grade": item.grade,
        "days": list(item.days),
        "facts": dict(item.facts),
        "parts": [_part(part, units, files) for part in item.parts],
    }


def _part(part: Part, units: UnitRegistry, files: Mapping[int, str]) -> dict[str, Any]:
    """A part of an item; prices per `per`, quantity in the same unit."""
    unit = units.units.get(part.unit)
    return {
        "file": files[part.file],
        "row": part.row,
        "workload": part.workload,
        "class": part.line_class,
        "quantity": decimal_text(_DISPLAY.divide(part.quantity, Decimal(part.per))),
        "per": unit.label if unit else "",
        "usd": cents(part.usd),
        "price": decimal_text(_DISPLAY.divide(part.usd * part.per, part.quantity)) if part.quantity else None,
        "to_price": decimal_text(part.to_price),
        "saved_usd": cents(part.saved),
        "evidence": part.evidence,
    }


def _silent(one: NotComparable) -> dict[str, Any]:
    return {"provider": one.provider, "model": one.model, "usd": cents(one.usd), "reason": one.reason}


def join_record(join: Join, found: "Prepared") -> dict[str, Any]:
    """How far cost and usage files met, and what has no counterpart; cells under CELL_COLUMNS."""
    return {
        "files": list(join.files),
        "joined_usd": usd(join.joined),
        "cost_usd": usd(join.cost),
        "coverage": decimal_text(join.coverage.quantize(_SHARE)),
        "lines": [cell_row(c, found) for c in join.cells],
        "cost_without_usage": [cell_row(c, found) for c in join.cost_without_usage],
        "usage_without_cost": [cell_row(c, found) for c in join.usage_without_cost],
    }


def reconciliation_record(view: Reconciliation) -> dict[str, Any]:
    """The differences of two files by day and model."""
    return {
        "files": [view.bill, view.other],
        "valued_at_list": view.valued,
        "bill_usd": cents(sum((r.bill for r in view.rows), ZERO)),
        "other_usd": cents(sum((r.other for r in view.rows), ZERO)),
        "uncovered_usd": cents(view.uncovered),
        "rows": [
            {
                "day": r.day,
                "model": r.model,
                "bill_usd": cents(r.bill),
                "other_usd": cents(r.other),
                "difference_usd": cents(r.bill - r.other),
            }
            for r in view.rows
        ],
    }


def trend_record(found: Trend) -> dict[str, Any]:
    """The series of days, the end of the month, how often its band held, unusual days, why two months differ."""
    end, change = found.month_end, found.change
    check = held_back(found.days, len(found.provisional))
    return {
        "days": [{"day": day, "usd": usd(amount)} for day, amount in found.days],
        "provisional": list(found.provisional),
        "reason": found.reason,
        "month_end": None
        if end is None
        else {
            "month": end.month,
            "actual_usd": usd(end.actual),
            "estimate_usd": cents(end.estimate),
            "low_usd": cents(end.low),
            "high_usd": cents(end.high),
        },
        "held_back": {"days": check.days, "held": check.held, "reason": check.reason},
        "anomalies": [
            {
                "day": a.day,
                "usd": usd(a.usd),
                "usual_usd": cents(a.usual),
                "explained_by": {"model": a.model, "class": a.line_class, "usd": cents(a.by)},
            }
            for a in found.anomalies
        ],
        "changes": None
        if change is None
        else {
            "months": [change.first, change.second],
            "before_usd": usd(change.before),
            "after_usd": usd(change.after),
            "volume_usd": cents(change.volume),
            "price_usd": cents(change.price),
            "mix_usd": cents(change.after - change.before - _cents(change.volume) - _cents(change.price)),
        },
    }


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(_CENTS, ROUND_HALF_EVEN)
