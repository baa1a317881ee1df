"""Service curves of serving configurations: measured, interpolated, anchored on relatives, or by physics alone."""

import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from wasm_tools.hardware.gpus import GpuCard
from wasm_tools.models.cards import ModelShape
from wasm_tools.performance.calibration import Calibration, efficiency
from wasm_tools.performance.configuration import MEASURED_AS, ServingConfiguration, check_configuration
from wasm_tools.performance.isotonic import rising
from wasm_tools.performance.physics import (
    Pace,
    Steady,
    Work,
    own_steps_ms,
    pace_at,
    request_cache,
    steady,
    times_ms,
    work,
)
from wasm_tools.performance.service_curve import Bands, ServiceCurve
from wasm_tools.performance.siblings import (
    COMMUNITY,
    OWN,
    PUBLISHED,
    Pair,
    Relative,
    Siblings,
    corrections,
    is_same,
    siblings,
)
from wasm_tools.workload.traffic import MAX_TOKENS, InputError

KNOTS = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0)
NEW_GPU = "modelled, no measurement on this GPU"
NEW_NUMBER = "modelled, no measurement on so many GPUs"  # of any model
FAR = "anchored, few or far measurements"
NEW_SIZE = "anchored, no measurement on so many GPUs"
FAR_AWAY = 0.5  # in units of the kernel: beyond a doubling of TP, a factor of 2.7 in a length, another expert layout
FEW_POINTS = 12
RANK = {OWN: 0, PUBLISHED: 1, COMMUNITY: 2}
WHO = {OWN: " (your own measurement)", PUBLISHED: "", COMMUNITY: " (from the community)"}


@dataclass(frozen=True, slots=True)
class Refusal:
    """No prediction, and why in words."""

    reason: str


@dataclass(frozen=True, slots=True)
class Book:
    """Everything a prediction needs. `architectures` names for each model one model of identical shape, `sizes` are the
    numbers of GPUs that something was measured on."""

    calibration: Calibration
    shapes: Mapping[str, ModelShape]
    gpus: Mapping[str, GpuCard]
    architectures: Mapping[str, str]
    basis: Mapping[str, tuple[str, ...]]  # of the calibration, as a service curve has it
    sizes: frozenset[int]
    known: dict[tuple[str, str, str, str], Siblings] = field(default_factory=dict, compare=False)

    def siblings(self, key: tuple[str, str, str, str]) -> Siblings | None:
        """The measured curves of a group, made ready when they are first asked for: few questions need many groups."""
        found = self.known.get(key)
        if found is None and (curves := self.calibration.groups.get(key)):
            found = self.known[key] = siblings(curves, self.calibration.kernels, KNOTS)
        return found


@dataclass(frozen=True, slots=True)
class Prepared:
    """What of a prediction does not depend on the request."""

    configuration: ServingConfiguration
    work: Work
    steady: Steady
    own_steps: tuple[float, ...]  # at KNOTS
    siblings: Siblings | None
    log_tensor: float
    spread: bool
    new_gpu: bool
    new_size: bool  # no relative on so many GPUs
    basis: tuple[str, ...]  # of a prediction by physics alone
    bands: Bands  # of the same


def book(calibration: Calibration, shapes: Mapping[str, ModelShape], gpus: Mapping[str, GpuCard]) -> Book:
    """The book of a calibration. Models of identical shape share their measurements: speed follows from shape."""
    first: dict[ModelShape, str] = {}
    for model in sorted(shapes):
        first.setdefault(shapes[model], model)
    architectures = {model: first[shape] for model, shape in shapes.items()}
    basis = {gpu: (words,) for gpu, words in calibration.basis.items()}
    sizes = frozenset(c.tensor_parallel for curves in calibration.groups.values() for c in curves)
    return Book(calibration, shapes, gpus, architectures, basis, sizes)


def prepared(configuration: ServingConfiguration, of: Book) -> Prepared | Refusal:
    """Work, constants and relatives of a configuration, or why there is no prediction for it.

    Raises InputError for a precision, engine or size that does not exist.
    """
    c = configuration
    check_configuration(c)
    shape, gpu = of.shapes.get(c.model), of.gpus.get(c.gpu)
    if shape is None or gpu is None:
        return Refusal(f"the {'architecture of ' + c.model if shape is None else 'GPU ' + c.gpu} is not registered")
    found = work(shape, gpu, c.precision, c.tensor_parallel, c.expert_parallel)
    if isinstance(found, str):
        return Refusal(found)
    key = (of.architectures[c.model], c.gpu, c.engine, MEASURED_AS.get(c.precision, c.precision))
    ready = steady(found, efficiency(of.calibration, c, gpu))
    relatives = of.siblings(key)
    return Prepared(
        configuration=c,
        work=found,
        steady=ready,
        own_steps=own_steps_ms(ready, KNOTS),
        siblings=relatives,
        log_tensor=math.log(c.tensor_parallel),
        spread=c.expert_parallel > 1,
        new_gpu=c.gpu not in of.calibration.measured_gpus,
        new_size=relatives is not None and c.tensor_parallel not in relatives.sizes,
        basis=of.basis.get(c.gpu) or of.basis[""],
        bands=_modelled_bands(c, of),
    )


def _modelled_bands(c: ServingConfiguration, of: Book) -> Bands:
    bands = of.calibration.bands
    if c.gpu not in of.calibration.measured_gpus:
        return bands[NEW_GPU]
    known = bands["modelled"]
    return known if c.tensor_parallel in of.sizes else bands.get(NEW_NUMBER, known)


