"""Series for charts: cost against load, a plan's times against load, its cost in parts, commitments, the Pareto view.

Each part is a call of its own, `params["part"]`, so that the page shows one after the other.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from wasm_tools.methods.plan import answered, chosen_plan
from wasm_tools.planner import Answer, plan_record
from wasm_tools.planner.candidate import Candidate
from wasm_tools.planner.commitments import commitments, paid_monthly
from wasm_tools.planner.cost_curve import FACTORS, WAYS, cost_point, crossings
from wasm_tools.planner.cost_parts import cost_parts
from wasm_tools.planner.latency_curve import latency_curve
from wasm_tools.planner.lists import pareto_set
from wasm_tools.planner.plan import significant
from wasm_tools.workload.traffic import InputError

MOST_POINTS = 400  # of the Pareto view, beside the front: the cheapest


def answer(params: Mapping[str, Any], packs: Mapping[str, Any]) -> dict[str, Any]:
    """The part of that name; InputError names what is wrong."""
    part = PARTS.get(str(params.get("part", "")))
    if part is None:
        raise InputError("part", f"{params.get('part')!r} is not one of {', '.join(PARTS)}")
    return part(answered(params, packs), params)


def _cost(found: Answer, params: Mapping[str, Any]) -> dict[str, Any]:
    """The cheapest plan of each way at `factor` times the load; without a factor the factors that a curve has."""
    factor = params.get("factor")
    if factor is None:
        return {"factors": list(FACTORS), "ways": {way: list(kinds) for way, kinds in WAYS.items()}}
    if isinstance(factor, bool) or not isinstance(factor, int | float) or not 0.001 <= factor <= 1000:
        raise InputError("factor", f"{factor!r} is not a factor from 0.001 to 1000")
    point = cost_point(found.question, found.catalogue, factor)
    return {"qps": point.qps, "ways": {way: _brief(c) for way, c in point.cheapest.items()}}


def _crossings(_: Answer, params: Mapping[str, Any]) -> dict[str, Any]:
    """Where the cheapest way changes, from `points`: what `cost` gave for each factor, in ascending order.

    `against_api` says for each other way from which load on it first costs less than an API.
    """
    points = params.get("points")
    if not isinstance(points, list):
        raise InputError("points", "give the points of the cost curve")
    costs = [(p["qps"], {way: c["usd_per_month"] for way, c in p["ways"].items()}) for p in points]
    overtaken = []
    for way in WAYS:
        pair = [(qps, {name: usd for name, usd in of.items() if name in ("api", way)}) for qps, of in costs]
        first = next((c for c in crossings([p for p in pair if len(p[1]) == 2]) if c.after == way), None)
        if first is not None:
            overtaken.append({"way": way, "qps": significant(first.qps, 3)})
    changes = [{**asdict(c), "qps": significant(c.qps, 3)} for c in crossings(costs)]
    return {"crossings": changes, "against_api": overtaken}


def _latency(found: Answer, params: Mapping[str, Any]) -> dict[str, Any]:
    """The times of the plan by load; no points for an API, whose speed does not follow from this reader's load."""
    chosen, slo, peak = chosen_plan(params, found), found.question.slo, found.question.workload.peak_qps
    bounds = {"ttft_ms": slo.ttft_ms, "itl_ms": slo.itl_ms, "e2e_ms": slo.e2e_ms}
    about = {"plan": _named(chosen), "bounds": bounds, "percentile": slo.percentile, "peak_qps": peak}
    if chosen.kind == "api":
        return {**about, "points": [], "capacity": None, "saturation": None}
    curve = latency_curve(found.question, chosen.of[0].sized)
    points = [
        {
            "qps": significant(p.qps),
            "ttft_ms": significant(p.ttft_ms),
            "itl_ms": significant(p.itl_ms),
            "e2e_ms": significant(p.e2e_ms),
            "ttft_band": list(p.ttft_band),
            "itl_band": list(p.itl_band),
            "evidence": p.evidence,
        }
        for p in curve.points
    ]
    capacity, saturation = significant(curve.capacity), significant(curve.saturation)
    return {**about, "points": points, "capacity": capacity, "saturation": saturation}


def _breakdown(found: Answer, params: Mapping[str, Any]) -> dict[str, Any]:
    """The cost of the plan in its parts."""
    chosen = chosen_plan(params, found)
    plan = chosen.described()
    parts = [
        {"name": p.name, "usd_per_month": None if p.usd is None else _dollars(p.usd), "beside": p.beside}
        for p in cost_parts(found, chosen, plan)
    ]
    return {"plan": _named(chosen), "usd_per_month": _dollars(plan.usd_per_month), "parts": parts}


def _months(found: Answer, _: Mapping[str, Any]) -> dict[str, Any]:
    """What the recommended plan and the cheapest of each kind with a first payment have cost by month."""
    winner = found.winner
    if winner is None:
        return {"recommended": None, "paid": [], "commitments": []}
    best = winner.described()
    rows = [
        {
            "plan": plan_record(c.plan),
            "term_months": c.term_months,
            "once": _dollars(c.plan.once),
            "running": _dollars(c.plan.running),
            "month": None if c.month is None else significant(float(c.month), 4),
            "paid": [_dollars(usd) for usd in c.paid],
        }
        for c in commitments(found, best)
    ]
    return {
        "recommended": plan_record(best),
        "paid": [_dollars(usd) for usd in paid_monthly(best)],
        "commitments": rows,
    }


def _pareto(found: Answer, _: Mapping[str, Any]) -> dict[str, Any]:
    """Qualified plans with known times: the front, and as many of the others as a picture can show, the cheapest."""
    able = [c for c in found.candidates if c.qualifies and c.e2e_ms is not None]
    front = {c.id for c in pareto_set(able)}
    others = [c for c in able if c.id not in front]
    shown = {c.id for c in others[:MOST_POINTS]} | front
    points = [{**_brief(c), "front": c.id in front} for c in able if c.id in shown]
    return {"points": points, "left_out": len(others) - (len(points) - len(front))}


def _brief(c: Candidate) -> dict[str, Any]:
    """What names a candidate and places it in a picture; describing hundreds of plans would take too long."""
    sized = None if c.kind == "api" else c.of[0].sized
    return {
        **_named(c),
        "tensor_parallel": sized.deployable.tensor_parallel if sized else None,
        "replicas": sized.replicas if sized else None,
        "usd_per_month": _dollars(c.usd_per_month),
        "e2e_ms": None if c.e2e_ms is None else significant(c.e2e_ms),
        "ttft_ms": None if c.ttft_ms is None else significant(c.ttft_ms),
        "quality": c.quality,
        "slo": c.status,
    }


def _named(c: Candidate) -> dict[str, Any]:
    sized = None if c.kind == "api" else c.of[0].sized
    gpu = sized.deployable.gpu if sized else ""
    return {"id": c.id, "kind": c.kind, "model": c.model, "provider": c.provider, "gpu": gpu}


def _dollars(usd: float | Decimal) -> float:
    return significant(float(usd))


PARTS: Mapping[str, Callable[[Answer, Mapping[str, Any]], dict[str, Any]]] = {
    "cost": _cost,
    "crossings": _crossings,
    "latency": _latency,
    "breakdown": _breakdown,
    "months": _months,
    "pareto": _pareto,
}
