"""Published quality scores of a model, each with its benchmark, setting, source and date."""

from collections.abc import Mapping, Sequence
from typing import Any

from generator.render.formats import missing, significant
from generator.render.site_index import SiteIndex
from wasm_tools.models.quality import QualityScore, QualityTable, best_score

SHOWN = 9


def quality_rows(scores: Sequence[QualityScore], table: QualityTable, index: SiteIndex) -> list[dict[str, Any]]:
    """The best score of each benchmark: those that count for a use case first, then the others by name.

    Only sources whose figures may be passed on. A figure of the developer says so.
    """
    sources = index.data.registry.source
    open_scores = [s for s in scores if s.source in sources]
    uses = counted_for(table, index)
    names = sorted({s.benchmark for s in open_scores}, key=lambda name: (name not in uses, name))
    best = [score for name in names if (score := best_score(open_scores, name))]
    return [quality_row(score, uses.get(score.benchmark, ""), index) for score in best[:SHOWN]]


def counted_for(table: QualityTable, index: SiteIndex) -> Mapping[str, str]:
    """The use cases whose models are ranked by a benchmark, in words, by benchmark."""
    titles = {c.id: c.title for c in index.data.registry.use_cases}
    found: dict[str, list[str]] = {}
    for use in table.use_cases.values():
        for name, _ in use.weights:
            ranks = found.setdefault(name, [])
            if name == use.primary and use.use_case in titles:
                ranks.append(titles[use.use_case].lower())
    return {name: ", ".join(titles) for name, titles in found.items()}


def quality_row(score: QualityScore, ranks: str, index: SiteIndex) -> dict[str, Any]:
    """One score."""
    source = index.data.registry.source[score.source]
    return {
        "benchmark": score.benchmark,
        "value": significant(score.value) + " %",
        "exact": repr(score.value),
        "ranks": ranks,
        "setting": score.setting or missing("the source does not say"),
        "by": "the developer" if score.self_reported else "others",
        "source": source.title,
        "href": f"data-sources/#{score.source}",
        "date": score.date,
    }
