"""The files under /api/v1/history/: changes by day and by provider as JSON, by quarter as CSV, and their index."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from generator.change_kinds import KINDS, Change
from generator.changes import percent_text
from generator.render.api_table import ApiTable, Cell, Column
from generator.render.change_index import ChangeIndex, counted

FOLDER = "history/"
DESCRIPTION = "Recorded changes of prices and what each was judged to be."
WHOLE_IN_FEED = 50  # events of a provider from which on it has a file of its own
COLUMNS = (
    Column("date", "date", "day on which a source was read that says so; the change is not younger"),
    Column("kind", "text", "what the change is: " + "; ".join(f"{kind}: {what}" for kind, what in KINDS.items())),
    Column("provider", "text", "who bills"),
    Column("sku", "text", "the provider's model id, or the instance of a rental"),
    Column("model", "text", "our model id, empty while the name is unresolved"),
    Column("gpu", "text", "our GPU id of a rental, else empty"),
    Column("meter", "text", "what is billed; gpu_hour;COMMITMENT for rentals"),
    Column("region", "text", "region as the provider names it"),
    Column("currency", "text", "ISO 4217"),
    Column("old", "decimal", "price before, empty where there was none", "currency per display unit of the meter"),
    Column("new", "decimal", "price after, empty where there is none", "currency per display unit of the meter"),
    Column("percent", "decimal", "change of the price, rounded to 0.01, empty without two prices", "%"),
    Column("sources", "text", "ids of the sources that state a price for it, separated by spaces"),
    Column("already", "text", "ids of the sources that stated the new price before, separated by spaces"),
    Column("reason", "text", "why it is of this kind, where that needs saying"),
)


def day_file(date: str) -> str:
    """The name of the file of a day, relative to /api/v1/."""
    return f"{FOLDER}{date}.json"


def provider_file(provider: str) -> str:
    """The name of the file of a provider, relative to /api/v1/."""
    return f"{FOLDER}providers/{provider}.json"


def quarter(date: str) -> str:
    """The quarter of an ISO date: `2026-q4`."""
    return f"{date[:4]}-q{(int(date[5:7]) + 2) // 3}"


def quarter_file(name: str) -> str:
    """The name of the CSV file of a quarter, relative to /api/v1/."""
    return f"{FOLDER}{name}.csv"


@dataclass(frozen=True, slots=True)
class HistoryTables:
    """The published tables of all changes: one a day and one a provider for JSON, one a quarter for CSV."""

    days: tuple[ApiTable, ...]
    providers: tuple[ApiTable, ...]
    quarters: tuple[ApiTable, ...]


def history_tables(changes: ChangeIndex) -> HistoryTables:
    """All tables, newest first. Days and quarters each hold every change once; a provider whose changes fit into its
    feed has no table of its own.
    """
    cells = {id(c): change_cells(c, changes) for c in changes.changes}
    quarters: dict[str, list[Change]] = {}
    for date, of_day in changes.days.items():
        quarters.setdefault(quarter(date), []).extend(of_day)
    of_provider = {p: [c for g in groups for c in g.changes] for p, groups in changes.groups_of_provider.items()}

    def table(name: str, title: str, found: Iterable[Change]) -> ApiTable:
        return ApiTable(FOLDER + name, title, DESCRIPTION, COLUMNS, [cells[id(c)] for c in found])

    return HistoryTables(
        tuple(table(date, f"Changes of {date}", of_day) for date, of_day in changes.days.items()),
        tuple(
            table(f"providers/{provider}", f"Changes at {changes.index.provider_name(provider)}", found)
            for provider, found in of_provider.items()
            if has_file(len(found))
        ),
        tuple(table(name, f"Changes in {name.replace('-q', ', quarter ')}", found) for name, found in quarters.items()),
    )


def has_file(changes: int) -> bool:
    """Whether a provider with so many changes has a file of its own."""
    return changes > WHOLE_IN_FEED


def history_index(changes: ChangeIndex) -> dict[str, Any]:
    """What there is: days with their counts by kind, providers, quarters."""
    of_provider = {p: sum(len(g.changes) for g in groups) for p, groups in changes.groups_of_provider.items()}
    return {
        "as_of": changes.index.data.as_of,
        "kinds": dict(KINDS),
        "days": [
            {
                "date": date,
                "path": day_file(date),
                "sources": sorted(changes.readings[date]),
                "changes": len(of_day),
                "by_kind": _in_order(of_day),
            }
            for date, of_day in changes.days.items()
        ],
        "quarters": sorted({quarter_file(quarter(date)) for date in changes.days}),
        "providers": [
            {
                "provider": provider,
                "changes": count,
                "newest": changes.groups_of_provider[provider][0].date,
                "path": provider_file(provider) if has_file(count) else None,
            }
            for provider, count in sorted(of_provider.items())
        ],
    }


def _in_order(of_day: Iterable[Change]) -> Mapping[str, int]:
    found = counted(of_day)
    return {kind: found[kind] for kind in KINDS if found[kind]}


def change_cells(change: Change, changes: ChangeIndex) -> tuple[Cell, ...]:
    """A change as a row of the published tables."""
    e = change.event
    model, gpu = changes.resolved(e.provider, e.sku)
    return (
        e.date, change.kind, e.provider, e.sku, model, gpu, e.meter, e.region, e.currency, e.old, e.new,
        percent_text(change.percent), e.sources, e.already, change.reason,
    )  # fmt: skip
