"""Score in a benchmark against the price of a unit of work, and the front of models that nothing cheaper beats."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from generator.render.charts.record import Axis, Chart, Point, Series
from generator.render.comparable import rankable
from generator.render.formats import listed, tokens
from generator.render.site_index import SiteIndex
from generator.render.texts import text
from wasm_tools.models.quality import QualityScore, best_score
from wasm_tools.pricing.meters import TEXT_INPUT, TEXT_OUTPUT

FEWEST = 6  # models with a score and a price; fewer are a list, not a picture
WEAK = "D"  # a price of this grade could place a model on the front by mistake
REQUESTS = 1_000
TITLES = {
    "gpqa": "GPQA",
    "ifeval": "IFEval",
    "drop": "DROP",
    "humaneval": "HumanEval",
    "mmmlu": "MMMLU",
    "aider-polyglot": "Aider polyglot",
    "openai-mrcr:-2-needle-128k": "OpenAI MRCR, 2 needles, 128k",
}


@dataclass(frozen=True, slots=True)
class Scored:
    """A model with its score and the lowest well supported price of the work at any provider."""

    model: str
    usd: float
    score: QualityScore
    provider: str


@dataclass(frozen=True, slots=True)
class Priced:
    """A well supported pair of prices, in dollars for 1M tokens."""

    model: str
    provider: str
    input: float
    output: float


def priced_models(index: SiteIndex) -> list[Priced]:
    """Every pair of token prices that can be compared and is graded better than D."""
    found = []
    for model, skus in index.skus_of_model.items():
        for s in skus:
            inp, out = s.offer(TEXT_INPUT), s.offer(TEXT_OUTPUT)
            if inp and out and rankable(s, index) and WEAK not in (index.grade(inp).letter, index.grade(out).letter):
                found.append(Priced(model, s.provider, float(inp.price), float(out.price)))
    return found


def unit_costs(priced: Iterable[Priced], prompt: int, output: int) -> Mapping[str, tuple[float, str]]:
    """The lowest price in dollars of 1,000 requests of these lengths, with its provider, by model."""
    found: dict[str, tuple[float, str]] = {}
    for p in priced:
        usd = (p.input * prompt + p.output * output) * REQUESTS / 1e6
        found[p.model] = min(found.get(p.model, (usd, p.provider)), (usd, p.provider))
    return found


def scored_models(
    scores: Mapping[str, Sequence[QualityScore]], benchmark: str, costs: Mapping[str, tuple[float, str]]
) -> list[Scored]:
    """Models that have both, cheapest first."""
    found = [
        Scored(m, *(round(costs[m][0], 6), score), costs[m][1])
        for m, stated in scores.items()
        if m in costs and (score := best_score(stated, benchmark))
    ]
    return sorted(found, key=lambda s: (s.usd, -s.score.value, s.model))


def front(models: Iterable[Scored]) -> list[Scored]:
    """The models that score higher than everything that costs no more, cheapest first."""
    best: list[Scored] = []
    for m in models:
        if not best or m.score.value > best[-1].score.value:
            best.append(m)
    return best


def quality_price(benchmark: str, models: Sequence[Scored], prompt: int, output: int, index: SiteIndex) -> Chart | None:
    """The chart of one benchmark; None with too few models."""
    if len(models) < FEWEST:
        return None
    best = front(models)
    name = benchmark_name(benchmark)
    others = [m for m in models if m not in best]
    by_whom = (
        (text("charts.quality.others"), [m for m in others if not m.score.self_reported], "dot"),
        (text("charts.quality.developer"), [m for m in others if m.score.self_reported], "ring"),
    )
    names = [index.model_name(m.model) for m in best]
    ends = {"low": names[0], "high": names[-1], "between": len(names) - 2}
    told = listed(names) if len(names) < 5 else text("charts.quality.many", **ends)
    lengths = text("plan.lengths", prompt=tokens(prompt), output=tokens(output))
    return Chart(
        id="quality-price",
        title=text("charts.quality.title", name=name),
        summary=" ".join(
            (
                text("charts.quality.scored", n=len(models)),
                text("charts.quality.best", names=told),
                text("charts.quality.caveat"),
            )
        ),
        x=Axis(text("charts.quality.x", requests=REQUESTS, lengths=lengths), "log", form="usd"),
        y=Axis(f"{name}, %", form="plain"),
        series=(
            *(Series(title, "points", _points(group, index), 5, mark) for title, group, mark in by_whom if group),
            Series(text("charts.quality.front"), "steps", _points(best, index), 2, "square", named=True, marked=True),
        ),
        sources=text(
            "charts.quality.sources",
            names=listed(sorted({index.data.registry.source[m.score.source].title for m in models})),
        ),
        as_of=index.data.as_of,
    )  # fmt: skip


def benchmark_name(benchmark: str) -> str:
    """`gpqa` as it is written in titles."""
    return TITLES.get(benchmark, benchmark)


def _points(models: Iterable[Scored], index: SiteIndex) -> tuple[Point, ...]:
    return tuple(Point(m.usd, m.score.value, index.model_name(m.model), f"models/{m.model}/") for m in models)
