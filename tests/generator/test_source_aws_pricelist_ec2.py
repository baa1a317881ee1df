"""What the aws-pricelist-ec2 connector promises, on a file made by hand in the shape that others describe."""

import json
from decimal import Decimal

import pytest

from generator.sync.instances import NO_GPU, UNKNOWN
from generator.sync.payloads import TransportError
from generator.sync.sources.aws_pricelist_ec2 import collect, parse
from generator.sync.statements import PayloadError
from tests.generator.rental_rows import UNITS, keys_are_unique, rental, rows

PRICES = rows("aws-pricelist-ec2.json").decode()
LOCATIONS = json.dumps(
    {
        "US East (N. Virginia)": {"name": "US East (N. Virginia)", "code": "us-east-1", "type": "AWS Region"},
        "US East (Boston)": {"name": "US East (Boston)", "code": "us-east-1-bos-1", "type": "AWS Local Zone"},
        "Asia Pacific (Nowhere)": {"name": "Asia Pacific (Nowhere)", "code": "ap-nowhere-1", "type": "AWS Region"},
    }
)
BODY = json.dumps({"locations.json": LOCATIONS, "us-east-1": PRICES}).encode()


def test_an_instance_hour_is_divided_by_its_gpus() -> None:
    parsed = parse(BODY, UNITS)
    got = rental(parsed, "p5.48xlarge")
    assert (got.provider, got.gpu_name, got.count, got.price) == ("aws-ec2", "h100-sxm", 8, Decimal("6.88"))
    assert (got.region, got.host_included, got.note) == ("us-east-1", "yes", "rate AAAA.JRTCKXETXF.6YS6EN2CT7")
    assert rental(parsed, "inf2.48xlarge").gpu_name == "inferentia2"
    assert parsed.as_of == "2026-09-25" and keys_are_unique(parsed)


def test_only_accelerated_families_are_looked_at_and_new_ones_are_listed() -> None:
    parsed = parse(BODY, UNITS)
    assert parsed.entries == 4 and parsed.rejected == {NO_GPU: 1, UNKNOWN: 1}
    assert parsed.examples[UNKNOWN] == "g99.xlarge"


def test_each_region_is_asked_for_and_local_zones_are_not() -> None:
    def read(name: str, url: str) -> str:
        if name == "locations.json":
            return LOCATIONS
        if name == "us-east-1":
            assert url.endswith("/US%20East%20%28N.%20Virginia%29/Linux/index.json")
            return PRICES
        raise TransportError("aws-pricelist-ec2", "live", "h: answered HTTP 403", "look")

    assert collect("https://h/locations.json", read).keys() == {"locations.json", "us-east-1"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        json.dumps({"locations.json": LOCATIONS}).encode(),
        json.dumps({"us-east-1": PRICES}).encode(),
        json.dumps({"locations.json": LOCATIONS, "us-east-1": "{}"}).encode(),
        json.dumps({"locations.json": LOCATIONS, "eu-west-9": PRICES}).encode(),
    ],
)
def test_another_payload_is_refused_by_name(body: bytes) -> None:
    with pytest.raises(PayloadError, match="aws-pricelist-ec2"):
        parse(body, UNITS)


def test_a_list_of_locations_that_is_no_json_is_left_to_the_parser() -> None:
    assert collect("https://h/locations.json", lambda name, url: "<html>") == {"locations.json": "<html>"}
