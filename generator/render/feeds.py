"""The feeds: one of everything, and one a provider, a model and a rented GPU with changes. Nobody signs up."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from generator.change_kinds import KINDS, NEWS
from generator.render.change_index import ChangeIndex, Group, change_index, counted
from generator.render.change_rows import WORDS, day_path, price_lines
from generator.render.feed_formats import Entry, Feed, atom, json_feed
from generator.render.page import Alternate, SiteData

FOLDER = "feeds/"
ALL = "all"
ENTRIES = 50  # of a feed; older ones are on the pages and in the files
LINES = 20  # of an entry
ATOM, JSON = "application/atom+xml", "application/feed+json"


def feed_files(data: SiteData, site_url: str) -> Iterator[tuple[str, bytes]]:
    """Path relative to the site and content of every feed in both forms."""
    for feed in feeds(change_index(data)):
        yield f"{feed.path}.atom", atom(feed, site_url).encode()
        yield f"{feed.path}.json", json_feed(feed, site_url).encode()


def feed_path(thing: str) -> str:
    """The path of the feed of a thing like `models/gpt-5`, relative to the site, without ending."""
    return FOLDER + thing


def alternates(thing: str, title: str) -> tuple[Alternate, Alternate]:
    """The two forms of a feed for the head of a page, where feed readers look."""
    path = feed_path(thing)
    return (
        Alternate(ATOM, f"{path}.atom", f"{title} (Atom)"),
        Alternate(JSON, f"{path}.json", f"{title} (JSON Feed)"),
    )


def feeds(changes: ChangeIndex) -> Iterator[Feed]:
    """Every feed."""
    index = changes.index
    lines = _Lines(changes)
    yield feed_of_all(changes, lines)
    for provider, groups in sorted(changes.groups_of_provider.items()):
        page = f"providers/{provider}/" if provider in changes.provider_pages else "history/"
        yield feed_of_provider(provider, groups, page, changes, lines)
    for model, groups in sorted(changes.groups_of_model.items()):
        yield feed_of_thing(f"models/{model}", index.model_name(model), groups, changes, lines)
    for gpu, groups in sorted(changes.groups_of_gpu.items()):
        yield feed_of_thing(f"gpus/{gpu}", index.gpu_name(gpu), groups, changes, lines)


def feed_of_all(changes: ChangeIndex, lines: "_Lines") -> Feed:
    """An entry a day, with the news of it, the largest first."""
    entries = []
    for day, groups in list(changes.groups_of_day.items())[:ENTRIES]:
        told = [lines.named(g) for g in [g for g in groups if g.kind in NEWS][:LINES]]
        entries.append(Entry(day, f"{day}: {count_words(groups)}", day, day_path(day), _bounded(told, groups)))
    return Feed(
        feed_path(ALL), "Inference prices: what changed", "Every day with changed prices of AI models and rented GPUs.",
        "history/", tuple(entries), changes.index.data.as_of,
    )  # fmt: skip


def feed_of_provider(provider: str, groups: Sequence[Group], page: str, changes: ChangeIndex, lines: "_Lines") -> Feed:
    """An entry a day."""
    name = changes.index.provider_name(provider)
    entries = []
    for day, found in _by_day(groups):
        told = [lines.at_provider(g) for g in found[:LINES]]
        entries.append(Entry(day, f"{name}, {day}: {count_words(found)}", day, page, _bounded(told, found)))
    return Feed(
        feed_path(f"providers/{provider}"), f"{name}: price changes", f"What {name} charges otherwise than before.",
        page, tuple(entries[:ENTRIES]), changes.index.data.as_of,
    )  # fmt: skip


def feed_of_thing(thing: str, name: str, groups: Sequence[Group], changes: ChangeIndex, lines: "_Lines") -> Feed:
    """Of a model or a GPU: an entry a day and provider."""
    entries = []
    for day, of_day in _by_day(groups):
        of_provider: dict[str, list[Group]] = {}
        for g in of_day:
            of_provider.setdefault(g.provider, []).append(g)
        for provider, found in of_provider.items():
            seller = changes.index.provider_name(provider)
            told = [line for g in found for line in lines.of(g)]
            title = f"{name} at {seller}: {count_words(found)}"
            entries.append(Entry(f"{day}/{provider}", title, day, f"{thing}/", _bounded(told[:LINES], found)))
        if len(entries) >= ENTRIES:
            break
    return Feed(
        feed_path(thing), f"{name}: price changes", f"What providers charge for {name} otherwise than before.",
        f"{thing}/", tuple(entries[:ENTRIES]), changes.index.data.as_of,
    )  # fmt: skip


def count_words(groups: Sequence[Group]) -> str:
    """Prices by kind in words: `12 repriced, 3 new`."""
    counts = counted(c for g in groups for c in g.changes)
    return ", ".join(f"{counts[kind]:,} {WORDS[kind][0]}" for kind in KINDS if counts[kind])


def _by_day(groups: Sequence[Group]) -> Iterator[tuple[str, list[Group]]]:
    for day, found in groupby(groups, key=lambda g: g.date):
        yield day, list(found)


def _bounded(told: list[str], groups: Sequence[Group]) -> tuple[str, ...]:
    """The lines with one that says how many prices there are in all, where the lines cannot tell them all."""
    prices = sum(len(g.changes) for g in groups)
    return tuple(told) if len(told) >= prices else (*told, f"{prices:,} prices in all.")


class _Lines:
    """Changes as sentences. Those of a group are made once: its provider's feed and its model's both tell them."""

    def __init__(self, changes: ChangeIndex) -> None:
        self._changes = changes
        self._made: dict[int, list[str]] = {}

    def of(self, group: Group) -> list[str]:
        """A line a price: what, from → to, by how many per cent, and why it is no news."""
        made = self._made.get(id(group))
        if made is None:
            units = self._changes.index.data.registry.units
            made = self._made[id(group)] = [_line(group, said) for said in price_lines(group.changes, units)]
        return made

    def at_provider(self, group: Group) -> str:
        """The first line of a group, with what is sold and how many more prices there are."""
        index = self._changes.index
        name = index.model_name(group.model) if group.model else index.gpu_name(group.gpu) if group.gpu else ""
        of_it = self.of(group)
        more = f"; {len(of_it) - 1:,} more" if len(of_it) > 1 else ""
        return f"{f'{name} ({group.sku})' if name else group.sku}: {of_it[0]}{more}"

    def named(self, group: Group) -> str:
        """The same with the provider."""
        return f"{self._changes.index.provider_name(group.provider)}: {self.at_provider(group)}"


def _line(group: Group, said: dict[str, str]) -> str:
    word = WORDS[group.kind][0]
    prices = " → ".join(p for p in (said["old"], said["new"]) if p)
    change = f" ({said['percent']})" if said["percent"] else ""
    why = f"; {said['reason']}" if said["reason"] else ""
    return f"{word}: {said['what']} {prices} /{said['unit']}{change}{why}"
