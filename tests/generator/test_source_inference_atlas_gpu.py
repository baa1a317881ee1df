"""What the inference-atlas-gpu connector promises, on rows written by hand in its shape with its real figures."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from generator.sync.sources.inference_atlas_gpu import parse
from generator.sync.statements import Parsed, PayloadError
from tests.generator.rental_rows import UNITS, keys_are_unique, rental, rows

ROWS = rows("inference-atlas-gpu.csv").decode()
FOLDER = "raw.githubusercontent.com/jayeshsuyal/InferenceAtlas/main/data/providers_csv/gpu"


@pytest.fixture(scope="module")
def parsed() -> Parsed:
    return parse(json.dumps({"all.csv": ROWS}).encode(), UNITS)


def test_pe_39_a_gpu_costs_the_same_for_every_workload_and_counts_once(parsed: Parsed) -> None:
    got = rental(parsed, "H100_80GB", "serverless")
    assert (got.provider, got.price, got.note) == ("baseten", Decimal("6.4998"), "")
    assert (got.region, got.source_url) == ("us-east-1", "https://www.baseten.co/pricing/")
    assert parsed.rejected["repeats the price for another workload"] == 2
    assert keys_are_unique(parsed)


def test_the_board_is_named_only_where_the_cloud_has_one_form(parsed: Parsed) -> None:
    got = rental(parsed, "H100_80GB", provider="aws-ec2")
    assert (got.gpu_name, got.price) == ("h100-sxm", Decimal("6.88"))
    assert rental(parsed, "H100_80GB", "serverless").gpu_name == "H100_80GB"
    got = rental(parsed, "A100_80GB", provider="google-compute")
    assert (got.gpu_name, got.note) == ("a100-sxm-80gb", "confidence high")


def test_prices_of_runpod_are_those_of_its_community_cloud(parsed: Parsed) -> None:
    assert rental(parsed, "NVIDIA L4", "community").provider == "runpod"  # under the id of RunPod's own API


def test_guesses_and_prices_of_something_else_are_left_out(parsed: Parsed) -> None:
    assert not [g for g in parsed.gpu_offers if g.provider in ("anthropic", "voyage")]
    assert parsed.rejected["guess: confidence estimated"] == 1
    assert parsed.rejected["price of a model with its machine, not of a GPU"] == 1
    assert parsed.rejected["mode per_moon is not a commitment"] == 1
    assert (parsed.entries, len(parsed.gpu_offers), parsed.as_of) == (10, 5, "2026-02-26")


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"aws.csv": "a,b\\n1,2\\n"}'])
def test_another_payload_is_refused_by_name(body: bytes) -> None:
    with pytest.raises(PayloadError, match="inference-atlas-gpu"):
        parse(body, UNITS)


@pytest.mark.mirror
def test_all_tables_are_read(mirror: Path) -> None:
    files = {f.name: f.read_text() for f in (mirror / FOLDER).glob("*.csv")}
    got = parse(json.dumps(files).encode(), UNITS)
    assert (len(files), got.entries, len(got.gpu_offers)) == (12, 351, 47)
    third = {(g.provider, g.note) for g in got.gpu_offers if "third-party" in g.note}
    assert third == {("together", "price from a third-party page, confidence high")}
    assert all("third-party" in g.note for g in got.gpu_offers if g.provider == "together")
    runpod = {g.instance for g in got.gpu_offers if g.provider == "runpod"}
    assert runpod == {"NVIDIA L4", "NVIDIA L40S", "NVIDIA B200", "NVIDIA H200", "A100_80GB", "H100_80GB"}
    assert got.rejected == {
        "repeats the price for another workload": 301,
        "guess: confidence estimated": 1,
        "guess: confidence low": 1,
        "price of a model with its machine, not of a GPU": 1,
    }
    assert not got.unread and keys_are_unique(got)
    assert rental(got, "H100_80GB", provider="google-compute").price == Decimal("10.979058")
