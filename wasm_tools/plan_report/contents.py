"""What stands in a report: the question, one plan of its answer, what else was close, and what all of it rests on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from wasm_tools.plan_report.facts import Facts
from wasm_tools.plan_report.inputs import defaults_words, inputs_of
from wasm_tools.plan_report.parts import Drawing, Lines, Part, Report, Section, Table, Text, section
from wasm_tools.plan_report.pictures import picture
from wasm_tools.planner.batch import without_plan_words
from wasm_tools.planner.candidate import Candidate
from wasm_tools.planner.plan import Plan, dollars
from wasm_tools.planner.ranking import Answer, Ranking
from wasm_tools.pricing.offers import parse_evidence
from wasm_tools.workload.traffic import InputError, Slo

TITLE = "Inference plan"
ALTERNATIVES = 5  # close calls shown
THIS = "This plan"
KINDS = {
    "api": "API",
    "reserved-3m": "reserved 3 months",
    "reserved-6m": "reserved 6 months",
    "reserved-1y": "reserved 1 year",
    "reserved-3y": "reserved 3 years",
    "owned": "hardware that you have",
    "bought": "hardware that you buy",
}
STATUSES = {
    "met": "met", "likely": "likely met", "near": "nearly met", "unknown": "not verified", "missed": "missed",
}  # fmt: skip
METRICS = {"ttft": "First token", "itl": "Between tokens", "e2e": "Whole request"}


@dataclass(frozen=True, slots=True)
class Subject:
    """What a report is about: name (empty: none), note and form of a scenario, and the id of its inputs."""

    name: str
    note: str
    form: Mapping[str, Any]
    id: str


def chosen_plan(found: Answer, ranking: Ranking, wanted: str) -> Plan | None:
    """The plan with the id `wanted`, for an empty one the recommended plan, None where none is recommended."""
    wanted = wanted or ranking.recommended
    if not wanted:
        return None
    listed = next((plan for _, plan in ranking.plans if plan.id == wanted), None)
    candidate = _candidate(found, wanted)
    if listed is None and candidate is None:
        raise InputError("plan", f"{wanted!r} is not an answer to this question; choose one of its plans")
    return listed or (candidate.described() if candidate else None)


def report(subject: Subject, found: Answer, ranking: Ranking, plan: Plan | None, facts: Facts) -> Report:
    """The report on one plan of an answer; with None it says why nothing is recommended and what else there is."""
    catalogue = found.catalogue
    heads = [("Data of", catalogue.as_of), ("Report", subject.id), ("Build", facts.build)]
    if plan is None:
        figure, words = "No plan", without_plan_words(found)
        sections: list[Section | None] = []
    else:
        figure, words = f"${dollars_words(plan.usd_per_month)}", f"a month: {plan_words(plan, found, facts)}"
        heads.insert(0, ("Plan", plan.id))
        heads.insert(0, ("Target", f"{STATUSES[plan.slo]}: {plan.slo_reason}"))
        if plan.id == ranking.recommended:
            why = "the cheapest on dependable capacity that counts as meeting the target, risks included"
            heads.insert(0, ("Recommended", why))
        sections = _plan_sections(found, plan, facts)
    others = _alternatives(found, ranking, plan, facts)
    alternatives = section("Alternatives", [others, _bars(others, plan)])
    rows = tuple((i.name, i.value, i.origin) for i in inputs_of(subject.form, found.question))
    inputs = Table(("Input", "Value", "Origin"), rows)
    asked = section("Question", [inputs, Text(defaults_words(subject.form))])
    last = section("How to read this", [Lines(_reading(found))])
    return Report(
        id=subject.id,
        title=f"{TITLE}: {subject.name}" if subject.name else TITLE,
        note=subject.note,
        figure=figure,
        figure_words=words,
        facts=tuple(heads),
        sections=tuple(s for s in (*sections[:1], alternatives, asked, *sections[1:], last) if s),
    )


def _plan_sections(found: Answer, plan: Plan, facts: Facts) -> list[Section | None]:
    candidate = _candidate(found, plan.id)
    error = candidate.cost_error if candidate else 0.0
    return [
        section("Answer", [_costs(plan, error), _times(found.question.slo, plan), *_configuration(plan, found)]),
        section("What binds", [Text(_sentence(plan.binds)), _risks(plan)]),
        section("Why these figures", [Lines(tuple(_sentence(r) for r in plan.reasons))]),
        section("Assumptions", [Lines(tuple(_sentence(a) for a in (*plan.assumptions, plan.score_words) if a))]),
        section("Not included in the cost", [_surcharges(plan)]),
        section("Sources", [_sources(plan, facts), _measured(plan)]),
    ]


def _costs(plan: Plan, error: float) -> Table:
    usd, share = plan.usd_per_month, Decimal(repr(error))
    always = plan.capacity.replicas_min if plan.capacity else 0
    # However far a prediction is off, replicas that stand at all times are paid, one at least.
    least = usd / plan.configuration.replicas if plan.configuration and always else Decimal(0)
    low, high = (dollars_words(cost) for cost in (max(usd * (1 - share), least), usd * (1 + share)))
    rows = [
        ("A month", f"${dollars_words(usd)}", f"${low} to ${high}, as predictions and prices err by {error:.0%}"),
        ("An hour", f"${plan.usd_per_hour:,.4f}", ""),
        ("1M tokens", f"${plan.usd_per_million_tokens:,.4f}", "prompt and output together"),
        ("1M output tokens", f"${plan.usd_per_million_output:,.4f}", "the same cost on output alone"),
    ]
    if plan.once:
        rows.append(("Owed at once", f"${dollars_words(plan.once)}", ""))
    return Table(("Cost", "USD", "Error and remarks"), tuple(rows), (1,))


def _times(slo: Slo, plan: Plan) -> Part:
    p = plan.prediction
    if p is None:
        return Text(_sentence(plan.slo_reason))
    rows = []
    for metric, estimate, bound, percentile, band in (
        ("ttft", p.ttft_ms, slo.ttft_ms, slo.ttft_percentile, p.ttft_band),
        ("itl", p.itl_ms, slo.itl_ms, slo.itl_percentile, p.itl_band),
        ("e2e", p.e2e_ms, slo.e2e_ms, slo.e2e_percentile, (1.0, 1.0)),
    ):
        name = f"{METRICS[metric]}, p{percentile or slo.percentile}"
        spread = "" if band[0] == band[1] else f"{_ms(estimate * band[0])} to {_ms(estimate * band[1])}"
        rows.append((name, _ms(estimate), spread, _ms(bound), f"{(bound - estimate) / bound:+.0%}"))
    return Table((f"Time ({p.evidence})", "Estimate", "90 % band", "Bound", "Margin"), tuple(rows), (1, 2, 3, 4))


def _configuration(plan: Plan, found: Answer) -> Iterable[Part]:
    c = plan.configuration
    if c is None:
        return
    engine = " ".join(filter(None, (c.engine, c.engine_version)))
    lines = [
        f"{c.gpus} × {found.catalogue.gpus[c.gpu].name} paid for, {c.tensor_parallel} to a replica",
        f"{c.checkpoint} in {c.precision}, KV cache in {c.kv_cache}, with {engine}",
        f"a replica serves {c.requests_per_second:.3g} requests/s, at most {c.concurrency:,} at a time",
    ]
    if plan.utilisation is not None:
        lines.append(f"{plan.utilisation:.0%} of the planned capacity is used at the peak")
    if held := plan.capacity:
        lines.append(f"{held.rule}; {held.idle_share:.0%} of the cost, ${dollars_words(held.usd_idle)}, is idle time")
    yield Lines(tuple(_sentence(line) for line in lines))


def _risks(plan: Plan) -> Text | None:
    named = ", ".join(f"{name} {premium:.1%}" for name, premium in plan.risks)
    return Text(f"Risk, added when plans are compared: {plan.risk:.1%} ({named}).") if named else None


def _alternatives(found: Answer, ranking: Ranking, plan: Plan | None, facts: Facts) -> Table:
    """Close calls, the cheapest unverified plan, and the cheapest of each kind with conditions that costs less."""
    plans = {p.id: p for _, p in ranking.plans}
    rows = [("close call", plans[i]) for i in ranking.close[:ALTERNATIVES]]
    if ranking.recommended and (plan is None or plan.id != ranking.recommended):
        rows.insert(0, ("recommended", plans[ranking.recommended]))
    rows += [("with conditions", c.described()) for c in _conditional(found)]
    if ranking.unverified:
        rows.append(("speed not verified", plans[ranking.unverified]))
    shown = dict.fromkeys(one.id for _, one in rows)
    first = {one.id: (what, one) for what, one in reversed(rows)}
    return Table(
        ("Plan", "Why", "$ a month", "Difference", "Target", "Grade"),
        tuple(_alternative(*first[i], plan, found, facts) for i in shown if plan is None or i != plan.id),
        (2, 3),
    )


def _bars(others: Table, plan: Plan | None) -> Drawing | None:
    """What the plan and its alternatives cost a month, as bars; the table above has the same figures."""
    rows = [(name, Decimal(cost.replace(",", ""))) for name, _, cost, *_ in others.rows]
    if plan is not None:
        rows.insert(0, (THIS, plan.usd_per_month))
    if len(rows) < 2 or not any(usd for _, usd in rows):
        return None
    least, most = (f"${dollars_words(pick(usd for _, usd in rows))}" for pick in (min, max))
    chart = {
        "title": "US dollars a month of this plan and its alternatives",
        "y": {"categories": [name for name, _ in rows]},
        "series": [{"points": [[float(usd), at] for at, (_, usd) in enumerate(rows)]}],
    }
    return Drawing(picture(chart), f"{chart['title']}: {len(rows)} plans, {least} to {most}.")


def _alternative(what: str, one: Plan, plan: Plan | None, found: Answer, facts: Facts) -> tuple[str, ...]:
    difference = f"{float(one.usd_per_month / plan.usd_per_month) - 1:+.0%}" if plan and plan.usd_per_month else ""
    name, cost = plan_words(one, found, facts), dollars_words(one.usd_per_month)
    return name, what, cost, difference, STATUSES[one.slo], facts.grade(one)


def _conditional(found: Answer) -> tuple[Candidate, ...]:
    """The cheapest qualified plan of each kind that is not recommended by itself, where it costs less."""
    winner = found.winner
    kinds: dict[str, Candidate] = {}
    for c in found.candidates:
        if c.qualifies and not c.dependable and (winner is None or c.usd_per_month < winner.usd_per_month):
            kinds.setdefault(c.kind, c)
    return tuple(kinds.values())


def _surcharges(plan: Plan) -> Lines:
    costs = ("unknown" if c.usd is None else f"${dollars_words(c.usd)} a month" for c in plan.surcharges)
    return Lines(
        tuple(f"{c.name.capitalize()}: {usd}; {c.words}." for c, usd in zip(plan.surcharges, costs, strict=True))
    )


def _sources(plan: Plan, facts: Facts) -> Part:
    grade = facts.grade(plan)
    if plan.kind in ("owned", "bought"):
        return Text(f"Own hardware: nobody publishes its price; the estimate has grade {grade}.")
    rows = []
    for e in parse_evidence(plan.price_evidence):
        source = facts.sources.get(e.source)
        absent = f"not there any more since {e.absent_since}" if e.absent_since else ""
        name, read = (source.title, source.read) if source else (e.source, "")
        rows.append((name, f"${e.price:f}", read, grade, absent))
    return Table(("Source of the price", "Price", "Read", "Grade", "Note"), tuple(rows), (1,))


def _measured(plan: Plan) -> Lines | None:
    c = plan.configuration
    if c is None:
        return None
    newest = (f"newest measurement of {c.measured_on}",) if c.measured_on else ()
    return Lines(tuple(_sentence(line) for line in (*c.basis, *newest)))


def _reading(found: Answer) -> tuple[str, ...]:
    return (
        f"Prices and measurements are those known on {found.catalogue.as_of}. They change: plan anew before you buy.",
        "Times are estimates for the stated share of requests at the peak; 9 of 10 true values lie within the band.",
        "Grades tell how well a price is supported: A by the vendor or several sources, D by little.",
        "The number of the report follows from its inputs, the date and the build: the same number, the same report.",
    )


def plan_words(plan: Plan, found: Answer, facts: Facts) -> str:
    """What runs where on what terms: `Open 70B on 2 × NVIDIA H100 at Neocloud, rented`."""
    catalogue, c = found.catalogue, plan.configuration
    model = catalogue.models[plan.model].name if plan.model in catalogue.models else plan.model
    on = f" on {c.gpus} × {catalogue.gpus[c.gpu].name}" if c else ""
    kind = KINDS.get(plan.kind, plan.kind)
    return f"{model}{on}, {kind}" if plan.kind in ("owned", "bought") else f"{model}{on} at {_at(plan, facts)}, {kind}"


def _at(plan: Plan, facts: Facts) -> str:
    region = "" if plan.region in ("", "global") else f" {plan.region}"
    return f"{facts.provider(plan.provider)}{region}"


def _candidate(found: Answer, wanted: str) -> Candidate | None:
    return next((c for c in found.candidates if c.id == wanted), None)


def dollars_words(value: Decimal) -> str:
    """US dollars to the cent with thousands apart."""
    return f"{Decimal(dollars(value)):,.2f}"


def _ms(value: float) -> str:
    return f"{value:,.0f} ms" if value >= 10 else f"{value:.1f} ms"


def _sentence(words: str) -> str:
    """The words with a capital and a stop; names that begin small on purpose hold a sign and stay as they are."""
    if not words:
        return ""
    first = words.split(" ", 1)[0]
    begun = words[0].upper() + words[1:] if first.isalpha() else words
    return begun if begun.endswith((".", "!", "?")) else f"{begun}."
