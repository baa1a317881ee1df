"""The invoice analysis of InferenceAtlas at commit 99b8d5b: each line against the lowest price of the same unit.

Faults kept on purpose: any row of the workload counts as the same thing, units are compared byte by byte, lines that do
not parse vanish, and NaN or infinity pass through to the totals.
"""

import csv
import io
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from wasm_tools.compat.inference_atlas_tables import CatalogueRow, CatalogueTables
from wasm_tools.workload.traffic import InputError

COLUMNS = ("provider", "workload_type", "usage_qty", "usage_unit", "amount_usd")


@dataclass(frozen=True, slots=True)
class Saving:
    """One line with a saving, fields and rounding as in its CSV: money and per cent 2 decimals, unit prices 8."""

    invoice_line: int
    current_provider: str
    workload_type: str
    usage_qty: float
    usage_unit: str
    amount_usd: float
    effective_unit_price: float
    best_provider: str
    best_offering: str
    best_unit_price: float
    estimated_savings_usd: float
    savings_pct: float
    source_kind: str


@dataclass(frozen=True, slots=True)
class InvoiceAnswer:
    """Savings, largest first, and the totals; the number of lines is that of the savings, as in the original."""

    savings: list[Saving]
    total_spend_usd: float
    total_estimated_savings_usd: float

    @property
    def summary(self) -> dict[str, float]:
        """The three totals under their old names."""
        return {
            "invoice_lines_analyzed": len(self.savings),
            "total_spend_usd": self.total_spend_usd,
            "total_estimated_savings_usd": self.total_estimated_savings_usd,
        }


def analyse_invoice(data: bytes, rows: Iterable[CatalogueRow], tables: CatalogueTables) -> InvoiceAnswer:
    """Compare an invoice of five columns with the catalogue; raises InputError for missing columns or broken CSV."""
    reader = csv.DictReader(io.StringIO(data.decode("utf-8", errors="replace"), newline=""))
    try:
        missing = sorted(set(COLUMNS) - set(reader.fieldnames or ()))
        if missing:
            raise InputError("invoice", f"the CSV lacks the columns {', '.join(missing)}")
        records = list(reader)
    except csv.Error as error:
        raise InputError("invoice", f"the CSV cannot be read: {error}") from None
    best = _lowest_prices(rows)
    spend = saved = 0.0
    savings = []
    for line, record in enumerate(records, 2):
        text = {name: (record[name] or "").strip() for name in COLUMNS}
        try:
            quantity, amount = float(text["usage_qty"]), float(text["amount_usd"])
        except ValueError:
            continue
        if quantity <= 0 or amount <= 0:
            continue
        spend += amount
        workload, unit = tables.workload(text["workload_type"]), text["usage_unit"]
        row = best.get((workload, unit))
        if row is None:
            continue
        effective = amount / quantity
        saving = max(0.0, effective - row.unit_price_usd) * quantity
        if saving <= 0:
            continue
        saved += saving
        savings.append(
            Saving(
                invoice_line=line,
                current_provider=text["provider"],
                workload_type=workload,
                usage_qty=quantity,
                usage_unit=unit,
                amount_usd=round(amount, 2),
                effective_unit_price=round(effective, 8),
                best_provider=row.provider,
                best_offering=row.sku_name,
                best_unit_price=round(row.unit_price_usd, 8),
                estimated_savings_usd=round(saving, 2),
                savings_pct=round(saving / amount * 100, 2),
                source_kind=row.source_kind,
            )
        )
    savings.sort(key=lambda s: s.estimated_savings_usd, reverse=True)
    return InvoiceAnswer(savings, round(spend, 2), round(saved, 2))


def _lowest_prices(rows: Iterable[CatalogueRow]) -> dict[tuple[str, str], CatalogueRow]:
    best: dict[tuple[str, str], CatalogueRow] = {}
    for row in rows:
        key = (row.workload, row.unit_name)
        if key not in best or row.unit_price_usd < best[key].unit_price_usd:
            best[key] = row
    return best


def savings_rows(answer: InvoiceAnswer) -> list[dict[str, object]]:
    """Rows of `invoice_savings_recommendations.csv`, columns in order."""
    return [asdict(s) for s in answer.savings]
