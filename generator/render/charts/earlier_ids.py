"""The chart files of the earlier system under its ids: `cost_comparison`, `risk_comparison`, `confidence_distribution`
and `fallback_trace`, in its payload of series with id, label, unit and points.

It drew them for one ranking. Here they stand for the first use case, with our own figures: the risk is the share that
our comparisons add, not its constant by confidence, and every possible plan is counted once, as ranked or under the one
reason that left it out. Its confidence words become our grades of the published prices.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from generator.precompute.grid import CasePlan
from generator.render.charts.plan_names import plan_name
from generator.render.charts.plotly_json import chart_record
from generator.render.charts.record import Axis, Chart, Point, Series, distinct
from generator.render.formats import money, percent, plural
from generator.render.site_index import SiteIndex
from wasm_tools.planner.plan import Plan

VERSION = "1.2"
SHOWN = 8
SOURCES = "Computed by the planner of the atlas"


def earlier_charts(index: SiteIndex) -> Iterator[Chart]:
    """The four charts; none for a site without use cases."""
    if not index.data.results.cases:
        return
    case = index.data.results.cases[0]
    plans = _cheapest_of_providers(case)
    if plans:
        rows = distinct(f"{index.plan_names.providers.get(p.provider, p.provider)}: {_model(p, index)}" for p in plans)
        yield _cost(case, plans, rows, index)
        yield _risk(case, plans, rows, index)
    yield _grades(index)
    yield _trace(case, index)


def payload(chart: Chart) -> dict[str, Any]:
    """A chart in the form of the earlier system, with our own record beside it."""
    values_across = chart.across
    return {
        "version": VERSION,
        "id": chart.id,
        "type": "stacked" if chart.stacked else "bar",
        "title": chart.title,
        "series": [
            {
                "id": s.name.lower().replace(" ", "_"),
                "label": s.name,
                "unit": chart.x.title if values_across else chart.y.title,
                "points": [
                    {"label": p.y if values_across else p.x, "value": p.x if values_across else p.y} for p in s.points
                ],
            }
            for s in chart.series
        ],
        "chart": chart_record(chart),
    }


def _cheapest_of_providers(case: CasePlan) -> list[Plan]:
    """The cheapest ranked plan of each provider, cheapest first."""
    best: dict[str, Plan] = {}
    for _, plan in sorted(case.ranking.plans, key=lambda p: (p[1].usd_per_month, p[1].id)):
        best.setdefault(plan.provider, plan)
    return list(best.values())[:SHOWN]


def _model(plan: Plan, index: SiteIndex) -> str:
    return index.plan_names.models.get(plan.model, plan.model)


def _cost(case: CasePlan, plans: list[Plan], rows: list[str], index: SiteIndex) -> Chart:
    points = (Point(float(p.usd_per_month), row) for p, row in zip(plans, rows, strict=True))
    return Chart(
        id="cost_comparison",
        title=f"{case.case.title}: cheapest plan of each provider",
        summary=f"{plan_name(plans[0], index.plan_names)} is the cheapest of the {len(plans)} providers shown, at"
        f" {money(plans[0].usd_per_month)} a month.",
        x=Axis("$ per month", form="usd", zero=True),
        y=Axis("Provider and model", "category", categories=tuple(rows)),
        series=(Series("Monthly cost", "bars", tuple(points)),),
        sources=SOURCES,
        as_of=index.data.as_of,
    )


def _risk(case: CasePlan, plans: list[Plan], rows: list[str], index: SiteIndex) -> Chart:
    names = sorted({name for p in plans for name, _ in p.risks})
    worst = max(plans, key=lambda p: (p.risk, p.id))
    return Chart(
        id="risk_comparison",
        title=f"{case.case.title}: share that comparisons add for risk",
        summary=f"Most is added to {plan_name(worst, index.plan_names)}: {percent(worst.risk)}.",
        x=Axis("Share of the cost, %", form="percent", zero=True),
        y=Axis("Provider and model", "category", categories=tuple(rows)),
        series=tuple(
            Series(
                name.capitalize(),
                "bars",
                tuple(Point(round(100 * dict(p.risks).get(name, 0.0), 4), r) for p, r in zip(plans, rows, strict=True)),
                colour=n % 6,
            )
            for n, name in enumerate(names, 1)
        )
        or (Series("No risk is named", "bars", (Point(0.0, rows[0]),)),),
        sources=SOURCES,
        as_of=index.data.as_of,
        stacked=True,
    )


def _grades(index: SiteIndex) -> Chart:
    counts = Counter(index.grade(o).letter for o in index.data.offers)
    letters = tuple("ABCD")
    good = counts["A"] + counts["B"]
    return Chart(
        id="confidence_distribution",
        title="Published API prices by grade",
        summary=f"{good:,} of {plural(sum(counts.values()), 'price')} have grade A or B.",
        x=Axis("Grade", "category", categories=letters),
        y=Axis("Prices", zero=True),
        series=(Series("Prices", "bars", tuple(Point(x, float(counts[x])) for x in letters)),),
        sources="All API prices of the atlas",
        as_of=index.data.as_of,
    )


def _trace(case: CasePlan, index: SiteIndex) -> Chart:
    """What became of everything that was looked at: counted once, under one reason."""
    ranking = case.ranking
    rows = {"possible plans": ranking.possible, **{reason: n for reason, n in ranking.excluded if n}}
    return Chart(
        id="fallback_trace",
        title=f"{case.case.title}: what was ranked and what was left out",
        summary=f"{ranking.possible:,} plans are possible; {sum(rows.values()) - ranking.possible:,} prices and"
        " configurations were left out, each under one reason.",
        x=Axis("Plans, prices or configurations", zero=True),
        y=Axis("What became of them", "category", categories=tuple(rows)),
        series=(Series("Counted", "bars", tuple(Point(float(n), name) for name, n in rows.items())),),
        sources=SOURCES,
        as_of=index.data.as_of,
    )
