"""A chart as SVG that any page can hold: few elements, colours from classes, and type that keeps its size on a phone.

The plot is stretched to the width that the page has: an inner <svg> of 1000 units is drawn without keeping its ratio,
with strokes that do not scale, while texts stand at shares of the width outside it. Marks are therefore ends of lines
of no length, which stay round or square; the height is fixed, so nothing moves while the page loads.
"""

from collections.abc import Iterator, Sequence
from html import escape
from itertools import pairwise

from markupsafe import Markup

from generator.render.charts.record import Chart, Point, Series
from generator.render.charts.scales import Scale, number_text, ticks, x_scale, y_scale

HEIGHT, TOP, BOTTOM = 260, 26, 40  # of the plot, and around it for the titles and labels of the axes
ROWS_TOP = 4  # above rows, whose axis needs no title
BELOW = 16  # of the text of a tick under the plot
GROUP, BAR, THIN_BAR = 8, 12, 11  # around the bars of one category, and of one bar
DOT_ROW = 26  # a row of points
LETTER = 6.4  # width of a letter on average, to keep labels apart
WIDTH = 520  # of the plot that labels are placed for
LEFTS = (44, 60, 84, 120, 150, 186)  # classes `l-…` of the style sheet: margins with the labels beside the plot
RIGHTS = (16, 64, 104, 144)
NAMES_SHOWN = 9  # labels of points
SIZES = 5  # classes of areas
LONGEST, END = 25, 8  # letters of a label, and of its end that is kept


def svg(chart: Chart) -> Markup:
    """The drawing. Its title and its summary (an element of the page with the id `<id>-summary`) describe it."""
    x, y = x_scale(chart), y_scale(chart)
    high, top = height(chart), ROWS_TOP if chart.across else TOP
    right = _right(chart)
    left = _left(chart, y)
    inside = "".join(_paths(chart, x, y, high))
    texts = "".join([*_ticks(x, y, high), *_titles(chart, high, left), *_names(chart, x, y, high)])
    return Markup(
        f'<svg class="plot l-{left} r-{right}" height="{high + top + BOTTOM}" role="img"'
        f' aria-labelledby="{chart.id}-title" aria-describedby="{chart.id}-summary">'
        f'<title id="{chart.id}-title">{escape(chart.title)}</title>'
        f'<svg y="{top}" width="100%" height="{high}" overflow="visible">'
        f'<svg viewBox="0 0 1000 {high}" width="100%" height="{high}" preserveAspectRatio="none" overflow="visible">'
        f"{inside}</svg>{texts}</svg></svg>"
    )


def height(chart: Chart) -> int:
    """The height of the plot in pixels: rows of a category axis decide it, else it is the same for all."""
    if not chart.across:
        return 340 if chart.square else HEIGHT
    return len(chart.y.categories) * row_height(chart)


def row_height(chart: Chart) -> int:
    """Of one category whose values run across."""
    bars = 0 if chart.stacked else sum(s.kind == "bars" for s in chart.series)
    if chart.stacked or bars == 1:
        return 24
    return GROUP + bars * BAR if bars else DOT_ROW


def key(chart: Chart) -> list[dict[str, object]]:
    """The entries of the key: series that are not named in the drawing. A chart of one series needs none."""
    shown = [s for s in chart.series if s.points and not s.ended and not s.joined]
    if len(chart.series) == 1 and not any(s.kind == "points" and s.dashed for s in shown):
        return []
    return [{"name": s.name, "colour": s.colour, "shape": s.mark if s.kind == "points" else s.kind,
             "dashed": s.dashed} for s in shown]  # fmt: skip


# ---- What is drawn ----------------------------------------------------------------------------------------------


