"""Every number on a page is traceable: it stands in the data files that the page names, exactly."""

import random
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from generator.render.downloads import download_files
from generator.render.page import SiteData
from generator.render.twins import forms
from tests.generator.rendered_pages import articles
from tests.generator.small_site import small_site
from tests.generator.traced_numbers import Published, Shown, data_files, published_numbers, says, shown_numbers
from tests.generator.trust_site import trust_articles, trust_site

KINDS = ("models", "providers", "gpus", "plans", "use-cases", "workloads")
PAGES, CELLS, SEED = 40, 25, 20261120


def of_kind(path: str, kind: str) -> bool:
    return path.startswith(f"{kind}/") and path != f"{kind}/" and not path.startswith("models/by/")


@cache
def files(trust: bool) -> dict[str, bytes]:
    return dict(download_files(trust_site() if trust else small_site()))


def parts(paths: Iterator[str] | list[str], there: set[str]) -> list[str]:
    """The files of a page: the prices of a provider are in CSV files, its many changes in a file of their own; what no
    ranking of a workload has is in one file for all."""
    named = set(paths)
    named |= {p for path in named if (p := path.replace("api/v1/", "api/v1/history/")) in there}
    of_all = ("left_out", "relaxed")
    named |= {p for path in named for one in of_all if (p := f"{path.rpartition('/')[0]}/{one}.json") in there}
    named |= {p for path in named for end in (".csv", "-gpus.csv") if (p := path.removesuffix(".json") + end) in there}
    return sorted(named)


def of_page(path: str, data: SiteData, published: dict[str, bytes]) -> Published:
    named = [a.href for a in forms(data).get(path, ()) if a.href in published]
    assert named, f"{path} names no data"
    return published_numbers(parts(named, set(published)), published.__getitem__)


def faults(html: str, published: Published) -> list[str]:
    places = shown_numbers(html)
    lost = [f"not in the data: {told(s)}" for s in places if not published.holds(s)]
    return lost + [f"text and exact value differ: {told(s)}" for s in places if not says(s)]


def told(shown: Shown) -> str:
    return f"{shown.where}: {shown.text!r} {[str(v) for v in shown.values]} {shown.row_id}"


@pytest.mark.parametrize("trust", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_every_number_of_a_page_is_in_its_data(kind: str, trust: bool) -> None:
    data, pages = (trust_site(), trust_articles()) if trust else (small_site(), articles())
    found = 0
    for path in sorted(p for p in pages if of_kind(p, kind)):
        assert faults(pages[path], of_page(path, data, files(trust))) == [], path
        found += len(shown_numbers(pages[path]))
    assert found > 10, "the pages of this kind show numbers"


PLANTED = {
    "a price that the data lack": ('data-usd="0.4375">$0.4375<', 'data-usd="0.4376">$0.4376<'),
    "a text that is not its exact value": ('data-usd="0.142857">$0.143<', 'data-usd="0.142857">$0.153<'),
    "a rounded number without its exact value": ('data-usd="0.142857">$0.143<', ">$0.143<"),
    "the price of another id": (
        '<td class="n" data-usd="0.142857">', '<td class="n" data-usd="0.8">'
    ),
    "a figure above the fold": ('<span class="figure" data-usd="0.4375">$0.4375', '<span class="figure">$7.77'),
}  # fmt: skip


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_number_is_found(name: str) -> None:
    html = articles()["models/open-70b/"]
    before, after = PLANTED[name]
    assert before in html
    published = of_page("models/open-70b/", small_site(), files(False))
    assert faults(html, published) == []
    assert faults(html.replace(before, after, 1), published)


def test_a_bare_number_in_a_cell_counts_as_it_is_written() -> None:
    published = Published(numbers={Decimal(1234)})
    for cell, fault in (("1,234", False), ("1,235", True), ('—<span class="heard"> (9 days)</span>', False)):
        assert bool(faults(f'<table><tr><td class="n">{cell}</td></tr></table>', published)) == fault, cell


@pytest.mark.site
@pytest.mark.parametrize("kind", KINDS)
def test_random_numbers_of_random_pages_are_in_the_data(site: Path, kind: str) -> None:
    chance = random.Random(SEED)
    pages = sorted(p.parent.relative_to(site).as_posix() + "/" for p in (site / kind).rglob("index.html"))
    pages = [p for p in pages if of_kind(p, kind)]
    lost = []
    for path in chance.sample(pages, min(PAGES, len(pages))):
        html = (site / path / "index.html").read_text(encoding="utf-8")
        named = [p for p in data_files(html, path) if p.startswith("api/v1/") and (site / p).is_file()]
        there = {p.relative_to(site).as_posix() for p in site.glob(f"api/v1/{path.rstrip('/')}*.csv")}
        there |= {p.relative_to(site).as_posix() for p in site.glob(f"api/v1/history/{path.rstrip('/')}.json")}
        there |= {f"api/v1/workloads/{name}.json" for name in ("left_out", "relaxed") if kind == "workloads"}
        published = published_numbers(parts(named, there), lambda p: (site / p).read_bytes())
        places = shown_numbers(html.partition("<article")[2])
        for shown in chance.sample(places, min(CELLS, len(places))):
            if not published.holds(shown) or not says(shown):
                lost.append(f"{path} {told(shown)}")
    assert lost == []
