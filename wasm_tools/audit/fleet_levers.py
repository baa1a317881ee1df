"""The levers of a setup that runs a model on GPUs of a fixed number."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from wasm_tools.audit.api_levers import other_sellers
from wasm_tools.audit.finding import (
    COSTS_MORE,
    IN_USE,
    NOT_POSSIBLE,
    SAVES,
    UNKNOWN,
    Finding,
    Priced,
    other_offer,
    unpriced,
)
from wasm_tools.audit.plans import asked, fixed_fleet, qualified
from wasm_tools.audit.setup import Setup
from wasm_tools.planner.catalogue import Catalogue
from wasm_tools.planner.what_if import QUANTISED
from wasm_tools.workload.traffic import HOURS_PER_MONTH

ON_DEMAND = "rented"


def fleet_baseline(setup: Setup, catalogue: Catalogue) -> Priced | None:
    """The GPUs of today at the price of the catalogue: of the provider if it is named, else the lowest."""
    if setup.gpu is None or setup.gpu_count is None:
        return None
    return fixed_fleet(setup.gpu, setup.gpu_count, setup.kind, setup.provider, catalogue)


def stated_usd(setup: Setup) -> float | None:
    """What is paid a month by the reader's own words: the spend, else the price per GPU-hour for 730 hours."""
    if setup.spend_usd is None and setup.gpu_usd_hour and setup.gpu_count and setup.deployment == "gpus":
        return setup.gpu_usd_hour * setup.gpu_count * HOURS_PER_MONTH
    return setup.spend_usd


def fleet_levers(setup: Setup, form: Mapping[str, Any] | None, now: Priced, catalogue: Catalogue) -> Iterator[Finding]:
    """One finding a lever. Without a load nothing can be sized, and only other prices of the fleet are told."""
    paid = stated_usd(setup)
    yield _tariff(setup, now, paid, catalogue)
    if form is None or setup.model is None:
        for lever in ("right_size", "cache", "quantisation", "context", "hardware", "autoscaling", "alternatives"):
            yield unpriced(lever, UNKNOWN, "without the model and its load nothing can be sized", "input_tokens")
        yield _commitment(setup, now, paid, catalogue)
        return
    model, gpu = {"models": [setup.model]}, {"gpus": [setup.gpu]}
    precision = {"precisions": [setup.precision]} if setup.precision else {}
    place = {"providers": [setup.provider]} if setup.provider else {}
    steady = {"pattern": None, "peak_factor": asked_peak(form, catalogue)}

    def sized(**patch: Any) -> Priced | None:
        return qualified(asked(form, catalogue, **{**model, **gpu, **precision, "kinds": [setup.kind], **patch}))

    fixed = sized(**steady, **place) or sized(**steady)
    yield _held(
        "right_size",
        now,
        fixed,
        f"so many {setup.gpu} carry the peak within the target; today there are {now.gpus}",
        paid,
    )
    start = fixed if fixed is not None and fixed.usd < now.usd else now
    yield _step("tier", start, now, sized(**steady, kinds=["spot"]), "spot machines, which can be taken away", paid)
    yield _cache(setup, start, now, sized, steady, paid)
    yield (
        unpriced("batch", UNKNOWN, "how many requests may wait is not known", "batchable_share")
        if (setup.batchable_share is None)
        else _step(
            "batch",
            start,
            now,
            sized(batchable_share=setup.batchable_share),
            "what may wait is moved to quiet hours",
            paid,
        )
    )
    if setup.precision in QUANTISED:
        yield unpriced("quantisation", IN_USE, f"the weights are in {setup.precision} already")
    else:
        why = "8 or 4 bits on the same GPUs; check the quality on your own examples"
        yield _step("quantisation", start, now, sized(**steady, precisions=list(QUANTISED)), why, paid)
    shorter = sized(**steady, prompt_tokens=max(1, round(form["prompt_tokens"] * 0.9)))
    yield Finding(
        "context", UNKNOWN, "what part of the prompt could be left out is not known", priced=shorter,
        per_tenth=None if shorter is None else max(0.0, start.usd - shorter.usd), asks="input_tokens",
    )  # fmt: skip
    others = sized(**steady, gpus=None, without_gpus=[setup.gpu])
    yield _step("hardware", start, now, others, "another GPU, paid in the same way", paid)
    yield _commitment(setup, now, paid, catalogue)
    if setup.autoscaling == "yes":
        yield unpriced("autoscaling", IN_USE, "replicas follow the load already")
    elif setup.traffic is None:
        yield unpriced("autoscaling", UNKNOWN, "how the load goes over the day is not known", "traffic")
    else:
        yield _step("autoscaling", start, now, sized(), f"replicas follow the load of {setup.traffic}", paid)
    yield from other_sellers(form, setup.model, now, paid, catalogue)


