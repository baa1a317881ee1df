"""Predicted against measured as SVG attributes: log axes, one path a series, shapes that differ without colour."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

SIZE, LEFT, BOTTOM, TOP = 400, 68, 42, 6  # of the square plot, and the room for labels around it
MARKS = ("dot", "square", "cross", "triangle")  # by order of the series: from well known to little known
FEW_TICKS = 9  # 1, 2 and 5 of each power of ten up to so many, else the powers alone
FACTOR = 2.0  # the dashed lines: predictions that far off either way

Pairs = Sequence[tuple[float, float]]  # predicted, measured; both above zero


def scatter(name: str, what: str, series: Mapping[str, Pairs]) -> dict[str, Any]:
    """A plot of at most four series of times in ms: measured to the right, predicted upwards, on the same log scale.

    The summary tells what the picture shows to whoever does not see it.
    """
    values = [v for pairs in series.values() for pair in pairs for v in pair]
    low, high = math.log(min(values) / 1.1), math.log(max(values) * 1.1)

    def across(value: float) -> float:
        return LEFT + SIZE * (math.log(value) - low) / (high - low)

    def down(value: float) -> float:
        return TOP + SIZE * (high - math.log(value)) / (high - low)

    at = ticks(math.exp(low), math.exp(high))
    return {
        "id": name,
        "what": what,
        "summary": summary(series),
        "width": LEFT + SIZE + TOP,
        "height": TOP + SIZE + BOTTOM,
        "frame": f"M{LEFT} {TOP}h{SIZE}v{SIZE}h-{SIZE}z",
        "grid": "".join(
            f"M{across(v):.1f} {TOP}v{SIZE}M{LEFT} {down(v):.1f}h{SIZE}" for v in at
        ),
        "exact": f"M{LEFT} {TOP + SIZE}L{LEFT + SIZE} {TOP}",
        "off": factor_lines(SIZE * math.log(FACTOR) / (high - low)),
        "ticks": [{"label": time_label(v), "x": round(across(v), 1), "y": round(down(v) + 4, 1)} for v in at],
        "tick_x": LEFT - 6,
        "tick_y": TOP + SIZE + 15,
        "middle": LEFT + SIZE // 2,
        "title_y": TOP + SIZE + 34,
        "side": TOP + SIZE // 2,
        # The least known first, so that it does not cover the others.
        "series": [
            {
                "name": of,
                "count": len(pairs),
                "mark": mark,
                "path": "".join(drawn(mark, across(measured), down(predicted)) for predicted, measured in pairs),
                "key": drawn(mark, LEFT + SIZE - 8, TOP + SIZE - 14 - 17 * (len(series) - 1 - n)),
                "label_x": LEFT + SIZE - 18,
                "label_y": TOP + SIZE - 10 - 17 * (len(series) - 1 - n),
            }
            for n, ((of, pairs), mark) in enumerate(zip(series.items(), MARKS, strict=False))
        ][::-1],
    }  # fmt: skip


def drawn(mark: str, x: float, y: float) -> str:
    """The piece of a path that draws one point around its place."""
    if mark == "dot":
        return f"M{x:.1f} {y:.1f}h0"  # a line of no length with round ends
    if mark == "square":
        return f"M{x - 2:.1f} {y - 2:.1f}h4v4h-4z"
    if mark == "cross":
        return f"M{x - 2.5:.1f} {y - 2.5:.1f}l5 5m0-5l-5 5"
    return f"M{x:.1f} {y - 3:.1f}l3 5h-6z"


def ticks(low: float, high: float) -> list[float]:
    """Round values inside a range: powers of ten, with twice and five times them where that is not too many."""
    powers = [10.0**n for n in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)]
    fine = [v for p in powers for v in (p, 2 * p, 5 * p) if low <= v <= high]
    return fine if len(fine) <= FEW_TICKS else [p for p in powers if low <= p <= high]


def time_label(value: float) -> str:
    """A round number of milliseconds, from a thousand on in seconds."""
    return f"{value:.10g} ms" if value < 1000 else f"{value / 1000:.10g} s"


def factor_lines(shift: float) -> str:
    """The two parallels to the line of exact predictions, `shift` above and below it, clipped to the plot."""
    rest = SIZE - shift
    if rest <= 0:
        return ""
    return (
        f"M{LEFT} {TOP + SIZE - shift:.1f}l{rest:.1f} -{rest:.1f}"
        f"M{LEFT + shift:.1f} {TOP + SIZE}l{rest:.1f} -{rest:.1f}"
    )


def summary(series: Mapping[str, Pairs]) -> str:
    """How many points each series has, and how many of them lie within the dashed lines."""
    words = []
    for name, pairs in series.items():
        near = sum(1 / FACTOR <= predicted / measured <= FACTOR for predicted, measured in pairs)
        words.append(f"{name}: {near:,} of {len(pairs):,}")
    return f"Within a factor of {FACTOR:g}: {'; '.join(words)}."
