"""What syncs brought by day: prices that were listed, changed or ended."""

from collections import Counter
from collections.abc import Iterable

from generator.render.charts.record import Axis, Chart, Point, Series
from generator.render.formats import plural
from generator.sync.state import PriceEvent

DAYS = 31
KINDS = (("listed", "Listed", 1, False), ("repriced", "Repriced", 2, False), ("ended", "Ended", 5, True))


def activity(events: Iterable[PriceEvent], as_of: str) -> Chart | None:
    """The last days on which anything changed; None before the second one, since the first lists everything."""
    counts: Counter[tuple[str, str]] = Counter()
    sources: dict[str, set[str]] = {}
    for e in events:
        counts[e.date, e.kind] += 1
        sources.setdefault(e.date, set()).update(e.sources.split())
    days = sorted(sources)[1:][-DAYS:]
    if not days:
        return None
    last = days[-1]
    changed = [d for d in days if counts[d, "repriced"]]
    busiest = max(changed, key=lambda d: (counts[d, "repriced"], d), default="")
    return Chart(
        id="activity",
        title="Price changes by day",
        summary=f"On {last}, the last day with changes: {counts[last, 'listed']:,} prices listed,"
        f" {counts[last, 'repriced']:,} repriced, {counts[last, 'ended']:,} ended,"
        f" as stated by {plural(len(sources[last]), 'source')}."
        + (f" Most were repriced on {busiest}: {counts[busiest, 'repriced']:,}." if busiest else "")
        + " A day is one of a sync or of a stored price list; after a gap it carries the changes of the whole gap, so"
        " the bars say when a change was seen, not how often prices change.",
        x=Axis("Day (in order, not to scale)", "category", categories=tuple(days)),
        y=Axis("Prices", zero=True),
        series=tuple(
            Series(
                title,
                "bars",
                tuple(
                    Point(d, float(counts[d, kind]), plural(len(sources[d]), "source")) for d in days if counts[d, kind]
                ),
                colour,
                dashed=pale,
            )
            for kind, title, colour, pale in KINDS
            if any(counts[d, kind] for d in days)
        ),
        sources="Price events of the atlas (data/state/price_events)",
        as_of=as_of,
        stacked=True,
    )
