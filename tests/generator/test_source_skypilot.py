"""What the two SkyPilot connectors promise, on rows written by hand in their shape."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from generator.sync.payloads import TransportError
from generator.sync.price_fields import ZERO
from generator.sync.sources import skypilot, skypilot_nebius
from generator.sync.statements import PayloadError
from tests.generator.rental_rows import UNITS, keys_are_unique, rental, rows

HYPERSTACK, NEBIUS = rows("skypilot-hyperstack.csv"), rows("skypilot-nebius.csv")
BOTH = json.dumps({"hyperstack": HYPERSTACK.decode(), "atlantis": "x"}).encode()
RAW = Path("raw.githubusercontent.com", "skypilot-org", "skypilot-catalog", "master", "catalogs", "v8")


def test_a_machine_hour_is_divided_by_its_gpus() -> None:
    got = rental(skypilot.parse(BOTH, UNITS), "n3-A100x8")
    assert (got.provider, got.gpu_name, got.count, got.price) == ("hyperstack", "a100-pcie-80gb", 8, Decimal("1.35"))
    assert (got.region, got.host_included) == ("CANADA-1", "yes")


def test_a_machine_that_the_table_lacks_keeps_its_name_and_memory() -> None:
    assert rental(skypilot.parse(BOTH, UNITS), "n4-B200x8").gpu_name == "B200#180"


def test_what_is_no_offer_of_gpus_is_counted() -> None:
    parsed = skypilot.parse(BOTH, UNITS)
    assert parsed.rejected == {
        "cloud that nobody has registered": 1,
        "machine without GPU": 1,
        "the number of GPUs is not that of the table of instances": 1,
        "AcceleratorCount is not a whole number": 1,
        ZERO: 1,
    }
    assert parsed.entries == 6 and len(parsed.gpu_offers) == 2


@pytest.mark.parametrize("count", ["nan", "snan", "Infinity", "1e400000", "9" * 5000, "-8"])
def test_a_count_beyond_all_measure_is_refused(count: str) -> None:
    head, first, *_ = HYPERSTACK.decode().splitlines()
    row = ",".join(
        count if n == head.split(",").index("AcceleratorCount") else c for n, c in enumerate(first.split(","))
    )
    parsed = skypilot.parse(json.dumps({"hyperstack": f"{head}\n{row}\n"}).encode(), UNITS)
    assert parsed.rejected == {"AcceleratorCount is not a whole number": 1}


def test_spot_stands_beside_on_demand_and_the_instance_names_the_board() -> None:
    parsed = skypilot_nebius.parse(NEBIUS, UNITS)
    machine = "gpu-h100-sxm_8gpu-128vcpu-1600gb"
    assert rental(parsed, machine).gpu_name == "h100-sxm"
    assert rental(parsed, machine).price == Decimal("2.95")
    assert rental(parsed, machine, "spot").price == Decimal("1.25")
    assert rental(parsed, "gpu-b900-sxm_8gpu-160vcpu-1792gb").gpu_name == "B900#180"
    assert not [g for g in parsed.gpu_offers if "l40s" in g.instance and g.commitment == "spot"]


def answer(found: dict[str, str], status: str = "answered HTTP 404", absent: bool = True) -> Callable[[str, str], str]:
    def read(name: str, url: str) -> str:
        if name in found:
            assert url == f"https://h/v8/{name}/vms.csv"
            return found[name]
        raise TransportError("skypilot", "live", status, "look", absent)

    return read


def test_clouds_that_are_not_there_are_left_out() -> None:
    assert skypilot.collect("https://h/v8/", answer({"hyperstack": "a", "lambda": "b"})) == {
        "hyperstack": "a",
        "lambda": "b",
    }


def test_no_cloud_at_all_and_a_host_that_fails_are_errors() -> None:
    with pytest.raises(TransportError):
        skypilot.collect("https://h/v8/", answer({}))
    with pytest.raises(TransportError, match="HTTP 500"):
        skypilot.collect("https://h/v8/", answer({"hyperstack": "a"}, "answered HTTP 500", absent=False))


def test_lists_that_may_not_be_redistributed_or_repeat_a_vendor_are_not_asked_for() -> None:
    assert not {"vast", "aws", "azure", "gcp"} & skypilot.CLOUDS.keys()


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"hyperstack": "a,b\\n1,2\\n"}'])
def test_another_payload_is_refused_by_name(body: bytes) -> None:
    with pytest.raises(PayloadError, match="skypilot"):
        skypilot.parse(body, UNITS)


@pytest.mark.parametrize("body", [b"", b"a,b\n1,2\n", NEBIUS.split(b"\n")[0]])
def test_another_table_of_nebius_is_refused_by_name(body: bytes) -> None:
    with pytest.raises(PayloadError, match="skypilot"):
        skypilot_nebius.parse(body, UNITS)


@pytest.mark.mirror
def test_the_stored_clouds_are_read(mirror: Path) -> None:
    text = (mirror / RAW / "hyperstack" / "vms.csv").read_text()
    got = skypilot.parse(json.dumps({"hyperstack": text}).encode(), UNITS)
    assert (got.entries, len(got.gpu_offers), got.rejected) == (25, 25, {})
    assert rental(got, "n3-H100x1").price == Decimal("1.9") and not got.unread and keys_are_unique(got)
    stored = mirror / "_derived" / "skypilot-catalog" / "v8" / "nebius" / "vms.gpu-rows.csv"
    got = skypilot_nebius.parse(stored.read_bytes(), UNITS)
    assert (got.entries, len(got.gpu_offers), got.rejected) == (21, 29, {})
    assert rental(got, "gpu-b200-sxm_8gpu-160vcpu-1792gb").price == Decimal("5.5") and keys_are_unique(got)
