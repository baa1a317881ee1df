"""What machines are told of a page: exact prices with currency and unit, the sellers, and nothing invented."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from generator.render.page import Page
from generator.render.pages import gpus, home, models, use_cases
from generator.render.shell import add_records
from generator.render.site_index import site_index
from generator.render.structured import api_records, structured
from generator.render.texts import speaking
from generator.render.translated import translations
from tests.generator.rendered_pages import page_of
from tests.generator.small_site import AS_OF, small_site

SITE = "https://atlas.example/"


def records(page: Page, site_url: str = SITE) -> dict[str, Any]:
    found = structured(page, site_index(small_site()), site_url)
    assert json.dumps(found, allow_nan=False)
    return {record["@type"]: record for record in found}


def test_model_is_a_product_with_exact_prices_by_unit() -> None:
    record = records(page_of(models, "models/open-70b/"))["Product"]
    inputs, outputs = record["offers"]
    assert (inputs["name"], inputs["lowPrice"], inputs["highPrice"], inputs["priceCurrency"], inputs["offerCount"]) == (
        "per 1M tokens in", "0.4375", "0.5", "USD", 3,
    )  # fmt: skip
    assert outputs["lowPrice"] == "0.142857"
    cheapest = inputs["offers"][0]
    assert cheapest["seller"] == {"@type": "Organization", "name": "Hostly & Sons"}
    assert cheapest["priceSpecification"] == {
        "@type": "UnitPriceSpecification", "price": "0.4375", "priceCurrency": "USD", "unitText": "1M tokens in",
    }  # fmt: skip
    assert cheapest["validFrom"] == "2026-01-01"
    assert cheapest["url"] == SITE + "providers/hostly/"


def test_model_without_token_prices_says_its_own_unit() -> None:
    (speech,) = records(page_of(models, "models/whisper-x/"))["Product"]["offers"]
    assert (speech["name"], speech["lowPrice"]) == ("per audio hour", "0.36")


def test_gpu_has_a_range_a_commitment() -> None:
    record = records(page_of(gpus, "gpus/h100-sxm/"))["Product"]
    assert {r["name"]: r["lowPrice"] for r in record["offers"]} == {
        "per GPU-hour, on demand": "2.5", "per GPU-hour, spot": "1.25", "per GPU-hour, reserved 1 year": "2",
    }  # fmt: skip


def test_home_is_a_data_set_with_its_date_and_files() -> None:
    record = records(page_of(home, ""))["Dataset"]
    assert record["dateModified"] == AS_OF
    files = {d["contentUrl"] for d in record["distribution"]}
    assert {SITE + "api/v1/offers.csv", SITE + "api/v1/offers.json"} <= files
    assert "BreadcrumbList" not in records(page_of(home, ""))


@pytest.mark.parametrize(("site_url", "start"), [(SITE, SITE), ("", "../")])
def test_the_page_of_the_files_says_what_they_are_and_where_they_begin(
    site_url: str, start: str, tmp_path: Path
) -> None:
    file = tmp_path / "index.html"
    file.write_text("<html><head><title>x</title></head><body></head></body></html>", encoding="utf-8")
    add_records(file, api_records(site_index(small_site()), site_url))
    head = file.read_text(encoding="utf-8").partition("</head>")[0]
    found = [json.loads(text) for text in re.findall(r'<script type="application/ld\+json">(.*?)</script>', head)]
    interface, data, way = found
    assert [r["@type"] for r in found] == ["WebAPI", "Dataset", "BreadcrumbList"]
    assert (interface["url"], interface["documentation"]) == (f"{start}api/v1/index.json", f"{start}api/")
    assert (data["dateModified"], data["url"]) == (AS_OF, start)
    assert [step["item"] for step in way["itemListElement"]] == [start, f"{start}api/"]


@pytest.mark.parametrize(("site_url", "start"), [(SITE, SITE), ("", "../../")])
def test_breadcrumbs_lead_from_the_start_over_the_section(site_url: str, start: str) -> None:
    steps = records(page_of(models, "models/open-70b/"), site_url)["BreadcrumbList"]["itemListElement"]
    assert [s["item"] for s in steps] == [start, f"{start}models/", f"{start}models/open-70b/"]
    assert [s["position"] for s in steps] == [1, 2, 3]


def test_page_without_a_price_is_no_product() -> None:
    assert "Product" not in records(page_of(models, "models/"))


def test_german_page_says_the_way_to_it_in_german() -> None:
    (page,) = [p for _, p in translations(use_cases.pages, small_site()) if p.path == "de/use-cases/chatbot/"]
    with speaking("de"):
        (record,) = structured(page, site_index(small_site()), "https://atlas.test/")
    steps = [(s["name"], s["item"].removeprefix("https://atlas.test/")) for s in record["itemListElement"]]
    assert steps[:2] == [("Inference Price Atlas", "de/"), ("Anwendungsfälle", "de/use-cases/")]
    assert steps[2][1] == "de/use-cases/chatbot/"
