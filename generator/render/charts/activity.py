"""What syncs brought by day: prices that are news. What a source only came to say is counted in words."""

from generator.change_kinds import NEWS
from generator.render.change_index import ChangeIndex, counted
from generator.render.charts.record import Axis, Chart, Point, Series
from generator.render.formats import plural

DAYS = 31
LOOKS = {"repriced": (2, False), "new": (1, False), "removed": (5, True)}  # colour, and whether it is pale


def activity(changes: ChangeIndex, as_of: str) -> Chart | None:
    """The last days on which anything was news; None where nothing was."""
    by_day = {day: counted(of_day) for day, of_day in changes.days.items()}
    days = sorted(day for day, counts in by_day.items() if any(counts[kind] for kind in NEWS))[-DAYS:]
    if not days:
        return None
    last = by_day[days[-1]]
    others = sum(n for kind, n in last.items() if kind not in NEWS)
    busiest = max(days, key=lambda d: (by_day[d]["repriced"], d))
    return Chart(
        id="activity",
        title="Prices that changed, by day",
        summary=f"On {days[-1]}, the last day with news: {plural(last['repriced'], 'price')} changed,"
        f" {last['new']:,} were new, {last['removed']:,} were removed; {others:,} more records are no news and"
        " not drawn."
        f" Most prices changed on {busiest}: {by_day[busiest]['repriced']:,}. After a gap a day carries the changes of"
        " the whole gap, so the bars say when a change was seen, not how often prices change.",
        x=Axis("Day on which sources were read (in order, not to scale)", "category", categories=tuple(days)),
        y=Axis("Prices", zero=True),
        series=tuple(
            Series(
                kind.capitalize(),
                "bars",
                tuple(
                    Point(d, float(by_day[d][kind]), plural(len(changes.readings[d]), "source"))
                    for d in days
                    if by_day[d][kind]
                ),
                colour,
                dashed=pale,
            )
            for kind, (colour, pale) in LOOKS.items()
            if any(by_day[d][kind] for d in days)
        ),
        sources="Changes as told apart in the methodology, from the price events of all sources",
        as_of=as_of,
        stacked=True,
    )
