"""Quality scores and observed latencies of a payload: what of them can be stored, under which names, beside what."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from generator.registry import Registry
from generator.sync.names import named, printable, sku_problem, text_problem
from generator.sync.statements import Parsed, Statement
from wasm_tools.models.quality import QualityScore
from wasm_tools.performance.observations import ApiObservation
from wasm_tools.pricing.meters import TEXT_INPUT


def storable_scores(parsed: Parsed) -> list[QualityScore]:
    """The scores whose texts can be stored, each once; the others are counted."""
    found: dict[QualityScore, None] = {}
    for s in parsed.scores:
        problem = text_problem(s.name, s.benchmark, s.setting, s.url, s.date)
        if problem:
            parsed.reject(problem, printable(s.name))
        else:
            found[s] = None
    return list(found)


def our_observations(parsed: Parsed, registry: Registry) -> list[ApiObservation]:
    """The observations under our provider ids and SKUs; of two for one offer the one of more requests.

    They get the names that the same source's prices get, by the same rules.
    """
    found: dict[tuple[str, str, str], ApiObservation] = {}
    for o in parsed.observations:
        ours = named(Statement(o.provider, o.sku, "llm", TEXT_INPUT, Decimal(0), o.region), registry)
        problem = sku_problem(ours.sku) or text_problem(ours.provider, ours.sku, ours.region, o.observed)
        if problem:
            parsed.reject(f"observation: {problem}", printable(f"{o.provider} {o.sku}"))
            continue
        key = (ours.provider, ours.sku, ours.region)
        if key not in found or found[key].requests < o.requests:
            found[key] = replace(o, provider=ours.provider, sku=ours.sku, region=ours.region)
    return list(found.values())


def respelled_observations(
    observations: Iterable[ApiObservation], spelling: Mapping[tuple[str, str], str]
) -> list[ApiObservation]:
    """The observations under the ids that the prices are kept under."""
    return [replace(o, sku=spelling.get((o.provider, o.sku), o.sku)) for o in observations]


def merged_evidence[E: (QualityScore, ApiObservation)](
    previous: Sequence[E], news: Mapping[str, Sequence[E]]
) -> list[E]:
    """The evidence after a sync, by source in `news`: what a source says now replaces what it said before.

    A source that says nothing this time changes nothing: each record has its own date, and an old one stays true.
    """
    speaking = {source for source, said in news.items() if said}
    return [e for e in previous if e.source not in speaking] + [e for said in news.values() for e in said]
