"""What the sooddvs connector promises, on rows written by hand in its shape with its real figures."""

from decimal import Decimal
from pathlib import Path

import pytest

from generator.sync.instances import UNKNOWN
from generator.sync.sources.google_gpu_skus import gpu_sku
from generator.sync.sources.sooddvs import parse
from generator.sync.statements import Parsed, PayloadError
from tests.generator.rental_rows import UNITS, keys_are_unique, rental, rows

ROWS = rows("sooddvs.csv")
PATH = "raw.githubusercontent.com/sooddvs/gpu-pricing/main/gpu_pricing_raw.csv"


@pytest.fixture(scope="module")
def parsed() -> Parsed:
    return parse(ROWS, UNITS)


def test_the_total_of_an_instance_is_more_exact_than_the_price_per_gpu(parsed: Parsed) -> None:
    got = rental(parsed, "Standard_ND96amsr_A100_v4")
    assert (got.provider, got.gpu_name, got.count, got.price) == ("azure", "a100-sxm-80gb", 8, Decimal("4.09625"))
    assert rental(parsed, "p5.48xlarge", "3y").price == Decimal("2.9721625")
    assert rental(parsed, "ml.p5.48xlarge").provider == "aws-sagemaker"


def test_pe_36_google_prices_are_those_of_the_gpu_without_its_host(parsed: Parsed) -> None:
    got = rental(parsed, "gpu-only h100-80gb")
    assert (got.provider, got.price, got.host_included) == ("google-compute", Decimal("9.7966"), "no")
    assert rental(parsed, "gpu-only h100-80gb-mega").price == Decimal("10.3443")
    assert rental(parsed, "gpu-slice b200").host_included == "unknown"


def test_pe_37_the_sku_beats_the_label(parsed: Parsed) -> None:
    assert rental(parsed, "NVIDIA H100 NVL").gpu_name == "NVIDIA H100 NVL"
    assert rental(parsed, "B110979").gpu_name == "gb200"
    assert rental(parsed, "B109480").gpu_name == "H100 SXM (part B109480)"  # a part that nobody has looked up


def test_pe_37_the_sku_beats_the_tier(parsed: Parsed) -> None:
    assert rental(parsed, "gpu-only h100-80gb dws-calendar", "scheduled").price == Decimal("4.5701")
    assert rental(parsed, "gpu-only a100-40gb dws-flex-start", "scheduled").price == Decimal("1.6136")
    assert rental(parsed, "gpu-only a100-80gb", "3y").price == Decimal("3.0966")
    assert rental(parsed, "NVIDIA H100 NVL", "community").price == Decimal("2.59")
    got = rental(parsed, "NVIDIA H100 NVL", "3m")
    assert (got.price, got.note) == (3, "filed as 36 months")


def test_pe_31_the_placeholder_of_runpod_is_no_price(parsed: Parsed) -> None:
    assert not [g for g in parsed.gpu_offers if g.instance == "NVIDIA H200 NVL"]
    assert parsed.rejected["placeholder for not offered"] == 1


def test_what_cannot_be_told_is_counted(parsed: Parsed) -> None:
    assert parsed.rejected["SKU that names no known GPU"] == 1
    assert parsed.rejected["hardware on the customer's own site"] == 1
    assert parsed.rejected["the number of GPUs is not that of the table of instances"] == 1
    assert parsed.rejected["provider Elsewhere is not known"] == 1
    assert (parsed.entries, len(parsed.gpu_offers), parsed.as_of) == (21, 16, "2026-06-15")
    assert keys_are_unique(parsed)


def test_a_region_that_is_not_stated_is_everywhere(parsed: Parsed) -> None:
    got = rental(parsed, "vcg-l40s-128c-1500g-384vram")
    assert (got.region, got.price) == ("global", Decimal("1.5596"))


@pytest.mark.parametrize(
    ("description", "instance", "commitment"),
    [
        ("Nvidia L4 GPU running in Americas", "gpu-only l4", "on_demand"),
        ("Nvidia Tesla T4 GPU attached to Spot Preemptible VMs running in Warsaw", "gpu-only t4", "spot"),
        ("Commitment v1: H200 141GB GPU running in Mumbai for 1 Year", "gpu-only h200-141gb", "1y"),
        (
            "Nvidia H100 Mega 80GB GPU attached to DWS Defined Duration VMs running in Mumbai",
            "gpu-only h100-80gb-mega dws-flex-start",
            "scheduled",
        ),
        ("DWS Calendar Mode A4 Nvidia B200 (1 gpu slice) in Mumbai", "gpu-slice b200 dws-calendar", "scheduled"),
        ("Spot Preemptible A4 Nvidia B200 (1 gpu slice) running in Mumbai", "gpu-slice b200", "spot"),
    ],
)
def test_a_description_names_gpu_and_commitment(description: str, instance: str, commitment: str) -> None:
    found = gpu_sku(description)
    assert found is not None and (found.instance, found.commitment) == (instance, commitment)


@pytest.mark.parametrize(
    "description",
    ["N2 Instance Core running in Americas", "Licensing Fee for NVIDIA RTX Virtual Workstation on T4", "TPU v5e", ""],
)
def test_what_is_no_gpu_is_none(description: str) -> None:
    assert gpu_sku(description) is None


@pytest.mark.parametrize("body", [b"", b"{}", b"a,b\n", ROWS.split(b"\n")[0]])
def test_another_table_is_refused_by_name(body: bytes) -> None:
    with pytest.raises(PayloadError, match="sooddvs"):
        parse(body, UNITS)


@pytest.mark.mirror
def test_the_whole_table_is_read(mirror: Path) -> None:
    got = parse((mirror / PATH).read_bytes(), UNITS)
    assert (got.entries, len(got.gpu_offers)) == (283, 279)
    assert got.rejected == {"placeholder for not offered": 1, "hardware on the customer's own site": 3}
    assert UNKNOWN not in got.rejected and not got.unread and keys_are_unique(got)
    assert {g.commitment for g in got.gpu_offers if g.provider == "runpod"} == {"on_demand", "community", "3m", "6m"}
    h100 = [g.price for g in got.gpu_offers if "h100" in g.gpu_name.lower()]
    assert min(h100) > 1 and max(h100) < 16
