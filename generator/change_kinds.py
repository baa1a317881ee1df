"""What kind of change a price event is: news, or only what a source came to say.

An event says that the record of a price changed when a source was read again. Whether anybody changed a price then is
another question: a source that begins to list a provider brings hundreds of prices that are not new on sale, one that
corrects a wrong unit brings a fall by 99.9 %. The rules here tell these apart from the events and offers alone, so that
the same state gives the same answer. `content/methodology.md` states them for readers.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from generator.changes import event_record, order, percent
from generator.sync.rentals import rental_meter
from generator.sync.state import PriceEvent, State

type PriceKey = tuple[str, str, str, str, str]
type Sku = tuple[str, str]

SCALE = 100  # no vendor moves a price by such a factor at once: a source had it in another unit
ROUNDING_PERCENT = Decimal(1)
MASS = 10  # models at once, and at least half of what was known of a provider: a source's list changed, not the shop
NEWS = ("repriced", "new", "removed")
KINDS: Mapping[str, str] = {
    "repriced": "a source that was read before states another price",
    "new": "the first price of a model at this provider",
    "removed": "the last price of a model at this provider is no longer listed",
    "further": "one more price of a model that is listed: another region, tier or meter",
    "back": "listed again after it had ended",
    "withdrawn": "one price of a model that keeps others",
    "restated": "a correction, another number of digits, or a source that followed others",
    "covered": "a source begins to list this provider, or much more of it: not new on sale",
    "uncovered": "a source lists much less of this provider, or others still list the price",
}


@dataclass(frozen=True, slots=True)
class Change:
    """An event with its kind (a key of KINDS), the reason where one is needed, and the change in per cent."""

    event: PriceEvent
    kind: str
    reason: str
    percent: Decimal | None

    @property
    def sku(self) -> Sku:
        """What is sold: provider and its id."""
        return (self.event.provider, self.event.sku)


def price_key(event: PriceEvent) -> PriceKey:
    """Which price an event is about."""
    return (event.provider, event.sku, event.meter, event.region, event.currency)


def in_force(state: State) -> dict[PriceKey, list[str]]:
    """The sources of every price of a state, rentals too, by its key."""
    prices = {
        (o.provider, o.sku, str(o.meter), o.region, o.currency): [e.source for e in o.evidence] for o in state.offers
    }
    return prices | {
        (r.provider, r.instance, rental_meter(r.commitment), r.region, r.currency): [e.source for e in r.evidence]
        for r in state.gpu_offers
    }


def judged(
    events: Iterable[PriceEvent], prices: Mapping[PriceKey, Collection[str]], title: Callable[[str], str] = str
) -> list[Change]:
    """All events with their kinds, oldest first. `prices` gives the sources of each price of today by its key, `title`
    the name of a source in the reasons.
    """
    ordered = sorted(events, key=order)
    starts, first_change = _starts(ordered, prices)
    known = _Known(starts, first_change)
    past: dict[PriceKey, list[PriceEvent]] = {}  # of the last day with any: a current price and an announced one
    last = {price_key(e): e for e in ordered}
    changes: list[Change] = []
    for date, group in groupby(ordered, key=lambda e: e.date):
        of_day = list(group)
        known.begin(date, of_day)
        for e in of_day:
            key = price_key(e)
            if e.kind == "listed":
                kind, reason = known.listed(e, past[key][-1] if key in past else None)
            elif e.kind == "ended":
                kind, reason = known.ended(e, last[key] is e and key in prices)
            else:
                reason = _restated(e, past.get(key, []), title)
                kind = "restated" if reason else "repriced"
            changes.append(Change(e, kind, reason, percent(e)))
        known.end(of_day)
        past |= {key: list(same) for key, same in groupby(of_day, key=price_key)}
    return changes


def between(changes: Iterable[Change], after: str, until: str) -> list[Change]:
    """The changes after one ISO date up to another one, oldest first."""
    return sorted((c for c in changes if after < c.event.date <= until), key=lambda c: order(c.event))


def change_record(change: Change) -> dict[str, Any]:
    """A change as JSON-safe data: the event, what it was judged to be, and why."""
    return {**event_record(change.event), "change": change.kind, "reason": change.reason}


def _starts(
    ordered: Sequence[PriceEvent], prices: Mapping[PriceKey, Collection[str]]
) -> tuple[dict[PriceKey, str], dict[str, str]]:
    """The date from which each price without a listing is known for certain, and the first change of each source.

    A source's first payload brings no events. What it held is known from the first date on which the source brought a
    change; of sources without a change nothing is known.
    """
    first_change: dict[str, str] = {}
    first_event: dict[PriceKey, PriceEvent] = {}
    for e in ordered:
        first_event.setdefault(price_key(e), e)
        for source in e.sources.split():
            first_change.setdefault(source, e.date)
    stated = {key: e.sources.split() for key, e in first_event.items() if e.kind != "listed"}
    stated |= {key: list(sources) for key, sources in prices.items() if key not in first_event}
    dates = {key: [first_change[s] for s in sources if s in first_change] for key, sources in stated.items()}
    return {key: min(found) for key, found in dates.items() if found}, first_change


class _Known:
    """Which prices were listed before a day, walked through in the order of days."""

    def __init__(self, starts: Mapping[PriceKey, str], first_change: Mapping[str, str]) -> None:
        self._waiting = sorted(((date, key) for key, date in starts.items()), reverse=True)
        self._first_change = first_change
        self._prices: Counter[Sku] = Counter()  # listed now
        self._ever: set[Sku] = set()
        self._providers: Counter[str] = Counter()  # ids ever listed
        self._change: Counter[Sku] = Counter()  # of prices, by the events of the day
        self._masses: set[tuple[str, str]] = set()  # kind of event and provider

    def begin(self, date: str, of_day: Sequence[PriceEvent]) -> None:
        """Take in what was there when the sources of this day were first read, and see which lists changed as such."""
        while self._waiting and self._waiting[-1][0] <= date:
            self._add(self._waiting.pop()[1][:2])
        self._change = Counter()
        for e in of_day:
            self._change[e.provider, e.sku] += {"listed": 1, "ended": -1}.get(e.kind, 0)
        fresh = Counter(p for p, _ in {(e.provider, e.sku) for e in of_day if e.kind == "listed"} - self._ever)
        ended = {(e.provider, e.sku) for e in of_day if e.kind == "ended"}
        gone = Counter(sku[0] for sku in ended if not self._left(sku))
        present = Counter(p for (p, _), n in self._prices.items() if n > 0) if gone else Counter()
        self._masses = {("listed", p) for p, n in fresh.items() if not self._providers[p]}
        self._masses |= {("listed", p) for p, n in fresh.items() if n >= MASS and 2 * n >= self._providers[p]}
        self._masses |= {("ended", p) for p, n in gone.items() if n >= MASS and 2 * n >= present[p]}

    def _left(self, sku: Sku) -> bool:
        """Whether prices of an id are left at the end of the day."""
        return self._prices[sku] + self._change[sku] > 0

    def listed(self, e: PriceEvent, earlier: PriceEvent | None) -> tuple[str, str]:
        """Kind and reason of a listing, with what the price did before, if anything."""
        if earlier:
            return "back", f"ended on {earlier.date}" if earlier.kind == "ended" else ""
        if (e.provider, e.sku) in self._ever:
            return "further", ""
        if ("listed", e.provider) not in self._masses:
            return "new", ""
        models = self._providers[e.provider]
        if not models:
            return "covered", "the provider's first prices"
        return "covered", f"many models at once; {models:,} were known before"

    def ended(self, e: PriceEvent, outlived: bool) -> tuple[str, str]:
        """Kind and reason of an end; `outlived` by the price itself, which other sources list today."""
        if outlived:
            return "uncovered", "other sources list this price today"
        if self._left((e.provider, e.sku)):
            return "withdrawn", ""
        if ("ended", e.provider) in self._masses:
            return "uncovered", "at least half of the provider's models at once"
        own = e.provider  # a source with the id of a provider is that provider's own list
        if own not in e.sources.split() and self._first_change.get(own, e.date) < e.date:
            return "uncovered", "the provider's own list no longer had it"
        return "removed", ""

    def end(self, of_day: Sequence[PriceEvent]) -> None:
        """Take in what the day brought."""
        for e in of_day:
            if e.kind == "listed":
                self._add((e.provider, e.sku))
            elif e.kind == "ended":
                self._prices[e.provider, e.sku] -= 1

    def _add(self, sku: Sku) -> None:
        self._prices[sku] += 1
        if sku not in self._ever:
            self._ever.add(sku)
            self._providers[sku[0]] += 1


def _restated(e: PriceEvent, earlier: Sequence[PriceEvent], title: Callable[[str], str]) -> str:
    """Why a changed price is no change of the vendor's price; empty when nothing says so."""
    old, new = Decimal(e.old), Decimal(e.new)
    if e.already:
        return f"{' and '.join(title(s) for s in e.already.split()[:2])} stated the new price before"
    if earlier and all(past.new and Decimal(past.new) != old for past in earlier):
        return f"other sources had moved to {earlier[-1].new} {e.currency} by {earlier[-1].date}"
    if old and new and not 1 / Decimal(SCALE) < new / old < SCALE:
        return "a factor of a hundred or more: a corrected unit"
    return "the same price with another number of digits" if _same_rounded(old, new) else ""


def _same_rounded(one: Decimal, other: Decimal) -> bool:
    """Whether one price is the other one rounded, which says more about digits than about money."""
    if not one or not other or abs(other / one - 1) * 100 >= ROUNDING_PERCENT:
        return False
    short, long = sorted((one.normalize(), other.normalize()), key=lambda x: -int(x.as_tuple().exponent))
    step = Decimal(1).scaleb(int(short.as_tuple().exponent))
    return int(long.as_tuple().exponent) < int(short.as_tuple().exponent) and abs(long - short) <= step / 2
