"""What the gcp-billing connector promises, on SKUs made by hand in the documented shape: nothing of it is stored."""

import json
from decimal import Decimal

import pytest

from generator.sync.price_fields import ZERO
from generator.sync.sources.gcp_billing import PAGES, collect, parse
from generator.sync.statements import Parsed, PayloadError
from tests.generator.rental_rows import UNITS, keys_are_unique, rental, rows

ROWS = rows("gcp-billing.json").decode()


@pytest.fixture(scope="module")
def parsed() -> Parsed:
    return parse(json.dumps({"page-000": ROWS}).encode(), UNITS)


def test_pe_36_units_and_nanos_are_the_price_of_a_gpu_without_its_host(parsed: Parsed) -> None:
    got = rental(parsed, "gpu-only h100-80gb", region="us-east4")
    assert (got.provider, got.gpu_name, got.price) == ("google-compute", "h100-sxm", Decimal("9.796550569"))
    assert (got.host_included, got.note) == ("no", "SKU 0001-AAAA-0001")


def test_a_sku_is_an_offer_in_each_of_its_regions(parsed: Parsed) -> None:
    assert {g.region for g in parsed.gpu_offers if g.instance == "gpu-only h100-80gb"} == {"us-central1", "us-east4"}
    assert keys_are_unique(parsed)


def test_a_commitment_is_told_by_the_description(parsed: Parsed) -> None:
    assert rental(parsed, "gpu-only l4", "3y").price == Decimal("0.2623")


def test_only_gpus_by_the_hour_at_one_rate_are_prices(parsed: Parsed) -> None:
    assert parsed.rejected == {
        ZERO: 1,
        "SKU that names no known GPU": 1,
        "not one rate": 1,
        "usage unit mo is not an hour": 1,
    }
    assert (parsed.entries, len(parsed.gpu_offers)) == (6, 3)


def test_pages_are_followed_by_their_token() -> None:
    asked: list[str] = []

    def read(name: str, url: str) -> str:
        asked.append(url)
        return json.dumps({"skus": [], "nextPageToken": "next" if len(asked) == 1 else ""})

    assert list(collect("https://h/skus?a=1", read)) == ["page-000", "page-001"]
    assert asked == ["https://h/skus?a=1", "https://h/skus?a=1&pageToken=next"]
    assert len(collect("https://h/skus?a=1", lambda name, url: '{"skus": [], "nextPageToken": "x"}')) == PAGES


@pytest.mark.parametrize("page", ["", "[]", "{}", '{"error": {"code": 403}}'])
def test_a_page_without_skus_is_refused_by_name(page: str) -> None:
    with pytest.raises(PayloadError, match="gcp-billing"):
        parse(json.dumps({"page-000": page}).encode(), UNITS)
