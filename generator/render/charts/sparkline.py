"""A row of small bars for a line of a table: a value a bar, drawn to the highest of them, in two elements."""

from collections.abc import Sequence
from html import escape

from markupsafe import Markup

HIGH, BAR, GAP = 20, 3, 1  # pixels


def sparkline(values: Sequence[int], words: str) -> Markup:
    """Counts in order; zero is no bar, and the least count can be seen. `words` says it to who cannot see."""
    most = max(values, default=0)
    wide = len(values) * (BAR + GAP) - GAP
    bars = "".join(
        f"M{place * (BAR + GAP)} {HIGH}v-{max(1.0, HIGH * value / most):.4g}h{BAR}V{HIGH}"
        for place, value in enumerate(values)
        if value
    )
    return Markup(
        f'<svg class="spark" width="{wide}" height="{HIGH}" role="img" aria-label="{escape(words)}">'
        f'<path d="M0 {HIGH}h{wide}v.5H0z{bars}"/></svg>'
    )
