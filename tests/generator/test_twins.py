"""The Markdown twins: beside every data page, with the numbers of its JSON, safe against what sources write."""

import json
import posixpath
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

from generator.render.api_table import ApiTable, Column
from generator.render.downloads import download_files
from generator.render.llms_text import llms_text
from generator.render.page import Alternate, Page
from generator.render.page_maker import PageMaker
from generator.render.pages import gpus, models, plans, providers, use_cases, workloads
from generator.render.records.all_records import records_of
from generator.render.records.entity import Document, entity_json, relative
from generator.render.records.markdown import markdown_text
from generator.render.shell import Shell
from generator.render.social_cards import prose_card
from generator.render.twins import forms, twin_files
from tests.generator.trust_site import trust_site


@cache
def twins() -> dict[str, str]:
    return {path: body.decode() for path, body in twin_files(trust_site())}


@cache
def published() -> dict[str, bytes]:
    return dict(download_files(trust_site()))


def test_every_data_page_has_a_twin_and_nothing_else_has() -> None:
    pages = {
        p.path for kind in (models, providers, gpus, plans, use_cases, workloads) for p in kind.pages(trust_site())
    }
    pages = {p for p in pages if not p.startswith("models/by/")}
    assert {f"{p}index.md" for p in pages} | {"data-sources/index.md", "health/index.md"} == set(twins())


def test_a_page_links_to_its_twin_and_its_data() -> None:
    site = trust_site()
    maker = PageMaker(site, Shell({}, {}, ""), lambda _: "", forms(site), Path())

    def alternates(page: Page) -> tuple[Alternate, ...]:
        return maker.dressed(page, prose_card(site.as_of)).alternates

    (page,) = [p for p in providers.pages(site) if p.path == "providers/hostly/"]
    found = {a.media_type: a.href for a in alternates(page) if a not in page.alternates}
    assert found == {
        "text/markdown": "providers/hostly/index.md",
        "application/json": "api/v1/providers/hostly.json",
        "text/csv": "api/v1/providers/hostly.csv",
    }
    assert alternates(replace(page, path="elsewhere/")) == page.alternates


def test_every_form_and_every_link_of_a_twin_leads_to_a_file() -> None:
    there = set(published()) | set(twins()) | {"api/v1/index.json"}
    for alternates in forms(trust_site()).values():
        assert {a.href for a in alternates} <= there
    for path, text in twins().items():
        (line,) = [line for line in text.splitlines() if line.startswith("[This page](./)")]
        for address in re.findall(r"\]\(([^)]*)\)", line)[1:]:
            assert posixpath.normpath(posixpath.join(posixpath.dirname(path), address)) in there, (path, address)


def test_a_twin_has_the_prices_of_the_record() -> None:
    record = json.loads(published()["api/v1/models/open-70b.json"])
    table = twins()["models/open-70b/index.md"].partition("## Prices")[2].partition("\n## ")[0]
    told = [[c.strip() for c in line.strip("|").split("|")] for line in table.splitlines() if line.startswith("| ")][2:]
    assert [(row[1], row[3]) for row in told] == [(o["sku"], o["price"]) for o in record["offers"]]
    assert "- Context: 131072 tokens" in twins()["models/open-70b/index.md"]


def test_a_missing_value_is_a_dash_and_never_zero() -> None:
    table = ApiTable(
        "t", "T", "rows", (Column("a", "integer", "n"), Column("b", "decimal", "p")), [(None, ""), (0, "0")]
    )
    text = markdown_text(Document("D", "Of things.", "d/", "api/v1/d.json", tables=(table,)), "2026-11-20")
    assert text.splitlines()[-2:] == ["| — | — |", "| 0 | 0 |"]


def test_what_a_source_writes_stays_text() -> None:
    hostile = "a|b\n# head <script>alert(1)</script> [x](javascript:alert(1)) `code` *b* \\"
    table = ApiTable("t", hostile, hostile, (Column("note", "text", "free text"),), [(hostile,)])
    document = Document(hostile, hostile, "d/", "api/v1/d.json", ((Column("n", "text", "n"), hostile),), (table,))
    text = markdown_text(document, "2026-11-20")
    unescaped = re.sub(r"\\.", "", text)
    assert "<" not in unescaped
    assert "](javascript" not in unescaped
    assert "`" not in unescaped
    assert len([line for line in text.splitlines() if line.startswith("# ")]) == 1
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert all(len(re.findall(r"(?<!\\)\|", row)) == 2 for row in rows)


def test_a_long_table_says_how_much_is_left_out() -> None:
    table = ApiTable("t", "T", "rows", (Column("a", "integer", "n"),), [(n,) for n in range(5)])
    text = markdown_text(Document("D", "Of things.", "d/", "api/v1/d.json", tables=(table,), most=3), "2026-11-20")
    assert "2 more rows are in the JSON file." in text


def test_links_are_relative_to_the_file() -> None:
    assert relative("models/a/", "api/v1/models") == "../../../models/a/"
    assert relative("api/v1/providers/a.csv", "api/v1/providers") == "a.csv"
    assert relative("", "models/a") == "../../"


def test_llms_text_leads_to_files_that_exist() -> None:
    text = llms_text(trust_site(), "")
    lines = text.splitlines()
    assert lines[0].startswith("# ")
    assert lines[2].startswith("> ")
    there = set(published()) | set(twins()) | {"api/", "methodology/", "accuracy/"}
    targets = re.findall(r"^- \[[^\]]+\]\(([^)]+)\): \S", text, re.M)
    assert len(targets) > 10
    assert set(targets) <= there
    assert "](https://atlas.example/models/index.md)" in llms_text(trust_site(), "https://atlas.example/")


def test_the_record_is_written_once_for_both_forms() -> None:
    record = next(r for r in records_of(trust_site()).all() if r.id == "open-70b")
    assert entity_json(record, "2026-11-20") == json.loads(published()[record.document.path])
    assert markdown_text(record.document, "2026-11-20") == twins()["models/open-70b/index.md"]
