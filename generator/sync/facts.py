"""What sources say about SKUs beside prices: one row a source and SKU, and the best value of each field of a SKU."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from decimal import Decimal
from operator import attrgetter
from typing import Any

from generator.registry import Registry
from generator.sync.names import named, printable, sku_problem, text_problem, tidy
from generator.sync.source_registry import Source
from generator.sync.statements import FIELDS, Parsed, SkuFacts, Statement
from wasm_tools.pricing.meters import TEXT_INPUT

_EMPTY = {f.name: f.default for f in fields(SkuFacts)}
_TEXTS = attrgetter(*(name for name in FIELDS if _EMPTY[name] == ""))


def sku_facts(parsed: Parsed, registry: Registry) -> dict[tuple[str, str], SkuFacts]:
    """The facts of one source under our names. Of two rows for one SKU the plainest spelling counts, gaps are filled.

    The page that a source cites for a price is a fact of the SKU, too. Facts under a name
    that cannot be stored are counted; other texts are stored without the characters that are odd.
    """
    found: dict[tuple[str, str], SkuFacts] = {}
    cited = {(s.provider, s.sku): s.source_url for s in reversed(parsed.offers) if s.source_url}
    currency = {(s.provider, s.sku): s.currency for s in parsed.offers}
    stated = [*parsed.facts, *(SkuFacts(provider=p, sku=s, source_url=url) for (p, s), url in cited.items())]
    for facts in sorted(stated, key=lambda f: (len(f.sku), f.sku)):
        paid_in = currency.get((facts.provider, facts.sku), "USD")
        ours = named(Statement(facts.provider, facts.sku, "llm", TEXT_INPUT, Decimal(0), currency=paid_in), registry)
        problem = sku_problem(ours.sku) or text_problem(facts.provider, ours.sku)
        if problem:
            parsed.reject(f"facts: {problem}", printable(f"{facts.provider} {facts.sku}"))
            continue
        key = (ours.provider, ours.sku)
        row = replace(facts, provider=ours.provider, sku=ours.sku, **_tidied(facts))
        found[key] = _filled(found[key], row) if key in found else row
    # Without a price, a row that says nothing else still says that the provider lists the SKU.
    priced = {(o.provider, o.sku) for o in (named(s, registry) for s in parsed.offers)}
    return {k: row for k, row in found.items() if k not in priced or row != SkuFacts(provider=k[0], sku=k[1])}


def _tidied(facts: SkuFacts) -> dict[str, Any]:
    """The texts that need it, without control characters: a name that ends in a line end is a name all the same."""
    if not text_problem(*_TEXTS(facts), *facts.input_modalities, *facts.output_modalities):
        return {}
    values = {name: getattr(facts, name) for name in FIELDS}
    texts = {name: tidy(value) for name, value in values.items() if isinstance(value, str)}
    return texts | {name: tuple(map(tidy, value)) for name, value in values.items() if isinstance(value, tuple)}


def _filled(first: SkuFacts, second: SkuFacts) -> SkuFacts:
    gaps = {f: getattr(second, f) for f in FIELDS if getattr(first, f) == _EMPTY[f]}
    return replace(first, **gaps) if gaps else first


def merged_facts(
    previous: Mapping[str, Mapping[tuple[str, str], SkuFacts]],
    news: Mapping[str, Mapping[tuple[str, str], SkuFacts]],
) -> dict[str, Mapping[tuple[str, str], SkuFacts]]:
    """Facts by source after a sync: a source that was read replaces what it said before, the others stay."""
    return {**previous, **news}


def best_facts(rows: Iterable[tuple[str, SkuFacts]], sources: Mapping[str, Source]) -> SkuFacts:
    """One row out of what several sources say about a SKU: each field from the best rank that has it."""
    ordered: Sequence[SkuFacts] = [
        facts for _, facts in sorted(rows, key=lambda r: (sources[r[0]].rank if r[0] in sources else 9, r[0]))
    ]
    best = ordered[0]
    for other in ordered[1:]:
        best = _filled(best, other)
    return best


def facts_of_skus(
    by_source: Mapping[str, Mapping[tuple[str, str], SkuFacts]], sources: Mapping[str, Source]
) -> dict[tuple[str, str], SkuFacts]:
    """The best facts of every SKU that any source describes, by provider and SKU."""
    rows: dict[tuple[str, str], list[tuple[str, SkuFacts]]] = {}
    for source, by_sku in by_source.items():
        for key, facts in by_sku.items():
            rows.setdefault(key, []).append((source, facts))
    return {key: best_facts(said, sources) for key, said in rows.items()}
