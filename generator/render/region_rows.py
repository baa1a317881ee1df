"""The prices of a site by region, and of many machines of one GPU the one that stands for them."""

from collections.abc import Iterable

from generator.groups import grouped
from generator.places import checkout
from generator.regions.book import RegionBook
from generator.regions.spreads import Spread
from generator.render.once import once
from generator.render.page import SiteData
from generator.render.site_index import site_index


@once
def regions_of(data: SiteData) -> RegionBook:
    """The prices of a site by region: its pages, its chart and its files ask."""
    folder, grades = checkout().registry, site_index(data).grades
    return RegionBook(data.registry, data.state, data.offers, data.rentals, data.as_of, folder, grades)


def representative(spreads: Iterable[Spread]) -> list[tuple[Spread, int]]:
    """Of each seller, GPU and commitment the machine with most regions, then fewest GPUs, and how many others."""
    groups = grouped(((s.product.provider, s.product.of or s.product.called, s.product.terms), s) for s in spreads)
    chosen = [
        (min(g, key=lambda s: (-len(s.prices), s.product.count, s.product.name)), len(g) - 1) for g in groups.values()
    ]
    return sorted(chosen, key=lambda c: (-c[0].share, c[0].product))
