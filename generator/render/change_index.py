"""The changes of a site by day and by the thing they belong to, gathered so that one line says what one model did."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from generator.change_kinds import KINDS, Change, PriceKey, in_force, judged, price_key
from generator.groups import grouped
from generator.render.once import once
from generator.render.page import SiteData
from generator.render.site_index import SiteIndex, site_index
from generator.sync.rentals import rental_meter
from wasm_tools.pricing.meters import TEXT_INPUT, TEXT_OUTPUT
from wasm_tools.pricing.offers import Offer

_PLAIN = (rental_meter("on_demand"), str(TEXT_INPUT), str(TEXT_OUTPUT))
_ORDER = {kind: place for place, kind in enumerate(KINDS)}


@dataclass(frozen=True, slots=True)
class Group:
    """Changes of one kind of one id at one provider on one day, the largest first. `model` and `gpu` are resolved."""

    date: str
    kind: str
    provider: str
    sku: str
    model: str
    gpu: str
    changes: tuple[Change, ...]

    @property
    def size(self) -> Decimal:
        """The largest factor by which a price of the group moved, up or down; 1 where none did."""
        return factor(self.changes[0])


def factor(change: Change) -> Decimal:
    """By which factor a price moved, up or down, never below 1; 1 where there is no old or new price."""
    if change.percent is None or change.percent <= -100:
        return Decimal(1)
    share = change.percent / 100 + 1
    return max(share, 1 / share)


@dataclass(frozen=True)
class ChangeIndex:
    """The changes of one site. Computed once, read by the pages, the feeds and the files."""

    index: SiteIndex

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """Every event of the state with its kind, oldest first."""
        titles = {s.id: s.title for s in self.index.data.registry.sources}
        state = self.index.data.state
        return tuple(judged(state.events, in_force(state), lambda s: titles.get(s, s)))

    @cached_property
    def days(self) -> Mapping[str, list[Change]]:
        """Changes by day, the newest day first."""
        found: defaultdict[str, list[Change]] = defaultdict(list)
        for c in reversed(self.changes):
            found[c.event.date].append(c)
        return found

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """Changes by day, id and kind; newest first, within a day by kind and size."""
        found: defaultdict[tuple[str, str, str, str], list[Change]] = defaultdict(list)
        for c in self.changes:
            found[c.event.date, c.kind, *c.sku].append(c)
        groups = [
            Group(*key, *self.resolved(key[2], key[3]), tuple(sorted(changes, key=_largest_first)))
            for key, changes in found.items()
        ]
        sellers = self.index.sellers_of_model
        groups.sort(key=lambda g: (_ORDER[g.kind], -g.size, -sellers.get(g.model, 0), g.provider, g.sku))
        return tuple(sorted(groups, key=lambda g: g.date, reverse=True))

    @cached_property
    def groups_of_day(self) -> Mapping[str, list[Group]]:
        """Groups by day, the newest day first."""
        return grouped((g.date, g) for g in self.groups)

    @cached_property
    def groups_of_provider(self) -> Mapping[str, list[Group]]:
        """Groups by provider, newest first."""
        return grouped((g.provider, g) for g in self.groups)

    @cached_property
    def groups_of_model(self) -> Mapping[str, list[Group]]:
        """Groups by resolved model that has a page, newest first."""
        return grouped((g.model, g) for g in self.groups if g.model in self.model_pages)

    @cached_property
    def model_pages(self) -> Set[str]:
        """The models that have a page."""
        return frozenset(self.index.models)

    @cached_property
    def provider_pages(self) -> Set[str]:
        """The providers that have a page: those with a price today."""
        return frozenset(self.index.providers)

    @cached_property
    def groups_of_gpu(self) -> Mapping[str, list[Group]]:
        """Groups of rental prices by resolved GPU, newest first."""
        return grouped((g.gpu, g) for g in self.groups if g.gpu)

    @cached_property
    def readings(self) -> Mapping[str, dict[str, str]]:
        """By day the sources that were read on it, each with the day of the change before (empty for its first).

        A source is known to have been read on a day when it alone stands behind an event of that day.
        """
        found: dict[str, dict[str, str]] = {}
        before: dict[str, str] = {}
        snapshots = self.index.data.state.snapshots
        for date, changes in reversed(list(self.days.items())):
            named = {c.event.sources for c in changes}
            everyone = {s for sources in named for s in sources.split()}
            newest = {s for s in everyone if s in snapshots and snapshots[s].observed_at == date}
            read = sorted({s for s in named if " " not in s} | newest)
            found[date] = {s: before.get(s, "") for s in read}
            before |= dict.fromkeys(read, date)
        return found

    @cached_property
    def notable(self) -> tuple[Group, ...]:
        """Repriced groups of the newest day with any, that are supported and of a known model, largest first.

        One a model: a price that ten resellers follow is one change.
        """
        repriced = [g for g in self.groups if g.kind == "repriced" and g.model in self.model_pages]
        newest = [g for g in repriced if g.date == repriced[0].date and self.supported(g.changes[0])]
        best: dict[str, Group] = {}
        for g in newest:
            best.setdefault(g.model, g)
        return tuple(best.values())

    def supported(self, change: Change) -> bool:
        """Whether a new price is in force and stated by two families of sources or by the provider's own list."""
        offer = self._offers.get(price_key(change.event))
        if offer is None or offer.price != Decimal(change.event.new):
            return False
        source = self.index.data.registry.source
        agreeing = {e.source for e in offer.evidence if e.price == offer.price and not e.absent_since}
        return change.event.provider in agreeing or len({source[s].family for s in agreeing if s in source}) > 1

    @cached_property
    def _offers(self) -> Mapping[PriceKey, Offer]:
        offers = self.index.data.state.offers
        return {(o.provider, o.sku, str(o.meter), o.region, o.currency): o for o in offers}

    def resolved(self, provider: str, sku: str) -> tuple[str, str]:
        """Model and GPU of an id; both empty while nobody has registered the name."""
        gpu = self._gpus.get((provider, sku))
        return ("", gpu) if gpu is not None else (self.index.data.registry.model_of(provider, sku), "")

    @cached_property
    def _gpus(self) -> Mapping[tuple[str, str], str]:
        return {(r.provider, r.instance): r.gpu for r in self.index.data.rentals}


def _largest_first(change: Change) -> tuple[Decimal, bool, int, str]:
    """Of equal changes the plain price before those of a region, a tier or a commitment."""
    meter = change.event.meter
    plain = _PLAIN.index(meter) if meter in _PLAIN else len(_PLAIN)
    return (-factor(change), change.event.region != "global", plain, meter)


def counted(changes: Iterable[Change]) -> Counter[str]:
    """How many changes there are of each kind."""
    return Counter(c.kind for c in changes)


@once
def change_index(data: SiteData) -> ChangeIndex:
    """The changes of a site: pages, feeds and files all ask."""
    return ChangeIndex(site_index(data))
