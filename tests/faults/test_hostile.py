"""Hostile texts in names of models, providers, SKUs and notes: in pages, files, manifests and imports they stay texts.

The texts are those of tests/payloads/hostile.toml and one of a million characters.
"""

import csv
import io
import json
import re
import tomllib
import zipfile
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath

import pytest
import yaml

from generator.publish.policy import inline_scripts, inline_styles
from generator.render.downloads import download_files
from generator.render.page import SiteData
from generator.render.shell import script_json
from tests.generator.rendered_pages import articles, rendered
from tests.generator.small_site import small_site
from tests.wasm_tools.bills import SPELLINGS, WORKLOADS
from wasm_tools.invoice.exports.sheets import sheet_text
from wasm_tools.invoice.mapping import mapping_text, parse_mapping
from wasm_tools.invoice.uploads import open_bills
from wasm_tools.invoice.usage import InvoiceError
from wasm_tools.manifests.archive import stored_zip
from wasm_tools.manifests.yaml_text import yaml_text
from wasm_tools.observe.markdown import report_markdown
from wasm_tools.observe.reading import read_observed
from wasm_tools.observe.report import read_files, report
from wasm_tools.planner.scenario import Scenario, read_scenarios, scenarios_text
from wasm_tools.spend.ledger_lines import record_of
from wasm_tools.workload.trace import read_trace
from wasm_tools.workload.traffic import InputError