def _paths(chart: Chart, x: Scale, y: Scale, high: int) -> Iterator[str]:
    yield _grid(chart, x, y, high)
    if chart.square:
        yield f'<path class="exact" d="M0 {high}L1000 0"/>'
    bars = [s for s in chart.series if s.kind == "bars"]
    bottoms: dict[object, float] = {}
    for s in chart.series:
        if not s.points:
            continue
        if s.kind == "bars":
            yield _path("bar", s, _bars(chart, s, bars.index(s), len(bars), bottoms, x, y, high))
        elif s.kind == "band":
            yield _path("band", s, _band(s, x, y, high))
        elif s.kind in ("line", "steps"):
            yield _path("line", s, _line(s, x, y, high))
            if s.marked:
                yield from _marks(chart, s, x, y, high)
        else:
            yield from _marks(chart, s, x, y, high)


def _path(kind: str, series: Series, d: str) -> str:
    dashed = " dashed" if series.dashed else ""
    return f'<path class="{kind} c{series.colour}{dashed}" d="{d}"/>'


def _grid(chart: Chart, x: Scale, y: Scale, high: int) -> str:
    """Lines at the ticks of the axis that values are read from, and the base line."""
    d = ""
    if x.axis.scale in ("log", "linear"):
        d += "".join(f"M{1000 * at:.1f} 0V{high}" for at, _ in ticks(x))
    if y.axis.scale != "category":
        d += "".join(f"M0 {high * (1 - at):.1f}H1000" for at, _ in ticks(y))
    if any(s.kind == "points" for s in chart.series) and chart.across:
        d += "".join(f"M0 {_down(y, name, high):g}H1000" for name in y.axis.categories)
    base = f"M0 0V{high}" if chart.across else f"M0 {high}H1000"
    return f'<path class="grid" d="{d}"/><path class="base" d="{base}"/>'


def _across(x: Scale, value: object) -> float:
    return round(1000 * x.share(value), 1)  # type: ignore[arg-type]


def _down(y: Scale, value: object, high: int) -> float:
    """The height of a value: rows of a category axis run from the top down, values upwards."""
    share = y.share(value)  # type: ignore[arg-type]
    return round(high * (share if y.axis.scale == "category" else 1 - share), 1)


def _bars(
    chart: Chart, series: Series, number: int, count: int, bottoms: dict[object, float], x: Scale, y: Scale, high: int
) -> str:
    d = []
    for p in series.points:
        at, much = (p.y, p.x) if chart.across else (p.x, p.y)
        start = bottoms.get(at, 0.0) if chart.stacked else 0.0
        bottoms[at] = start + float(much)
        if chart.across:
            slot = row_height(chart)
            thick = 15 if chart.stacked or count == 1 else THIN_BAR
            top = _down(y, at, high) - slot / 2 + (slot - BAR * (1 if chart.stacked else count)) / 2
            top += 0 if chart.stacked else number * BAR
            if chart.stacked or count == 1:
                top = _down(y, at, high) - thick / 2
            begin, end = _across(x, start), _across(x, start + float(much))
            d.append(f"M{begin:g} {top:g}H{end:g}v{thick}H{begin:g}z")
        else:
            slots = max(len(chart.x.categories), 1)
            width = 1000 / slots * 0.72
            begin = _across(x, at) - width / 2
            low, top = _down(y, start, high), _down(y, start + float(much), high)
            d.append(f"M{begin:.1f} {low:g}V{top:g}h{width:.1f}V{low:g}z")
    return "".join(d)


def _line(series: Series, x: Scale, y: Scale, high: int) -> str:
    d, last = [], 0.0
    for n, p in enumerate(series.points):
        across, down = _across(x, p.x), _down(y, p.y, high)
        if n == 0:
            d.append(f"M{across:g} {down:g}")
        elif series.kind == "steps":
            d.append(f"H{across:g}" + (f"V{down:g}" if down != last else ""))
        else:
            d.append(f"L{across:g} {down:g}")
        last = down
    return "".join(d)


def _band(series: Series, x: Scale, y: Scale, high: int) -> str:
    there = [(_across(x, p.x), _down(y, p.high, high)) for p in series.points]
    back = [(_across(x, p.x), _down(y, p.low, high)) for p in reversed(series.points)]
    return "M" + "L".join(f"{a:g} {b:g}" for a, b in (*there, *back)) + "z"


