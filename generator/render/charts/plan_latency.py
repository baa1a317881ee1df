"""The plans of a question by time and cost: how long a request takes end to end, what a month costs, what meets it."""

from collections.abc import Iterable, Iterator, Sequence

from generator.render.charts.plan_names import plan_name
from generator.render.charts.record import Axis, Chart, Point, Series
from generator.render.plan_words import Names, status_words
from generator.render.texts import text
from wasm_tools.planner import Ranking
from wasm_tools.planner.plan import Plan

LOOKS = {"near": (4, "box"), "likely": (1, "ring"), "met": (3, "dot")}  # colour and shape; the best is drawn last
FEWEST = 4


def plan_latency(rankings: Iterable[Ranking], bound_ms: float | None, names: Names, as_of: str) -> Chart | None:
    """All ranked plans with a known latency; None where there are too few to compare."""
    plans = {p.id: p for r in rankings for _, p in r.plans}
    known = sorted(
        (p for p in plans.values() if p.prediction and p.slo in LOOKS), key=lambda p: (p.usd_per_month, p.id)
    )
    if len(known) < FEWEST:
        return None
    best = _front([p for p in known if p.slo in ("met", "likely")])
    unknown = sum(p.prediction is None for p in plans.values())
    lowest, highest = float(known[0].usd_per_month), float(known[-1].usd_per_month)
    bound = bound_ms if bound_ms and bound_ms < 1.5 * max(_time(p) for p in known) else None
    return Chart(
        id="latency-cost",
        title=text("charts.latency.title"),
        summary=" ".join(
            (
                text("charts.latency.known", n=len(known)),
                _extremes(best, names) if best else text("charts.latency.none"),
                *([text("charts.latency.unknown", n=unknown)] if unknown else []),
            )
        ),
        x=Axis(text("charts.latency.x"), "log"),
        y=Axis(text("charts.break_even.y"), "log", form="usd"),
        series=(*_guides(bound, lowest, highest, best, names), *_by_status(known, names)),
        sources=text("charts.latency.sources"),
        as_of=as_of,
    )  # fmt: skip


def _guides(
    bound_ms: float | None, lowest: float, highest: float, best: Sequence[Plan], names: Names
) -> Iterator[Series]:
    """The bound of the target, and the line of plans that nothing cheaper beats."""
    if bound_ms:
        ends = tuple(Point(bound_ms / 1000, usd) for usd in (lowest, highest))
        yield Series(text("charts.latency.bound"), "steps", ends, 0, dashed=True)
    if len(best) > 1:
        yield Series(text("charts.latency.front"), "steps", _points(best, names), 5)


def _by_status(known: Sequence[Plan], names: Names) -> Iterator[Series]:
    for status, (colour, mark) in LOOKS.items():
        of_status = [p for p in known if p.slo == status]
        if of_status:
            yield Series(status_words(status).capitalize(), "points", _points(of_status, names), colour, mark)


def _time(plan: Plan) -> float:
    return plan.prediction.e2e_ms if plan.prediction else 0.0


def _front(plans: Iterable[Plan]) -> list[Plan]:
    """Plans that are faster than all cheaper ones, fastest first, as the line is drawn."""
    best: list[Plan] = []
    for p in plans:
        if not best or _time(p) < _time(best[-1]):
            best.append(p)
    return best[::-1]


def _points(plans: Iterable[Plan], names: Names) -> tuple[Point, ...]:
    return tuple(
        Point(
            float(f"{_time(p) / 1000:.4g}"),
            float(p.usd_per_month),
            plan_name(p, names),
        )
        for p in plans
    )


def _extremes(best: list[Plan], names: Names) -> str:
    fast, cheap = plan_name(best[0], names), plan_name(best[-1], names)
    if len(best) == 1:
        return text("charts.latency.one", plan=cheap)
    return text("charts.latency.two", cheap=cheap, fast=fast)
