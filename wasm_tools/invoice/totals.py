"""Totals of bills by file, currency and every grouping: the same money, however it is cut."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from wasm_tools.invoice.audit import LEFT_OUT, UNKNOWN
from wasm_tools.invoice.cells import ZERO, Audited, Cell
from wasm_tools.invoice.usage import EXACT, InvoiceError, decimal_text, exact_sum

SHARE = Decimal("0.0001")
Names = Callable[[Cell], str]
GROUPINGS: dict[str, Names] = {
    "provider": lambda c: c.product.provider or c.key.provider or c.key.host,
    "model": lambda c: c.product.model or c.product.sku or c.key.model_raw,
    "class": lambda c: c.key.line_class,
    "tier": lambda c: c.key.tier,
    "day": lambda c: c.day,
}


def totals(bills: Iterable[Audited]) -> dict[str, dict[str, str]]:
    """By currency what was parsed, analysed and excluded; parsed = analysed + excluded."""
    found: dict[str, dict[str, Decimal]] = {}
    for bill in bills:
        for name, amounts in (("parsed", bill.statement.parsed), ("analysed", bill.statement.analysed)):
            for currency, amount in amounts.items():
                sums = found.setdefault(currency, {"parsed": ZERO, "analysed": ZERO})
                sums[name] = EXACT.add(sums[name], amount)
    return {
        currency: {
            "parsed": decimal_text(sums["parsed"]),
            "analysed": decimal_text(sums["analysed"]),
            "excluded": decimal_text(EXACT.subtract(sums["parsed"], sums["analysed"])),
        }
        for currency, sums in sorted(found.items())
    }


def converted(cells: Iterable[Cell]) -> list[dict[str, str]]:
    """The rates that the user stated, with the usage that they turned into US dollars."""
    sums: dict[tuple[str, Decimal], Decimal] = {}
    for cell in cells:
        if cell.key.converted and cell.key.kind == "usage":
            sums[cell.key.converted] = EXACT.add(sums.get(cell.key.converted, ZERO), cell.cost)
    return [
        {
            "currency": currency,
            "usd": decimal_text(rate),
            "amount": decimal_text(EXACT.divide(amount, rate)),  # exact: the amount is a multiple of the rate
            "amount_usd": decimal_text(amount),
        }
        for (currency, rate), amount in sorted(sums.items())
    ]


def coverage(usage: Sequence[Cell]) -> dict[str, Any]:
    """How much of the spend in US dollars was held against a price, and the days that it covers."""
    dollars = [c for c in usage if c.key.currency == "USD"]
    compared = [c for c in dollars if c.verdict.kind not in (UNKNOWN, LEFT_OUT)]
    analysed, judged = (exact_sum(c.cost for c in cells) for cells in (dollars, compared))
    days = sorted({c.day for c in usage if c.day})
    return {
        "analysed_usd": decimal_text(analysed),
        "compared_usd": decimal_text(judged),
        "share": decimal_text((judged / analysed).quantize(SHARE)) if analysed else None,
        "first_day": days[0] if days else "",
        "last_day": days[-1] if days else "",
        "active_days": len(days),
        "lines": sum(c.lines for c in usage),
        "compared_lines": sum(c.lines for c in compared),
    }


def by_all(bills: Iterable[Audited]) -> dict[str, list[dict[str, Any]]]:
    """Lines and USD of usage by every grouping, largest first. Raises InvoiceError when two of them differ in sum."""
    found = list(bills)
    cells = [c for f in found for c in f.cells if c.key.kind == "usage" and c.key.currency == "USD"]
    whole = exact_sum(c.cost for c in cells)
    lines = sum(c.lines for c in cells)
    tables = {name: _table((names(c), c.lines, c.cost) for c in cells) for name, names in GROUPINGS.items()}
    groups = [g for f in found for g in f.groups if g.key.kind == "usage" and g.key.currency == "USD"]
    for name in sorted({name for g in groups for name, _ in g.group}):
        named = [(dict(g.group).get(name, ""), g.lines, g.cost) for g in groups]
        rest_lines, rest = lines - sum(n for _, n, _ in named), EXACT.subtract(whole, exact_sum(a for _, _, a in named))
        tables[name if name not in GROUPINGS else f"group {name}"] = _table(
            [*named, *([("", rest_lines, rest)] if rest_lines else [])]
        )
    for name, table in tables.items():
        if exact_sum(amount for _, _, amount in table) != whole or sum(n for _, n, _ in table) != lines:
            raise InvoiceError(f"the sums by {name} are not those of the bill: please report this as a defect")
    return {
        name: [{"name": n, "lines": count, "usd": decimal_text(amount)} for n, count, amount in table]
        for name, table in tables.items()
    }


def _table(rows: Iterable[tuple[str, int, Decimal]]) -> list[tuple[str, int, Decimal]]:
    sums: dict[str, tuple[int, Decimal]] = {}
    for name, lines, amount in rows:
        count, total = sums.get(name, (0, ZERO))
        sums[name] = (count + lines, EXACT.add(total, amount))
    table = [(name, lines, amount) for name, (lines, amount) in sums.items()]
    return sorted(table, key=lambda r: (-r[2], r[0]))
