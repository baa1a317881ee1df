"""What if: one change of a question at a time, as a patch of its form record, and what it makes of the best plan."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from wasm_tools.models.cards import CAPABILITY_CLASSES
from wasm_tools.planner.candidate import Candidate
from wasm_tools.planner.catalogue import Catalogue
from wasm_tools.planner.plan import significant
from wasm_tools.planner.question import Question
from wasm_tools.planner.ranking import Answer, answer
from wasm_tools.workload.patterns import peak_factor
from wasm_tools.workload.traffic import MAX_QPS, MIN_QPS, InputError, Slo, class_slo

TRAFFIC = {"traffic_2": 2.0, "traffic_half": 0.5, "traffic_10": 10.0}
OWN_BOUNDS = 1.5  # by which bounds that are no experience class are loosened or tightened together
LOOSER = 1.2  # one bound alone: as far as a near miss may be off
CACHED, BATCHED = 0.5, 0.5
QUANTISED = ("fp8", "int8", "fp4", "int4", "mxfp4")
WAYS = ("spot", "reserved-1y", "serverless", "bought", "api")
GPUS_TRIED = 8  # those with the most offers
BOUNDS = ("ttft_ms", "itl_ms", "e2e_ms")
# How sellers name the places of an area; "global" and the like say nothing of where.
AREAS: Mapping[str, re.Pattern[str]] = {
    "europe": re.compile(
        r"(eu|gb|uk)([-\d].*)?$|europe-.*|(west|north)europe$|(uk|germany|france|sweden|switzerland|italy|spain|norway|"
        r"poland)[a-z]+\d*$"
    ),
    "usa": re.compile(
        r"us(-(east|west|central|south).*)?$|(east|west|central|northcentral|southcentral|westcentral)us\d*$"
    ),
}
LIMITS = (
    "precisions", "gpus", "without_gpus", "kinds", "providers", "without_providers", "regions", "without_regions",
)  # fmt: skip

Patch = Mapping[str, Any]  # fields of a form record; None clears one


@dataclass(frozen=True, slots=True)
class Change:
    """One change. `values` are what its title names."""

    id: str
    patch: Patch
    values: Mapping[str, str | float]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The best plan after a change, None where none counts as meeting the target, with the answer it is of.

    `dependable` is False where the best plan is none that a recommendation may name: it has a commitment, or capacity
    that can be taken away.
    """

    found: Answer
    plan: Candidate | None
    dependable: bool


def best_plan(found: Answer) -> tuple[Candidate | None, bool]:
    """The recommended plan, else the cheapest that counts as meeting the target; and whether it is recommended."""
    winner = found.winner
    return (winner, True) if winner else (next((c for c in found.candidates if c.qualifies), None), False)


def outcome(question: Question, catalogue: Catalogue) -> Outcome:
    """What becomes of a changed question; InputError where the change contradicts it."""
    found = answer(question, catalogue)
    return Outcome(found, *best_plan(found))


def changes(found: Answer) -> tuple[Change, ...]:
    """The changes that can be made to a question; those that would leave it as it is are not there."""
    question, catalogue = found.question, found.catalogue
    every = _changes(question, catalogue, best_plan(found)[0])
    return tuple(c for c in every if not _idle(question, c.patch, catalogue))


def _idle(question: Question, patch: Patch, catalogue: Catalogue) -> bool:
    try:
        return patched(question, patch, catalogue) == question
    except InputError:  # it contradicts the question, which its outcome says
        return False


def _changes(question: Question, catalogue: Catalogue, best: Candidate | None) -> Iterator[Change]:
    w, limits = question.workload, question.limits
    for name, factor in TRAFFIC.items():
        qps = significant(w.qps * factor, 6)
        if qps >= MIN_QPS and w.peak_qps * factor <= MAX_QPS:
            yield Change(name, _traffic(question, qps), {"qps": qps})
    if not question.classes:
        yield from _targets(question, catalogue)
    rank = CAPABILITY_CLASSES.index(w.minimum_class)
    for name, step in (("class_lower", -1), ("class_higher", 1)):
        if 0 <= rank + step < len(CAPABILITY_CLASSES):
            wanted = CAPABILITY_CLASSES[rank + step]
            yield Change(name, {"class": wanted}, {"class": wanted})
    yield Change("quantised", {"precisions": list(QUANTISED)}, {})
    yield Change("unquantised", {"precisions": ["bf16", "fp16"]}, {})
    if not question.classes and w.cacheable_share < CACHED:
        yield Change("cached", {"cacheable_share": CACHED}, {"share": CACHED})
    if w.batchable_share < BATCHED:
        yield Change("batch", {"batchable_share": BATCHED}, {"share": BATCHED})
    for gpu in usual_gpus(catalogue):
        others = [other for other in limits.without_gpus if other != gpu]
        yield Change("gpu", {"gpus": [gpu], "without_gpus": others or None}, {"gpu": gpu})
    for kind in WAYS:
        yield Change("way", {"kinds": [kind]}, {"kind": kind})
    if best is not None and best.kind not in ("api", "owned"):
        sized = best.of[0].sized
        gpu = sized.deployable.gpu
        yield Change("without_gpu", {"gpus": None, "without_gpus": sorted({*limits.without_gpus, gpu})}, {"gpu": gpu})
        if not question.inventory:
            own = {"inventory": {gpu: sized.busy_gpus}, "kinds": ["owned"]}
            yield Change("own_gpus", own, {"gpu": gpu, "number": sized.busy_gpus})
    if best is not None and best.kind not in ("owned", "bought"):
        others = sorted({*limits.without_providers, best.provider})
        kept = [p for p in limits.providers if p != best.provider]
        if kept or not limits.providers:
            patch = {"without_providers": others, "providers": kept or None}
            yield Change("without_provider", patch, {"provider": best.provider})
    for area in AREAS:
        regions = regions_of(area, catalogue)
        if regions:
            yield Change("region", {"regions": regions, "without_regions": None}, {"area": area})