def _marks(chart: Chart, series: Series, x: Scale, y: Scale, high: int) -> Iterator[str]:
    ranges = [p for p in series.points if p.low is not None and p.high is not None]
    if ranges:
        if chart.across:
            d = "".join(f"M{_across(x, p.low):g} {_down(y, p.y, high):g}H{_across(x, p.high):g}" for p in ranges)
        else:
            d = "".join(f"M{_across(x, p.x):g} {_down(y, p.low, high):g}V{_down(y, p.high, high):g}" for p in ranges)
        yield _path("range", series, d)
    if any(p.size is not None for p in series.points):
        most = max(p.size or 0.0 for p in series.points)
        for size in range(1, SIZES + 1):
            of_size = [p for p in series.points if size_class(p.size or 0.0, most) == size]
            if of_size:
                yield f'<path class="size s{size} c{series.colour}" d="{_places(of_size, x, y, high)}"/>'
        return
    d = _places(series.points, x, y, high)
    if series.mark == "tick":
        d = d.replace("h0", "m0 -5v10")
    yield f'<path class="{series.mark} c{series.colour}" d="{d}"/>'
    if series.mark in ("ring", "box"):
        yield f'<path class="{series.mark}-hole" d="{d}"/>'


def _places(points: Sequence[Point], x: Scale, y: Scale, high: int) -> str:
    return "".join(f"M{_across(x, p.x):g} {_down(y, p.y, high):g}h0" for p in points)


def size_class(value: float, most: float) -> int:
    """Which of the five areas stands for a quantity: each is about three times the one before it."""
    share = value / most if most else 0.0
    return 1 + sum(share >= limit for limit in (0.01, 0.05, 0.2, 0.5))


# ---- What is written --------------------------------------------------------------------------------------------


def _ticks(x: Scale, y: Scale, high: int) -> Iterator[str]:
    texts = _category_texts(x) if x.axis.scale == "category" else ticks(x)
    all_short = x.axis.scale == "category" and len(texts) == len(x.axis.categories) > 4
    for number, (at, text) in enumerate(texts):
        few = 3 if x.axis.scale == "category" else 2  # of so many texts a phone has room for the last one
        hidden = len(texts) > 4 and (len(texts) - 1 - number) % few
        kind = ' class="upright"' if all_short else ' class="wide"' if hidden else ""
        yield f'<text{kind} x="{100 * at:.2f}%" y="{high + BELOW}" text-anchor="middle">{escape(text)}</text>'
    if y.axis.scale == "category":
        slot = high / len(y.axis.categories)
        for number, name in enumerate(y.axis.categories):
            middle = (number + 0.5) * slot + 4
            yield f'<text class="row" x="-8" y="{middle:g}" text-anchor="end">{escape(shortened(name))}</text>'
    else:
        for at, text in ticks(y):
            yield f'<text x="-7" y="{high * (1 - at) + 4:.1f}" text-anchor="end">{escape(text)}</text>'


