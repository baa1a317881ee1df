"""Azure's cost details: a row a day and meter. The header's case differs between kinds of agreement.

Prices are joined by MeterId. The meter's name is short for model, class, scope and tier ("gpt 4o 1120 Inp glbl Tokens")
and is only read for those; a name that is not understood is `other`. Consumption units blend models and token classes.
"""

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from wasm_tools.invoice.choices import MONTH_FIRST
from wasm_tools.invoice.readers.priced_rows import Layout, Words, priced_rows, sheet_of
from wasm_tools.invoice.readers.reader import Context, Entries, Reader
from wasm_tools.invoice.records import Table
from wasm_tools.invoice.remembered import Remembered
from wasm_tools.invoice.usage import EXACT, Excluded, LineKey, UsageLine

LAYOUT = Layout(
    required=("MeterName", "UnitOfMeasure", "Quantity", "CostInBillingCurrency"),
    day="Date",
    words=(
        "MeterCategory", "MeterSubCategory", "MeterId", "MeterName", "UnitOfMeasure", "BillingCurrencyCode",
        "BillingCurrency", "ResourceLocation", "PricingModel", "ChargeType", "SubscriptionName", "ResourceGroupName",
        "PricingCurrency",
    ),
    counts=("Quantity", "PayGPrice"),
    cost="CostInBillingCurrency",
    signs="",
    date_order=MONTH_FIRST,
)  # fmt: skip
BLENDED = "a consumption unit blends models and token kinds"
_CATEGORIES = ("cognitive services", "foundry", "openai", "ai services", "applied ai")
_KINDS = {"usage": "usage", "": "usage", "purchase": "purchase", "refund": "refund", "tax": "tax", "credit": "credit"}
_INPUT, _OUTPUT = frozenset({"inp", "inpt", "in", "input"}), frozenset({"outp", "outpt", "opt", "out", "output"})
_CACHED = frozenset({"cd", "cchd", "cached", "cache"})
_SCOPES = (
    (frozenset({"glbl", "gl", "global"}), "global"),
    (frozenset({"dz", "dzn", "dzone", "data"}), "geographic"),
    (frozenset({"rgnl", "regnl", "regional"}), "regional"),
)
_TIERS = {"pp": "priority", "priority": "priority", "batch": "batch", "flex": "flex"}
_BANDS = {"shortco": "short", "longco": "long"}
_FILLERS = frozenset({"tokens", "token", "zone", "1m", "1k", "text", "txt"})
_UNIT = re.compile(r"(?P<number>[0-9]{1,12})(?P<scale>[KM]?)(?: |/)?(?P<noun>[A-Za-z]*)", re.IGNORECASE)
_SCALES = {"": 1, "k": 1_000, "m": 1_000_000}
_NOUNS = (("token", "token"), ("character", "character"), ("image", "image"), ("page", "page"))  # in names of meters
_BY_UNIT = {"audio_second": "seconds", "character": "characters", "image": "images", "page": "pages"}
_SECONDS = 3_600


@dataclass(frozen=True, slots=True)
class _Meaning:
    key: LineKey | None  # None: no service of models
    corrected: LineKey | None
    factor: Decimal
    listed: bool  # PayGPrice is in the currency of the bill
    group: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


def reading(table: Table, context: Context) -> Entries:
    """Each row as one line; rows of other services are excluded with their cost."""
    sheet = sheet_of(table, context, LAYOUT)
    meaning_of = Remembered(_meaning)
    for row in priced_rows(sheet, context, LAYOUT, _currency):
        if isinstance(row, Excluded):
            yield row
            continue
        found, (amount, price) = meaning_of[row.words], row.counts
        if found.key is None or found.corrected is None:
            detail = f"another service than models: {row.words[0] or 'not named'}"
            yield sheet.excluded(row.number, row.cells, "not_comparable", detail, row.cost, _currency(row.words))
            continue
        key = found.corrected if row.cost is not None and row.cost < 0 else found.key
        usage = amount is not None and key.kind == "usage"
        quantity = EXACT.multiply(amount, found.factor) if usage and amount is not None else None
        listed = found.listed and usage and price
        list_cost = EXACT.multiply(amount, price) if listed and amount is not None and price is not None else None
        yield UsageLine(row.number, row.day, key, quantity, row.cost, list_cost, None, found.group, found.notes)


