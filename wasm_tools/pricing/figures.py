"""Prices in the digits that pages and the command line show."""

from decimal import ROUND_HALF_EVEN, Decimal

from wasm_tools.pricing.meters import price_text

SIGNIFICANT = 4  # digits that are shown whole: vendors publish prices like 0.1375


def unit_price(value: Decimal) -> str:
    """A unit price: up to four decimals from one on; below, exact up to four significant digits, else three."""
    if abs(value) >= 1:
        return padded(value.quantize(Decimal("0.0001"), ROUND_HALF_EVEN), thousands=True)
    exact = len(value.normalize().as_tuple().digits) <= SIGNIFICANT
    return padded(value) if exact else three_digits(value)


def three_digits(value: Decimal) -> str:
    """A number rounded to three significant digits, written in plain digits with at least two decimals."""
    if value == 0:
        return "0"
    step = Decimal(1).scaleb(min(value.adjusted() - 2, 0))
    return padded(value.quantize(step, ROUND_HALF_EVEN))


def padded(value: Decimal, thousands: bool = False) -> str:
    """Plain digits without trailing zeros, but with at least two decimals: prices in a column line up."""
    whole, _, decimals = price_text(value).partition(".")
    return f"{int(whole):,}.{decimals:0<2}" if thousands else f"{whole}.{decimals:0<2}"
