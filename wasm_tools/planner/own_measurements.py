"""A reader's own measurements, as a field of the form: outcomes reduced to the points that predictions rest on.

own_measurements  {"points": [{"model", "gpu", "precision", "engine", "engine_version", "tensor_parallel",
                   "expert_parallel", "prompt_tokens", "output_tokens", "concurrency", "ttft_ms", "tpot_ms", "burst",
                   "measured_on", "checkpoint"}]}

`concurrency` is what a request meets, itself included; `burst` the share of the requests that started together.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from wasm_tools.hardware.gpus import GpuCard
from wasm_tools.models.cards import ModelCard
from wasm_tools.outcomes.points import claim_of, point_of
from wasm_tools.performance.added_measurements import AddedPoint, with_added
from wasm_tools.performance.configuration import ENGINES, PRECISIONS, ServingConfiguration
from wasm_tools.performance.plausibility import Claim, implausible
from wasm_tools.performance.prediction import Book
from wasm_tools.performance.siblings import OWN
from wasm_tools.planner.catalogue import Deployable
from wasm_tools.planner.deployable_sizes import kv_cache_of
from wasm_tools.planner.form_checks import number
from wasm_tools.planner.plan import significant
from wasm_tools.planner.question import checked_names
from wasm_tools.workload.traffic import MAX_TOKENS, InputError

FIELD = "own_measurements"
MOST = 100
NOISE = 1.0  # a reader's own run is as noisy as a published one
NOTE = "measured by you"
TEXTS = {"model": 80, "gpu": 80, "precision": 10, "engine": 10, "engine_version": 40, "measured_on": 10,
         "checkpoint": 120}  # fmt: skip
NUMBERS: Mapping[str, tuple[float, float, bool]] = {  # least, most, whole
    "tensor_parallel": (1, 1024, True), "expert_parallel": (1, 1024, True), "prompt_tokens": (1, MAX_TOKENS, False),
    "output_tokens": (1, MAX_TOKENS, False), "concurrency": (1, 1e6, False), "ttft_ms": (1e-3, 1e9, False),
    "tpot_ms": (1e-3, 1e9, False), "burst": (0, 1, False),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class OwnPoint:
    """A point with what only the planner needs of it."""

    point: AddedPoint
    engine_version: str
    measured_on: str
    checkpoint: str


def points_of_outcomes(
    outcomes: Iterable[Mapping[str, Any]], models: Mapping[str, ModelCard], gpus: Mapping[str, GpuCard]
) -> tuple[list[dict[str, Any]], list[str]]:
    """The points of the form field out of checked outcomes, and why others are none.

    Raises InputError for an outcome that cannot be true, and for a model or GPU that the catalogue does not have.
    """
    points, left = [], []
    for place, outcome in enumerate(outcomes):
        point = point_of(outcome)
        if isinstance(point, str):
            left.append(f"outcome {place + 1}: {point}")
            continue
        checked_names("model", (outcome["model"],), models)
        checked_names("gpu", (outcome["gpu"],), gpus)
        wrong = next(implausible(claim_of(outcome, models[outcome["model"]], gpus[outcome["gpu"]])), None)
        if wrong:
            raise InputError(FIELD, f"outcome {place + 1} cannot be true: {wrong}")
        points.append(
            {name: outcome[name] for name in (*TEXTS, "tensor_parallel", "expert_parallel")}
            | {
                "prompt_tokens": point.prompt,
                "output_tokens": point.answer,
                "concurrency": significant(point.concurrency, 6),
                "ttft_ms": significant(point.first_token_ms, 6),
                "tpot_ms": significant(point.tpot_ms, 6),
                "burst": significant(point.burst, 6),
            }
        )
    return points, left


def own_points(
    given: Mapping[str, Any], models: Mapping[str, ModelCard], gpus: Mapping[str, GpuCard]
) -> list[OwnPoint]:
    """The points of the form field, checked; InputError names the point, its part and the remedy."""
    rows = given.get("points")
    if set(given) != {"points"} or not isinstance(rows, list) or not 0 < len(rows) <= MOST:
        raise InputError(FIELD, f"give an outcome file with 1 to {MOST} outcomes")
    return [_point(row, f"point {place}", models, gpus) for place, row in enumerate(rows, 1)]


def _point(row: Any, where: str, models: Mapping[str, ModelCard], gpus: Mapping[str, GpuCard]) -> OwnPoint:
    if not isinstance(row, Mapping) or not set(row) <= {*TEXTS, *NUMBERS}:
        raise InputError(FIELD, f"{where} has other parts than {', '.join((*TEXTS, *NUMBERS))}")
    texts = {}
    for name, most in TEXTS.items():
        value = row.get(name) or ""
        if not isinstance(value, str) or len(value) > most or not value.isprintable():
            raise InputError(FIELD, f"{where}, {name}: a text of up to {most} signs")
        texts[name] = value
    numbers = {name: _number(row.get(name), name, bounds, where) for name, bounds in NUMBERS.items()}
    for name, known in (("precision", PRECISIONS), ("engine", ENGINES)):
        if texts[name] not in known:
            raise InputError(FIELD, f"{where}, {name}: {texts[name]!r} is not one of {', '.join(known)}")
    checked_names(FIELD, (texts["model"],), models)
    checked_names(FIELD, (texts["gpu"],), gpus)
    model, gpu = models[texts["model"]], gpus[texts["gpu"]]
    said = f"{texts['engine']} {texts['engine_version']}".strip()
    point = AddedPoint(
        ServingConfiguration(
            model.id, gpu.id, texts["precision"], texts["engine"], numbers["tensor_parallel"],
            numbers["expert_parallel"],
        ),
        numbers["prompt_tokens"], numbers["output_tokens"], numbers["concurrency"], numbers["ttft_ms"],
        numbers["tpot_ms"], numbers["burst"],
        ", ".join(part for part in (said, texts["measured_on"]) if part),
    )  # fmt: skip
    claim = Claim(
        model.shape, gpu, texts["precision"], numbers["tensor_parallel"], numbers["tensor_parallel"],
        context=model.context, prompt=point.prompt, output=point.answer,
        means={"ttft": point.first_token_ms, "tpot": point.tpot_ms},
    )  # fmt: skip
    wrong = next(implausible(claim), None)
    if wrong:
        raise InputError(FIELD, f"{where} cannot be true: {wrong}")
    return OwnPoint(point, texts["engine_version"], texts["measured_on"], texts["checkpoint"])


def _number(value: Any, name: str, bounds: tuple[float, float, bool], where: str) -> Any:  # int or float
    try:
        return number(FIELD, value, bounds[0], bounds[1], whole=bounds[2])
    except InputError as error:
        raise InputError(FIELD, f"{where}, {name}: {error.message}") from None


def book_with(points: Sequence[OwnPoint], of: Book) -> Book:
    """The book of predictions with the points; InputError says which of them no prediction can rest on."""
    added = with_added(of, [p.point for p in points], OWN, NOISE)
    if added.refused:
        point, reason = added.refused[0]
        raise InputError(FIELD, f"{point.configuration.model} on {point.configuration.gpu}: {reason}")
    return replace(of, calibration=added.calibration, known={})


def deployables_with(
    points: Iterable[OwnPoint], base: Sequence[Deployable], models: Mapping[str, ModelCard], gpus: Mapping[str, GpuCard]
) -> tuple[Deployable, ...]:
    """The configurations with those that were measured; a known one has the day and the version of the newest run."""
    known = {_key(d): d for d in base}
    for key, own in _newest(points):
        c, d = own.point.configuration, known.get(key)
        if d is None:
            cache = kv_cache_of(c.precision, gpus[c.gpu])
            weights = own.checkpoint or models[c.model].hf_repo
            d = Deployable(
                c.model, c.gpu, c.precision, c.engine, own.engine_version, c.tensor_parallel, c.expert_parallel, cache,
                weights, NOTE, own.measured_on,
            )  # fmt: skip
        note = d.note if NOTE in d.note else "; ".join(part for part in (d.note, NOTE) if part)
        known[key] = replace(d, engine_version=own.engine_version, measured_on=own.measured_on, note=note)
    return tuple(known.values())


def _newest(points: Iterable[OwnPoint]) -> Iterator[tuple[tuple[object, ...], OwnPoint]]:
    newest: dict[tuple[object, ...], OwnPoint] = {}
    for p in points:
        c = p.point.configuration
        key = (c.model, c.gpu, c.precision, c.engine, c.tensor_parallel, c.expert_parallel)
        if key not in newest or p.measured_on >= newest[key].measured_on:
            newest[key] = p
    yield from newest.items()


def _key(d: Deployable) -> tuple[object, ...]:
    return (d.model, d.gpu, d.precision, d.engine, d.tensor_parallel, d.expert_parallel)