def meter_words(name: str) -> tuple[str, str, str, str, str]:
    """Model, line class, tier, context band and scope of a meter's name; `other` when it names no class of tokens."""
    words = name.replace("-", " ").split()
    lowered = [word.casefold() for word in words]
    said = frozenset(lowered)
    scope = next((scope for names, scope in _SCOPES if names & said), "")
    tier = next((_TIERS[word] for word in lowered if word in _TIERS), "standard")
    band = next((_BANDS[word] for word in lowered if word in _BANDS), "")
    if not (said & {"tokens", "token"}) or bool(said & _INPUT) == bool(said & _OUTPUT):
        return "", "other", "unknown", "", scope
    line_class = "output" if said & _OUTPUT else "cache_read" if said & _CACHED else "input_uncached"
    if "embedding" in name.casefold() or "embed" in said:
        line_class = "embedding"
    terms = _INPUT | _OUTPUT | _CACHED | _FILLERS | _TIERS.keys() | _BANDS.keys() | {n for s, _ in _SCOPES for n in s}
    end = next((at for at, word in enumerate(lowered) if at and word in terms), len(words))
    modal = said & {"audio", "aud", "img", "image"}
    known = terms.issuperset(lowered[end:])
    if modal:
        line_class = "other" if said & _CACHED else _modality(line_class, bool(said & {"audio", "aud"}))
    return " ".join(words[:end]), line_class, tier if known or modal else "unknown", band, scope


def _modality(line_class: str, audio: bool) -> str:
    return ("audio" if audio else "image") + ("_out" if line_class == "output" else "_in")


def _currency(words: Words) -> str:
    return (words[5] or words[6]).upper()


def _meaning(words: Words) -> _Meaning:
    category, sub, meter_id, name, measure, _, _, region, pricing, charge, subscription, resources, priced = words
    nothing = _Meaning(None, None, Decimal(1), False, (), ())
    if not any(word in category.casefold() for word in _CATEGORIES):
        return nothing
    kind = _KINDS.get(charge.casefold(), "adjustment")
    blended = "consumption unit" in name.casefold()
    unit, factor = ("", Decimal(1)) if blended else _unit(measure, name)
    model, line_class, tier, band, scope = meter_words(name)
    joins = (("azure_meter_id", meter_id), ("azure_meter_name", name), ("azure_sub_category", sub))
    key = LineKey(
        provider="azure",
        host="azure",
        model_raw=model,
        line_class="blended" if blended else _BY_UNIT.get(unit, line_class),
        unit=unit,
        unit_evidence="stated" if unit else "none",
        unit_raw="consumption units" if blended else measure,
        tier="committed" if pricing.casefold() in ("reservation", "savingsplan") else tier,
        context_band=band,
        region_scope=scope,
        region=region,
        kind=kind,
        cost_basis="invoiced",
        currency=_currency(words),
        join=tuple((name, value) for name, value in joins if value),
    )
    group = tuple((n, value) for n, value in (("subscription", subscription), ("project", resources)) if value)
    corrected = replace(key, kind="adjustment") if kind == "usage" else key
    listed = priced.upper() in ("", key.currency)
    return _Meaning(key, corrected, factor, listed, group, (BLENDED,) if blended else ())


def _unit(measure: str, name: str) -> tuple[str, Decimal]:
    """The base unit of a measure such as 1K, 1M or "100 Hours", and base units per unit; `''` where it is not known.

    What 1K counts is said by the meter's name. An hour is one of a provisioned unit where the name says so.
    """
    found = _UNIT.fullmatch(measure.strip())
    if found is None:
        return "", Decimal(1)
    many = Decimal(int(found["number"]) * _SCALES[found["scale"].casefold()])
    noun, named = found["noun"].casefold(), name.casefold()
    if noun.startswith("hour"):
        if "provisioned" in named or "ptu" in named.split():
            return "provisioned_second", many * _SECONDS
        audio = any(word in named for word in ("speech to text", "transcri", "whisper"))
        return ("audio_second", many * _SECONDS) if audio else ("", Decimal(1))
    unit = next((unit for word, unit in _NOUNS if word in (noun or named)), "")
    return (unit, many) if unit else ("", Decimal(1))


READER = Reader("azure_cost", "Azure cost details (CSV)", "table", frozenset(LAYOUT.required), reading, "disjoint")
