"""Marks on prices of other workloads than language models: no complete product, or not to be believed alone."""

import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from generator.registry import Registry
from generator.sync.state import Snapshot
from generator.sync.statements import SkuFacts
from wasm_tools.pricing.offers import Offer


@dataclass(frozen=True, slots=True)
class UsageRules:
    """data/registry/comparators.toml and usage_presets.toml."""

    comparators: Mapping[str, Any]
    presets: Mapping[str, Any]

    @property
    def workloads(self) -> tuple[str, ...]:
        """The workloads that have rankings."""
        return tuple(w["id"] for w in self.comparators["workload"])

    def of(self, kind: str, workload: str) -> list[Mapping[str, Any]]:
        """The blocks of a kind for a workload, those for every workload included."""
        return [b for b in self.comparators.get(kind, ()) if b["workload"] in (workload, "*")]


def usage_rules(folder: Path) -> UsageRules:
    """The rules from their registry files."""
    return UsageRules(_toml(folder / "comparators.toml"), _toml(folder / "usage_presets.toml"))


def _toml(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return tomllib.load(file, parse_float=Decimal)


@dataclass(frozen=True, slots=True)
class Context:
    """What the marks are read from."""

    registry: Registry
    rules: UsageRules
    snapshots: Mapping[str, Snapshot]
    facts: Mapping[tuple[str, str], SkuFacts]
    as_of: str


def fits(patterns: Iterable[str], text: str) -> bool:
    """Whether a text is one of the shell patterns."""
    return any(fnmatchcase(text, pattern) for pattern in patterns)


def set_aside(context: Context, workload: str, offer: Offer) -> tuple[str, str]:
    """The kind and reason of a price that is not that of a complete product anybody can buy; empty for one that is."""
    meter, known = offer.meter, context.facts.get((offer.provider, offer.sku))
    row = context.registry.provider.get(offer.provider)
    if known and ((known.retires_on and known.retires_on <= context.as_of) or known.status == "dead"):
        return "ended", "retired by the provider, or it no longer answers"
    if meter.cache != "none":
        return "cache", "the price of cached input or of the cache, a part of a product"
    if meter.tier != "standard":
        return "tier", f"the price of the {meter.tier} tier"
    if meter.above_tokens or meter.window:
        return "band", "the price of long prompts or of some hours only"
    if not offer.price:
        return "free", "free of charge up to a limit that is not stated"
    if row is None:
        return "unreviewed", "nobody has reviewed its provider"
    if row.kind == "subscription":
        return "plan", "a subscription, not a price for use"
    for rule in context.rules.of("aside", workload):
        about = {"sku": offer.sku, "meter": str(meter), "region": offer.region}
        named = rule.get("provider", offer.provider) == offer.provider
        if named and all(fits(rule[name], text) for name, text in about.items() if name in rule):
            return rule["kind"], rule["why"]
    return "", ""


def suspicion(context: Context, offers: Sequence[Offer]) -> Callable[[Offer], tuple[tuple[str, ...], str]]:
    """The function that gives the agreeing sources of a price, one a family, and why it may not win on its own merits.

    As for token prices: the provider gives it up; no source has it any more; the provider's own complete list lacks
    it; another source has a multiple of it; or one family alone says so and has not been read for long. Whether a lone
    price is too low beside others depends on the ranking, and is judged there.
    """
    registry, limits = context.registry, context.rules.comparators["outlier"]
    own = {s.id for s in registry.sources if s.complete}
    listed = {o.provider for o in offers if any(e.source in own and not e.absent_since for e in o.evidence)}
    today = date.fromisoformat(context.as_of)
    age = {n: (today - date.fromisoformat(s.observed_at)).days for n, s in context.snapshots.items()}

    def judge(offer: Offer) -> tuple[tuple[str, ...], str]:
        said = [e for e in offer.evidence if not e.absent_since]
        near = [e for e in said if abs(e.price - offer.price) * 100 <= offer.price]
        newest_last = sorted((e.source for e in near), key=lambda name: (-age.get(name, 0), name))
        agreeing = tuple({registry.source[name].family: name for name in newest_last}.values())
        known = context.facts.get((offer.provider, offer.sku))
        if known and known.status == "deprecated":
            return agreeing, "deprecated by its provider"
        if offer.provider in listed and not any(e.source in own for e in said):
            return agreeing, "not in the provider's own price list"
        if len(agreeing) < 2 and any(e.price >= limits["disputed_ratio"] * offer.price for e in offer.evidence):
            return agreeing, "another source has a multiple of this price"
        if not agreeing:
            return agreeing, "the last payload of every source lacks it"
        if len(agreeing) == 1 and age.get(agreeing[0], 0) > limits["stale_days"]:
            return agreeing, f"seen by one source only, and not for more than {limits['stale_days']} days"
        return agreeing, ""

    return judge
