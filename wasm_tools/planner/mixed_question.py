"""Mixes of request classes on one deployment: one question, each class by its own lengths and bounds.

All classes meet the same replicas, whose speed follows from the mean lengths of the mix; each class is judged by its
own bounds, one that is not streamed by its end-to-end bound alone. An API bills and answers each class by itself.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from wasm_tools.performance.observations import ApiObservation, ApiSloStatus, Misses, api_slo_status, observed_status
from wasm_tools.planner.candidate import STATUSES
from wasm_tools.planner.question import Question, Wishes
from wasm_tools.planner.request_cost import Prices, RequestMix, request_cost
from wasm_tools.workload.mixes import RequestClass, batchable_share, cacheable_share, mixed_lengths
from wasm_tools.workload.traffic import InputError, Slo, Workload


def mixed_question(
    classes: Sequence[RequestClass],
    qps: float,
    peak_qps: float,
    minimum_class: str = "medium",
    wishes: Wishes | None = None,
    arrival_cv: float = 1.0,
) -> Question:
    """The question of a mix: `qps` of all classes together, mean lengths and shares of the mix, bounds by class.

    The target of the question itself has the tightest bound of each kind: cold starts are judged by it, replicas and
    APIs are not. Raises InputError when the shares do not add up to 1 or two classes have one id.
    """
    if not classes:
        raise InputError("classes", "a mix needs at least one class of requests")
    if len({c.id for c in classes}) < len(classes):
        raise InputError("classes", "two classes have the same id; give each its own")
    lengths = mixed_lengths(classes)
    workload = Workload(
        max(1, round(lengths.prompt.mean)),
        max(1, round(lengths.output.mean)),
        qps,
        peak_qps,
        minimum_class,
        lengths=lengths,
        arrival_cv=arrival_cv,
        cacheable_share=cacheable_share(classes),
        batchable_share=batchable_share(classes),
    )
    slos = [c.slo for c in classes]
    e2e = min(s.e2e_ms for s in slos)
    ttft = min(c.slo.ttft_ms if c.streaming else c.slo.e2e_ms for c in classes)
    itl = min((c.slo.itl_ms for c in classes if c.streaming), default=e2e)
    available = max((s.availability for s in slos if s.availability is not None), default=None)
    slo = Slo(ttft, itl, e2e, max(s.percentile for s in slos), availability=available)
    return Question(workload, slo, wishes or Wishes(), classes=tuple(classes))


def mean_cost(prices: Prices, mixes: Sequence[tuple[Decimal, RequestMix]]) -> tuple[Decimal, tuple[str, ...]]:
    """US dollars of one answered request of a mix, exact for each class, and what is counted otherwise than asked."""
    if len(mixes) == 1:  # asked of every rate with price bands
        only = request_cost(prices, mixes[0][1])
        return only.usd_per_answer, only.words
    costs = [(part, request_cost(prices, mix)) for part, mix in mixes]
    usd = sum((part * cost.usd_per_answer for part, cost in costs), Decimal(0))
    return usd, tuple(dict.fromkeys(text for _, cost in costs for text in cost.words))


def observed_mix(question: Question, seen: ApiObservation) -> tuple[str, Misses]:
    """The status of the target at an API without words: of a mix that of the class that holds least."""
    if not question.classes:
        return observed_status(seen, question.slo, question.wishes.near_tolerance)
    return _hardest(question, seen)[1]


def api_status(question: Question, seen: ApiObservation | None) -> ApiSloStatus:
    """The same as `observed_mix`, with the reason in words."""
    near = question.wishes.near_tolerance
    if not question.classes or seen is None:
        return api_slo_status(seen, question.slo, near)
    one, (status, misses) = _hardest(question, seen)
    told = api_slo_status(seen, _visible(one, seen), near)
    return ApiSloStatus(status, f"class {one.id}: {told.reason}", misses)


def _hardest(question: Question, seen: ApiObservation) -> tuple[RequestClass, tuple[str, Misses]]:
    """The class that holds least at an API, its status and its misses."""
    near = question.wishes.near_tolerance
    found = [(c, _observed(c, seen, near)) for c in question.classes]
    return max(found, key=lambda f: STATUSES.index(f[1][0]))


def _observed(one: RequestClass, seen: ApiObservation, near: float) -> tuple[str, Misses]:
    """The status of one class: of one that is not streamed by the first token and the median pace to the last."""
    status, misses = observed_status(seen, one.slo, near)
    ttft, itl = _first_ms(one, seen), seen.itl_ms
    if one.streaming or status == "unknown" or ttft is None or itl is None:
        return status, misses
    factor = (ttft + _further(one) * itl) / one.slo.e2e_ms
    if factor <= 1:
        return "likely", ()
    return ("near" if factor <= 1 + near else "missed"), (("e2e", factor),)


def _visible(one: RequestClass, seen: ApiObservation) -> Slo:
    """The bounds that a class sets on what was observed: one that is not streamed leaves to the tokens what the first
    does not take."""
    ttft = _first_ms(one, seen)
    if one.streaming or ttft is None:
        return one.slo
    left = max((one.slo.e2e_ms - ttft) / max(1.0, _further(one)), 1e-6)
    return replace(one.slo, ttft_ms=one.slo.e2e_ms, itl_ms=left)


def _first_ms(one: RequestClass, seen: ApiObservation) -> float | None:
    return seen.ttft_ms(one.slo.ttft_percentile or one.slo.percentile)


def _further(one: RequestClass) -> float:
    """Tokens after the first of a mean answer."""
    return math.ceil(one.lengths.output.mean) - 1.0
