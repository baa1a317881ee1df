"""Grades: how well a published price is supported, A to D, with a sentence that says why."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from generator.render.formats import age_days, listed, plural
from generator.sync.disputes import Agreement
from generator.sync.source_registry import Source
from generator.sync.state import Snapshot
from wasm_tools.pricing.meters import price_text
from wasm_tools.pricing.offers import Evidence

WORST = "D"


@dataclass(frozen=True, slots=True)
class Level:
    """The limits of one grade. `first_party` and `curated` name a kind of support that is enough by itself."""

    letter: str
    max_age_days: int
    first_party: bool
    curated: bool
    families: int
    disagreement: str  # the worst that it bears: none, explained


@dataclass(frozen=True, slots=True)
class GradeLimits:
    """data/registry/grades.toml: the levels from the best on; what fits none of them is D."""

    agreement: Agreement
    levels: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class Grade:
    """The grade of one price. `agree` and `differ` are source titles."""

    letter: str
    reason: str
    agree: tuple[str, ...]
    differ: tuple[str, ...]
    newest: str  # date of the newest agreeing observation, empty when none was dated


Grader = Callable[[Decimal, tuple[Evidence, ...], frozenset[str], str, bool], Grade]
NOTHING: frozenset[str] = frozenset()


def grade_limits(path: Path) -> GradeLimits:
    """The limits from their registry file."""
    with path.open("rb") as file:
        raw = tomllib.load(file, parse_float=Decimal)
    agreement = Agreement(raw["agreement"]["share"], raw["explained"]["older_by_days"])
    return GradeLimits(agreement, tuple(_level(g) for g in raw["grade"]))


def _level(raw: Mapping[str, Any]) -> Level:
    support = raw["support"]
    return Level(
        raw["letter"],
        raw["max_age_days"],
        support.get("first_party", False),
        support.get("curated", False),
        support["families"],
        raw["disagreement"],
    )


def grader(sources: Mapping[str, Source], snapshots: Mapping[str, Snapshot], limits: GradeLimits, as_of: str) -> Grader:
    """The function that grades a price on its evidence, on the date of the build.

    Its further arguments are the sources whose difference something explains, and the date from which an announced
    price holds: until it has been seen after that date it is no better than C; and whether nothing, not even its age,
    may explain a difference.
    """

    @cache
    def grade(
        price: Decimal,
        evidence: tuple[Evidence, ...],
        explained: frozenset[str] = NOTHING,
        begins: str = "",
        unsettled: bool = False,
    ) -> Grade:
        return _graded(price, evidence, explained, begins, unsettled, sources, snapshots, limits, as_of)

    return grade


@dataclass(frozen=True, slots=True)
class _Voice:
    """What one family says: its newest statement."""

    source: str
    title: str
    price: Decimal
    rank: int
    observed: str
    gone: bool


def _graded(
    price: Decimal,
    evidence: tuple[Evidence, ...],
    explained: frozenset[str],
    begins: str,
    unsettled: bool,
    sources: Mapping[str, Source],
    snapshots: Mapping[str, Snapshot],
    limits: GradeLimits,
    as_of: str,
) -> Grade:
    voices = _families(evidence, sources, snapshots)
    agree = [v for v in voices if not v.gone and limits.agreement.holds(v.price, price)]
    differ = [v for v in voices if v not in agree and not (v.gone and limits.agreement.holds(v.price, price))]
    newest = max((v.observed for v in agree), default="")
    if not newest:
        return Grade(WORST, "the last payload of every source lacks this price", (), tuple(v.title for v in differ), "")
    older = limits.agreement.older_by_days
    open_ones = [
        v
        for v in differ
        if not v.gone and v.source not in explained and (unsettled or age_days(v.observed, newest) < older)
    ]
    unconfirmed = bool(begins) and newest < begins
    disagreement = "unexplained" if open_ones else "explained" if differ or unconfirmed else "none"
    age = age_days(newest, as_of)
    letter = next((x.letter for x in limits.levels if _earned(x, agree, age, disagreement)), WORST)
    return Grade(
        letter,
        _sentence(agree, open_ones or differ, bool(open_ones), newest, age)
        + (f"; announced for {begins} and not seen since then" if unconfirmed else ""),
        tuple(v.title for v in agree),
        tuple(v.title for v in differ),
        newest,
    )


def _families(
    evidence: tuple[Evidence, ...], sources: Mapping[str, Source], snapshots: Mapping[str, Snapshot]
) -> list[_Voice]:
    """One voice a family, its newest; a source without a snapshot was never read and has no voice."""
    newest: dict[str, _Voice] = {}
    for e in sorted(evidence):
        source, snapshot = sources.get(e.source), snapshots.get(e.source)
        if source is None or snapshot is None:
            continue
        voice = _Voice(e.source, source.title, e.price, source.rank, snapshot.observed_at, bool(e.absent_since))
        known = newest.get(source.family)
        if known is None or (not voice.gone, voice.observed) > (not known.gone, known.observed):
            newest[source.family] = voice
    return list(newest.values())


def _earned(level: Level, agree: list[_Voice], age: int, disagreement: str) -> bool:
    best = min(v.rank for v in agree)
    supported = (level.first_party and best == 0) or (level.curated and best <= 1) or len(agree) >= level.families
    bearable = disagreement == "none" or disagreement == level.disagreement
    return supported and bearable and age <= level.max_age_days


def _sentence(agree: list[_Voice], differ: list[_Voice], is_open: bool, newest: str, age: int) -> str:
    names = listed([v.title for v in agree])
    states = "state" if len(agree) > 1 else "alone states" if not differ else "states"
    seen = "the day of this build" if age == 0 else f"{plural(age, 'day')} before this build"
    parts = [f"{names} {states} it, last seen {newest} ({seen})"]
    if differ:
        others = listed([f"{v.title} says {price_text(v.price)} ({v.observed})" for v in differ])
        parts.append(others if is_open else f"{others}, explained by its date, scope or another price of the id")
    return "; ".join(parts)
