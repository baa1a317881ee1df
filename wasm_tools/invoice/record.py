"""An analysis as plain data for pages and downloads: strings for money, counts that say what they count."""

from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any

from wasm_tools.collector import collector_at_rest
from wasm_tools.invoice.analysis import Analysis, Finding
from wasm_tools.invoice.comparison import Comparison, ListPrice
from wasm_tools.invoice.moves import CAVEAT, Move
from wasm_tools.invoice.questions import UnitQuestion
from wasm_tools.invoice.usage import decimal_text, exact_sum

LINE_COLUMNS = (
    "line", "provider", "workload", "model", "usage_qty", "usage_unit", "amount_usd", "unit", "per", "quantity",
    "effective_price", "verdict", "comparison", "reason",
)  # fmt: skip
_DISPLAY = Context(prec=9, rounding=ROUND_HALF_EVEN)  # implied prices are quotients; nine digits are shown


@collector_at_rest()
def to_record(analysis: Analysis) -> dict[str, Any]:
    """The analysis as JSON-safe data. Lines are rows under `columns`, in the order of the file."""
    shared: dict[int, dict[str, Any]] = {}
    return {
        "source_format": analysis.reading.source_format,
        "notes": list(analysis.reading.notes),
        "totals": totals(analysis),
        "providers": _by_provider(analysis.findings),
        "verdicts": _counted((f.verdict, f) for f in analysis.findings),
        "not_compared": _counted((f.reason, f) for f in analysis.findings if f.reason),
        "excluded": [
            {"reason": reason, "rows": rows, "usd": decimal_text(usd), "rows_without_amount": unknown}
            for reason, (rows, usd, unknown) in analysis.reading.excluded_by_reason().items()
        ],
        "excluded_rows": [
            {"line": e.line_number, "reason": e.reason, "usd": _money(e.amount_usd), "raw": e.raw}
            for e in analysis.reading.excluded
        ],
        "questions": [_question(q) for q in analysis.questions],
        "comparisons": [_comparison(c, shared) for c in analysis.comparisons],
        "same_model_elsewhere": [_move(m) for m in analysis.moves],
        "same_model_elsewhere_caveat": CAVEAT,
        "lines": {"columns": list(LINE_COLUMNS), "rows": [_line(f) for f in analysis.findings]},
    }


def totals(analysis: Analysis) -> dict[str, Any]:
    """Counts and sums. `file_usd` = `analysed_usd` + `excluded_usd`; `analysed_usd` = compared + not compared.

    `overpaid_usd` is what was billed above the highest list price of the same model and unit at the same provider.
    `same_model_elsewhere_usd` is a separate figure for another provider; the two must not be added.
    """
    reading = analysis.reading
    compared = [f for f in analysis.findings if not f.reason]
    compared_usd = exact_sum(f.line.amount_usd for f in compared)
    return {
        "rows": reading.rows,
        "analysed_lines": len(reading.lines),
        "compared_lines": len(compared),
        "not_compared_lines": len(reading.lines) - len(compared),
        "excluded_rows": len(reading.excluded),
        "rows_without_amount": sum(1 for e in reading.excluded if e.amount_usd is None),
        "file_usd": decimal_text(reading.total_usd),
        "analysed_usd": decimal_text(reading.analysed_usd),
        "excluded_usd": decimal_text(reading.excluded_usd),
        "compared_usd": decimal_text(compared_usd),
        "not_compared_usd": decimal_text(exact_sum(f.line.amount_usd for f in analysis.findings if f.reason)),
        "overpaid_usd": format(analysis.overpaid_usd, ".2f"),
        "same_model_elsewhere_usd": {
            "low": format(exact_sum(m.low_usd for m in analysis.moves), ".2f"),
            "high": format(exact_sum(m.high_usd for m in analysis.moves), ".2f"),
        },
    }


def _by_provider(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Lines and USD by provider as written, largest first."""
    groups: dict[str, list[Decimal]] = {}
    for f in findings:
        groups.setdefault(f.line.provider, []).append(f.line.amount_usd)
    rows = sorted(((name, len(a), exact_sum(a)) for name, a in groups.items()), key=lambda r: (-r[2], r[0]))
    return [{"provider": name, "lines": lines, "usd": decimal_text(usd)} for name, lines, usd in rows]


def _counted(pairs: Iterable[tuple[str, Finding]]) -> list[dict[str, Any]]:
    """Lines and USD by verdict or reason, in alphabetical order."""
    groups: dict[str, list[Decimal]] = {}
    for name, finding in pairs:
        groups.setdefault(name, []).append(finding.line.amount_usd)
    return [{"name": n, "lines": len(a), "usd": decimal_text(exact_sum(a))} for n, a in sorted(groups.items())]


def _line(f: Finding) -> list[Any]:
    line = f.line
    return [
        line.line_number, line.provider, line.workload, line.model, decimal_text(line.quantity), line.unit_raw,
        decimal_text(line.amount_usd), f.unit, f.label, _money(f.quantity), _price(f.effective_price), f.verdict,
        f.comparison if f.comparison >= 0 else None, f.reason,
    ]  # fmt: skip


def _comparison(c: Comparison, shared: dict[int, dict[str, Any]]) -> dict[str, Any]:
    """One comparison. Prices are shared between comparisons, so that each is written once."""

    def listed(p: ListPrice) -> dict[str, Any]:
        found = shared.get(id(p))
        if found is None:
            found = shared[id(p)] = _listed(p)
        return found

    return {
        "provider": c.provider,
        "product": c.product,
        "unit": c.unit,
        "per": c.label,
        "reason": c.reason,
        "list_prices": [listed(p) for p in c.list_prices],
        "alternatives": [
            listed(p) | {"difference": _money(d)} for p, d in zip(c.alternatives, c.differences(), strict=True)
        ],
    }


def _listed(p: ListPrice) -> dict[str, Any]:
    return {
        "provider": p.provider,
        "sku": p.sku,
        "meter": p.meter,
        "regions": list(p.regions),
        "price": decimal_text(p.price),
        "evidence": p.evidence,
    }


def _question(q: UnitQuestion) -> dict[str, Any]:
    return {
        "provider": q.provider,
        "workload": q.workload,
        "usage_unit": q.unit_raw,
        "unit": q.unit,
        "per": q.label,
        "lines": q.lines,
        "usd": decimal_text(q.amount_usd),
        "implied_price": _price(q.implied_price),
        "known_low": decimal_text(q.known[0]),
        "known_high": decimal_text(q.known[1]),
        "readings": [{"base_units": decimal_text(size), "price": _price(price)} for size, price in q.readings],
    }


def _move(m: Move) -> dict[str, Any]:
    return {
        "comparison": m.comparison,
        "provider": m.provider,
        "sku": m.sku,
        "basis_usd": decimal_text(m.basis_usd),
        "low_usd": format(m.low_usd, ".2f"),
        "high_usd": format(m.high_usd, ".2f"),
        "formula": m.formula,
        "evidence": m.evidence,
    }


def _money(value: Decimal | None) -> str | None:
    return None if value is None else decimal_text(value)


def _price(value: Decimal | None) -> str | None:
    return None if value is None else decimal_text(_DISPLAY.plus(value))