def asked_peak(form: Mapping[str, Any], catalogue: Catalogue) -> float | None:
    """How many times the mean the peak of the form's pattern is; None where it has none."""
    pattern = catalogue.presets.patterns.get(form.get("pattern", ""))
    return None if pattern is None else max(pattern.peak_factor, *pattern.hourly)


def _tariff(setup: Setup, now: Priced, paid: float | None, catalogue: Catalogue) -> Finding:
    """The same machines at the lowest price of the catalogue, against what is paid."""
    best = fixed_fleet(setup.gpu or "", now.gpus, setup.kind, None, catalogue)
    if best is None:
        return unpriced("same_gpus", UNKNOWN, "no rental of these GPUs is in the catalogue")
    if paid is None and best.usd >= now.usd:
        return unpriced("same_gpus", UNKNOWN, "the lowest price is the one that is counted as today's", "spend_usd")
    base = now if paid is None else replace(now, usd=paid, error=0.0)
    return other_offer("same_gpus", base, replace(best, status="likely"), "the same GPUs at the lowest price known")


def _held(lever: str, now: Priced, then: Priced | None, why: str, paid: float | None) -> Finding:
    if then is None:
        return unpriced(lever, UNKNOWN, "no plan on these GPUs is known to meet the target with this model")
    return other_offer(lever, now, then, f"{then.gpus} of them: {why}", paid)


def _step(lever: str, start: Priced, now: Priced, then: Priced | None, why: str, paid: float | None) -> Finding:
    """A lever on top of a fleet of the right size, so that what the size alone saves is not counted for it."""
    if then is None:
        return unpriced(lever, UNKNOWN, f"{why}: no such plan of this model is known to meet the target")
    made = other_offer(lever, start, then, why, paid)
    if made.verdict == SAVES and then.usd * (1 + then.error) >= now.usd * (1 - now.error):
        return replace(made, verdict=COSTS_MORE, why=f"{why}; not below what runs today")
    return made if start is now else replace(made, why=f"{why}; counted from the fleet of the right size")


def _cache(setup: Setup, start: Priced, now: Priced, sized: Any, steady: Any, paid: float | None) -> Finding:
    if setup.cacheable_share is None:
        return unpriced("cache", UNKNOWN, "how much of the prompt repeats is not known", "cacheable_share")
    if setup.cacheable_share <= (setup.cached_share or 0.0):
        return unpriced("cache", NOT_POSSIBLE, "no more of the prompt repeats")
    then = sized(**steady, cacheable_share=setup.cacheable_share)
    return _step("cache", start, now, then, f"{setup.cacheable_share:.0%} of the prompt kept in the cache", paid)


def _commitment(setup: Setup, now: Priced, paid: float | None, catalogue: Catalogue) -> Finding:
    if setup.kind.startswith("reserved"):
        return unpriced("commitment", IN_USE, f"it is {setup.procurement} already")
    terms = catalogue.hosting.terms
    bound = [fixed_fleet(setup.gpu or "", now.gpus, kind, None, catalogue) for kind, t in terms.items() if t.months]
    known = [p for p in bound if p is not None]
    if not known:
        return unpriced("commitment", UNKNOWN, "no source states a reserved price of this GPU")
    best = replace(min(known, key=lambda p: (p.usd, p.offer)), status="likely")
    return other_offer("commitment", now, best, "the same fleet for a term; it is owed whether used or not", paid)
