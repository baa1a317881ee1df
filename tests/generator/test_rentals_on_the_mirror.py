"""What all sources of GPU rental hold together, on the stored payloads."""

from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from generator.registry import Registry, load_registry
from generator.sync.mirror import Mirror
from generator.sync.payloads import TransportError
from generator.sync.rental_prices import LEAST, MOST
from generator.sync.source_registry import connector
from generator.sync.statements import GpuStatement
from wasm_tools.pricing.offers import COMMITMENTS

pytestmark = pytest.mark.mirror
# Nothing of these is stored: they ask live hosts, some with a key.
LIVE_ONLY = {"gpuhunt", "azure-retail", "aws-pricelist-ec2", "lambda-cloud", "gcp-billing"}
# What a name leaves open: the form of the board, the edition, the generation, or a memory that no such board has.
UNRESOLVED = {
    "NVIDIA A100#40", "NVIDIA A100#80", "NVIDIA A100 40GB#40", "NVIDIA A100 80GB#80", "NVIDIA A100 80GB NVLink#80",
    "NVIDIA A100 NVLink#40", "NVIDIA A100 NVLink#80", "NVIDIA H100#80", "NVIDIA H100 NVLink#80", "NVIDIA B300#180",
    "NVIDIA B200 NVL#180", "NVIDIA RTX PRO 6000#96", "NVIDIA RTX PRO 6000 CC#96", "NVIDIA RTX Pro 6000#96",
    "NVIDIA RTX 6000 Pro#96", "RTX PRO 6000#96", "RTX Pro 6000#96", "RTX Pro 6000 Blackwell#96", "A800 80G#80",
    "GTX 1080 Ti#8", "Tesla V100#16", "H100 SXM (part B109480)", "A100_40GB", "A100_80GB", "H100_80GB",
}  # fmt: skip
Key = tuple[str, str, str, str]


@pytest.fixture(scope="module")
def registry(root: Path) -> Registry:
    return load_registry(root / "data" / "registry")


@pytest.fixture(scope="module")
def said(registry: Registry, mirror: Path) -> dict[str, list[GpuStatement]]:
    stored = Mirror(str(mirror), "2026-11-20")
    found: dict[str, list[GpuStatement]] = {}
    for source in registry.sources:
        if source.kind == "gpu" and source.id not in LIVE_ONLY:
            found[source.id] = connector(source).parse(stored.fetch(source).body, registry.units).gpu_offers
    return found


@pytest.fixture(scope="module")
def offers(registry: Registry, said: dict[str, list[GpuStatement]]) -> dict[Key, dict[str, GpuStatement]]:
    """Statements by the key of a rental offer and by source."""
    merged: dict[Key, dict[str, GpuStatement]] = {}
    for source, statements in said.items():
        for g in statements:
            provider = registry.provider_by_alias[g.provider].id
            key = (provider, g.instance, g.region, g.commitment)
            assert source not in merged.setdefault(key, {}), key
            merged[key][source] = g
    return merged


def test_there_are_thousands_of_offers_of_many_providers(offers: dict[Key, dict[str, GpuStatement]]) -> None:
    assert len(offers) >= 5_500
    assert len({provider for provider, *_ in offers}) >= 25


def test_sources_without_a_stored_payload_say_so(registry: Registry, mirror: Path) -> None:
    for name in LIVE_ONLY:
        with pytest.raises(TransportError, match="holds no payload"):
            Mirror(str(mirror), "2026-11-20").fetch(registry.source[name])


def test_nearly_every_offer_has_a_gpu_and_the_others_are_listed(
    registry: Registry, offers: dict[Key, dict[str, GpuStatement]]
) -> None:
    open_names: Counter[str] = Counter()
    for by_source in offers.values():
        if not any(registry.gpu_of(g.gpu_name) for g in by_source.values()):
            open_names[next(iter(by_source.values())).gpu_name] += 1
    assert set(open_names) == UNRESOLVED
    assert open_names.total() / len(offers) < 0.01


def test_every_price_is_one_of_a_gpu(said: dict[str, list[GpuStatement]]) -> None:
    for source, statements in said.items():
        for g in statements:
            assert LEAST <= g.price <= MOST, (source, g)
            assert g.commitment in COMMITMENTS and g.count >= 1 and g.region and g.instance, (source, g)
            assert g.host_included in ("yes", "no", "unknown") and g.currency == "USD", (source, g)


def test_an_h100_costs_what_an_h100_can_cost(registry: Registry, said: dict[str, list[GpuStatement]]) -> None:
    """A spread of many times is normal (spot against a far region), $0.01 or $90 is a broken connector."""
    for source, statements in said.items():
        for g in statements:
            if registry.gpu_of(g.gpu_name).startswith("h100") or "H100" in g.gpu_name:
                low = Decimal("0.7") if g.commitment in ("spot", "marketplace", "community") else Decimal("1.3")
                assert low <= g.price <= 24, (source, g)


def test_pe_36_the_same_gpu_with_and_without_its_host_are_two_offers(
    offers: dict[Key, dict[str, GpuStatement]],
) -> None:
    host_in = offers["google-compute", "a3-highgpu-8g", "us-central1", "on_demand"]["cyclenerd-gcp"]
    gpu_only = offers["google-compute", "gpu-only h100-80gb", "us-central1", "on_demand"]["sooddvs"]
    assert (round(host_in.price, 2), host_in.host_included) == (Decimal("11.06"), "yes")
    assert (round(gpu_only.price, 2), gpu_only.host_included) == (Decimal("9.80"), "no")
    assert host_in.gpu_name == gpu_only.gpu_name == "h100-sxm"


def test_two_readers_of_the_same_vendor_lists_agree(offers: dict[Key, dict[str, GpuStatement]]) -> None:
    both = 0
    for (provider, *_), by_source in offers.items():
        if provider in ("aws-ec2", "azure") and len(by_source) > 1:
            both += 1
            prices = [g.price for g in by_source.values()]
            assert max(prices) <= min(prices) * Decimal("1.0001"), by_source
            assert len({g.gpu_name for g in by_source.values()}) == 1
    assert both >= 35


def test_known_prices_of_popular_offers(offers: dict[Key, dict[str, GpuStatement]]) -> None:
    def price(provider: str, instance: str, region: str, commitment: str, source: str) -> Decimal:
        return offers[provider, instance, region, commitment][source].price

    assert price("aws-ec2", "p5.48xlarge", "us-east-1", "on_demand", "karpenter-aws") == Decimal("6.88")
    assert price("azure", "Standard_ND96isr_H100_v5", "eastus", "on_demand", "karpenter-azure") == Decimal("12.29")
    assert price("runpod", "NVIDIA H100 80GB HBM3", "global", "on_demand", "runpod") == Decimal("3.29")
    assert price("oci", "B98415", "global", "on_demand", "sooddvs") == 10
    assert price("hyperstack", "n3-H100x1", "CANADA-1", "on_demand", "skypilot") == Decimal("1.9")
