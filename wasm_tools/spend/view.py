"""Which part of what was spent is looked at: days, names and tags."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from wasm_tools.spend.spent import Entry, Spend


@dataclass(frozen=True, slots=True)
class View:
    """`''` is everything. `since` and `until` are ISO days, both included; `tags` must all be there with their value.

    `provider` and `model` are names as the catalogue has them, or as written where it knows none.
    """

    since: str = ""
    until: str = ""
    provider: str = ""
    model: str = ""
    status: str = ""
    file: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def dated(self) -> bool:
        """Whether days outside of it are left out."""
        return bool(self.since or self.until)


def within(day: str, since: str, until: str) -> bool:
    """Whether an ISO day lies between two that are included; what has no day lies within nothing but everything."""
    return (not since or day >= since) and (not until or ("" < day <= until))


def told_until(entries: Iterable[Entry], today: str) -> str:
    """`today` for ledgers, which have every call when it ends; '' where bills are among them, which come late."""
    return "" if any(e.paid is not None for e in entries) else today


def selected(spend: Spend, view: View) -> list[Entry]:
    """The entries of a view."""
    if view == View():
        return list(spend.entries)
    names: dict[int, bool] = {}
    found = []
    for entry in spend.entries:
        known = names.get(id(entry.what))
        if known is None:
            known = names[id(entry.what)] = _named(entry, view, spend)
        if known and within(entry.when[:10], view.since, view.until):
            found.append(entry)
    return found


def _named(entry: Entry, view: View, spend: Spend) -> bool:
    what, tags = entry.what, dict(entry.what.tags)
    return (
        view.provider in ("", entry.provider)
        and view.model in ("", entry.model)
        and view.status in ("", what.status)
        and (not view.file or view.file == spend.files[what.file])
        and all(tags.get(name) == value for name, value in view.tags.items())
    )


def choices(entries: Iterable[Entry], spend: Spend) -> dict[str, object]:
    """All names that a view may ask for."""
    whats = {id(e.what): e for e in entries}.values()
    tags: dict[str, set[str]] = {}
    for entry in whats:
        for name, value in entry.what.tags:
            tags.setdefault(name, set()).add(value)
    return {
        "provider": sorted({e.provider for e in whats} - {""}),
        "model": sorted({e.model for e in whats} - {""}),
        "status": sorted({e.what.status for e in whats} - {""}),
        "file": list(spend.files),
        "tags": {name: sorted(values) for name, values in sorted(tags.items())},
    }
