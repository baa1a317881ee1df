"""How values are written on pages: money, prices, times, shares, dates, and the dash that says why it is one."""

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from html import escape

from markupsafe import Markup

from generator.render.texts import DEFAULT, label, language, number_text, text
from wasm_tools.pricing.figures import three_digits, unit_price
from wasm_tools.pricing.meters import Meter, UnitRegistry, price_text

DASH = "—"


def missing(reason: str) -> Markup:
    """A dash for a value that nobody knows; the reason is shown on hover and read by screen readers."""
    said = escape(reason)
    return Markup(f'<span class="none" title="{said}">{DASH}<span class="heard"> ({said})</span></span>')


def dollars(number: str) -> str:
    """A sum as English writes its digits, with the sign of US dollars: `$1,234.50`, `1.234,50 $`."""
    return f"${number}" if language() == DEFAULT else f"{number_text(number)}\N{NO-BREAK SPACE}$"


def money(value: Decimal) -> str:
    """A sum in US dollars: whole dollars from $100, cents from $1, three significant digits below."""
    if abs(value) >= 100:
        return dollars(f"{value.quantize(Decimal(1), ROUND_HALF_EVEN):,}")
    if abs(value) >= 1:
        return dollars(f"{value.quantize(Decimal('0.01'), ROUND_HALF_EVEN):,}")
    return dollars(three_digits(value))


def price(value: Decimal) -> str:
    """A unit price in the digits of `unit_price`; a true zero reads `free`."""
    if value == 0:
        return text("words.free")
    return dollars(unit_price(value))


def unit_label(meter: Meter, units: UnitRegistry) -> str:
    """What a price of this meter is for: `1M tokens in`, `audio hour`, `image`."""
    unit = label(units.unit(meter).label)
    if meter.unit in ("token", "character"):
        return text(f"meters.unit_{meter.direction}", unit=unit)
    return unit


def meter_price(meter: Meter, value: Decimal, units: UnitRegistry) -> str:
    """A price with its unit: `$0.85 /1M tokens in`."""
    return f"{price(value)} /{unit_label(meter, units)}"


def milliseconds(value: float) -> str:
    """A time in ms without its unit, which the column head carries: one decimal below 10."""
    return number_text(f"{value:.1f}" if value < 10 else f"{value:,.0f}")


def seconds(value_ms: float) -> str:
    """A time given in ms, written in seconds without its unit."""
    value = value_ms / 1000
    return number_text(f"{value:.2f}" if value < 10 else f"{value:,.1f}")


def percent(share: float) -> str:
    """A share of one in per cent."""
    return f"{share * 100:.0f} %"


def signed_percent(share: float) -> str:
    """A share with its sign."""
    return f"{share * 100:+.0f} %".replace("-", "−")


def count(value: int) -> str:
    """A whole number with thousands separators."""
    return number_text(f"{value:,}")


def plural(value: int, noun: str, nouns: str = "") -> str:
    """A count with its noun: `1 offer`, `2 offers`."""
    return f"{value:,} {noun if value == 1 else nouns or noun + 's'}"


def tokens(value: int) -> str:
    """A length as vendors call it: `128k` for 128,000 and for 131,072 tokens, `1M`, exact digits below a thousand."""
    for scale, sign in ((1_000_000, "M"), (1_048_576, "M"), (1000, "k"), (1024, "k")):
        if scale <= value and value % scale == 0 and (sign == "M" or value < 1_000_000):
            return number_text(f"{value // scale:,}{sign}")
    if value >= 999_500:  # three digits of thousands would round to 1,000k
        return number_text(f"{value / 1_000_000:.3g}M")
    return number_text(f"{value / 1000:.3g}k" if value >= 10_000 else f"{value:,}")


def significant(value: float, digits: int = 3) -> str:
    """A number to significant digits in plain notation with thousands separators."""
    if value == 0:
        return "0"
    exact = Decimal(repr(value))
    step = Decimal(1).scaleb(exact.adjusted() - digits + 1)
    rounded = exact.quantize(step, ROUND_HALF_EVEN) if step < 1 else Decimal(round(exact / step)) * step
    whole, _, decimals = price_text(rounded).partition(".")
    return number_text(f"{int(whole):,}" + (f".{decimals}" if decimals else ""))


def rate(value: float) -> str:
    """Requests per second: up to three significant digits."""
    return significant(value)


def exact(value: float) -> str:
    """A computed figure as the downloads hold it: nine significant digits, written plainly, for `data-value`."""
    return price_text(Decimal(f"{value:.9g}"))


def time_exact(value: float, band: Sequence[float] | None) -> str:
    """A time in ms and the ends of its band as factors of it, as the downloads hold them."""
    return " ".join(map(exact, (value, *(band or ()))))


def age_days(observed: str, as_of: str) -> int:
    """Days from an ISO date to the date of the build."""
    return (date.fromisoformat(as_of) - date.fromisoformat(observed)).days


def age(observed: str, as_of: str) -> str:
    """The age of an observation in words, counted to the date of the build."""
    days = age_days(observed, as_of)
    return "same day" if days == 0 else plural(days, "day")


def listed(words: list[str]) -> str:
    """Words joined as a sentence needs them: `a`, `a and b`, `a, b and c`."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {text('words.and')} {words[-1]}"
