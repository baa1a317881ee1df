"""What the runpod connector promises, on rows written by hand in its shape."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from generator.sync.price_fields import ZERO
from generator.sync.sources.runpod import parse
from generator.sync.statements import Parsed, PayloadError
from tests.generator.rental_rows import UNITS, keys_are_unique, rental, rows

ROWS = rows("runpod.json")


@pytest.fixture(scope="module")
def parsed() -> Parsed:
    return parse(ROWS, UNITS)


def prices(parsed: Parsed, gpu: str) -> dict[tuple[str, str], str]:
    return {(g.instance, g.commitment): str(g.price) for g in parsed.gpu_offers if g.gpu_name == gpu}


def test_clouds_terms_and_clusters_are_offers_of_their_own(parsed: Parsed) -> None:
    name = "NVIDIA H100 80GB HBM3"
    assert prices(parsed, f"{name}#80") == {
        (name, "on_demand"): "3.29",
        (name, "community"): "2.69",
        (name, "3m"): "3.29",
        (name, "6m"): "3.29",
        (f"{name} cluster", "on_demand"): "3.948",
    }
    assert rental(parsed, name).host_included == rental(parsed, name).per_second == "yes"
    assert keys_are_unique(parsed)


def test_the_noise_of_binary_numbers_is_taken_out(parsed: Parsed) -> None:
    assert rental(parsed, "NVIDIA L40 cluster").price == Decimal("0.984")


def test_pe_31_a_community_price_of_a_half_is_a_placeholder(parsed: Parsed) -> None:
    assert ("NVIDIA H200 NVL", "community") not in prices(parsed, "NVIDIA H200 NVL#143")
    assert parsed.rejected["communityPrice: placeholder for not offered"] == 1


def test_pe_31_a_secure_price_of_a_half_counts_only_when_a_term_repeats_it(parsed: Parsed) -> None:
    assert rental(parsed, "NVIDIA GeForce RTX 3090").price == Decimal("0.5")
    assert prices(parsed, "NVIDIA RTX A2000#6") == {("NVIDIA RTX A2000", "community"): "0.12"}
    assert parsed.rejected["securePrice: placeholder for not offered"] == 1
    assert parsed.rejected["clusterPrice: placeholder for not offered"] == 1


def test_pe_30_zero_and_the_type_without_a_name_are_missing(parsed: Parsed) -> None:
    assert prices(parsed, "Tesla V100-SXM2-16GB#16") == {("Tesla V100-SXM2-16GB", "community"): "0.23"}
    assert parsed.rejected[ZERO] == 2
    assert parsed.rejected["type without a name"] == parsed.rejected["type has another shape"] == 1


def test_a_bid_floor_that_repeats_a_cloud_is_no_spot_price(parsed: Parsed) -> None:
    assert not [g for g in parsed.gpu_offers if g.commitment == "spot"]
    assert parsed.rejected["minimumBidPrice: repeats the price of a cloud"] == 1
    assert parsed.rejected["minimumBidPrice: of which cloud is not said"] == 1


def test_a_new_field_is_seen(parsed: Parsed) -> None:
    assert parsed.unread == {"secretPrice": 1}


def test_an_answer_without_a_key_has_the_two_clouds_only() -> None:
    entry = {"id": "NVIDIA L4", "displayName": "L4", "memoryInGb": 24, "securePrice": 0.49, "communityPrice": 0.44}
    got = parse(json.dumps({"data": {"gpuTypes": [entry]}}).encode(), UNITS)
    assert {(g.commitment, str(g.price)) for g in got.gpu_offers} == {("on_demand", "0.49"), ("community", "0.44")}


@pytest.mark.parametrize("body", [b"", b"[]", b'{"data": null}', b'{"data": {"gpuTypes": []}}', b'{"errors": []}'])
def test_an_answer_without_types_is_refused_by_name(body: bytes) -> None:
    with pytest.raises(PayloadError, match="runpod"):
        parse(body, UNITS)


@pytest.mark.mirror
def test_the_whole_answer_is_read(mirror: Path) -> None:
    got = parse((mirror / "api.runpod.io" / "graphql.gpuTypes.json").read_bytes(), UNITS)
    assert (got.entries, len(got.gpu_offers)) == (48, 168)
    assert got.rejected["communityPrice: placeholder for not offered"] == 6
    assert rental(got, "NVIDIA H100 NVL").price == Decimal("3.19")
    assert not got.unread and keys_are_unique(got)
