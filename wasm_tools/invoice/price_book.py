"""Everything that a bill is held against: dated prices, reviewed names, models; and the rule for each kind of line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from wasm_tools.invoice.audit import LineRule
from wasm_tools.invoice.line_meters import Fit, fit
from wasm_tools.invoice.models import ModelBook
from wasm_tools.invoice.records import normal_name
from wasm_tools.invoice.resolution import Names, Product, resolved
from wasm_tools.invoice.tariffs import PriceList, Tariff
from wasm_tools.invoice.units import UnitSpellings
from wasm_tools.invoice.usage import LineKey
from wasm_tools.pricing.meters import UnitRegistry

NO_FIT = Fit(None, (), (), False)


@dataclass
class PriceBook:
    """Dated prices and what else a bill needs. Answers are remembered by key, which readers make once each."""

    as_of: str
    prices: PriceList
    names: Names
    models: ModelBook
    units: UnitRegistry
    spellings: UnitSpellings
    workloads: Mapping[str, str]  # our workload by alias in normal form
    sources: Mapping[str, str] = field(default_factory=dict)  # day on which a source was last read

    def __post_init__(self) -> None:
        self._products: dict[LineKey, Product] = {}
        self._fits: dict[LineKey, Fit] = {}
        self._spans: dict[tuple[str, str, str], Sequence[Decimal]] = {}

    def product(self, key: LineKey) -> Product:
        """What the names of a line mean."""
        found = self._products.get(key)
        if found is None:
            found = self._products[key] = resolved(self.prices, self.names, key)
        return found

    def fit(self, key: LineKey) -> Fit:
        """The tariffs that a line may have been billed by."""
        found = self._fits.get(key)
        if found is None:
            found = self._fits[key] = fit(self._candidates(key), key)
        return found

    def rule(self, key: LineKey, day: str, estimate: bool = False) -> LineRule:
        """The judge of lines of a key on a day."""
        per = self.units.units[key.unit].per if key.unit else 1
        left_out = _left_out(key, estimate)
        if left_out or not key.unit:
            unit = f"the unit {key.unit_raw!r} is not known" if key.unit_raw else "the file states no quantity and unit"
            return LineRule(key, day, NO_FIT, per, unit, left_out=left_out)
        product = self.product(key)
        if product.reason:
            return LineRule(key, day, NO_FIT, per, product.reason, self._span(key, product))
        return LineRule(key, day, self.fit(key), per, "")

    def _candidates(self, key: LineKey) -> list[Tariff]:
        """The tariffs of the SKU; where it has none of this kind, of the other ids of the same model there."""
        product = self.product(key)
        if product.tool:
            return [t for sku in self.prices.skus(product.provider) for t in self.prices.tariffs(product.provider, sku)]
        own = self.prices.tariffs(product.provider, product.sku) if product.sku else []
        if product.model and fit(own, key).first is None:
            skus = self.prices.by_model.get(product.model, {}).get(product.provider, ())
            return [t for sku in skus for t in self.prices.tariffs(product.provider, sku)]
        return own

    def _span(self, key: LineKey, product: Product) -> Sequence[Decimal]:
        """Lowest and highest price at the provider for the workload and unit, cached input aside; empty if unknown."""
        if not product.provider or key.model_raw:
            return ()
        workload = self.workloads.get(normal_name(key.workload), "") if key.workload else ""
        place = (product.provider, workload, key.unit)
        if place not in self._spans:
            prices = [
                t.offer.price
                for sku in self.prices.skus(product.provider)
                for t in self.prices.tariffs(product.provider, sku)
                if t.meter.unit == key.unit
                and t.meter.cache == "none"
                and t.offer.price > 0
                and workload in ("", t.offer.workload)
                and not t.gone
            ]
            self._spans[place] = (min(prices), max(prices)) if prices else ()
        return self._spans[place]


def _left_out(key: LineKey, estimate: bool) -> str:
    """Why lines of a key are never held against a price, whatever they name."""
    if key.kind != "usage":
        return f"{key.kind}, not usage"
    if estimate and key.cost_basis == "estimated":
        return "an estimate, not an invoice"
    if key.currency not in ("USD", ""):
        return f"billed in {key.currency}: prices are compared in US dollars only"
    if not key.currency and key.cost_basis != "none":
        return "the file does not say in which currency this is billed"
    return "blended: the line does not say what was used" if key.line_class == "blended" else ""
