"""Quality scores under our model ids, and the table of them that the data pack carries.

A source's name becomes one of ours by `data/registry/quality_models.csv`, reviewed name by name, or because the
registry knows exactly this id; there is no other way. A row without a model says that a name was looked at and has no
score to give. What is left is counted by source and name, to be listed.
"""

import math
import tomllib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from generator.registry import Registry, RegistryError, Row, csv_rows
from wasm_tools.models.quality import QualityScore, QualityTable, UseCaseQuality


class QualityModelRow(Row):
    """A name of a source that the registry does not know by itself, or that means something else there."""

    source: str
    name: str
    model: str  # empty: looked at, and it has no score to give
    setting: str  # what the name says about the run
    note: str
    reviewed: date


class UseCaseRow(Row):
    """The benchmarks of a use case, the primary one first."""

    id: str
    weights: tuple[tuple[str, float], ...]
    fit: Literal["task", "proxy"]
    reason: str
    source: str
    reviewed: date


class PenaltyRow(Row):
    """The documented loss of weights that are quantised further than they were published."""

    precision: str
    factor: float
    source: str
    reviewed: date


class QualityBenchmarks(Row):
    """data/registry/quality_benchmarks.toml."""

    use_case: tuple[UseCaseRow, ...]
    penalty: tuple[PenaltyRow, ...]


@dataclass(frozen=True, slots=True)
class ResolvedScores:
    """All scores under our ids, and how many have no model: names nobody has reviewed, and names left out with why."""

    scores: tuple[QualityScore, ...]
    unresolved: Mapping[tuple[str, str], int]  # (source, name)
    left_out: Mapping[str, int]  # by the note of the review


def quality_benchmarks(path: Path) -> QualityBenchmarks:
    """What counts for each use case; raises RegistryError naming the file and the entry that is wrong."""
    try:
        found = QualityBenchmarks.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RegistryError(f"{path.name}: cannot be read as TOML ({error})") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise RegistryError(f"{path.name}: {where}: {first['msg']} ({first['input']!r})") from None
    for row in found.use_case:
        names = [name for name, _ in row.weights]
        total = math.fsum(weight for _, weight in row.weights)
        if len(set(names)) < len(names) or any(w <= 0 for _, w in row.weights) or not math.isclose(total, 1.0):
            raise RegistryError(
                f"{path.name}: use case {row.id}: weights must be above 0 and add up to 1, each named once"
            )
    return found


def quality_models(path: Path) -> dict[tuple[str, str], QualityModelRow]:
    """The reviewed names by source and name; raises RegistryError for a wrong row or one that is there twice."""
    rows = csv_rows(path, QualityModelRow)
    found = {(r.source, r.name): r for r in rows}
    if len(found) < len(rows):
        twice = next(key for key, n in Counter((r.source, r.name) for r in rows).items() if n > 1)
        raise RegistryError(f"{path.name}: {twice[1]!r} of {twice[0]} is listed twice; keep one row")
    return found


def resolved_scores(
    registry: Registry, stated: Iterable[QualityScore], reviewed: Mapping[tuple[str, str], QualityModelRow]
) -> ResolvedScores:
    """The scores under our model ids, sorted; a reviewed name goes before an id that the registry knows as it is."""
    scores: list[QualityScore] = []
    unresolved: Counter[tuple[str, str]] = Counter()
    left_out: Counter[str] = Counter()
    for s in stated:
        row = reviewed.get((s.source, s.name))
        model = row.model if row else registry.model_of("", s.name)
        if model:
            setting = "; ".join(filter(None, (s.setting, row.setting if row else "")))
            scores.append(replace(s, model=model, setting=setting))
        elif row:
            left_out[row.note] += 1
        else:
            unresolved[s.source, s.name] += 1
    ordered = sorted(
        scores, key=lambda s: (s.model, s.benchmark, s.self_reported, -s.value, s.source, s.setting, s.date)
    )
    return ResolvedScores(tuple(ordered), unresolved, left_out)


def quality_table(
    benchmarks: QualityBenchmarks, scores: Iterable[QualityScore], models: Collection[str]
) -> QualityTable:
    """The engine's table: the scores of `models` in benchmarks that count somewhere."""
    counted = {name for row in benchmarks.use_case for name, _ in row.weights}
    by_model: dict[str, tuple[QualityScore, ...]] = {}
    for s in scores:
        if s.model in models and s.benchmark in counted:
            by_model[s.model] = (*by_model.get(s.model, ()), s)
    return QualityTable(
        by_model,
        {r.id: UseCaseQuality(r.id, r.weights, r.fit, r.reason) for r in benchmarks.use_case},
        {p.precision: p.factor for p in benchmarks.penalty},
    )
