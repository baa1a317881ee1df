"""What the gpuhunt connector promises, on a table made by hand in the documented shape: nothing of it is stored."""

import io
import json
import zipfile
from decimal import Decimal

import pytest

from generator.sync.payloads import TransportError
from generator.sync.sources.gpuhunt import CATALOGUES, collect, parse
from generator.sync.statements import PayloadError
from tests.generator.rental_rows import UNITS, keys_are_unique, rental, rows

ROWS = rows("gpuhunt.csv").decode()
TWO = json.dumps({"aws.csv": ROWS, "gcp.csv": ROWS, "moon.csv": ROWS}).encode()


def archive(name: str, text: str = ROWS) -> str:
    """A zip archive as a transport hands it over: one character a byte."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(name, text)
    return packed.getvalue().decode("latin-1")


def test_an_instance_hour_is_divided_by_its_gpus() -> None:
    parsed = parse(TWO, UNITS)
    got = rental(parsed, "p5.48xlarge", provider="aws-ec2")
    assert (got.gpu_name, got.count, got.price, got.region) == ("h100-sxm", 8, Decimal("6.88"), "us-east-1")
    assert rental(parsed, "p5.48xlarge", "spot", provider="aws-ec2").price == Decimal("2.7625")
    assert keys_are_unique(parsed)


def test_an_instance_that_the_table_lacks_keeps_its_name_and_memory() -> None:
    assert rental(parse(TWO, UNITS), "g99.xlarge", provider="aws-ec2").gpu_name == "RTX4090#24"


def test_scheduled_capacity_is_no_offer_on_demand() -> None:
    got = rental(parse(TWO, UNITS), "a3-highgpu-8g dws-calendar", "scheduled", provider="google-compute")
    assert (got.gpu_name, got.price) == ("h100-sxm", Decimal("5.47375"))


def test_what_is_no_offer_of_gpus_is_counted() -> None:
    rejected = parse(json.dumps({"aws.csv": ROWS}).encode(), UNITS).rejected
    assert rejected == {
        "machine without GPU": 1,
        "the number of GPUs is not that of the table of instances": 1,
        "hardware on the customer's own site": 1,
    }
    assert parse(TWO, UNITS).rejected["catalogue that nobody has registered"] == 1


def test_the_version_leads_to_the_archive_and_cpu_machines_stay_there() -> None:
    asked: list[str] = []

    def read(name: str, url: str) -> str:
        asked.append(url)
        if "/aws/" not in url:
            raise TransportError("gpuhunt", "live", "h: answered HTTP 403", "look")
        return "20260915-77\n" if url.endswith("version") else archive("aws.csv")

    texts = collect("https://h/v3/", read)
    assert list(texts) == ["aws.csv"]
    assert asked[-1] == "https://h/v3/aws/20260915-77/catalog.zip" and len(asked) == len(CATALOGUES) + 1
    assert "m7i.large" not in texts["aws.csv"] and "p5.48xlarge" in texts["aws.csv"]
    assert len(parse(json.dumps(texts).encode(), UNITS).gpu_offers) == 4


def test_what_is_no_archive_of_the_table_is_refused_by_name() -> None:
    for text in ("not a zip", archive("other.csv")):
        with pytest.raises(PayloadError, match="gpuhunt: aws"):
            collect("https://h/v3/", lambda name, url, text=text: "v" if url.endswith("version") else text)


def test_lists_that_may_not_be_redistributed_are_not_asked_for() -> None:
    assert "vastai" not in CATALOGUES


@pytest.mark.parametrize("body", [b"", b"[]", b'{"aws.csv": "a,b\\n1,2\\n"}'])
def test_another_payload_is_refused_by_name(body: bytes) -> None:
    with pytest.raises(PayloadError, match="gpuhunt"):
        parse(body, UNITS)
