"""Quality: dated scores of models on named benchmarks, and what they say about a use case.

A use case names one primary benchmark; models are compared on that one and on nothing else, because a model that was
never run on a benchmark would otherwise be compared over another set. There is no imputation: what nobody measured is
missing. A quantised variant has no score of its own; where a loss is documented it is applied as an assumption that
the result carries in words.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from typing import Any

from wasm_tools.workload.traffic import InputError

BEST = 100.0  # every benchmark of a use case is scored from 0 to 100, more is better


@dataclass(frozen=True, slots=True)
class QualityScore:
    """One score as a source states it. `model` is our id, empty until the registry has resolved `name`.

    `unit` is percent (of what can be scored) or points (a scale of the benchmark's own). `self_reported`: the figure
    comes from the model's developer. `cost_usd` is what the whole run cost, None while nobody says.
    """

    name: str
    benchmark: str
    value: float
    unit: str
    date: str  # ISO; when it was run or, where nobody says, listed
    source: str
    self_reported: bool
    setting: str = ""  # reasoning effort, edit format, shots …
    cost_usd: float | None = None
    url: str = ""
    model: str = ""


@dataclass(frozen=True, slots=True)
class UseCaseQuality:
    """Which benchmarks count for a use case, the primary one first, with weights that add up to 1.

    `fit` is task where the primary benchmark asks for the work itself, proxy where it only stands in for it.
    """

    use_case: str
    weights: tuple[tuple[str, float], ...]
    fit: str
    reason: str

    @property
    def primary(self) -> str:
        """The benchmark that models are ranked by."""
        return self.weights[0][0]


@dataclass(frozen=True, slots=True)
class QualityTable:
    """All scores by model and benchmark, what counts for each use case, and the documented loss of a precision."""

    scores: Mapping[str, tuple[QualityScore, ...]]
    use_cases: Mapping[str, UseCaseQuality]
    penalties: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Quality:
    """What is known of a model for a use case.

    `value` is the primary score after the assumption, None where there is none to rank by. `others` are the scores of
    the other benchmarks that count, in their order. `weighted` exists only where every benchmark that counts has a
    score, so that it always means the same set. `assumption` says in words what was done for a quantised variant.
    """

    model: str
    use_case: str
    benchmark: str
    primary: QualityScore | None
    value: float | None
    others: tuple[QualityScore, ...]
    weighted: float | None
    assumption: str = ""


def best_score(scores: Iterable[QualityScore], benchmark: str) -> QualityScore | None:
    """The score that stands for a model on a benchmark: measured by others before self-reported, then the highest.

    A model is thus shown at its best stated setting, and the setting is part of the score.
    """
    of_benchmark = [s for s in scores if s.benchmark == benchmark and s.unit == "percent"]
    return min(of_benchmark, key=lambda s: (s.self_reported, -s.value, s.source, s.setting, s.date), default=None)


def quality_of(table: QualityTable, model: str, use_case: str, quantised: str = "") -> Quality | None:
    """The quality of a model for a use case, or None when no benchmark that counts has a score of it.

    `quantised` is the precision of a variant that the developer did not publish, empty for the weights as published.
    Raises InputError for a use case without benchmarks.
    """
    measure = table.use_cases.get(use_case)
    if measure is None:
        raise InputError(
            "use_case", f"{use_case!r} has no benchmarks; take one of {', '.join(sorted(table.use_cases))}"
        )
    stated = table.scores.get(model, ())
    found = {name: best_score(stated, name) for name, _ in measure.weights}
    if not any(found.values()):
        return None
    factor = table.penalties.get(quantised) if quantised else 1.0
    values = {name: s.value * factor for name, s in found.items() if s is not None and factor is not None}
    complete = len(values) == len(measure.weights)
    return Quality(
        model=model,
        use_case=use_case,
        benchmark=measure.primary,
        primary=found[measure.primary],
        value=values.get(measure.primary),
        others=tuple(s for name, s in found.items() if s is not None and name != measure.primary),
        weighted=math.fsum(values[name] * weight for name, weight in measure.weights) if complete else None,
        assumption=_assumption(quantised, factor),
    )


def _assumption(quantised: str, factor: float | None) -> str:
    if not quantised:
        return ""
    if factor is None:
        return f"nobody has measured these {quantised} weights and no loss is documented, so they have no score"
    return f"score of the published weights × {factor:g} for {quantised}: an assumption, not measured"


def ranked(qualities: Iterable[Quality]) -> tuple[Quality, ...]:
    """Those with a primary score, the best first, ties by model id; raises InputError for more than one benchmark."""
    scored = [q for q in qualities if q.value is not None]
    if len({q.benchmark for q in scored}) > 1:
        raise InputError("use_case", "scores of different benchmarks cannot be ranked; take one use case at a time")
    return tuple(sorted(scored, key=lambda q: (-(q.value or 0.0), q.model)))


def floor_problem(quality: Quality | None, floor: float) -> str:
    """Why a model fails a floor of the primary score (0 to 100), or nothing. A missing score fails and says so."""
    if isinstance(floor, bool) or not isinstance(floor, int | float) or not 0 <= floor <= BEST:
        raise InputError("quality_floor", f"{floor!r} is not a score from 0 to {BEST:g}")
    if quality is None:
        return "no published score for this use case"
    if quality.value is None:
        return quality.assumption if quality.primary else f"no published score in {quality.benchmark}"
    if quality.value < floor:
        return f"{quality.value:.1f} in {quality.benchmark}, below the floor of {floor:g}"
    return ""


def read_quality(record: Mapping[str, Any]) -> QualityTable:
    """The table in its record (parsed JSON), as the data pack carries it."""
    scores: dict[str, list[QualityScore]] = {}
    for row in record["scores"]:
        score = QualityScore(*row)
        scores.setdefault(score.model, []).append(score)
    return QualityTable(
        {model: tuple(rows) for model, rows in scores.items()},
        {u[0]: UseCaseQuality(u[0], tuple((name, w) for name, w in u[1]), *u[2:]) for u in record["use_cases"]},
        record["penalties"],
    )


def quality_record(table: QualityTable) -> dict[str, Any]:
    """The record of a table for the data pack: the inverse of `read_quality`."""
    return {
        "scores": [list(astuple(s)) for _, scores in sorted(table.scores.items()) for s in scores],
        "use_cases": [
            [u.use_case, [list(w) for w in u.weights], u.fit, u.reason] for _, u in sorted(table.use_cases.items())
        ],
        "penalties": dict(sorted(table.penalties.items())),
    }
