"""The explorer's page: its first rows are real, its file holds all of them, prices of unlike meters are told apart."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from generator.render.explorer.offer_sheet import OFFERS
from generator.render.explorer.rental_sheet import RENTALS
from generator.render.explorer.token_sheet import TOKENS
from generator.render.explorer.token_table import token_prices_table
from generator.render.meter_words import meter_words
from generator.render.page import Page, SiteData
from generator.render.pages import explore
from generator.render.templates import article_of, environment
from generator.render.tool_assets import data_block
from tests.generator.tool_site import tool_site
from wasm_tools.pricing.meters import parse_meter, price_text

TEMPLATES = Path(__file__).parents[2] / "site_templates" / "pages"


def page_of(data: SiteData) -> Page:
    (page,) = explore.pages(data)
    return page


def html_of(data: SiteData) -> str:
    return article_of(environment(TEMPLATES), data.as_of)(page_of(data))


def sheet(page: Page, name: str) -> dict[str, Any]:
    """The columns of a sheet, of both its files."""
    core, more = (json.loads(body) for file, body in sorted(page.data.items()) if file.startswith(f"{name}-"))
    return core | {"columns": core["columns"] | more["columns"]}


def column(record: dict[str, Any], name: str) -> list[Any]:
    found = record["columns"][name]
    return found["numbers"] if found["kind"] == "number" else [found["values"][c] for c in found["codes"]]


class Outline(HTMLParser):
    """Rows of cells of every table, and what assistive technology is told about them."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.scopes: list[str] = []
        self.sorts: list[str] = []
        self.captions = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "table":
            self.tables.append([])
        elif tag == "caption":
            self.captions += 1
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")
            if tag == "th":
                self.scopes.append(given.get("scope") or "")
                self.sorts.append(given.get("aria-sort") or "")

    def handle_data(self, text: str) -> None:
        if self.tables and self.tables[-1] and self.tables[-1][-1]:
            self.tables[-1][-1][-1] += text.strip()


def outline(html: str) -> Outline:
    parsed = Outline()
    parsed.feed(html)
    return parsed


def test_the_file_holds_every_offer_with_its_exact_price() -> None:
    data = tool_site()
    record = sheet(page_of(data), "offers")
    keys = ("provider", "sku", "meter", "region", "price")
    told = sorted(zip(*(column(record, name) for name in keys), strict=True))
    assert told == sorted((o.provider, o.sku, str(o.meter), o.region, price_text(o.price)) for o in data.offers)


def test_the_file_holds_every_rental() -> None:
    data = tool_site()
    record = sheet(page_of(data), "rentals")
    assert sorted(column(record, "instance")) == sorted(r.instance for r in data.rentals)
    assert column(record, "count") == [1] * len(data.rentals)


def test_the_first_rows_of_the_page_are_those_of_the_file() -> None:
    data = tool_site()
    parsed = outline(html_of(data))
    record = sheet(page_of(data), "offers")
    provider_names = dict(zip(*(record["columns"]["provider"][k] for k in ("values", "labels")), strict=True))
    body = parsed.tables[1][1:]
    assert len(body) == min(OFFERS.shown_rows, len(data.offers))
    for row, provider, price in zip(body, column(record, "provider"), column(record, "price"), strict=False):
        assert row[2] == provider_names[provider]
        assert float(row[4].replace("$", "").replace("free", "0")) == pytest.approx(float(price), rel=0.005)


def test_token_prices_stand_side_by_side_one_row_a_tier() -> None:
    record = sheet(page_of(tool_site()), "tokens")
    names = ("provider", "sku", "tier", "input", "output", "cached", "bands")
    told = {row[:3]: row[3:] for row in zip(*(column(record, n) for n in names), strict=True)}
    assert told[("acme", "closed-xl", "standard")] == ("2", "10", "0.2", "128000 4 - - -")
    assert told[("acme", "closed-xl", "batch")] == ("1", "5", "", "")
    assert ("acme", "whisper-x", "standard") not in told, "an hour of audio is no token"


def test_size_buckets_are_those_of_the_registry_and_can_be_chosen() -> None:
    record = sheet(page_of(tool_site()), "tokens")
    cards = tool_site().registry.cards
    pairs = set(zip(column(record, "model"), column(record, "size"), strict=True))
    assert pairs == {(m, cards[m].size_bucket if m in cards else "") for m, _ in pairs}
    assert ("open-70b", "70b") in pairs and ("closed-xl", "") in pairs
    assert "size" in [facet.name for facet in TOKENS.facets]


def test_every_model_stands_once_before_any_twice_at_its_developer() -> None:
    record = sheet(page_of(tool_site()), "tokens")
    models = [m for m in column(record, "model") if m]
    distinct = list(dict.fromkeys(models))
    assert models[: len(distinct)] == distinct
    first = dict(zip(models[: len(distinct)], column(record, "provider"), strict=False))
    assert first["open-70b"] == "openlab"


def test_what_the_page_computes_is_there_without_a_script() -> None:
    tables = outline(html_of(tool_site())).tables
    heads = tables[0][0]
    blended, request = heads.index("Blended$/1M"), heads.index("Request$/request")
    (closed,) = [r for r in tables[0] if "Closed XL" in r[1] and r[3] == "$2.00"]
    assert (closed[blended], closed[request]) == ("$4.00", "$0.007")
    (rental,) = [r for r in tables[2][1:] if "b200" in r[3]]
    assert "$0.0278" in rental, "$5 for 180 GiB"


