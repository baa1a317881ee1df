"""Reconciliation: the statements of all sources become one offer each, with the evidence kept and a value chosen."""

import re
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache

from generator.sync.disputes import Acknowledgement, preferred
from generator.sync.source_registry import Source
from generator.sync.state import PriceEvent, Snapshot
from generator.sync.statements import Parsed, Statement
from wasm_tools.pricing.meters import Meter, price_text
from wasm_tools.pricing.offers import Evidence, GpuOffer, Offer

STALE_DAYS = 45  # evidence this much older than the newest loses one rank: a newer list may know a price change
LEAP = 10  # a source that was overruled does not move a price by more than this factor
FRESH_DAYS = 7  # of lists read within a week of each other, none is the newer one for having been reached last night

Key = tuple[str, str, Meter, str, str, str]  # an offer's key, and the date from which an announced price holds, or ""
NOTHING: Mapping[str, Acknowledgement] = {}
_SEPARATORS = re.compile(r"[\s=!:]+")


@dataclass(frozen=True, slots=True)
class Incoming:
    """The accepted statements of one source, under our names. `held` are keys on which it said something suspicious."""

    source: str
    statements: Mapping[Key, Statement]
    held: frozenset[Key] = frozenset()


def incoming(source: str, statements: Iterable[Statement], as_of: str, parsed: Parsed, observed: str = "") -> Incoming:
    """One statement per key: the one in force on `as_of`, and announced ones under their date.

    Announced is what was to begin after the payload was `observed` (without that, after `as_of`): a list of August that
    names a price for September has not seen it.

    A price that ended before `as_of` is counted, not kept. Two rows of one source for one key are counted too: where
    they contradict each other the first stays, because the caller hands over the plainest spellings first.
    """
    found: dict[Key, Statement] = {}
    for s in sorted(statements, key=lambda s: s.effective_from):
        if s.effective_to and s.effective_to <= as_of:
            parsed.reject("ended before the date of the build", s.sku)
            continue
        announced = s.effective_from if s.effective_from > (observed or as_of) else ""
        key = (s.provider, s.sku, s.meter, s.region, s.currency, announced)
        other = found.get(key)
        if other is None or s.effective_from > other.effective_from:
            found[key] = s
        elif other.price != s.price:
            parsed.reject("contradicts another row of the same source", f"{s.provider} {s.sku} {s.meter}")
        else:
            parsed.reject("repeats another row of the same source", f"{s.provider} {s.sku} {s.meter}")
    return Incoming(source, found)


def reconciled(
    previous: Iterable[Offer],
    news: Iterable[Incoming],
    snapshots: Mapping[str, Snapshot],
    sources: Mapping[str, Source],
    as_of: str,
    acknowledged: Mapping[str, Acknowledgement] = NOTHING,
) -> list[Offer]:
    """The offers after a sync: new evidence merged into old, absences noted, values chosen.

    Sources that are not in `news` keep their evidence untouched. A row that a source no longer has is marked
    with the date of that payload; when a later payload lacks it again, the evidence is dropped, and an offer
    without evidence ends. An announced price that is no longer announced is dropped at once, and so is one whose day
    has come while a source that was read since then states the price in force.
    """
    previous = of_known_sources(previous, sources)
    rows: dict[Key, Offer] = {offer_key(o, snapshots): o for o in sorted(previous, key=lambda o: o.effective_from)}
    evidence: dict[Key, dict[str, Evidence]] = {k: {e.source: e for e in o.evidence} for k, o in rows.items()}
    stated: dict[Key, dict[str, Statement]] = {}
    for new in news:
        observed = snapshots[new.source].observed_at
        for key, said in evidence.items():
            if new.source not in said or key in new.statements:
                continue
            if key in new.held:  # the last good value stands, but nobody has seen it today
                said[new.source] = not_seen(said[new.source], observed)
            elif key[-1]:
                del said[new.source]
            else:
                note_absence(said, new.source, observed)
        for key, s in new.statements.items():
            evidence.setdefault(key, {})[new.source] = Evidence(new.source, s.price, field=_field(s.field))
            stated.setdefault(key, {})[new.source] = s
    offers = []
    for key, said in evidence.items():
        if not said or (
            key[-1] and key[-1] <= as_of and _seen_since(evidence.get((*key[:-1], "")), key[-1], snapshots)
        ):
            continue
        reviewed = preferred(key[:-1], said.values(), acknowledged, as_of)
        chosen = reviewed or published(rows.get(key), said.values(), snapshots, sources)
        statement = stated.get(key, {}).get(chosen.source)
        offers.append(_offer(key, rows.get(key), statement, chosen, tuple(sorted(said.values()))))
    return offers


