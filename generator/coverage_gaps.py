"""What sources describe of a provider and nobody prices, workload by workload: a gap is named, not passed over."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from generator.registry import Registry
from generator.sync.state import State
from generator.sync.statements import SkuFacts
from wasm_tools.pricing.offers import Offer

SUBSCRIPTION = "sold by subscription: no price per use"
NO_PRICE = "sources list it and state no price"
_SECOND_LEVEL = frozenset({"co", "com", "net", "org", "ac"})  # as in example.co.uk


@dataclass(frozen=True, slots=True)
class Gap:
    """A workload that sources describe models for at a provider, of which the catalogue has no price."""

    provider: str
    workload: str
    ids: tuple[str, ...]  # the provider's ids that are described
    reason: str


def described_workload(facts: SkuFacts) -> str:
    """The workload that the modalities of a SKU amount to; empty where they do not settle it.

    What writes images or video is `image` or `video`, what writes sound from no sound `text-to-speech`, what reads
    nothing but sound and writes text `speech-to-text`, and what writes text alone otherwise is `llm`.
    """
    reads, writes = set(facts.input_modalities), set(facts.output_modalities)
    if "video" in writes:
        return "video"
    if writes == {"image"}:
        return "image"
    if writes == {"audio"} and "audio" not in reads:
        return "text-to-speech"
    if writes != {"text"}:
        return ""
    return "speech-to-text" if reads == {"audio"} else "llm"


def coverage_gaps(offers: Iterable[Offer], registry: Registry, state: State) -> list[Gap]:
    """Every pair of provider and workload that is described and not priced, by provider, with its reason."""
    priced = {(o.provider, o.workload) for o in offers}
    named: dict[tuple[str, str], set[str]] = {}
    for by_sku in state.facts.values():
        for (provider, sku), facts in by_sku.items():
            workload = described_workload(facts)
            if workload and (provider, workload) not in priced:
                named.setdefault((provider, workload), set()).add(sku)
    return [
        Gap(provider, workload, tuple(sorted(skus)), _reason(registry, provider))
        for (provider, workload), skus in sorted(named.items())
    ]


def _reason(registry: Registry, provider: str) -> str:
    row = registry.provider.get(provider)
    return SUBSCRIPTION if row and row.kind == "subscription" else NO_PRICE


def priced_cells(offers: Iterable[Offer], registry: Registry, state: State) -> dict[tuple[str, str], bool]:
    """Every pair of provider and workload with a price: whether a source cites a page of the provider for one of them.

    A page is the provider's own where its address has the domain of the provider's address in the registry.
    """
    homes = {p.id: domain(p.url) for p in registry.providers if p.url}
    own = {
        key
        for by_sku in state.facts.values()
        for key, facts in by_sku.items()
        if facts.source_url and domain(facts.source_url) == homes.get(key[0])
    }
    cells: dict[tuple[str, str], bool] = {}
    for o in offers:
        cell = (o.provider, o.workload)
        cells[cell] = cells.get(cell, False) or (o.provider, o.sku) in own
    return cells


def domain(address: str) -> str:
    """The registered domain of an address: `docs.x.ai` and `x.ai` are one; empty for what is no address."""
    labels = (urlsplit(address).hostname or "").split(".")
    kept = 3 if len(labels) > 2 and labels[-2] in _SECOND_LEVEL and len(labels[-1]) == 2 else 2
    return ".".join(labels[-kept:])
