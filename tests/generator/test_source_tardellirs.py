"""What the tardellirs connector promises, on rows written in its shape."""

import json
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

from generator.sync.price_fields import ZERO
from generator.sync.sources.runpod_types import runpod_type
from generator.sync.sources.tardellirs import parse
from generator.sync.statements import GpuStatement, Parsed, PayloadError
from wasm_tools.pricing.meters import unit_registry

ROOT = Path(__file__).parents[2]
UNITS = unit_registry(tomllib.loads((ROOT / "data" / "registry" / "units.toml").read_text())["unit"])
ROWS = ROOT / "tests" / "payloads" / "tardellirs.json"
H100, A40 = "NVIDIA H100 80GB HBM3", "NVIDIA A40"  # RunPod's own ids


@pytest.fixture(scope="module")
def parsed() -> Parsed:
    return parse(ROWS.read_bytes(), UNITS)


def rental(parsed: Parsed, instance: str) -> GpuStatement:
    (found,) = [g for g in parsed.gpu_offers if g.instance == instance]
    return found


def test_a_rental_price_is_per_gpu_hour_as_listed(parsed: Parsed) -> None:
    got = rental(parsed, H100)
    assert (got.provider, got.gpu_name, got.count, got.price) == ("runpod", "NVIDIA H100 SXM#80", 1, Decimal("3.29"))
    assert (got.region, got.source_url) == ("global", "https://www.runpod.io/pricing")


@pytest.mark.parametrize(
    ("instance", "commitment"),
    [
        (H100, "on_demand"),
        ("thunder-compute-a100-80gb-nvlink-production", "on_demand"),
        ("thunder-compute-a100-80gb-prototyping", "spot"),  # the row says is_spot
        ("verda-b200-sxm-spot", "spot"),
        (A40, "community"),
        ("akash-h100-marketplace", "marketplace"),  # is_spot too, but the tier says more
        ("modal-h100-on-demand", "serverless"),
    ],
)
def test_a_tier_is_a_commitment(parsed: Parsed, instance: str, commitment: str) -> None:
    assert rental(parsed, instance).commitment == commitment


def test_a_type_of_runpod_has_the_id_of_runpods_own_api_where_the_board_is_certain() -> None:
    assert runpod_type("NVIDIA L4", 24) == runpod_type("L4") == "NVIDIA L4"
    assert runpod_type("NVIDIA A100 SXM", 80) == "NVIDIA A100-SXM4-80GB"
    assert runpod_type("NVIDIA A100 SXM", 40) == runpod_type("A100_80GB") == runpod_type("H100_80GB") == ""


def test_whether_the_host_is_included_is_only_what_a_caveat_states(parsed: Parsed) -> None:
    assert rental(parsed, "modal-h100-on-demand").host_included == "no"
    assert rental(parsed, "dataoorts-x-series-h100-pcie-on-demand").host_included == "yes"
    assert rental(parsed, H100).host_included == "unknown"


def test_an_estimate_carries_that_word(parsed: Parsed) -> None:
    assert rental(parsed, "jarvis-labs-h100-sxm-spot").note == "estimated by the source"
    assert rental(parsed, H100).note == ""


def test_rows_that_need_a_data_licence_are_left_out(parsed: Parsed) -> None:
    assert not [g for g in parsed.gpu_offers if "vast" in g.provider]
    assert parsed.rejected["redistribution needs a data licence"] == 1
    assert parsed.as_of == "2026-05-24"  # the row left out is a day newer


def test_pe_30_and_36_zero_unknown_tiers_and_broken_rows_are_counted(parsed: Parsed) -> None:
    assert parsed.entries == 13 and len(parsed.gpu_offers) == 9
    assert parsed.rejected[ZERO] == 1
    assert parsed.rejected["tier reserved is not a commitment"] == 1
    assert parsed.rejected["offering has another shape: gpu_model"] == 1


@pytest.mark.parametrize("body", [ROWS.read_bytes()[:700], b"{}", b"[]", b""])
def test_a_payload_that_is_no_list_is_refused_by_name(body: bytes) -> None:
    with pytest.raises(PayloadError, match="tardellirs"):
        parse(body, UNITS)


@pytest.mark.parametrize("price", ["1.2", True, None])
def test_a_price_that_is_no_number_costs_only_its_row(price: object) -> None:
    rows = json.loads(ROWS.read_bytes())[:2]
    rows[0]["price_usd_hour"] = price
    got = parse(json.dumps(rows).encode(), UNITS)
    assert got.rejected == {"not a number": 1} and len(got.gpu_offers) == 1


@pytest.mark.mirror
def test_the_whole_list_is_read(mirror: Path) -> None:
    path = mirror / "raw.githubusercontent.com" / "tardellirs" / "gpu-pricing" / "main" / "src" / "data"
    got = parse((path / "offerings.json").read_bytes(), UNITS)
    assert (got.entries, len(got.gpu_offers)) == (310, 282)
    assert got.rejected == {"redistribution needs a data licence": 28}
    text = (mirror / "api.runpod.io" / "graphql.gpuTypes.json").read_text()
    types = {entry["id"] for entry in json.loads(text)["data"]["gpuTypes"]}
    ours = [g.instance for g in got.gpu_offers if g.provider == "runpod"]
    assert len(ours) == 31 and set(ours) - types == {"runpod-rtx-pro-6000-community"}  # of which edition is not said
