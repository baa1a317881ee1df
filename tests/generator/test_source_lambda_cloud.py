"""What the lambda-cloud connector promises, on types made by hand in the documented shape: nothing of it is stored."""

from decimal import Decimal
from pathlib import Path

import httpx
import pytest

from generator.registry import load_registry
from generator.sync.payloads import TransportError
from generator.sync.price_fields import ZERO
from generator.sync.sources.lambda_cloud import parse
from generator.sync.statements import Parsed, PayloadError
from generator.sync.transport import Live
from tests.generator.rental_rows import UNITS, rental, rows

KEYED = {"lambda-cloud": "LAMBDA_API_KEY", "gcp-billing": "GOOGLE_CLOUD_API_KEY", "fal": "FAL_KEY"}


@pytest.fixture(scope="module")
def parsed() -> Parsed:
    return parse(rows("lambda-cloud.json"), UNITS)


def test_pe_28_cents_of_an_instance_are_dollars_of_a_gpu(parsed: Parsed) -> None:
    got = rental(parsed, "gpu_8x_h100_sxm5")
    assert (got.provider, got.count, got.price) == ("lambda", 8, Decimal("2.99"))
    assert (got.region, got.commitment, got.host_included) == ("global", "on_demand", "yes")
    assert rental(parsed, "gpu_1x_a100").price == Decimal("1.29")


def test_the_board_and_its_memory_are_read_from_the_words(parsed: Parsed, root: Path) -> None:
    registry = load_registry(root / "data" / "registry")
    named = {g.instance: (g.gpu_name, registry.gpu_of(g.gpu_name)) for g in parsed.gpu_offers}
    assert named == {
        "gpu_8x_h100_sxm5": ("NVIDIA H100 SXM5#80", "h100-sxm"),
        "gpu_1x_a100": ("NVIDIA A100 PCIe#40", "a100-pcie-40gb"),
        "gpu_1x_rtx6000": ("NVIDIA RTX A6000#48", "rtx-a6000"),
    }


def test_what_is_no_price_of_a_gpu_is_counted(parsed: Parsed) -> None:
    assert parsed.rejected == {
        ZERO: 1,
        "price_cents_per_hour: below $0.02 per GPU-hour": 1,
        "machine without GPU": 1,
        "type has another shape": 1,
    }
    assert parsed.unread == {"colour": 1}


@pytest.mark.parametrize("body", [b"", b"[]", b'{"data": {}}', b'{"error": {"code": "global/invalid-api-key"}}'])
def test_an_answer_without_types_is_refused_by_name(body: bytes) -> None:
    with pytest.raises(PayloadError, match="lambda-cloud"):
        parse(body, UNITS)


@pytest.mark.parametrize("name", KEYED)
def test_a_source_with_a_key_works_with_it_and_says_no_key_without(name: str, root: Path) -> None:
    source = load_registry(root / "data" / "registry").source[name]
    assert source.key is not None and source.key.variable == KEYED[name]
    asked: list[httpx.Request] = []

    def host(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, stream=httpx.ByteStream(b'{"models": [], "skus": []}'))

    with httpx.Client(transport=httpx.MockTransport(host)) as client:
        with pytest.raises(TransportError, match="no key"):
            Live(client, "2026-11-21", environment={}).fetch(source)
        assert not asked
        Live(client, "2026-11-21", environment={KEYED[name]: "sesame"}).fetch(source)
    assert asked[0].headers[source.key.header] == source.key.prefix + "sesame"