CORPUS: dict[str, str] = tomllib.loads((Path(__file__).parents[1] / "payloads" / "hostile.toml").read_text())["texts"]
HUGE = "<b>x\"'&" * 125_000
EVERY = {**CORPUS, "huge": HUGE}
EVERYTHING = " ".join(CORPUS.values())
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Elements(HTMLParser):
    """What a page really contains: its elements with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@cache
def hostile_site() -> SiteData:
    """The small site after planning, every free text of its catalogue replaced by the whole corpus."""
    data = small_site()
    registry = replace(
        data.registry,
        providers=tuple(replace_row(p, name=f"{EVERYTHING} {p.id}") for p in data.registry.providers),
        models=tuple(replace_row(m, name=f"{EVERYTHING} {m.id}", licence=EVERYTHING) for m in data.registry.models),
        capabilities=tuple(replace_row(c, reason=EVERYTHING, source=EVERYTHING) for c in data.registry.capabilities),
    )
    offers = tuple(replace(o, note=EVERYTHING) for o in data.offers)
    rentals = tuple(replace(g, note=EVERYTHING, source_url=CORPUS["address"]) for g in data.rentals)
    return replace(data, registry=registry, offers=offers, rentals=rentals)


def replace_row(row, **values):  # type: ignore[no-untyped-def]  # a registry row of any kind
    return row.model_copy(update=values)


@cache
def pages() -> dict[str, str]:
    return rendered(hostile_site())


@cache
def files() -> dict[str, bytes]:
    return dict(download_files(hostile_site()))


def test_no_page_has_an_element_that_came_out_of_a_name() -> None:
    plain = articles()
    assert len(pages()) == len(plain) > 20
    assert any("alert(1)" in html for html in pages().values())
    for path, html in pages().items():
        assert not inline_styles(html), path
        assert inline_scripts(html) == inline_scripts(plain[path]), path
        tags = [tag for tag, _ in Elements(html).found]
        for tag in ("script", "iframe", "object", "embed", "base", "style", "link", "meta", "form"):
            assert tags.count(tag) == [t for t, _ in Elements(plain[path]).found].count(tag), (path, tag)
        for tag, attributes in Elements(html).found:
            assert not [a for a in attributes if a.startswith("on")], (path, tag)
            for name in ("href", "src", "action"):
                assert not (attributes.get(name) or "").strip().lower().startswith(("javascript:", "data:text")), path
                assert "evil.example" not in (attributes.get(name) or ""), path


def test_published_files_are_whole_and_their_cells_no_formulas() -> None:
    for name, content in files().items():
        if name.endswith(".json"):
            json.loads(content)
        if name.endswith(".csv"):
            rows = list(csv.reader(io.StringIO(content.decode())))
            assert {len(r) for r in rows} == {len(rows[0])}, name
        assert not PurePosixPath(name).is_absolute() and ".." not in PurePosixPath(name).parts


@pytest.mark.parametrize("name", EVERY)
def test_data_blocks_of_pages_hold_the_text_and_cannot_be_closed_by_it(name: str) -> None:
    block = str(script_json({"name": EVERY[name]}))
    assert "<" not in block and json.loads(block) == {"name": EVERY[name]}


@pytest.mark.parametrize("name", EVERY)
def test_yaml_and_json_parse_back_to_the_same_text(name: str) -> None:
    text = EVERY[name]
    for document in ({"name": text}, {"items": [text, {"command": text}]}, {"labels": {"a": text, "b": ["x", text]}}):
        try:
            written = yaml_text(document)
        except ValueError as error:
            assert str(error)
            continue
        assert yaml.safe_load(written) == document


@pytest.mark.parametrize("name", CORPUS)
def test_spreadsheet_cells_are_texts(name: str) -> None:
    ((head,), (cell, number)) = csv.reader(io.StringIO(sheet_text(("h",), [(EVERY[name], "-1.5")]), newline=""))
    assert head == "h" and number == "-1.5"
    assert not cell.lstrip(" ").startswith(FORMULA)
    assert cell in (EVERY[name], f"'{EVERY[name]}")


@pytest.mark.parametrize("name", EVERY)
def test_a_scenario_keeps_its_text_or_is_refused(name: str) -> None:
    for given in ((EVERY[name], ""), ("x", EVERY[name])):
        try:
            found = read_scenarios(json.dumps({"version": 1, "name": given[0], "note": given[1], "form": {"qps": "3"}}))
        except InputError as error:
            assert len(str(error)) < 2_000
            continue
        assert read_scenarios(scenarios_text(found)) == found
        assert found == (Scenario(*found[0].name.splitlines(), found[0].form, found[0].note),)


@pytest.mark.parametrize("name", EVERY)
def test_bills_ledgers_and_traces_keep_the_text_or_refuse_it(name: str) -> None:
    text = EVERY[name]
    out = io.StringIO()
    csv.writer(out).writerows([["date", "model", "tokens", "cost", "project"], ["2026-09-01", text, "1000", "2", text]])
    bills, refused = open_bills([(f"{text[:200]}.csv", out.getvalue().encode())], None, SPELLINGS, WORKLOADS)
    assert len(bills) + len(refused) == 1
    for bill in bills:
        try:
            list(bill.entries())
        except InvoiceError as error:
            assert str(error)
    line = {"v": 1, "ts": "2026-09-01T00:00:00Z", "model": text, "tags": {text[:50]: text}, "tokens": {"input": 1}}
    assert record_of(json.dumps(line).encode()) == line
    with pytest.raises(InputError) as error:
        read_trace(f"{text},b\n1,2\n")
    assert len(str(error.value)) < 5_000


@pytest.mark.parametrize("name", EVERY)
def test_observations_and_clusters_keep_the_text_without_signs_that_do_harm_or_refuse_it(name: str) -> None:
    text = EVERY[name]
    measured = {"request_throughput": 1.0, "completed": 1, "model_id": text, "label": text}
    pod = {"kind": "Pod", "metadata": {"name": text}, "status": {"reason": text, "message": text}}
    for given in (measured, {"apiVersion": "v1", "kind": "List", "items": [pod, {"kind": text}]}):
        read = read_files([(text[:200], json.dumps(given).encode())])
        assert len(read.levels) + len(read.clusters) == 1
        made = report(read, (), None)
        assert len(json.dumps(made)) < 8_000
        markdown = report_markdown(made)
        assert not any(sign in markdown for sign in "\x00\x08\x1b\x7f\u202e\u2066")
        for line in markdown.splitlines():
            if not line.startswith("|"):
                assert not re.search(r"(?<!\\)[\[<|`]", line), line
    with pytest.raises(InputError) as error:
        read_observed(f"{text}\n")
    assert len(str(error.value)) < 2_000


@pytest.mark.parametrize("name", CORPUS)
def test_a_column_mapping_keeps_its_column_or_refuses_it(name: str) -> None:
    mapping = {"date": "Day", "model": EVERY[name], "quantity": "Tokens", "cost": "USD"}
    try:
        written = mapping_text(mapping)
    except (InvoiceError, ValueError) as error:
        assert str(error)
        return
    assert parse_mapping(written) == mapping


@pytest.mark.parametrize("name", [n for n in CORPUS if n.startswith("path")])
def test_archives_unpack_below_their_folder(name: str, tmp_path: Path) -> None:
    try:
        packed = stored_zip("plan", {CORPUS[name]: "x"})
    except ValueError as error:
        assert str(error)
        return
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        for entry in archive.namelist():
            parts = PurePosixPath(entry.replace("\\", "/")).parts
            assert parts[0] == "plan" and ".." not in parts
