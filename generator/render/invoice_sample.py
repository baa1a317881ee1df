"""A sample bill for the invoice page: invented quantities at real list prices, with the usual irregularities."""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal

from generator.render.page import SiteData
from generator.render.site_index import site_index
from generator.tables import rows_text
from wasm_tools.planner.catalogue import ApiRate

COLUMNS = ("provider", "workload_type", "usage_qty", "usage_unit", "amount_usd", "model")
MODELS = 3
MILLION = Decimal(1_000_000)
CENT = Decimal("0.01")


def sample_bill(data: SiteData) -> str:
    """The sample as CSV text; '' when there are no prices to make one from."""
    rates = sample_rates(data)
    return rows_text(COLUMNS, sample_rows(rates)) if rates else ""


def sample_rates(data: SiteData) -> list[ApiRate]:
    """Rates of widely sold models, at their developers where possible, one a model and provider, without bands."""
    sellers = site_index(data).sellers_of_model
    kinds = {p.id: p.kind for p in data.registry.providers}
    usable = [
        r
        for r in data.results.catalogue.rates
        if kinds.get(r.provider) in ("first_party", "host") and len(r.bands) == 1 and not r.suspect
        and r.bands[0].input < r.bands[0].output
    ]  # fmt: skip
    chosen: dict[str, ApiRate] = {}
    own = {p for p, kind in kinds.items() if kind == "first_party"}

    def order(r: ApiRate) -> tuple[bool, int, int, str, str, str, str]:
        # The developer's own prices on the word of many sources: those that most readers have on their bills.
        sources = len(r.evidence.split())
        return (r.provider not in own, -sources, -sellers.get(r.model, 0), r.model, r.provider, r.sku, r.region)

    for r in sorted(usable, key=order):
        taken = {other.provider for other in chosen.values()}
        if r.model not in chosen and r.provider not in taken:
            chosen[r.model] = r
    return list(chosen.values())[:MODELS]


def sample_rows(rates: Sequence[ApiRate]) -> list[tuple[str, ...]]:
    """Lines at, within, above and below list, one with a doubtful unit, one without model, and rows to leave out."""
    first, second, third = (rates[n % len(rates)] for n in range(3))
    rows = [
        _line(first, 42_000_000, first.bands[0].input),
        _line(first, 9_500_000, first.bands[0].output),
        _line(second, 18_000_000, (second.bands[0].input + second.bands[0].output) / 2),
        _line(third, 6_400_000, third.bands[0].output * Decimal("1.25")),
        _line(second, 30_000_000, second.bands[0].input * Decimal("0.7")),
        (third.provider, "llm", "2500000", "1m_tokens", _cents(third.bands[0].input * Decimal("2.5")), third.sku),
        (*_line(first, 4_000_000, first.bands[0].output)[:5], ""),
        (first.provider, "llm", "1", "tokens", "-5.00", "promotional credit"),
    ]
    total = sum((Decimal(row[4]) for row in rows), Decimal(0))
    return [*rows, ("Total", "", "", "", str(total), "")]


def _line(rate: ApiRate, tokens: int, price: Decimal) -> tuple[str, ...]:
    return (rate.provider, "llm", str(tokens), "tokens", _cents(price * tokens / MILLION), rate.sku)


def _cents(amount: Decimal) -> str:
    return str(max(amount, CENT).quantize(CENT, ROUND_HALF_EVEN))
