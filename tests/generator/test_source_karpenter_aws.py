"""What the karpenter-aws connector promises, on rows written by hand in both of its forms."""

from decimal import Decimal
from pathlib import Path

import pytest

from generator.sync.instances import NO_GPU, UNKNOWN
from generator.sync.sources.karpenter_aws import parse
from generator.sync.statements import PayloadError
from tests.generator.rental_rows import UNITS, keys_are_unique, rental, rows

STORED, GO = rows("karpenter-aws.csv"), rows("karpenter-aws.go.txt")


def test_pe_36_an_instance_hour_is_divided_by_the_gpus_of_the_instance() -> None:
    got = rental(parse(STORED, UNITS), "p5.48xlarge")
    assert (got.provider, got.gpu_name, got.count, got.price) == ("aws-ec2", "h100-sxm", 8, Decimal("6.88"))
    assert (got.region, got.commitment, got.host_included) == ("us-east-1", "on_demand", "yes")


def test_inferentia_and_gaudi_are_accelerators_and_a_share_is_one_of_its_own() -> None:
    parsed = parse(STORED, UNITS)
    assert (rental(parsed, "inf2.48xlarge").gpu_name, rental(parsed, "inf2.48xlarge").count) == ("inferentia2", 12)
    assert rental(parsed, "dl1.24xlarge").price == Decimal("1.63863")
    assert (rental(parsed, "g6f.large").gpu_name, rental(parsed, "g6f.large").price) == ("l4-eighth", Decimal("0.202"))


def test_fpga_is_no_gpu_and_a_new_instance_is_listed() -> None:
    parsed = parse(STORED, UNITS)
    assert parsed.rejected == {NO_GPU: 2, UNKNOWN: 1}
    assert parsed.examples[UNKNOWN] == "p99.48xlarge"
    assert parsed.entries == 8


def test_the_go_file_says_the_same_for_all_its_regions() -> None:
    parsed = parse(GO, UNITS)
    assert {(g.region, g.instance, str(g.price)) for g in parsed.gpu_offers} == {
        ("us-east-1", "p4d.24xlarge", "2.74470525"),
        ("us-east-1", "p5.48xlarge", "6.88"),
        ("us-east-1", "p5.4xlarge", "6.88"),
        ("us-gov-west-1", "p4d.24xlarge", "3.29364625"),
    }
    assert parsed.as_of == "2026-07-20"
    assert parsed.rejected == {NO_GPU: 1} and keys_are_unique(parsed)


@pytest.mark.parametrize("body", [b"", b"package pricing\n", b"a,b\n1,2\n", b"{}", b"region,instance_type,hour_usd\n"])
def test_a_payload_that_is_neither_form_is_refused_by_name(body: bytes) -> None:
    with pytest.raises(PayloadError, match="karpenter-aws"):
        parse(body, UNITS)


@pytest.mark.mirror
def test_the_whole_table_is_read(mirror: Path) -> None:
    parsed = parse((mirror / "_derived" / "karpenter" / "aws_gpu_ondemand_us-east-1.csv").read_bytes(), UNITS)
    assert (parsed.entries, len(parsed.gpu_offers)) == (94, 88)
    assert parsed.rejected == {NO_GPU: 6} and keys_are_unique(parsed)
    assert rental(parsed, "p6-b200.48xlarge").price == Decimal("14.2416")
    assert rental(parsed, "trn1.32xlarge").price == Decimal("1.34375")
