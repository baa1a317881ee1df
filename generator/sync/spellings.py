"""Spellings: the ids that sources write differently for one SKU of one provider become one id.

`meta-llama/Llama-3.3-70B-Instruct`, `llama-3.3-70b-instruct` and `meta.llama3-3-70b-instruct-v1:0` name one SKU where
the naming rules see the same base, snapshot, quantisation and variant. At a gateway the path says who runs the model,
so nothing is joined there, and two ids stay apart when one and the same source lists both at different prices.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from generator.registry import Registry
from generator.sync.disputes import OfferKey
from generator.sync.identity import ModelName
from generator.sync.statements import SkuFacts, Statement, renamed
from wasm_tools.pricing.meters import Meter
from wasm_tools.pricing.offers import Offer

Sku = tuple[str, str]
_Prices = dict[tuple[Meter, str, str, str], Decimal]


def one_spelling(
    stated: Mapping[str, Iterable[Statement]],
    previous: Iterable[Offer],
    registry: Registry,
    keep_names: bool = False,
) -> dict[Sku, str]:
    """The id under which a SKU is kept, for each (provider, id) that is kept under another one.

    The id of most sources stays, then the shortest; sources that were not read now count with what they said before.
    With `keep_names`, because not all of them were read, an id that is in the state is not renamed.
    """
    previous = list(previous)
    known = {(o.provider, o.sku) for o in previous} if keep_names else set()
    listed: dict[Sku, dict[str, _Prices]] = {}
    for o in previous:
        for e in o.evidence:
            if e.source not in stated and not e.absent_since:
                prices = listed.setdefault((o.provider, o.sku), {}).setdefault(e.source, {})
                prices[o.meter, o.region, o.currency, o.effective_from] = e.price
    for source, statements in stated.items():
        for s in statements:
            prices = listed.setdefault((s.provider, s.sku), {}).setdefault(source, {})
            prices[s.meter, s.region, s.currency, s.effective_from] = s.price
    groups: dict[tuple[str, ModelName], list[str]] = {}
    for provider, sku in listed:  # what nobody lists any more ends under its own name
        row, name = registry.provider.get(provider), registry.name_of(provider, sku)
        if row is not None and row.kind != "gateway" and not name.moving:
            groups.setdefault((provider, name), []).append(sku)
    spelling: dict[Sku, str] = {}
    for (provider, _), skus in groups.items():
        if len(skus) > 1:
            spelling |= _joined(provider, skus, listed, known)
    return spelling


def _joined(
    provider: str, skus: list[str], listed: Mapping[Sku, Mapping[str, _Prices]], known: Container[Sku]
) -> dict[Sku, str]:
    def order(sku: str) -> tuple[bool, int, int, str]:
        key = (provider, sku)
        return (key not in known, -len(listed.get(key, ())), len(sku), sku)

    kept: list[str] = []
    joined: dict[Sku, str] = {}
    for sku in sorted(skus, key=order):
        own = listed.get((provider, sku), {})
        same = next((k for k in kept if not _contradict(listed.get((provider, k), {}), own)), None)
        if same is None:
            kept.append(sku)
        else:
            joined[provider, sku] = same
    return joined


def _contradict(a: Mapping[str, _Prices], b: Mapping[str, _Prices]) -> bool:
    """Whether one source lists both ids and gives them different prices for the same meter."""
    return any(
        p != a[source][key] for source in a.keys() & b.keys() for key, p in b[source].items() if key in a[source]
    )


def respelled(statements: Iterable[Statement], spelling: Mapping[Sku, str]) -> Iterable[Statement]:
    """The statements under the ids that are kept."""
    for s in statements:
        sku = spelling.get((s.provider, s.sku))
        yield s if sku is None else renamed(s, s.provider, sku, s.region)


def respelled_offers(offers: Iterable[Offer], spelling: Mapping[Sku, str]) -> list[Offer]:
    """Offers under the ids that are kept; where two become one the evidence is joined, the kept id's own first."""
    rows: dict[tuple[OfferKey, str], Offer] = {}
    ordered = sorted(offers, key=lambda o: (o.provider, o.sku) in spelling)
    for o in ordered:
        sku = spelling.get((o.provider, o.sku))
        row = o if sku is None else replace(o, sku=sku)
        key = (row.key, row.effective_from)
        other = rows.get(key)
        if other is not None:
            said = {e.source: e for e in (*row.evidence, *other.evidence)}
            row = replace(other, evidence=tuple(sorted(said.values())))
        rows[key] = row
    return list(rows.values())


def respelled_facts(facts: Mapping[Sku, SkuFacts], spelling: Mapping[Sku, str]) -> dict[Sku, SkuFacts]:
    """Facts under the ids that are kept; another spelling stays as an alias, because a bill may use it."""
    found: dict[Sku, SkuFacts] = {}
    aliases: dict[Sku, SkuFacts] = {}
    for key, row in facts.items():
        sku = spelling.get(key)
        if sku is None:
            found[key] = row
        else:
            found.setdefault((key[0], sku), replace(row, sku=sku))
            aliases[key] = SkuFacts(provider=key[0], sku=key[1], alias_of=sku)
    return {**aliases, **found}
