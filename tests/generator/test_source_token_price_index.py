"""What the token-price-index connector promises, on rows written by hand in its shape with their real prices."""

import json
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from generator.sync.price_fields import ZERO
from generator.sync.sources.token_price_index import data_zones, model_ids, parse
from generator.sync.statements import Parsed, PayloadError
from wasm_tools.pricing.meters import unit_registry

ROOT = Path(__file__).parents[2]
UNITS = unit_registry(tomllib.loads((ROOT / "data" / "registry" / "units.toml").read_text())["unit"])
ROWS = ROOT / "tests" / "payloads" / "token-price-index.json"
IN, OUT = "input.text.token", "output.text.token"


@pytest.fixture(scope="module")
def parsed() -> Parsed:
    return parse(ROWS.read_bytes(), UNITS)


def prices(parsed: Parsed, sku: str, region: str) -> dict[str, Decimal]:
    return {str(s.meter): s.price for s in parsed.offers if (s.sku, s.region) == (sku, region)}


def row(**fields: Any) -> dict[str, Any]:
    plain = {
        "source": "aws-pricelist",
        "hyperscaler": "aws",
        "model_id": "m",
        "region": "us-east-1",
        "input_per_1k": 0.001,
    }
    return plain | fields


def test_pe_29_a_price_per_thousand_is_stated_per_million(parsed: Parsed) -> None:
    assert prices(parsed, "amazon.nova-lite-v1:0", "us-east-1") == {
        IN: Decimal("0.06"), OUT: Decimal("0.24"), f"{IN};cache=read": Decimal("0.015"),
    }  # fmt: skip


def test_every_region_has_its_price_and_the_cloud_is_the_provider(parsed: Parsed) -> None:
    assert prices(parsed, "amazon.nova-lite-v1:0", "ap-northeast-1")[IN] == Decimal("0.072")
    assert {s.provider for s in parsed.offers} == {"aws", "azure"}


def test_copies_of_other_lists_are_not_read(parsed: Parsed) -> None:
    assert parsed.rejected["copy of LiteLLM"] == 1 == parsed.rejected["copy of OpenRouter"]
    assert parsed.as_of == "2026-08-07"  # the copies are two days newer


def test_a_name_that_the_table_lacks_keeps_its_spelling(parsed: Parsed) -> None:
    assert prices(parsed, "a-new-model", "us-east-1")[OUT] == Decimal(2)


def test_pe_10_two_rows_of_one_region_that_differ_are_both_left_out(parsed: Parsed) -> None:
    assert prices(parsed, "qwen3-next-80b-a3b", "ap-south-1") == {}
    assert prices(parsed, "qwen3-next-80b-a3b", "eu-west-1")[OUT] == Decimal("1.44")
    assert parsed.rejected["input_per_1k: two rows of one region contradict each other"] == 2


def test_a_meter_name_is_decoded_into_the_model(parsed: Parsed) -> None:
    azure = {s.sku for s in parsed.offers if s.provider == "azure"}
    assert azure == {"gpt-4.1", "gpt-4o-2024-08-06", "o3-pro"}
    assert parsed.rejected["name of an Azure meter that is not understood"] == 1


def test_the_scope_in_an_azure_id_is_not_believed_where_prices_contradict_it(parsed: Parsed) -> None:
    """`gpt-4.1-inp-glbl` costs 2 in Brazil South and 2.20 in East US 2: only the first is the global price."""
    assert prices(parsed, "gpt-4.1", "global") == {IN: Decimal(2), OUT: Decimal(8)}
    assert prices(parsed, "gpt-4.1", "eastus2") == {IN: Decimal("2.2"), OUT: Decimal("8.8")}
    assert {s.note for s in parsed.offers if s.region == "eastus2"} == {"data zone or regional deployment"}


def test_a_raised_input_beside_a_global_output_is_one_price_not_a_pair(parsed: Parsed) -> None:
    assert prices(parsed, "gpt-4.1", "northcentralus") == {IN: Decimal("2.2")}


def test_two_raised_prices_of_two_scopes_are_not_stated_as_a_pair(parsed: Parsed) -> None:
    assert prices(parsed, "gpt-4.1", "swedencentral") == {}
    assert parsed.rejected["input_per_1k: input and output are of two deployment scopes"] == 1


