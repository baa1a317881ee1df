"""What the azure-retail connector promises, on meters made by hand in the documented shape: nothing of it is stored."""

import json
from decimal import Decimal

import pytest

from generator.sync.instances import NO_GPU, UNKNOWN
from generator.sync.sources.azure_retail import PAGES, collect, parse
from generator.sync.statements import Parsed, PayloadError
from tests.generator.rental_rows import UNITS, keys_are_unique, rental, rows

ROWS = rows("azure-retail.json").decode()


@pytest.fixture(scope="module")
def parsed() -> Parsed:
    return parse(json.dumps({"page-000": ROWS}).encode(), UNITS)


def test_a_vm_hour_is_divided_by_its_gpus_and_keeps_the_meter_of_the_bill(parsed: Parsed) -> None:
    got = rental(parsed, "Standard_ND96isr_H100_v5")
    assert (got.provider, got.gpu_name, got.count, got.price) == ("azure", "h100-sxm", 8, Decimal("12.29"))
    assert (got.region, got.host_included) == ("eastus", "yes")
    assert got.note == "meter 00000000-0000-4000-8000-000000000001"


def test_spot_is_told_by_the_name_of_the_meter(parsed: Parsed) -> None:
    assert rental(parsed, "Standard_ND96isr_H100_v5", "spot").price == Decimal("4.916")


def test_a_reservation_is_the_price_of_the_whole_term(parsed: Parsed) -> None:
    assert rental(parsed, "Standard_NC40ads_H100_v5", "1y").price == Decimal("5.805936073")
    assert rental(parsed, "Standard_NC40ads_H100_v5", "3y").price == Decimal("4.306")


def test_other_offers_of_the_same_machine_are_counted_by_reason(parsed: Parsed) -> None:
    assert parsed.rejected == {
        "low priority, an older product than spot": 1,
        "term of 5 Years": 1,
        "with a Windows licence": 1,
        "type DevTestConsumption is another offer": 1,
        NO_GPU: 1,
        UNKNOWN: 1,
        "not in USD": 1,
    }
    assert (parsed.entries, len(parsed.gpu_offers), parsed.as_of) == (11, 4, "2026-11-01")
    assert parsed.unread == {"newField": 1} and keys_are_unique(parsed)


def test_pages_are_followed_on_the_host_of_the_api_only() -> None:
    first, second = "https://prices.azure.com/api/retail/prices?a", "https://prices.azure.com/api/retail/prices?b"
    said = {
        first: json.dumps({"Items": [], "NextPageLink": second}),
        second: json.dumps({"Items": [], "NextPageLink": "https://elsewhere.example/c"}),
    }
    assert list(collect(first, lambda name, url: said[url])) == ["page-000", "page-001"]


def test_pages_that_lead_in_a_circle_end() -> None:
    url = "https://prices.azure.com/x"
    assert len(collect(url, lambda name, address: json.dumps({"Items": [], "NextPageLink": url}))) == PAGES


@pytest.mark.parametrize("page", ["", "[]", "{}", '{"Items": null}', '{"error": {"code": "BadRequest"}}'])
def test_a_page_without_meters_is_refused_by_name(page: str) -> None:
    with pytest.raises(PayloadError, match="azure-retail"):
        parse(json.dumps({"page-000": page}).encode(), UNITS)
    assert collect("https://prices.azure.com/x", lambda name, url: page) == {"page-000": page}


def test_a_meter_of_another_shape_costs_only_itself() -> None:
    page = json.dumps({"Items": [None, {"armSkuName": 3}, *json.loads(ROWS)["Items"][:1]]})
    got = parse(json.dumps({"page-000": page}).encode(), UNITS)
    assert len(got.gpu_offers) == 1 and got.rejected == {"meter has another shape": 2}