def of_known_sources[O: Offer | GpuOffer](offers: Iterable[O], sources: Container[str]) -> Iterator[O]:
    """The rows without the evidence of sources that are registered no more; a row without any other is dropped."""
    for offer in offers:
        known = tuple(e for e in offer.evidence if e.source in sources)
        if len(known) == len(offer.evidence):
            yield offer
        elif known:
            yield replace(offer, evidence=known)


@lru_cache(maxsize=8192)
def _field(name: str) -> str:
    """The name of a payload field without the separators of evidence."""
    return _SEPARATORS.sub("~", name.strip())


def offer_key(offer: Offer, snapshots: Mapping[str, Snapshot]) -> Key:
    """The key of an offer in a sync: a price that nobody has seen in force yet stands beside the current one."""
    begins = offer.effective_from
    seen = bool(begins) and any(snapshots[e.source].observed_at >= begins for e in offer.evidence)
    return (*offer.key, "" if seen else begins)


def _seen_since(said: Mapping[str, Evidence] | None, day: str, snapshots: Mapping[str, Snapshot]) -> bool:
    """Whether a source that states the price in force was read on that day or later."""
    return bool(said) and any(snapshots[source].observed_at >= day for source in said or ())


def not_seen(evidence: Evidence, observed: str) -> Evidence:
    """The evidence marked as absent since `observed`, or since longer."""
    return evidence if evidence.absent_since else replace(evidence, absent_since=observed)


def note_absence(said: dict[str, Evidence], source: str, observed: str) -> None:
    """Mark the evidence of `source` as absent since `observed`, or drop it when an earlier payload lacked it too."""
    first = said[source].absent_since
    if not first:
        said[source] = replace(said[source], absent_since=observed)
    elif first < observed:
        del said[source]


def _offer(
    key: Key, old: Offer | None, statement: Statement | None, chosen: Evidence, evidence: tuple[Evidence, ...]
) -> Offer:
    provider, sku, meter, region, currency, _ = key
    # An unchanged price keeps its date: a source that is chosen anew must not re-date it.
    same = old if old is not None and old.price == chosen.price else None
    if statement is None:  # the chosen source brought nothing new in this sync
        if old is None:
            raise ValueError(f"{provider} {sku}: an offer needs a statement or a previous row")
        return replace(
            same or replace(old, effective_from="", effective_to="", note=""), price=chosen.price, evidence=evidence
        )
    return Offer(
        provider=provider,
        sku=sku,
        model="",
        workload=statement.workload,
        meter=meter,
        region=region,
        price=chosen.price,
        evidence=evidence,
        effective_from=same.effective_from if same else statement.effective_from,
        effective_to=statement.effective_to,
        note=statement.note,
        currency=currency,
    )


def chosen_evidence(
    evidence: Iterable[Evidence],
    snapshots: Mapping[str, Snapshot],
    sources: Mapping[str, Source],
    stood_by: Collection[str] = (),
) -> Evidence:
    """The evidence whose price is published: best rank, then newest observation, then source id.

    Rank comes from the source registry (first-party before curated before aggregator before copy). Evidence that
    is more than 45 days older than the newest one for this price, or gone from its source, loses one rank. Among lists
    of one rank that were read within a week of the newest, the sources in `stood_by` come first (see `published`):
    otherwise a night in which some lists cannot be reached would publish what a single other one says.
    """
    said = list(evidence)
    if len(said) == 1:
        return said[0]
    newest = max(snapshots[e.source].observed_at for e in said)

    def order(e: Evidence) -> tuple[int, bool, bool, int, str]:
        age = (date.fromisoformat(newest) - date.fromisoformat(snapshots[e.source].observed_at)).days
        rank = sources[e.source].rank + (age > STALE_DAYS) + bool(e.absent_since)
        return (rank, age > FRESH_DAYS, e.source not in stood_by, age, e.source)

    return min(said, key=order)