def _category_texts(x: Scale) -> list[tuple[float, str]]:
    """Texts of categories from left to right, thinned where they would touch; the last one always stands."""
    names = x.axis.categories
    longest = max(len(n) for n in names)
    step = max(1, -(-len(names) * int((longest + 0.6) * LETTER) // WIDTH))
    return [(x.share(n), shortened(n)) for i, n in enumerate(names) if (len(names) - 1 - i) % step == 0]


def _titles(chart: Chart, high: int, left: int) -> Iterator[str]:
    if chart.y.title and not chart.across:
        yield f'<text class="axis" x="{8 - left}" y="-12">{escape(chart.y.title)}</text>'
    if chart.x.title:
        yield f'<text class="axis" x="50%" y="{high + 34}" text-anchor="middle">{escape(chart.x.title)}</text>'


def _names(chart: Chart, x: Scale, y: Scale, high: int) -> Iterator[str]:
    """Names at the ends of lines, values at the ends of bars, and labels of points that have room."""
    ends = [s for s in chart.series if s.ended and s.points]
    places = apart([_down(y, s.points[-1].y, high) for s in ends], 14, high)
    for s, place in zip(ends, places, strict=True):
        yield f'<text class="name c{s.colour}" x="100%" dx="6" y="{place + 4:.1f}">{escape(s.name)}</text>'
    if chart.across:
        yield from _bar_values(chart, x, y, high)
    taken: list[tuple[float, float, float, float]] = []
    for s in chart.series:
        if s.named:
            for p in _spread_out(s.points):
                found = _place_of_label(p, x, y, high, taken)
                if found:
                    yield found


def _bar_values(chart: Chart, x: Scale, y: Scale, high: int) -> Iterator[str]:
    bars = [s for s in chart.series if s.kind == "bars"]
    if chart.stacked or len(bars) > 2:
        return
    for number, s in enumerate(bars):
        for p in s.points:
            middle = _down(y, p.y, high) + (number - (len(bars) - 1) / 2) * BAR + 4
            text = number_text(chart.x.form, float(p.x))
            yield f'<text class="value" x="{100 * x.share(p.x):.2f}%" dx="5" y="{middle:g}">{escape(text)}</text>'


def apart(places: Sequence[float], least: float, high: float) -> list[float]:
    """Places at least so far from each other and none below `high`, moved as little as that takes, in their order."""
    order = sorted(range(len(places)), key=lambda n: places[n])
    moved = list(places)
    for before, after in pairwise(order):
        moved[after] = max(moved[after], moved[before] + least)
    limit = high
    for n in reversed(order):
        moved[n] = min(moved[n], limit)
        limit = moved[n] - least
    return moved


def _spread_out(points: Sequence[Point]) -> list[Point]:
    """Points to label: all where they are few, else every second, third …, the last one always."""
    step = -(-len(points) // NAMES_SHOWN)
    return [p for n, p in enumerate(points) if (len(points) - 1 - n) % step == 0 and p.label]


def _place_of_label(
    p: Point, x: Scale, y: Scale, high: int, taken: list[tuple[float, float, float, float]]
) -> str | None:
    """The label of a point on the first side where nothing is written yet; None where there is no room."""
    across, down = WIDTH * x.share(p.x), _down(y, p.y, high)
    text = shortened(p.label)
    wide = len(text) * LETTER * 0.92
    for anchor, dx, dy in (("end", -7, -7), ("start", 8, 14), ("start", 8, -6), ("end", -8, 14)):
        left = across + dx - (wide if anchor == "end" else 0)
        box = (left, down + dy - 11, left + wide, down + dy + 3)
        outside = box[0] < 0 or box[2] > WIDTH or box[1] < -14 or box[3] > high + 4
        if not outside and not any(_overlap(box, other) for other in taken):
            taken.append(box)
            return (
                f'<text class="label wide" x="{100 * x.share(p.x):.2f}%" dx="{dx}" y="{down + dy:.1f}"'
                f' text-anchor="{anchor}">{escape(text)}</text>'
            )
    return None


def _overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def shortened(name: str, length: int = LONGEST) -> str:
    """A label that fits beside the plot. Its end stays, because names of one vendor differ there."""
    return name if len(name) <= length else f"{name[: length - END - 1].rstrip()}…{name[-END:]}"


def _left(chart: Chart, y: Scale) -> int:
    names = chart.y.categories if chart.across else [text for _, text in ticks(y)]
    need = max(len(shortened(n)) for n in names) * LETTER + 12
    return next((room for room in LEFTS if room >= need), LEFTS[-1])


def _right(chart: Chart) -> int:
    ends = [len(s.name) * LETTER + 10 for s in chart.series if s.ended]
    if chart.across and any(s.kind == "bars" for s in chart.series):
        ends.append(52.0)
    if chart.x.scale == "category":  # half of the last label hangs over
        ends.append(len(chart.x.categories[-1]) * LETTER / 2)
    return next((room for room in RIGHTS if room >= max(ends, default=0)), RIGHTS[-1])
