"""What the karpenter-azure connector promises, on rows written by hand in both of its forms."""

from decimal import Decimal
from pathlib import Path

import pytest

from generator.sync.instances import NO_GPU, UNKNOWN
from generator.sync.sources.karpenter_azure import parse
from generator.sync.statements import PayloadError
from tests.generator.rental_rows import UNITS, keys_are_unique, rental, rows

STORED, GO = rows("karpenter-azure.csv"), rows("karpenter-azure.go.txt")


def test_pe_36_a_vm_hour_is_divided_by_the_gpus_of_the_vm() -> None:
    parsed = parse(STORED, UNITS)
    got = rental(parsed, "Standard_ND96isr_H100_v5")
    assert (got.provider, got.gpu_name, got.count, got.price) == ("azure", "h100-sxm", 8, Decimal("12.29"))
    assert (got.region, got.host_included) == ("eastus", "yes")
    assert rental(parsed, "Standard_NC40ads_H100_v5").gpu_name == "h100-nvl"
    assert rental(parsed, "Standard_ND128isr_NDR_GB200_v6").price == Decimal("54.08")


def test_a_share_of_a_gpu_keeps_the_price_it_is_rented_for() -> None:
    got = rental(parse(STORED, UNITS), "Standard_NV6ads_A10_v5")
    assert (got.gpu_name, got.count, got.price) == ("a10-sixth", 1, Decimal("0.454"))


def test_fpga_is_no_gpu_and_an_unclear_size_is_not_guessed() -> None:
    parsed = parse(STORED, UNITS)
    assert parsed.rejected == {NO_GPU: 1, UNKNOWN: 1}
    assert parsed.examples == {NO_GPU: "Standard_NP10s", UNKNOWN: "Standard_NC8ads_A10_v4"}


def test_the_go_file_says_the_same_for_all_its_regions() -> None:
    parsed = parse(GO, UNITS)
    assert {(g.region, g.instance, str(g.price)) for g in parsed.gpu_offers} == {
        ("eastus", "Standard_NC40ads_H100_v5", "6.98"),
        ("eastus", "Standard_ND96isr_H100_v5", "12.29"),
        ("westeurope", "Standard_ND96isr_H100_v5", "15.977"),
    }
    assert parsed.as_of == "2026-06-18" and not parsed.rejected


@pytest.mark.parametrize("body", [b"", b"package pricing\n", b"a,b\n1,2\n", b"{}", b"region,arm_sku,hour_usd\n"])
def test_a_payload_that_is_neither_form_is_refused_by_name(body: bytes) -> None:
    with pytest.raises(PayloadError, match="karpenter-azure"):
        parse(body, UNITS)


@pytest.mark.mirror
def test_the_whole_table_is_read(mirror: Path) -> None:
    parsed = parse((mirror / "_derived" / "karpenter" / "azure_n_series_ondemand.csv").read_bytes(), UNITS)
    assert (parsed.entries, len(parsed.gpu_offers)) == (1412, 1380)
    assert parsed.rejected == {NO_GPU: 21, UNKNOWN: 11} and keys_are_unique(parsed)
    assert rental(parsed, "Standard_NC24ads_A100_v4", region="westeurope").gpu_name == "a100-pcie-80gb"
    h100 = [g.price for g in parsed.gpu_offers if g.gpu_name == "h100-sxm"]
    assert min(h100) > 10 and max(h100) < 25
