"""What serving a model costs by load: by the cheapest API, on rented GPUs, on spot GPUs; and where the lines cross.

The cost of an API grows with the load. The cost of GPUs is known at the loads that were planned and never falls between
them, because what carries more also carries less. So the crossing lies in a range that follows from the plans:
between the load at which the API costs what the last dearer fleet costs, and that at which it costs what the first
cheaper one does. The range is drawn and stated, not a point inside it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from generator.precompute.grid import CasePlan, Cell
from generator.precompute.load_costs import API, FIRM, GROUPS, SPOT, LoadCost
from generator.render.charts.plan_names import plan_name
from generator.render.charts.record import Axis, Chart, Point, Series
from generator.render.formats import rate
from generator.render.plan_rows import per_second
from generator.render.plan_words import QUALIFIED, Names
from generator.render.texts import text
from wasm_tools.planner.plan import Plan
from wasm_tools.planner.ranking import PLANS_SHOWN

NAMES = {API: "api", FIRM: "firm", SPOT: "spot"}  # in the texts
LOOKS = {API: (1, "dot", False), FIRM: (2, "square", False), SPOT: (5, "ring", True)}  # colour, mark, dashed
FEWEST = 3  # loads at which both are known


@dataclass(frozen=True, slots=True)
class Known:
    """What the cheapest plan costs at a load in requests per second, in dollars a month, and the plan in words."""

    load: float
    usd: float
    words: str


Costs = Mapping[str, Sequence[Known]]  # by group, ascending by load


@dataclass(frozen=True, slots=True)
class Crossing:
    """Where GPUs become cheaper: between two loads in requests per second; `low` is None where they always are."""

    low: float | None
    high: float


def crossing(api: Sequence[Known], hosted: Sequence[Known]) -> Crossing | None:
    """The range of loads in which hosting becomes the cheaper way and stays so; None where it does not."""
    dollars = {c.load: c.usd for c in api}
    shared = [c for c in hosted if c.load in dollars]
    cheaper = [c.usd <= dollars[c.load] for c in shared]
    if not cheaper or not cheaper[-1]:
        return None
    first = len(cheaper) - cheaper[::-1].index(False) if False in cheaper else 0
    unit = api[-1].usd / api[-1].load
    high = min(shared[first].usd / unit, shared[first].load)
    if first == 0:
        return Crossing(None, high)
    return Crossing(max(shared[first - 1].load, min(shared[first - 1].usd / unit, high)), high)


def break_even(title: str, costs: Costs, setting: str, as_of: str) -> Chart | None:
    """API against rented GPUs; None where one of the two is known at too few loads."""
    api, firm = costs.get(API, ()), costs.get(FIRM, ())
    if len({c.load for c in api} & {c.load for c in firm}) < FEWEST:
        return None
    found = {group: crossing(api, costs.get(group, ())) for group in (FIRM, SPOT)}
    series = [
        Series(
            text(f"charts.break_even.{NAMES[group]}"),
            "line",
            _points(costs[group]),
            colour,
            mark,
            dashed=dashed,
            ended=True,
            marked=True,
        )
        for group, (colour, mark, dashed) in LOOKS.items()
        if costs.get(group)
    ]
    band = _band(found[FIRM], api)
    return Chart(
        id="break-even",
        title=title,
        summary=f"{said(found, firm)} {setting}",
        x=Axis(text("charts.break_even.x"), "log"),
        y=Axis(text("charts.break_even.y"), "log", form="usd"),
        series=(*band, *series),
        sources=text("charts.break_even.sources"),
        as_of=as_of,
    )


def said(found: Mapping[str, Crossing | None], firm: Sequence[Known]) -> str:
    """Where the lines cross, in words."""
    top = per_second(firm[-1].load)
    words = []
    for group, what in ((FIRM, text("charts.break_even.rented_on_demand")), (SPOT, text("charts.break_even.on_spot"))):
        at = found.get(group)
        if at is None:
            words.append(text("charts.break_even.never", what=what, rate=top))
        elif at.low is None:
            words.append(text("charts.break_even.always", what=what, rate=per_second(at.high)))
        elif rate(at.low) == rate(at.high):
            words.append(text("charts.break_even.exactly", what=what, rate=per_second(at.low)))
        else:
            words.append(text("charts.break_even.between", what=what, low=rate(at.low), high=per_second(at.high)))
    return " ".join(words)


def _points(costs: Sequence[Known]) -> tuple[Point, ...]:
    return tuple(Point(c.load, round(c.usd, 2), c.words) for c in costs)


def costs_of_model(found: Mapping[str, Sequence[LoadCost]], names: Names) -> Costs:
    """The costs of one model with the plans behind them in words."""
    return {
        group: [Known(c.load, c.usd, plan_name(c.plan.described(), names)) for c in costs]
        for group, costs in found.items()
    }


def costs_of_case(case: CasePlan, cells: Iterable[Cell], names: Names) -> Costs:
    """The cheapest plan of each way in the cells with the lengths, the target and the class of a use case.

    A ranking holds its cheapest plans and some that are the best of an order. Only the first part says what is
    cheapest, so GPUs count where they stand in it; the cheapest API without a known latency is in every ranking.
    """
    found: dict[str, list[Known]] = {}
    for cell in cells:
        if (cell.profile, cell.slo_class) != (case.profile, case.slo_class):
            continue
        ranking = cell.rankings[case.case.minimum_class]
        listed = [p for _, p in ranking.plans[:PLANS_SHOWN]]
        special = [p for _, p in ranking.plans if p.id in (ranking.recommended, ranking.unverified)]
        best: dict[str, Plan] = {}
        for plan in sorted((*listed, *special), key=lambda p: (p.usd_per_month, p.id)):
            group = GROUPS.get(plan.kind)
            if group and (group == API or plan.slo in QUALIFIED):
                best.setdefault(group, plan)
        for group, plan in best.items():
            load, usd = float(cell.load.requests_per_second), float(plan.usd_per_month)
            found.setdefault(group, []).append(Known(load, usd, plan_name(plan, names)))
    return {group: sorted(costs, key=lambda c: c.load) for group, costs in found.items()}


def _band(at: Crossing | None, api: Sequence[Known]) -> tuple[Series, ...]:
    """The range of the crossing with firm prices, as a strip along the line of the API."""
    if at is None or at.low is None or at.low == at.high:
        return ()
    unit = api[-1].usd / api[-1].load
    bottom, top = min(c.usd for c in api), max(c.usd for c in api)
    ends = tuple(
        Point(float(f"{x:.4g}"), round(unit * x, 2), "break-even", low=bottom, high=top) for x in (at.low, at.high)
    )
    return (Series(text("charts.break_even.band"), "band", ends, colour=2),)
