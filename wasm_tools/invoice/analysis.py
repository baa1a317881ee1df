"""A bill held against list prices: each line's effective price, where it stands, and what remains unknown and why."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Context, Decimal, localcontext

from wasm_tools.collector import collector_at_rest
from wasm_tools.invoice.billed import BilledLine, Reading
from wasm_tools.invoice.comparison import (
    ABOVE,
    AT_LIST,
    BELOW,
    UNKNOWN,
    Comparison,
    Listing,
    PriceBands,
    comparison,
    listing,
    price_bands,
    rounding_of,
)
from wasm_tools.invoice.moves import CENT, Move, best_move
from wasm_tools.invoice.price_index import PriceIndex, Span, name_key, price_index, product_of
from wasm_tools.invoice.questions import UnitQuestion, fitting_readings, plausible_span
from wasm_tools.invoice.records import normal_name
from wasm_tools.invoice.units import UnitSpellings
from wasm_tools.pricing.meters import UnitRegistry
from wasm_tools.pricing.offers import Offer

NO_MODEL = "no model named: the file does not say which model was used, so no like-for-like price exists"
UNIT_QUESTION = "the price is more than 100 times outside all known ones: check the unit"


@dataclass(frozen=True, slots=True)
class Finding:
    """One analysed line. `reason` is set, and `verdict` is "unknown", when no like-for-like price was found.

    `quantity` is in base units of `unit`, `effective_price` USD per display unit; both None while the unit is unknown.
    `comparison` is the position of its comparison, or -1.
    """

    line: BilledLine
    unit: str
    label: str
    quantity: Decimal | None
    effective_price: Decimal | None
    verdict: str
    reason: str
    comparison: int


@dataclass(frozen=True, slots=True)
class Analysis:
    """All findings of a reading. `overpaid_usd` and the moves are separate figures and must not be added."""

    reading: Reading
    findings: tuple[Finding, ...]
    comparisons: tuple[Comparison, ...]
    questions: tuple[UnitQuestion, ...]
    moves: tuple[Move, ...]
    overpaid_usd: Decimal


@dataclass(slots=True)
class _Group:
    """What all lines with the same names and unit share, and their running sums."""

    label: str = ""
    unit: str = ""
    factor: Decimal = Decimal(0)
    per: int = 1
    known: Span | None = None
    plausible: Span | None = None
    provider: str = ""
    workload: str = ""
    bands: PriceBands | None = None
    highest: Decimal = Decimal(0)
    comparison: int = -1
    reason: str = ""
    asked: list[BilledLine] = field(default_factory=list)


@dataclass(slots=True)
class _Sums:
    """Sums of the compared lines of one comparison."""

    per: int
    spend: Decimal = Decimal(0)
    base_quantity: Decimal = Decimal(0)
    at_list_spend: Decimal = Decimal(0)


def analyse(
    reading: Reading,
    offers: Iterable[Offer],
    units: UnitRegistry,
    spellings: UnitSpellings,
    workload_aliases: Mapping[str, str],
    provider_aliases: Mapping[str, str],
    model_aliases: Mapping[str, str],
    as_of: str = "",
) -> Analysis:
    """The analysis of a bill against `offers`.

    Aliases map names in lower case to our ids (workload aliases: in the normal form of `workload_names`). `as_of` is
    the ISO date of the prices to use; without it, offers that have ended are left out. Raises MeterError when an offer
    or a spelling has a unit that the registry lacks.
    """
    # The host's decimal context is not ours to rely on.
    with localcontext(Context(prec=28)), collector_at_rest():
        bill = _Bill(price_index(offers, as_of), units, spellings, workload_aliases, provider_aliases, model_aliases)
        findings = tuple(bill.finding(line) for line in reading.lines)
        return Analysis(
            reading,
            findings,
            tuple(bill.comparisons),
            tuple(bill.questions()),
            tuple(bill.moves()),
            bill.overpaid.quantize(CENT, ROUND_FLOOR),
        )


def _stated(line: BilledLine) -> tuple[str, str, str, str]:
    """What the file says about the meter of a line."""
    return (line.direction, line.modality, line.cache, line.tier)


class _Bill:
    """The look-ups of one analysis, made once per distinct combination of names, and its running sums."""

    def __init__(
        self,
        index: PriceIndex,
        units: UnitRegistry,
        spellings: UnitSpellings,
        workload_aliases: Mapping[str, str],
        provider_aliases: Mapping[str, str],
        model_aliases: Mapping[str, str],
    ) -> None:
        self.index, self.units, self.spellings = index, units, spellings
        self.workload_aliases, self.provider_aliases = workload_aliases, provider_aliases
        self.model_aliases = model_aliases
        self.comparisons: list[Comparison] = []
        self.overpaid = Decimal(0)
        self._groups: dict[tuple[str, ...], _Group] = {}
        self._listings: dict[tuple[str, ...], Listing] = {}
        self._numbers: dict[tuple[str, ...], int] = {}
        self._sums: list[_Sums] = []

    def finding(self, line: BilledLine) -> Finding:
        key = (
            line.provider, line.workload, line.model, line.unit_raw,
            line.direction, line.modality, line.cache, line.tier,
        )  # fmt: skip
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = self._group(line)
        if not group.unit:
            return Finding(line, "", "", None, None, UNKNOWN, group.reason, -1)
        quantity = line.quantity * group.factor
        effective = line.amount_usd * group.per / quantity
        if group.plausible is not None and not group.plausible[0] <= effective <= group.plausible[1]:
            group.asked.append(line)
            return Finding(line, group.unit, group.label, quantity, effective, UNKNOWN, UNIT_QUESTION, -1)
        if group.bands is None:
            return Finding(line, group.unit, group.label, quantity, effective, UNKNOWN, group.reason, group.comparison)
        found = group.bands.verdict(effective)
        if found != AT_LIST:  # it may be so because of the rounding of the amount
            found = group.bands.verdict(effective, rounding_of(line.amount_usd) * group.per / quantity)
        sums = self._sums[group.comparison]
        sums.spend += line.amount_usd
        sums.base_quantity += quantity
        if found != BELOW:
            sums.at_list_spend += line.amount_usd
        if found == ABOVE:
            self.overpaid += line.amount_usd - group.highest * quantity / group.per
        return Finding(line, group.unit, group.label, quantity, effective, found, "", group.comparison)

    def _group(self, line: BilledLine) -> _Group:
        """What the names of a line resolve to, or the first reason why it cannot be compared."""
        workload = self.workload_aliases.get(normal_name(line.workload), "")
        conversion = self.spellings.conversion(line.unit_raw, workload)
        group = _Group(workload=workload)
        provider = name_key(line.provider)
        group.provider = self.provider_aliases.get(provider, provider if provider in self.index.providers else "")
        if not conversion.unit:
            group.reason = conversion.reason
            return group
        unit = self.units.units[conversion.unit]
        group.unit, group.factor, group.per, group.label = unit.id, conversion.factor, unit.per, unit.label
        group.known = self.index.spans.get(("", workload, unit.id))
        group.plausible = plausible_span(group.known)
        product = product_of(self.index, group.provider, line.model, self.model_aliases) if line.model else ""
        if not workload:
            group.reason = f"workload {line.workload!r} is not known"
        elif not line.model:
            group.reason = NO_MODEL
        elif not product:
            group.reason = f"model {line.model!r} is not a name the catalogue knows"
        else:
            group.comparison = self._comparison(line, group, product)
            found = self.comparisons[group.comparison]
            group.reason = found.reason
            if not found.reason:
                prices = found.prices()
                group.bands, group.highest = price_bands(prices), prices[-1]
        return group

    def _comparison(self, line: BilledLine, group: _Group, product: str) -> int:
        """The position of the comparison; names that resolve to the same product share one."""
        key = (group.provider or f"?{line.provider}", product, group.unit, *_stated(line))
        if key not in self._numbers:
            self._numbers[key] = len(self.comparisons)
            self.comparisons.append(comparison(self._listing(line, group, product), line, group.provider, product))
            self._sums.append(_Sums(group.per))
        return self._numbers[key]

    def _listing(self, line: BilledLine, group: _Group, product: str) -> Listing:
        key = (product, group.unit, *_stated(line))
        if key not in self._listings:
            self._listings[key] = listing(self.index, line, product, group.unit, group.label)
        return self._listings[key]

    def questions(self) -> Iterable[UnitQuestion]:
        """One question per provider, workload and unit as written, in order of appearance."""
        asked: dict[tuple[str, str, str], tuple[_Group, list[BilledLine]]] = {}
        for group in self._groups.values():
            for line in group.asked:
                asked.setdefault((line.provider, line.workload, line.unit_raw), (group, []))[1].append(line)
        for (provider, workload, unit_raw), (group, lines) in asked.items():
            amount = sum((line.amount_usd for line in lines), Decimal(0))
            implied = amount * group.per / (sum((line.quantity for line in lines), Decimal(0)) * group.factor)
            readings = fitting_readings(self.index, group.provider, group.workload, group.unit, implied, group.factor)
            known = group.known or (Decimal(0), Decimal(0))
            yield UnitQuestion(
                provider, workload, unit_raw, group.unit, group.label, len(lines), amount, implied, known, readings
            )

    def moves(self) -> Iterable[Move]:
        """The best move of each comparison that has one."""
        for number, (found, sums) in enumerate(zip(self.comparisons, self._sums, strict=True)):
            move = best_move(number, found, sums.per, sums.spend, sums.base_quantity, sums.at_list_spend)
            if move is not None:
                yield move
