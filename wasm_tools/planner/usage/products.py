"""From price rows to complete products: what one unit of use is billed, or why a row is no part of such a bill."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase

from wasm_tools.planner.usage.book import Comparator, Part, Row, UsageBook

RENTED_UNITS = ("gpu_second", "provisioned_second")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a price row is not in a ranking: the kind, and the reason in words."""

    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class Charge:
    """A price and how many base units of it one unit of use takes; `steps` are its volume tiers, lowest first."""

    row: Row
    quantity: Decimal
    steps: tuple[tuple[Decimal, Row], ...] = ()


@dataclass(frozen=True, slots=True)
class Product:
    """A complete bill of one SKU. `per_hour` is set for rented capacity: base units of use of one rented unit."""

    charges: tuple[Charge, ...]
    rows: tuple[int, ...]  # positions in the book
    basis: str = ""  # who states the conversion or throughput that it rests on
    per_hour: Decimal | None = None

    @property
    def first(self) -> Row:
        """The price that names the product."""
        return self.charges[0].row

    @property
    def all_rows(self) -> Iterable[Row]:
        """Every price of the bill."""
        for charge in self.charges:
            yield charge.row
            yield from (row for _, row in charge.steps)


def products(book: UsageBook, comparator: Comparator, use: Decimal) -> tuple[list[Product], dict[int, Refusal]]:
    """The complete products of a ranking at `use` base units a month, and the refusal of every other row by position.

    Every row is either of exactly one product or refused once.
    """
    groups: dict[tuple[str, str, str], list[int]] = {}
    for position, row in enumerate(book.rows):
        groups.setdefault((row.provider, row.sku, row.region), []).append(position)
    found: list[Product] = []
    refused: dict[int, Refusal] = {}
    counted = _counted(book)
    for group in groups.values():
        product, why = _product(book, comparator, use, group)
        taken = product.rows if product else ()
        if product:
            found.append(product)
        for position in group:
            if position not in taken:
                refused[position] = why.get(position) or _unused(book.rows[position], comparator, counted)
    return found, refused


def _product(
    book: UsageBook, comparator: Comparator, use: Decimal, group: Sequence[int]
) -> tuple[Product | None, dict[int, Refusal]]:
    """The product of one SKU, if its rows make one, and what is known of single rows that are not in it."""
    why: dict[int, Refusal] = {}
    usable: dict[str, int] = {}
    for position in group:
        row = book.rows[position]
        if row.aside:
            why[position] = Refusal(row.aside, row.why)
        else:
            usable[row.meter] = position
    steps = _volume_steps(book, comparator, use, usable, why)
    parts, basis = comparator.parts, ""
    if not any(meter in usable for meter in parts[0].meters):
        parts, basis = _converted(book, comparator, book.rows[group[0]])
    if not parts or not any(meter in usable for meter in parts[0].meters):
        return _rented(book, comparator, usable, why), why
    chosen = [next((usable[m] for m in part.meters if m in usable), None) for part in parts]
    billed = [position for position in chosen if position is not None]
    missing = [p.meters[0] for p, position in zip(parts, chosen, strict=True) if p.required and position is None]
    apart = [meter for meter in comparator.unless if meter in usable]
    if missing or (apart and not basis):
        text = f"the price of {missing[0]} is not stated" if missing else f"{apart[0]} is billed beside it"
        why |= {position: Refusal("incomplete", text) for position in billed}
        return None, why
    charges = tuple(
        Charge(book.rows[position], part.quantity, tuple((b, book.rows[p]) for b, p in steps.get(position, ())))
        for part, position in zip(parts, chosen, strict=True)
        if position is not None
    )
    in_steps = [p for position in billed for _, p in steps.get(position, ())]
    return Product(charges, tuple(billed + in_steps), basis), why


def _volume_steps(
    book: UsageBook, comparator: Comparator, use: Decimal, usable: dict[str, int], why: dict[int, Refusal]
) -> dict[int, list[tuple[Decimal, int]]]:
    """The tiers that the use reaches, by the position of the base price; those beyond it are refused here.

    Tiers count base units of their own meter, of which the first part takes its quantity a unit of use.
    """
    steps: dict[int, list[tuple[Decimal, int]]] = {}
    for tier in sorted(book.tiers, key=lambda t: t.begins):
        position = usable.get(tier.meter)
        if position is None or (book.rows[position].provider, book.rows[position].sku) != (tier.provider, tier.sku):
            continue
        base = usable.get(tier.base)
        if base is not None and tier.base in comparator.parts[0].meters:
            del usable[tier.meter]
            if use * comparator.parts[0].quantity > tier.begins:
                steps.setdefault(base, []).append((tier.begins, position))
            else:
                why[position] = Refusal("volume", f"only for what goes beyond {tier.begins:,f} a month")
    return steps


def _converted(book: UsageBook, comparator: Comparator, row: Row) -> tuple[tuple[Part, ...], str]:
    for c in book.conversions:
        if c.comparator == comparator.id and fnmatchcase(row.provider, c.provider) and fnmatchcase(row.sku, c.sku):
            return c.parts, c.source
    return (), ""


def _rented(
    book: UsageBook, comparator: Comparator, usable: Mapping[str, int], why: dict[int, Refusal]
) -> Product | None:
    for position in usable.values():
        row = book.rows[position]
        if row.unit not in RENTED_UNITS:
            continue
        for t in book.throughputs:
            if (t.provider, t.sku, t.comparator) == (row.provider, row.sku, comparator.id):
                return Product((Charge(row, Decimal(0)),), (position,), t.source, t.per_hour)
        why[position] = Refusal("throughput", f"rented by time; no source states how many {comparator.label}s that is")
    return None


def _counted(book: UsageBook) -> dict[str, str]:
    """The label of the ranking that counts a meter: the one that it leads, else one that has it as a further part."""
    parts = [
        (i, meter, c.label) for c in book.comparators.values() for i, p in enumerate(c.parts) for meter in p.meters
    ]
    labels = {meter: label for _, meter, label in sorted(parts, key=lambda part: -part[0])}
    return labels | {tier.meter: labels[tier.base] for tier in book.tiers if tier.base in labels}


def _unused(row: Row, comparator: Comparator, counted: Mapping[str, str]) -> Refusal:
    """The reason of a usable row in no product: a double, a part without the whole, counted elsewhere or never."""
    lead, *further = comparator.parts
    if row.meter in lead.meters:
        return Refusal("superseded", "another price of the same product says the same")
    if any(row.meter in part.meters for part in further):
        return Refusal("incomplete", f"the price of {lead.meters[0]} is not stated")
    if row.meter in counted:
        return Refusal("unit", f"billed by another unit: ranked per {counted[row.meter]}")
    return Refusal(row.uncounted, row.uncounted_why or f"no ranking counts {row.meter}")
