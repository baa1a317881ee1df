"""Changes as ready strings: what changed in words, from which price to which, by how many per cent, and who says so."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from generator.change_kinds import Change
from generator.changes import percent_text
from generator.render.change_index import ChangeIndex, Group
from generator.render.formats import missing
from generator.render.held_back import stated_price
from generator.render.meter_words import meter_words
from generator.render.offer_columns import COMMITMENT_WORDS
from generator.render.texts import label, number_text, text
from wasm_tools.pricing.meters import MeterError, UnitRegistry, parse_meter

# The kinds as they are named beside a row and above a table, in the order of the page.
WORDS = {
    "repriced": ("repriced", "Repriced"),
    "new": ("new", "New models"),
    "removed": ("removed", "Removed models"),
    "further": ("further price", "Further prices of listed models"),
    "back": ("listed again", "Listed again"),
    "withdrawn": ("price withdrawn", "Prices withdrawn from models that stay"),
    "restated": ("restated", "Restated, no news"),
    "covered": ("first covered", "First covered, no news"),
    "uncovered": ("no longer covered", "No longer covered, no news"),
}
LINES = 2  # price lines of a row; the files have all


def change_row(group: Group, changes: ChangeIndex, lines: int = LINES) -> dict[str, Any]:
    """One line: who, which model, what happened, the largest change, and the sources."""
    index = changes.index
    said = price_lines(group.changes, index.data.registry.units)
    first = group.changes[0]
    return {
        "date": group.date,
        "day_href": day_path(group.date),
        "kind": group.kind,
        "word": text(f"changes.word.{group.kind}"),
        "provider": index.provider_name(group.provider),
        "provider_href": f"providers/{group.provider}/" if group.provider in changes.provider_pages else "",
        "name": thing_name(group, changes),
        "href": thing_path(group, changes),
        "sku": group.sku,
        "lines": said[:lines],
        "more": len(said) - lines if len(said) > lines else 0,
        "percent": percent_words(first.percent),
        "percent_exact": percent_text(first.percent),
        "direction": direction(first.percent),
        "reason": first.reason,
        "source": main_source(group, changes),
        "prices": len(group.changes),
    }


def row_elements(row: Mapping[str, Any]) -> int:
    """How many elements a row takes in its table, at most: cells, links, lines."""
    lines = sum(3 if line["new"] else 2 for line in row["lines"])
    return 8 + bool(row["provider_href"]) + 2 * bool(row["name"]) + lines + 2 * bool(row["direction"]) + 2


def thing_name(group: Group, changes: ChangeIndex) -> str:
    """The name of the model or GPU behind an id; empty while nobody has registered it."""
    if group.gpu:
        return changes.index.gpu_name(group.gpu)
    return changes.index.model_name(group.model) if group.model else ""


def thing_path(group: Group, changes: ChangeIndex) -> str:
    """The page of the model or GPU behind an id, relative to the site; empty without one."""
    if group.gpu:
        return f"gpus/{group.gpu}/"
    return f"models/{group.model}/" if group.model in changes.model_pages else ""


def price_lines(changes: Iterable[Change], units: UnitRegistry) -> list[dict[str, str]]:
    """What is billed, from → to, with the unit; regions with the same change share a line."""
    alike: dict[tuple[str, str, str, str, str], list[Change]] = {}
    for c in changes:
        e = c.event
        alike.setdefault((e.meter, e.old, e.new, e.currency, c.reason), []).append(c)
    found = []
    for (meter, old, new, currency, reason), of_them in alike.items():
        words, unit = billed(meter, units)
        percent = of_them[0].percent
        found.append(
            {
                "what": words + place_words([c.event.region for c in of_them]),
                "old": stated_price(old, currency) if old else "",
                "new": stated_price(new, currency) if new else "",
                "unit": unit,
                "percent": "" if percent is None else percent_words(percent),
                "reason": reason,
            }
        )
    return found


def billed(meter: str, units: UnitRegistry) -> tuple[str, str]:
    """What an event's meter bills, in words, and the unit that its price is for."""
    if meter.startswith("gpu_hour"):
        commitment = meter.partition(";")[2]
        words = text(f"changes.commitment.{commitment}") if commitment in COMMITMENT_WORDS else commitment
        return words, text("changes.gpu_hour")
    try:
        parsed = parse_meter(meter)
        return meter_words(parsed), label(units.unit(parsed).label)
    except MeterError:  # history outlives the registry of units
        return meter, text("changes.unit")


def place_words(regions: Sequence[str]) -> str:
    """Regions behind a price: nothing for the one that all share, the name of a single one, else how many."""
    named = sorted(r for r in regions if r != "global")
    if not named:
        return ""
    return f", {named[0]}" if len(regions) == 1 else f", {text('changes.regions', n=len(regions))}"


def percent_words(change: Decimal | None) -> Any:
    """A change in per cent with its sign: one decimal below 10 %, whole ones above."""
    if change is None:
        return missing(text("changes.no_percent"))
    step = Decimal("0.1") if abs(change) < 10 else Decimal(1)
    return number_text(f"{change.quantize(step, ROUND_HALF_EVEN):+,} %".replace("-", "−"))


def direction(change: Decimal | None) -> str:
    """`down`, `up`, or nothing."""
    return "" if not change else "down" if change < 0 else "up"


def main_source(group: Group, changes: ChangeIndex) -> dict[str, Any]:
    """The best ranked source that was read on the day, with the number of others that state a price."""
    registry = changes.index.data.registry.source
    names = {s for c in group.changes for s in c.event.sources.split()}
    read = changes.readings[group.date].keys()
    order = sorted(names, key=lambda s: (s not in read, registry[s].rank if s in registry else 99, s))
    first = order[0] if order else ""
    return {
        "id": first if first in registry else "",
        "title": registry[first].title if first in registry else first,
        "more": len(order) - 1 if order else 0,
    }


def day_path(date: str) -> str:
    """The page of a day, relative to the site."""
    return f"history/{date}/"