def published(
    before: Offer | GpuOffer | None,
    said: Collection[Evidence],
    snapshots: Mapping[str, Snapshot],
    sources: Mapping[str, Source],
) -> Evidence:
    """The evidence whose price is published after `before`, unless it was overruled until now and would be a leap.

    Sources that stated the price published until now stood by it. A source may have the best rank and still have been
    overruled, by a reviewer for one. That review ends as soon as anybody states another number; until the next one the
    price stands while a source still states it.
    """
    if before is None:
        return chosen_evidence(said, snapshots, sources)
    stood_by = {e.source for e in before.evidence if e.price == before.price}
    best = chosen_evidence(said, snapshots, sources, stood_by)
    if before.price / LEAP < best.price < before.price * LEAP or best.source in stood_by:
        return best
    standing = [e for e in said if e.source in stood_by and e.price == before.price and not e.absent_since]
    overruled = any(e.source == best.source for e in before.evidence)
    return chosen_evidence(standing, snapshots, sources) if overruled and standing else best


def price_events(
    before: Iterable[Offer],
    after: Iterable[Offer],
    snapshots: Mapping[str, Snapshot],
    known: Collection[str],
) -> list[PriceEvent]:
    """What changed between two sets of offers, dated by the newest observation behind the new value.

    A change counts when a source in `known` (one that was read before) says something else than before: the first
    payload of a new source is a baseline, not a day of changes. Nor is an effective date that became known.
    """
    if not known:
        return []  # the first sync of all
    # Of a current price and an announced one that has begun since, the current one is what was in force before.
    old = {offer_key(o, snapshots): o for o in sorted(before, key=lambda o: o.effective_from, reverse=True)}
    new = {offer_key(o, snapshots): o for o in after}
    return changes(old, new, snapshots, known, lambda o: (o.provider, o.sku, str(o.meter), o.region, o.currency))


def changes[K, O: Offer | GpuOffer](
    old: Mapping[K, O],
    new: Mapping[K, O],
    snapshots: Mapping[str, Snapshot],
    known: Container[str],
    identity: Callable[[O], tuple[str, str, str, str, str]],
) -> list[PriceEvent]:
    """The events between two sets of priced rows by key. `identity` gives provider, sku, meter, region, currency.

    A price has changed when a source that was read before moved to the published value. Where another source is
    believed than before, the value that is published changes, but nobody changed a price.
    """
    events = []
    for key in old.keys() | new.keys():
        a, b = old.get(key), new.get(key)
        seen = b or a
        if seen is None:
            continue
        if a and b:
            moved = _moved_from(a, b)
            if moved is None:
                continue
            kind, was, now = "repriced", price_text(moved), price_text(b.price)
        elif not any(e.source in known for e in seen.evidence):
            continue
        else:
            kind, was, now = ("listed", "", price_text(seen.price)) if b else ("ended", price_text(seen.price), "")
        provider, sku, meter, region, currency = identity(seen)
        events.append(
            PriceEvent(
                date=max(snapshots[e.source].observed_at for e in seen.evidence),
                provider=provider,
                sku=sku,
                meter=meter,
                region=region,
                currency=currency,
                kind=kind,
                old=was,
                new=now,
                sources=" ".join(sorted({e.source for e in seen.evidence})),
                already=" ".join(_stated_before(a, b.price)) if a and b else "",
            )
        )
    return sorted(events, key=lambda e: (e.date, e.provider, e.sku, e.meter, e.region, e.currency, e.kind))


def _stated_before(before: Offer | GpuOffer, price: Decimal) -> list[str]:
    """The sources that stated a price while another one was published; what a source no longer lists does not count."""
    return sorted({e.source for e in before.evidence if e.price == price and not e.absent_since})


def _moved_from(before: Offer | GpuOffer, after: Offer | GpuOffer) -> Decimal | None:
    """The earlier price of a source that states the published price now and another one before; None without one."""
    if before.price == after.price:
        return None
    said = {e.source: e.price for e in before.evidence}
    movers = sorted(
        e.source for e in after.evidence if e.price == after.price and said.get(e.source, e.price) != e.price
    )
    return said[movers[0]] if movers else None