def pace_of(at: Prepared, isl: float, osl: float, prefix_share: float = 0.0) -> Pace:
    """The pace of physics at mean lengths; `prefix_share` of the prompt is in the prefix cache."""
    return pace_at(at.steady, request_cache(at.work, isl, osl), isl, osl, isl * prefix_share)


def service_curve(
    configuration: ServingConfiguration, isl: float, osl: float, prefix_share: float, of: Book
) -> ServiceCurve | Refusal:
    """The service curve of a configuration at mean lengths in tokens, or why there is none.

    Raises InputError for lengths and shares that cannot be. For many requests prepare once and call `curve`.
    """
    check_lengths(isl, osl, prefix_share)
    at = prepared(configuration, of)
    return at if isinstance(at, Refusal) else curve(at, isl, osl, prefix_share, of)


def check_lengths(isl: float, osl: float, prefix_share: float) -> None:
    """Raise InputError naming a length or share that cannot be."""
    for name, value in (("prompt_tokens", isl), ("output_tokens", osl)):
        if isinstance(value, bool) or not 1 <= value <= MAX_TOKENS:
            raise InputError(name, f"{value!r} is not a number of tokens from 1 to {MAX_TOKENS:,}")
    if isinstance(prefix_share, bool) or not 0 <= prefix_share < 1:
        raise InputError("cacheable_share", f"{prefix_share!r} is not a share from 0 to below 1")


def curve(at: Prepared, isl: float, osl: float, prefix_share: float, of: Book) -> ServiceCurve:
    """The service curve of a prepared configuration at checked lengths."""
    physics = pace_of(at, isl, osl, prefix_share)
    if at.siblings is None:
        first, tpot = times_ms(physics, KNOTS, at.own_steps)
        return ServiceCurve(KNOTS, first, tpot, physics.prefill, "modelled", (), (), at.basis, at.bands, at.bands)
    bands, place = of.calibration.bands, (at.log_tensor, at.spread, math.log(isl), math.log(osl))
    same = _same(at.siblings, place, at.configuration.model)
    knots = KNOTS if same is None else tuple(sorted({*KNOTS, *(p.concurrency for p in same.curve.points)}))
    more_tpot, more_first, nearest = corrections(at.siblings, of.calibration.kernels, *place)
    far = nearest > FAR_AWAY or at.siblings.points < FEW_POINTS
    anchored = bands.get(FAR if far else NEW_SIZE if at.new_size else "anchored", bands["anchored"])
    if same is not None:
        more = dict(zip(KNOTS, zip(more_tpot, more_first, strict=True), strict=True))
        added = [_between(same, math.log(k)) or more[k] for k in knots]
        more_tpot, more_first = [a[0] for a in added], [a[1] for a in added]
    times, paces = times_ms(physics, knots, at.own_steps if same is None else own_steps_ms(at.steady, knots))
    first = rising([t * math.exp(a) for t, a in zip(times, more_first, strict=True)])
    tpot = rising([t * math.exp(a) for t, a in zip(paces, more_tpot, strict=True)])
    prefill = physics.prefill * first[0] / times[0]
    if same is None:
        return ServiceCurve(
            knots, first, tpot, prefill, "anchored", (), (), (_anchors(at.siblings),),
            anchored, anchored,
        )  # fmt: skip
    points = same.curve.points
    return ServiceCurve(
        knots, first, tpot, prefill, "interpolated", tuple([p.concurrency for p in points]),
        tuple([(p.concurrency, p.first_token_ms, p.tpot_ms) for p in points]), (_measured(same),),
        bands["interpolated"], anchored,
    )  # fmt: skip


def _same(of: Siblings, place: tuple[float, bool, float, float], model: str) -> Relative | None:
    """The measured curve of this very configuration at these lengths.

    Of several a reader's own measurement, then published ones, then those of the community; among these the model's
    own, then the nearest.
    """
    able = [a for a in of.relatives if a.log_tensor == place[0]]  # the cheap part of the question first
    found = [a for a in able if is_same(a, *place)]

    def order(a: Relative) -> tuple[int, bool, float, str]:
        apart = abs(a.log_prompt - place[2]) + abs(a.log_answer - place[3])
        return (RANK[a.curve.evidence], a.curve.model != model, apart, a.curve.source)

    return min(found, key=order, default=None)


def _between(of: Relative, at: float) -> Pair | None:
    """The residual at ln C = `at` on the line between the two points around it; None outside of the measured range."""
    logs, points = of.logs, of.curve.points
    if not logs[0] <= at <= logs[-1]:
        return None
    if len(logs) == 1:
        return points[0].residual
    i = max(1, bisect_left(logs, at))
    low, high = points[i - 1].residual, points[i].residual
    share = (at - logs[i - 1]) / (logs[i] - logs[i - 1])
    return (low[0] + share * (high[0] - low[0]), low[1] + share * (high[1] - low[1]))


def _measured(of: Relative) -> str:
    c = of.curve
    who = WHO[c.evidence]
    return f"{len(c.points)} measured points{who} of {c.model} at {c.prompt:,.0f} in, {c.answer:,.0f} out: {c.source}"


def _anchors(of: Siblings) -> str:
    models: Sequence[str] = sorted({a.curve.model for a in of.relatives})
    points = sum(len(a.logs) for a in of.relatives)
    said = f"{points} measured points of {' and '.join(models)} at other lengths, loads or sizes"
    for evidence in (COMMUNITY, OWN):
        number = sum(len(a.logs) for a in of.relatives if a.curve.evidence == evidence)
        said += f", {number} of them{WHO[evidence]}" if number else ""
    return said
