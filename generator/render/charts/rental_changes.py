"""What rentals of a GPU cost before and after their last recorded change."""

from collections.abc import Sequence

from generator.render.charts.price_history import ChangesOf
from generator.render.charts.record import Axis, Chart, Point, Series, distinct
from generator.render.formats import plural
from generator.render.offer_columns import COMMITMENT_WORDS
from generator.render.site_index import SiteIndex
from generator.sync.rentals import rental_meter
from wasm_tools.pricing.offers import GpuOffer

SHOWN = 12


def rental_changes(name: str, rentals: Sequence[GpuOffer], changes: ChangesOf, index: SiteIndex) -> Chart | None:
    """The rentals whose price changed, the latest change of each; None where nothing changed."""
    found = []
    for r in rentals:
        known = changes.get((r.provider, r.instance, r.region, rental_meter(r.commitment)), ())
        last = next((c.event for c in reversed(known) if c.kind == "repriced"), None)
        if last and last.currency == "USD" and float(last.new) == float(r.price) > 0 and float(last.old) > 0:
            found.append((r, last))
    if not found:
        return None
    shown = sorted(found, key=lambda f: (f[1].date, float(f[1].new)), reverse=True)[:SHOWN]
    rows = distinct(
        f"{index.provider_name(r.provider)}, {COMMITMENT_WORDS.get(r.commitment, r.commitment)}" for r, _ in shown
    )
    days = sorted({e.date for _, e in shown})
    dearer = sum(float(e.new) > float(e.old) for _, e in shown)
    when = f"on {days[0]}" if len(days) == 1 else f"between {days[0]} and {days[-1]}"
    return Chart(
        id="rental-changes",
        title=f"{name}: rental prices before and after their last change",
        summary=f"{plural(len(shown), 'rental')} changed price, seen {when}: {dearer} dearer now,"
        f" {len(shown) - dearer} cheaper.",
        x=Axis("$ per GPU-hour", form="usd", zero=True),
        y=Axis("Rental", "category", categories=tuple(rows)),
        series=(
            Series(
                "Before",
                "points",
                tuple(
                    Point(float(e.old), row, f"{r.instance}, until {e.date}")
                    for (r, e), row in zip(shown, rows, strict=True)
                ),
                5,
                "ring",
            ),
            Series(
                "Now",
                "points",
                tuple(
                    Point(
                        float(e.new),
                        row,
                        f"{r.instance}, since {e.date}",
                        low=min(float(e.old), float(e.new)),
                        high=max(float(e.old), float(e.new)),
                    )
                    for (r, e), row in zip(shown, rows, strict=True)
                ),
            ),
        ),
        sources="Price events of the sources of these rentals",
        as_of=index.data.as_of,
    )
