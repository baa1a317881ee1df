"""Charts drawn as SVG that needs nothing else, for a printed report: of a plan, and what `invoice.charts` makes."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from wasm_tools.plan_report.html import escape

WIDTH, ROW, HIGH = 640, 22, 150
_NAMES, _VALUES = 210, 90  # room beside bars on their sides
_COLOURS = {1: "#2f6fd0", 2: "#c2711f"}
_TEXT = 'font-size="12" fill="currentColor"'


def picture(chart: Mapping[str, Any]) -> str:
    """The chart as an SVG element; its summary is what it is called by."""
    drawn, high = _rows(chart) if chart["y"].get("categories") else _upright(chart)
    label = escape(chart["title"])
    return f'<svg viewBox="0 0 {WIDTH} {high}" width="100%" role="img" aria-label="{label}">{"".join(drawn)}</svg>'


def _rows(chart: Mapping[str, Any]) -> tuple[Iterable[str], int]:
    """Bars on their sides with names before and amounts behind."""
    names, points = chart["y"]["categories"], chart["series"][0]["points"]
    most = max(usd for usd, _ in points)
    made = []
    for usd, at in points:
        across, down = (WIDTH - _NAMES - _VALUES) * usd / most, ROW * at
        made.append(_text(_NAMES - 8, down + 15, _short(names[at]), "end"))
        made.append(f'<rect x="{_NAMES}" y="{down + 3}" width="{across:.1f}" height="{ROW - 6}" fill="{_COLOURS[1]}"/>')
        made.append(_text(_NAMES + across + 6, down + 15, cents(Decimal(repr(usd))), "start"))
    return made, ROW * len(points)


def _upright(chart: Mapping[str, Any]) -> tuple[Iterable[str], int]:
    """Bars or lines over days, with the largest amount and the ends of the axis in words."""
    series = chart["series"]
    points = [point for s in series for point in s["points"]]
    days = chart["x"].get("categories")
    first, last = (0, len(days)) if days else (points[0][0] - 1, max(p[0] for p in points))
    most = max(value for p in points for value in p[1:]) or 1
    base = HIGH - 18

    def across(x: float) -> float:
        return WIDTH * (x - first) / (last - first)

    def down(usd: float) -> float:
        return base - (base - 18) * max(usd, 0) / most

    made = [f'<path d="M0 {base}H{WIDTH}" stroke="currentColor" stroke-opacity="0.4"/>']
    for s in series:
        colour = _COLOURS[s.get("colour", 1)]
        if s["kind"] == "bar":
            wide = max(1.0, across(first + 1) * 0.8)
            made += [
                f'<rect x="{across(x):.1f}" y="{down(usd):.1f}" width="{wide:.1f}" height="{base - down(usd):.1f}" '
                f'fill="{colour}"/>'
                for x, usd in s["points"]
            ]
        elif s["kind"] == "area":
            upper = " ".join(f"{across(p[0]):.1f},{down(p[3]):.1f}" for p in s["points"])
            lower = " ".join(f"{across(p[0]):.1f},{down(p[2]):.1f}" for p in reversed(s["points"]))
            made.append(f'<polygon points="{upper} {lower}" fill="{colour}" fill-opacity="0.25"/>')
        else:
            way = " ".join(f"{across(x):.1f},{down(usd):.1f}" for x, usd in s["points"])
            dashes = ' stroke-dasharray="6 4"' if s.get("dashed") else ""
            made.append(f'<polyline points="{way}" fill="none" stroke="{colour}" stroke-width="2"{dashes}/>')
    ends = (days[0], days[-1]) if days else (str(first + 1), str(last))
    made += [_text(0, HIGH - 3, ends[0], "start"), _text(WIDTH, HIGH - 3, ends[1], "end")]
    made.append(_text(0, 12, f"up to {most:,.2f} USD", "start"))
    return made, HIGH


def _text(across: float, down: float, words: str, anchor: str) -> str:
    return f'<text x="{across:.1f}" y="{down:.1f}" text-anchor="{anchor}" {_TEXT}>{escape(words)}</text>'


def _short(name: str) -> str:
    return name if len(name) <= 32 else name[:31] + "…"


def cents(amount: Decimal) -> str:
    """An amount to read: to the cent, below one cent to the first two digits."""
    if 0 < abs(amount) < Decimal("0.01"):
        return f"{amount:.2g}" if amount.adjusted() > -5 else "less than 0.0001"
    return f"{amount:,.2f}"
