"""Where the regions lie that sellers name: data/registry/regions.csv, one row a region."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

from generator.registry import RegistryError, Row, csv_rows

FILE = "regions.csv"
OPEN = "open"


class Place(Row):
    """One region as sellers name it.

    `kind`: `place`, where the machines stand; `zone`, within which the seller keeps the data; `open`, neither. `zone`
    is `eu` for the member states of the European Union, else the country's code in small letters, `us-gov` for the
    clouds of US authorities. `area` is a name of surcharges_latency.csv, empty where that does not measure it.
    `access` says who may rent there: `authorities` and their suppliers, or who has permission for `recovery`.
    """

    region: str
    kind: Literal["place", "zone", "open"]
    country: str  # ISO 3166, two letters; empty for several countries
    zone: str
    area: str
    access: Literal["anyone", "authorities", "recovery"]
    source: str


Places = Mapping[str, Place]


def load_places(registry: Path) -> Places:
    """The regions by name; RegistryError names a region that has two rows, or a zone where there is none."""
    places: dict[str, Place] = {}
    for row in csv_rows(registry / FILE, Place):
        if row.region in places:
            raise RegistryError(f"{FILE}: {row.region} has two rows; one region lies in one place")
        if (row.kind == "open") == bool(row.zone):
            raise RegistryError(f"{FILE}: {row.region} is {row.kind!r} with the zone {row.zone!r}")
        places[row.region] = row
    return places


def zone_of(region: str, places: Places) -> str:
    """The zone in which a region lies for certain; empty where its name does not tell, or nobody has placed it."""
    place = places.get(region)
    return place.zone if place else ""


def for_anyone(region: str, places: Places) -> bool:
    """Whether every buyer may take a region."""
    place = places.get(region)
    return place is None or place.access == "anyone"


def unplaced(regions: Iterable[str], places: Places) -> list[str]:
    """The regions that have no row, by name."""
    return sorted({r for r in regions if r} - places.keys())