def _traffic(question: Question, qps: float) -> Patch:
    """The load as a rate, with the peak as many times the mean as before."""
    w = question.workload
    patch: dict[str, Any] = {"qps": qps, "load": None, "users": None, "active": None, "per_minute": None}
    if question.pattern is None:
        patch["peak_factor"] = round(w.peak_qps / w.qps, 6)
    return patch


def _targets(question: Question, catalogue: Catalogue) -> Iterator[Change]:
    """The next looser and the next tighter experience class, or bounds that are loosened; then one bound alone."""
    slo, classes = question.slo, list(catalogue.presets.slo_classes.values())
    own = next((n for n, c in enumerate(classes) if (c.ttft_ms, c.itl_ms) == (slo.ttft_ms, slo.itl_ms)), None)
    for name, step in (("slo_looser", 1), ("slo_tighter", -1)):
        if own is None:
            yield Change(name, _scaled(slo, OWN_BOUNDS**step), {"factor": OWN_BOUNDS})
        elif 0 <= own + step < len(classes):
            wanted = classes[own + step].id
            patch = {"slo": wanted, "ttft_ms": None, "itl_ms": None, "e2e_ms": None}
            yield Change(f"{name}_class", patch, {"slo": wanted})
    for bound in BOUNDS:
        looser = significant(getattr(slo, bound) * LOOSER, 4)
        # A form without a bound on the whole request derives it from the other two; here it stays.
        yield Change(f"looser_{bound}", {"e2e_ms": significant(slo.e2e_ms), bound: looser}, {"ms": looser})


def _scaled(slo: Slo, factor: float) -> Patch:
    return {bound: significant(getattr(slo, bound) * factor, 4) for bound in BOUNDS}


def usual_gpus(catalogue: Catalogue) -> tuple[str, ...]:
    """The GPUs with the most rental offers among those that a model is known to run on."""
    able = {d.gpu for d in catalogue.deployables}
    offers = Counter(r.gpu for r in catalogue.rentals if r.gpu in able)
    return tuple(sorted(offers, key=lambda gpu: (-offers[gpu], gpu))[:GPUS_TRIED])


def regions_of(area: str, catalogue: Catalogue) -> list[str]:
    """The regions of the catalogue that lie in an area for certain, by name."""
    every = {r.region for r in catalogue.rates} | {r.region for r in catalogue.rentals}
    return sorted(region for region in every if AREAS[area].match(region))


def patched(question: Question, patch: Patch, catalogue: Catalogue) -> Question:
    """The question with a patch of its form record, for one that was not asked by a form: as the form would ask it."""
    w, slo, limits, shares = question.workload, question.slo, question.limits, question.shares
    inventory, pattern = question.inventory, question.pattern
    for name, value in patch.items():
        if name == "qps":
            factor = patch.get("peak_factor")
            peak = value * w.peak_qps / w.qps if factor is None else max(value, round(value * factor, 6))
            w = replace(w, qps=value, peak_qps=peak)
        elif name == "class":
            w = replace(w, minimum_class=value)
        elif name == "slo":
            c = catalogue.presets.slo_classes[value]
            bounds = class_slo(c.ttft_ms, c.itl_ms, c.e2e_factor, w.output_tokens)
            slo = replace(slo, ttft_ms=bounds.ttft_ms, itl_ms=bounds.itl_ms, e2e_ms=bounds.e2e_ms)
        elif name in BOUNDS and value is not None:
            slo = replace(slo, **{name: value})
        elif name == "cacheable_share":
            w = replace(w, cacheable_share=value)
        elif name == "batchable_share":
            w, shares = replace(w, batchable_share=value), replace(shares, batch=value)
        elif name == "inventory":
            inventory = tuple(sorted(value.items()))
    if pattern is not None and pattern == catalogue.presets.patterns.get(pattern.id):  # else the peak is stated
        w = replace(w, peak_qps=w.qps * peak_factor(pattern, w.batchable_share))
    allowed: dict[str, Any] = {name: tuple(value or ()) for name, value in patch.items() if name in LIMITS}
    wishes = replace(question.wishes, limits=replace(limits, **allowed))
    return replace(question, workload=w, slo=slo, wishes=wishes, shares=shares, inventory=inventory)


def patched_record(record: Mapping[str, Any], patch: Patch) -> dict[str, Any]:
    """A form record after a patch."""
    return {name: value for name, value in {**record, **patch}.items() if value is not None}
