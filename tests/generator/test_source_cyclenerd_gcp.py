"""What the cyclenerd-gcp connector promises, on rows written by hand in both of its forms."""

from decimal import Decimal
from pathlib import Path

import pytest

from generator.sync.instances import UNKNOWN
from generator.sync.sources.cyclenerd_gcp import parse
from generator.sync.statements import PayloadError
from tests.generator.rental_rows import UNITS, keys_are_unique, rental, rows

STORED, YAML = rows("cyclenerd-gcp.csv"), rows("cyclenerd-gcp.yml")


def test_pe_36_a_machine_hour_includes_the_host_and_is_divided_by_its_gpus() -> None:
    got = rental(parse(STORED, UNITS), "a3-highgpu-8g")
    assert (got.provider, got.gpu_name, got.count) == ("google-compute", "h100-sxm", 8)
    assert round(got.price, 2) == Decimal("11.06") and got.host_included == "yes"


def test_commitments_are_per_month_of_730_hours() -> None:
    parsed = parse(STORED, UNITS)
    assert rental(parsed, "a2-highgpu-1g", "1y").price == Decimal("2.31420704")
    assert rental(parsed, "a2-highgpu-1g", "3y").price == Decimal("1.285708326")
    assert rental(parsed, "a2-highgpu-1g", "spot").price == Decimal("1.92802")
    assert rental(parsed, "a3-highgpu-8g", "3y").price == Decimal("4.858047639")


def test_months_that_repeat_the_hour_and_missing_commitments_are_counted() -> None:
    parsed = parse(STORED, UNITS)
    assert parsed.rejected["month: repeats the price per hour"] == 4
    assert parsed.rejected["month_1y: no price stated"] == parsed.rejected["month_3y: no price stated"] == 1


def test_an_eighth_of_a_gpu_is_rented_as_what_it_is() -> None:
    got = rental(parse(STORED, UNITS), "g4-standard-6")
    assert (got.gpu_name, got.count, got.price) == ("rtx-pro-6000-server-eighth", 1, Decimal("0.55955625"))


def test_a_machine_that_contradicts_or_lacks_the_table_is_left_out() -> None:
    parsed = parse(STORED, UNITS)
    assert parsed.rejected[UNKNOWN] == 1 and parsed.examples[UNKNOWN] == "a9-newgpu-8g"
    assert parsed.rejected["the number of GPUs is not that of the table of instances"] == 1
    assert parsed.entries == 6 and keys_are_unique(parsed)


def test_the_live_file_is_read_line_by_line_to_the_same_prices() -> None:
    parsed = parse(YAML, UNITS)
    assert {(g.instance, g.region, g.commitment): str(g.price) for g in parsed.gpu_offers} == {
        ("a2-highgpu-1g", "us-central1", "on_demand"): "3.673385",
        ("a2-highgpu-1g", "us-central1", "spot"): "1.293355",
        ("a2-highgpu-1g", "us-central1", "1y"): "2.31420704",
        ("a2-highgpu-1g", "us-central1", "3y"): "1.285708326",
        ("a2-highgpu-1g", "us-west4", "on_demand"): "3.934354926",
        ("a2-highgpu-1g", "us-west4", "spot"): "1.57366",
        ("g4-standard-6", "us-south1", "on_demand"): "0.55955625",
        ("g4-standard-6", "us-south1", "spot"): "0.2238035",
    }
    assert parsed.as_of == "2026-07-30"
    assert parsed.unread == {"surprise": 1} and parsed.entries == 3


@pytest.mark.parametrize("body", [b"", b"{}", b"compute:\n  instance:\n", b"a,b\n1,2\n", YAML[:300]])
def test_a_payload_that_is_neither_form_is_refused_by_name(body: bytes) -> None:
    with pytest.raises(PayloadError, match="cyclenerd-gcp"):
        parse(body, UNITS)


@pytest.mark.mirror
def test_the_whole_table_is_read(mirror: Path) -> None:
    parsed = parse((mirror / "_derived" / "gcp-cyclenerd" / "gcp_gpu_instances.csv").read_bytes(), UNITS)
    assert (parsed.entries, len(parsed.gpu_offers)) == (984, 3609)
    assert parsed.rejected == {
        "month: repeats the price per hour": 984,
        "month_spot: repeats the price per hour": 984,
        "month_1y: no price stated": 167,
        "month_3y: no price stated": 160,
    }
    assert not parsed.unread and keys_are_unique(parsed)
    h100 = [g.price for g in parsed.gpu_offers if g.gpu_name == "h100-sxm"]
    assert min(h100) > 1 and max(h100) < 20
