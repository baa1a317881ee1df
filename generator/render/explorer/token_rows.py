"""Token prices side by side: one row a provider, model id, region and service tier, as the explorer shows them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from generator.render import formats
from generator.render.columnar import ColumnRecord, decimal_column, text_column
from generator.render.offer_columns import agreeing, model_names, observed, provider_kind, provider_names, worded_column
from generator.render.once import once
from generator.render.page import SiteData
from generator.render.row_choice import each_first
from generator.render.site_index import SiteIndex, Sku, site_index
from generator.render.texts import text
from wasm_tools.pricing.meters import Meter, price_text
from wasm_tools.pricing.offers import Offer

TIERS = ("standard", "batch", "flex", "priority")
GIVEN = ("input", "output", "cached", "write")
NAMES = {
    ("input", "none"): "input",
    ("output", "none"): "output",
    ("input", "read"): "cached",
    ("input", "write"): "write",
}
BUYABLE = ("on sale", "beta")
UNKNOWN = "-"  # in the text of a band: no source states this price


@dataclass(frozen=True, slots=True)
class Band:
    """The prices of prompts longer than `above` tokens."""

    above: int
    prices: tuple[Decimal | None, ...]  # as GIVEN names them


@dataclass(frozen=True, slots=True)
class TokenRow:
    """The token prices of one SKU in one service tier."""

    sku: Sku
    tier: str
    offers: tuple[Offer | None, ...]  # as GIVEN names them
    bands: tuple[Band, ...]

    def price(self, name: str) -> Decimal | None:
        """One of the prices that GIVEN names."""
        offer = self.offers[GIVEN.index(name)]
        return offer.price if offer else None

    @property
    def stated(self) -> tuple[Offer, ...]:
        """The offers behind input and output."""
        return tuple(o for o in self.offers[:2] if o)


@once
def token_rows(index: SiteIndex) -> list[TokenRow]:
    """All rows of a site, for the page and the download: every model once before any twice, the widely sold first."""
    rows = [row for sku in index.skus for row in rows_of_sku(sku)]
    names = model_names(index.data)
    developer = {m.id: m.developer for m in index.data.registry.models}
    rows.sort(
        key=lambda r: (
            not r.sku.model,
            -index.sellers_of_model.get(r.sku.model, 0),
            names.get(r.sku.model, "").casefold(),
            status(r, index) not in BUYABLE,
            TIERS.index(r.tier),
            r.sku.provider != developer.get(r.sku.model),
            not (r.price("input") and r.price("output")),
            grade(r, index),
            r.sku.region != "global",
            blended(r.price("input") or Decimal(0), r.price("output") or Decimal(0), (3, 1)),
            r.sku.provider,
            r.sku.sku,
            r.sku.region,
        )
    )
    return [rows[n] for n in each_first([r.sku.model for r in rows])]


def rows_of_sku(sku: Sku) -> Iterator[TokenRow]:
    """A row for each tier in which the SKU has a plain token price."""
    found: dict[str, dict[int, dict[str, Offer]]] = {}
    for offer in sku.offers:
        meter = offer.meter
        name = NAMES.get((meter.direction, meter.cache))
        if name and plain_text(meter):
            found.setdefault(meter.tier, {}).setdefault(meter.above_tokens, {})[name] = offer
    for tier in TIERS:
        above = found.get(tier, {})
        base = above.pop(0, {})
        if "input" in base or "output" in base:
            bands = tuple(
                Band(a, tuple(o.price if (o := above[a].get(n)) else None for n in GIVEN)) for a in sorted(above)
            )
            yield TokenRow(sku, tier, tuple(base.get(n) for n in GIVEN), bands)


def plain_text(meter: Meter) -> bool:
    """Whether a meter counts text tokens at any time of the day and without a variant."""
    return meter.modality == "text" and meter.unit == "token" and not meter.window and not meter.variant


def band_text(bands: Iterable[Band]) -> str:
    """Bands as the page reads them: `272000 5 22.5 0.5 -;…`, prices in the order of GIVEN."""
    said = ((b.above, *(UNKNOWN if p is None else price_text(p) for p in b.prices)) for b in bands)
    return ";".join(" ".join(map(str, words)) for words in said)


def band_words(bands: Iterable[Band]) -> str:
    """Bands in words, input and output only."""
    return "; ".join(
        text("explore.band", above=formats.tokens(b.above), read=_price(b.prices[0]), written=_price(b.prices[1]))
        for b in bands
    )


def _price(value: Decimal | None) -> str:
    return formats.DASH if value is None else formats.price(value)


def status(row: TokenRow, index: SiteIndex) -> str:
    """Whether the row can be bought and believed, in a word."""
    known = index.facts.get((row.sku.provider, row.sku.sku))
    if known and known.retired(index.data.as_of):
        return "retired"
    if known and known.dead:
        return "does not answer"
    if (row.sku.provider, row.sku.sku, row.sku.region) in index.suspects:
        return "price in doubt"
    if known and known.deprecated(index.data.as_of):
        return "deprecated"
    return "beta" if known and known.best.status == "beta" else "on sale"


def token_columns(data: SiteData, rows: Sequence[TokenRow]) -> dict[str, ColumnRecord]:
    """The columns of these rows."""
    index = site_index(data)
    cards = [data.registry.model.get(r.sku.model) for r in rows]
    facts = [f.best if (f := index.facts.get((r.sku.provider, r.sku.sku))) else None for r in rows]
    developers = {m.developer: index.developer_name(m.developer) for m in data.registry.models}
    sizes = {m: card.size_bucket for m, card in data.registry.cards.items()}
    bands = {band_text(r.bands): band_words(r.bands) for r in rows}

    def money(name: str) -> ColumnRecord:
        prices = [r.price(name) for r in rows]
        return decimal_column(["" if p is None else price_text(p) for p in prices], formats.price)

    def lengths(name: str) -> ColumnRecord:
        stated = (
            (getattr(f, name) if f else None) or (getattr(c, name) if c else None)
            for f, c in zip(facts, cards, strict=True)
        )
        return decimal_column([str(n) if n else "" for n in stated], lambda n: formats.tokens(int(n)))

    def known(name: str) -> list[str]:
        """A fact of the registry, else what is said of the SKU."""
        return [
            (getattr(c, name) if c else "") or (getattr(f, name) if f else "")
            for f, c in zip(facts, cards, strict=True)
        ]

    def modalities(name: str) -> ColumnRecord:
        stated = [
            "|".join((getattr(c, name) if c else ()) or (getattr(f, name) if f else ()))
            for f, c in zip(facts, cards, strict=True)
        ]
        return text_column(stated, {s: s.replace("|", ", ") for s in set(stated) if "|" in s})

    def seen(name: str, digits: int) -> ColumnRecord:
        values = [getattr(f, name) if f else None for f in facts]
        texts = ["" if v is None else formats.significant(v, digits).replace(",", "") for v in values]
        return decimal_column(texts, lambda v: formats.significant(float(v), digits))

    listed = [index.listed.get(r.stated[0].key) for r in rows]
    return {
        "model": text_column([r.sku.model for r in rows], model_names(data)),
        "sku": text_column([r.sku.sku for r in rows]),
        "provider": text_column([r.sku.provider for r in rows], provider_names(data)),
        "developer": text_column([c.developer if c else "" for c in cards], developers),
        "kind": text_column([provider_kind(data, r.sku.provider) for r in rows]),
        "workload": text_column([r.sku.workload for r in rows]),
        "tier": worded_column([r.tier for r in rows]),
        "region": text_column([r.sku.region for r in rows]),
        **{name: money(name) for name in GIVEN},
        "bands": text_column([band_text(r.bands) for r in rows], bands),
        "context": lengths("context"),
        "max_output": lengths("max_output"),
        "reads": modalities("input_modalities"),
        "writes": modalities("output_modalities"),
        "open": worded_column(known("open_weights")),
        "size": text_column([sizes.get(r.sku.model, "") for r in rows]),
        "grade": text_column([grade(r, index) for r in rows]),
        "status": worded_column([status(r, index) for r in rows]),
        "date": text_column([min(observed(data, agreeing(o) or o.evidence) for o in r.stated) for r in rows]),
        "currency": text_column([x.offer.currency if x else "USD" for x in listed]),
        "sources": text_column([source_words(r.stated) for r in rows]),
        "released": text_column(known("released")),
        "licence": text_column(known("licence")),
        "quantization": text_column([f.quantization if f else "" for f in facts]),
        "speed": seen("tokens_per_second", 3),
        "ttft": seen("ttft_ms", 3),
    }  # fmt: skip


def grade(row: TokenRow, index: SiteIndex) -> str:
    """The worst grade of the input and output price."""
    return max(index.grade(o).letter for o in row.stated)


def source_words(offers: Iterable[Offer]) -> str:
    """The sources that state the price of each of these offers."""
    found = [{e.source for e in agreeing(o)} for o in offers]
    return ", ".join(sorted(set.intersection(*found))) if found else ""


def computed_words(value: Decimal) -> str:
    """A computed price: like a sum, since more digits than three would promise too much."""
    return formats.money(value) if value else text("words.free")


def blended(input_price: Decimal, output_price: Decimal, ratio: tuple[int, int]) -> Decimal:
    """The price of a million tokens, so many of them read for so many written."""
    return (ratio[0] * input_price + ratio[1] * output_price) / (ratio[0] + ratio[1])


def request_cost(input_price: Decimal, output_price: Decimal, task: tuple[int, int]) -> Decimal:
    """US dollars of one request of so many prompt and output tokens, below the first band of long prompts."""
    return (task[0] * input_price + task[1] * output_price) / 1_000_000


def first_derived(rows: Iterable[TokenRow], ratio: tuple[int, int], task: tuple[int, int]) -> dict[str, ColumnRecord]:
    """What the page derives, for its first rows at the usual settings. Missing stays missing."""
    pairs = [(r.price("input"), r.price("output"), r.bands) for r in rows]

    def told(values: Iterable[Decimal | None]) -> ColumnRecord:
        return decimal_column(["" if v is None else price_text(v) for v in values], computed_words)

    return {
        "blended": told(blended(i, o, ratio) if i is not None and o is not None else None for i, o, _ in pairs),
        "request": told(
            request_cost(i, o, task)
            if i is not None and o is not None and not any(b.above < task[0] for b in bands)
            else None
            for i, o, bands in pairs
        ),
    }