def test_a_model_whose_rows_all_name_one_scope_has_it(parsed: Parsed) -> None:
    assert prices(parsed, "gpt-4o-2024-08-06", "eu") == {IN: Decimal("2.75"), OUT: Decimal(11)}
    assert prices(parsed, "gpt-4o-2024-08-06", "us") == {IN: Decimal("2.75"), OUT: Decimal(11)}
    assert prices(parsed, "o3-pro", "global") == {IN: Decimal(20), OUT: Decimal(80)}


def test_the_page_is_an_address_and_context_joined_from_elsewhere_is_no_fact(parsed: Parsed) -> None:
    assert not [s for s in parsed.offers if " " in s.source_url or not s.source_url.startswith("https://")]
    assert parsed.facts == []


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"input_per_1k": "0.1"}, "input_per_1k: not a number"),
        ({"input_per_1k": -1}, "input_per_1k: negative"),
        ({"input_per_1k": 0}, ZERO),
        ({"region": None}, "row has another shape: hyperscaler, model_id, region"),
        ({"source": "moon"}, "row of an unknown origin"),
    ],
)
def test_a_row_that_is_no_price_costs_only_itself(fields: dict[str, Any], reason: str) -> None:
    got = parse(json.dumps([row(**fields), row(model_id="good"), 5]).encode(), UNITS)
    assert got.rejected == {reason: 1, "row is not an object": 1} and [s.sku for s in got.offers] == ["good"]


def test_a_new_key_is_seen() -> None:
    assert parse(json.dumps([row(smell=1)]).encode(), UNITS).unread == {"smell": 1}


@pytest.mark.parametrize("payload", [b"", b"{}", b"[]", ROWS.read_bytes()[:500]])
def test_a_payload_that_is_no_list_is_refused_by_name(payload: bytes) -> None:
    with pytest.raises(PayloadError, match="token-price-index"):
        parse(payload, UNITS)


@pytest.mark.mirror
def test_the_whole_index_is_read(mirror: Path) -> None:
    path = mirror / "raw.githubusercontent.com" / "sjramblings" / "token-price-index" / "main" / "data" / "current.json"
    got = parse(path.read_bytes(), UNITS)
    assert (got.entries, len(got.offers), got.unread, got.as_of) == (3331, 775, {}, "2026-08-07")
    assert got.rejected == {
        "copy of LiteLLM": 2397,
        "copy of OpenRouter": 395,
        "input_per_1k: repeats the price of its deployment scope in another region": 161,
        "output_per_1k: repeats the price of its deployment scope in another region": 161,
        "input_per_1k: input and output are of two deployment scopes": 5,
        "output_per_1k: input and output are of two deployment scopes": 5,
        "input_per_1k: two rows of one region contradict each other": 2,
        "output_per_1k: two rows of one region contradict each other": 2,
    }
    assert prices(got, "o1-pro", "global") == {IN: 150, OUT: 600}
    assert prices(got, "deepseek.v3-v1:0", "eu-west-2") == {IN: Decimal("0.899985"), OUT: Decimal("2.606853")}
    assert len({s.region for s in got.offers if s.provider == "aws"}) == 11


@pytest.mark.mirror
def test_every_name_of_the_tables_is_in_the_stored_index(mirror: Path) -> None:
    path = mirror / "raw.githubusercontent.com" / "sjramblings" / "token-price-index" / "main" / "data" / "current.json"
    rows = json.loads(path.read_bytes())
    names = {(r["source"], r["model_id"]) for r in rows} | {
        (r["source"], r["model_id"].rsplit(end, 1)[0])
        for r in rows if r["source"] == "azure-retail" for end in ("-inp-", "-outp-")
    }  # fmt: skip
    assert set(model_ids()) <= names
    zoned = {r["region"] for r in rows if r["model_id"].startswith(("gpt-4o-0806", "gpt-4o-mini-0718"))}
    assert zoned - set(data_zones()) == {"southeastasia", "usgovarizona", "usgovvirginia"}  # of no data zone