def test_the_published_table_of_token_prices_has_the_rows_of_the_sheet() -> None:
    data = tool_site()
    table = token_prices_table(data)
    record = sheet(page_of(data), "tokens")
    names = ("provider", "sku", "region", "tier", "input", "output", "cached", "write", "grade")
    places = [table.names.index(n) for n in names]
    shown = list(zip(*(column(record, n) for n in names), strict=True))
    assert [tuple(row[p] for p in places) for row in table.rows] == shown


def test_tables_have_captions_scopes_and_sort_states() -> None:
    parsed = outline(html_of(tool_site()))
    assert parsed.captions == 3
    assert set(parsed.scopes) == {"col"}
    assert set(parsed.sorts) <= {"none", ""}


def test_unresolved_names_come_last_and_show_the_providers_own_id() -> None:
    data = tool_site()
    record = sheet(page_of(data), "offers")
    models = column(record, "model")
    first_missing = models.index("")
    assert not any(models[first_missing:])
    (row,) = [r for r in outline(html_of(data)).tables[0] if "never-heard-of" in r]
    assert row[1] == "never-heard-of", "the provider's own id stands in for the model"


def test_sources_that_say_something_else_are_named_with_their_price() -> None:
    data = tool_site()
    record = sheet(page_of(data), "offers")
    keys = zip(*(column(record, name) for name in ("provider", "sku", "meter", "region")), strict=True)
    told = dict(zip(keys, column(record, "differs"), strict=True))
    disputed = [(o, e) for o in data.offers for e in o.evidence if e.price != o.price]
    assert disputed, "the test needs an offer on which sources disagree"
    for o, e in disputed:
        assert f"{e.source} {price_text(e.price)}" in told[(o.provider, o.sku, str(o.meter), o.region)].split("; ")


def test_prices_are_ranked_inside_one_meter_only_and_the_page_says_which() -> None:
    text = page_of(tool_site()).context["settings"]
    offers = json.loads(text.replace("\\u003c", "<"))["sheets"][1]
    assert (offers["grouped"], offers["leads"]) == ("meter", ["input.text.token", "output.text.token"])


def test_every_word_means_something_and_what_is_shown_first_is_in_the_first_file() -> None:
    for of in (TOKENS, OFFERS, RENTALS):
        named = {f.name for f in of.fields}
        assert named.isdisjoint({"sort"})
        assert {f.name for f in of.facets} | set(of.identity) <= named
        assert all(f.part == "core" for f in of.fields if f.shown or f.searched or f.name in of.identity)
        assert {f.second for f in of.fields if f.second} | {f.fallback for f in of.fields if f.fallback} <= named


def test_texts_of_sources_cannot_end_the_data_block_or_the_cell() -> None:
    data = tool_site()
    nasty = replace(data.offers[0], sku="</script><b>x</b>", model="", provider="hostly")
    html = html_of(replace(data, offers=(nasty,)))
    assert "</script><b>" not in html
    assert "&lt;/script&gt;&lt;b&gt;x&lt;/b&gt;" in html


def test_a_data_block_cannot_be_ended_by_what_it_holds() -> None:
    given = {"sku": "</script><!-- <script>", "name": "a < b"}
    block = data_block(given)
    assert "<" not in block
    assert json.loads(block) == given


def test_a_site_without_prices_says_so() -> None:
    html = html_of(replace(tool_site(), offers=(), rentals=()))
    assert html.count("There is no current price yet.") == 3


def forty_thousand(data: SiteData) -> Iterator[Any]:
    """Offers with ids and prices as varied as those of real lists."""
    some = list(data.offers)
    for number in range(40_000):
        o = some[number % len(some)]
        price = o.price + (number * 7919 % 4001)
        # Every source agrees on the new price: disputes are no part of what is measured here.
        evidence = tuple(replace(e, price=price) for e in o.evidence)
        yield replace(o, evidence=evidence, sku=f"vendor-{number % 311}/model-{number // 8:x}-instruct", price=price)


def test_forty_thousand_offers_stay_within_the_budget() -> None:
    data = tool_site()
    many = replace(data, offers=tuple(forty_thousand(data)))
    page = page_of(many)
    assert sheet(page, "offers")["rows"] == 40_000
    assert sum(len(gzip.compress(body.encode(), 6)) for body in page.data.values()) < 1_500_000


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("input.text.token", "text input"),
        ("output.text.token;tier=batch", "text output, batch"),
        ("input.text.token;cache=write_1h", "text input, cache write for 1 hour"),
        ("input.text.token;above_tokens=200000", "text input, prompts over 200,000 tokens"),
        ("output.text.token;window=0100-0400@mon-fri", "text output, 01:00–04:00 UTC mon–fri"),
        ("output.video.video_second;variant=1080p", "video output, 1080p"),
        ("input.any.search;variant=context_high", "input, context high"),
    ],
)
def test_a_meter_is_said_in_words(text: str, words: str) -> None:
    assert meter_words(parse_meter(text)) == words
