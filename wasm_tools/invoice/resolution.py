"""Which product of the catalogue a bill's name means: by exact ids and reviewed tables, never by likeness.

In this order: the provider's own id; the id without reviewed prefixes, organisation path and versions; the base of a
dated snapshot; a reviewed or registered display name; a registered alias of the model. What none of them names stays
unresolved and is listed with its spend.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from wasm_tools.invoice.tariffs import PriceList
from wasm_tools.invoice.usage import LineKey

EXACT_ID, WITHOUT_PREFIX, SNAPSHOT = "exact id", "id without prefix", "snapshot of the id"
DISPLAY_NAME, ALIAS, FINE_TUNED, TOOL = (
    "display name",
    "alias of the model",
    "fine-tune of the id",
    "tool of the provider",
)
_DAY = re.compile(r"[-@_](20[12]\d)-?(0[1-9]|1[0-2])-?(0[1-9]|[12]\d|3[01])$")
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Product:
    """What a line's names mean. Without a SKU, `reason` says why; `how` is the rule that found it.

    A tool that names no model (`tool`) has neither SKU nor reason: its price is that of the provider.
    """

    provider: str
    sku: str = ""
    model: str = ""
    how: str = ""
    reason: str = ""
    tool: bool = False


@dataclass(frozen=True, slots=True)
class Names:
    """Reviewed names in lower case. `prefixes` and `versions` are cut off; dates of `each_date` families are not."""

    providers: Mapping[str, str] = field(default_factory=dict)
    display: Mapping[tuple[str, str], str] = field(default_factory=dict)  # (provider, name): SKU
    model_names: Mapping[str, str] = field(default_factory=dict)  # display name: model
    aliases: Mapping[str, str] = field(default_factory=dict)  # spelling: model
    prefixes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by provider, '' is all
    versions: tuple[str, ...] = ()
    each_date: frozenset[str] = frozenset()


def read_names(
    naming: Mapping[str, Any],
    bill_names: Iterable[Mapping[str, str]],
    provider_aliases: Mapping[str, str],
    model_aliases: Mapping[str, str],
    model_names: Iterable[tuple[str, str]],
) -> Names:
    """The names in a pack; `model_names` are (name, model) pairs, of which those that mean two models are left out."""
    rows = list(bill_names)
    meant: dict[str, set[str]] = {}
    for name, model in model_names:
        meant.setdefault(name.lower(), set()).add(model)
    return Names(
        {**provider_aliases, **{r["name"]: r["means"] for r in rows if r["kind"] == "provider"}},
        {(r["provider"], r["name"]): r["means"] for r in rows if r["kind"] == "model"},
        {name: next(iter(models)) for name, models in meant.items() if len(models) == 1},
        model_aliases,
        {provider: tuple(found) for provider, found in naming["prefixes"].items()},
        tuple(naming["versions"]),
        frozenset(naming["each_date_a_model"]),
    )


def resolved(prices: PriceList, names: Names, key: LineKey) -> Product:
    """The product that a line's provider and model name."""
    provider = _provider(prices, names, key)
    if not provider:
        return Product("", reason=f"provider {key.provider or key.host!r} is not a name the catalogue knows")
    if not key.model_raw:
        if key.line_class == "tool_call":
            return Product(provider, how=TOOL, tool=True)
        return Product(provider, reason="the file does not say which model was used")
    name = key.model_raw.strip().lower()
    for how, sku in _ids(prices, names, provider, name):
        if sku:
            return _product(prices, provider, sku, how)
    for how, model in ((DISPLAY_NAME, names.model_names.get(name, "")), (ALIAS, names.aliases.get(name, ""))):
        skus = prices.by_model.get(model, {}).get(provider, ())
        if skus:
            preferred = prices.sku(provider, model)
            return Product(provider, preferred if preferred in skus else min(skus, key=_undated_first), model, how)
    return Product(provider, reason=f"model {key.model_raw!r} is not a name the catalogue knows at this provider")


def _provider(prices: PriceList, names: Names, key: LineKey) -> str:
    for said in (key.provider, key.host):
        name = said.strip().lower()
        found = names.providers.get(name, name)
        if found in prices.providers:
            return found
    return ""


def _product(prices: PriceList, provider: str, sku: str, how: str) -> Product:
    return Product(provider, sku, prices.tariffs(provider, sku)[0].offer.model, how)


def _ids(prices: PriceList, names: Names, provider: str, name: str) -> Iterable[tuple[str, str]]:
    """The ids that a name may be, most literal first, with what was cut off."""
    yield EXACT_ID, prices.sku(provider, name)
    yield DISPLAY_NAME, prices.sku(provider, names.display.get((provider, name), "")) if names.display else ""
    if name.startswith(("ft:", "ft-")):
        yield FINE_TUNED, prices.sku(provider, f"ft:{name[3:].partition(':')[0]}")
        return
    plain = _without_prefixes(names, provider, name)
    for version in names.versions:
        plain = plain.removesuffix(version)
    if plain != name:
        yield WITHOUT_PREFIX, prices.sku(provider, plain)
    dated = _DAY.search(plain)
    base = plain[: dated.start()] if dated else ""
    if base and not any(base == family or base.startswith(f"{family}-") for family in names.each_date):
        yield SNAPSHOT, prices.sku(provider, base)


def _without_prefixes(names: Names, provider: str, name: str) -> str:
    """The name without reviewed prefixes and without an organisation path before a name with a digit."""
    prefixes = sorted((*names.prefixes.get("", ()), *names.prefixes.get(provider, ())), key=len, reverse=True)
    for _ in range(2):
        for prefix in prefixes:
            name = name.removeprefix(prefix) or name
        path, _, last = name.rpartition("/")
        if path and _DIGIT.search(last):
            name = last
    return name


def _undated_first(sku: str) -> tuple[bool, int, str]:
    return bool(_DAY.search(sku)), len(sku), sku
