"""Reports of wrong prices: every price leads to the page with its id, and the text says what the files say."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from generator.places import checkout
from generator.publish.links import page_links
from generator.render.offer_ids import rental_id, sku_id
from generator.render.pages.report import pages
from generator.render.price_tables import offers_table
from generator.render.site_index import site_index
from generator.render.templates import article_of, environment
from tests.generator.rendered_pages import TEMPLATES, articles
from tests.generator.small_site import AS_OF, small_site

MODULE = Path(__file__).parents[2] / "content" / "assets" / "report.mjs"


def run(script: str) -> Any:
    text = f"import {{ csvRows, fileOf, pricesOf, reportText }} from {json.dumps(MODULE.as_uri())};\n{script}"
    done = subprocess.run(["node", "--input-type=module", "-e", text], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def ids(path: str) -> set[str]:
    addresses = [a for a, _ in page_links(articles()[path])[0] if "report/?" in a]
    return {parse_qs(urlsplit(a).query)["id"][0] for a in addresses}


def test_every_price_of_a_page_leads_to_its_report() -> None:
    index = site_index(small_site())
    assert ids("models/open-70b/") == {sku_id(s) for s in index.skus_of_model["open-70b"]}
    assert ids("gpus/h100-sxm/") == {rental_id(r) for r in index.rentals_of_gpu["h100-sxm"]}
    assert "offer|hostly|openlab/open-70b|global" in ids("providers/hostly/")
    assert "rental|neocloud|mystery-od|global|on_demand" in ids("providers/neocloud/")


def test_id_finds_its_prices_in_the_published_file() -> None:
    table = offers_table(small_site())
    names = [c.name for c in table.columns]
    rows = [dict(zip(names, map(str, row), strict=True)) for row in table.rows]
    found = run(f"console.log(JSON.stringify(pricesOf('offer|acme|closed-xl|global', {json.dumps(rows)})))")
    assert {r["meter"]: r["price"] for r in found}["input.text.token;cache=read"] == "0.2"
    assert len(found) == 6


@pytest.mark.parametrize(
    ("identifier", "file"),
    [
        ("offer|openai|gpt-5|global", "openai.csv"),
        ("rental|runpod|x|global|spot", "runpod-gpus.csv"),
        ("offer|../../secret|x|global", ""),
        ("nonsense", ""),
        ("", ""),
    ],
)
def test_only_files_of_providers_are_asked_for(identifier: str, file: str) -> None:
    assert run(f"console.log(JSON.stringify(fileOf({json.dumps(identifier)})))") == file


def test_csv_is_read_with_quotes_commas_and_line_ends() -> None:
    text = 'a,b,c\n1,"x, ""y""\nz",\n2,,3\n'
    assert run(f"console.log(JSON.stringify(csvRows({json.dumps(text)})))") == [
        {"a": "1", "b": 'x, "y"\nz', "c": ""},
        {"a": "2", "b": "", "c": "3"},
    ]


def test_text_holds_the_whole_id_the_price_and_its_sources() -> None:
    price = {
        "meter": "input.text.token", "price": "0.5", "currency": "USD", "unit_label": "1M tokens",
        "evidence": "litellm=0.5", "observed_at": AS_OF, "grade": "C",
    }  # fmt: skip
    given = {
        "id": "offer|a|b|global", "asOf": AS_OF, "chosen": [price],
        "right": "$0.40", "proof": "https://x.example", "more": "",
    }  # fmt: skip
    text = run(f"console.log(JSON.stringify(reportText({json.dumps(given)})))")
    assert "Price: offer|a|b|global|input.text.token" in text
    assert "0.5 USD per 1M tokens" in text
    assert f"litellm=0.5; read {AS_OF}; grade C" in text
    assert "Should be: $0.40" in text


def test_page_says_where_reports_go_only_when_somebody_is_named() -> None:
    article = article_of(environment(TEMPLATES), AS_OF)
    (page,) = pages(small_site())
    assert "names nobody" in article(page)
    named = replace(page, context={**page.context, "address": "mailto:prices@atlas.example?body={text}"})
    html = article(named)
    assert 'data-address="mailto:prices@atlas.example?body={text}"' in html
    assert "names nobody" not in html


def test_setting_has_an_address() -> None:
    assert "{text}" in (checkout().registry / "site.toml").read_text(encoding="utf-8")
