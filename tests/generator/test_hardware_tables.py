"""Promises of the tables beside gpus.csv: instances, purchase prices, electricity."""

import csv
import json
import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from generator.registry import Registry, load_registry
from generator.sync.instances import COLUMNS, has_no_gpu, instances
from generator.tables import read_rows
from tests.wasm_tools.catalogues import catalogue
from wasm_tools.planner.pack import catalogue_pack, read_catalogue
from wasm_tools.pricing.offers import COMMITMENTS

AZURE = "_derived/karpenter/azure_n_series_ondemand.csv"
ELECTRICITY = ("code", "name", "usd_per_kwh", "period", "band", "source")
SHARE = re.compile(r"-(?:half|third|quarter|sixth|eighth)$")
PARTS = {"half": 2, "third": 3, "quarter": 4, "sixth": 6, "eighth": 8}
Rows = Callable[[str, tuple[str, ...]], list[dict[str, str]]]


@pytest.fixture(scope="module")
def registry(root: Path) -> Registry:
    return load_registry(root / "data" / "registry")


@pytest.fixture(scope="module")
def table(root: Path) -> Rows:
    return lambda name, columns: read_rows(root / "data" / "registry" / name, columns)


def test_each_instance_has_a_registered_gpu_and_a_source(registry: Registry, table: Rows) -> None:
    rows = table("instances.csv", COLUMNS)
    keys = [(r["cloud"], r["instance"]) for r in rows]
    assert keys == sorted(set(keys))
    assert {r["gpu"] for r in rows} <= registry.gpu.keys()
    assert all(1 <= int(r["count"]) <= 16 and r["source"] for r in rows)
    assert {c for c, _ in keys} == {"aws", "azure", "gcp", "hyperstack", "nebius", "oci"}


@pytest.mark.parametrize(
    ("cloud", "instance", "gpu", "count"),
    [
        ("aws", "p5.48xlarge", "h100-sxm", 8),
        ("aws", "p4d.24xlarge", "a100-sxm-40gb", 8),
        ("aws", "g7e.12xlarge", "rtx-pro-6000-server", 2),
        ("aws", "trn1.32xlarge", "trainium", 16),
        ("aws", "inf2.24xlarge", "inferentia2", 6),
        ("azure", "Standard_NC80adis_H100_v5", "h100-nvl", 2),
        ("azure", "Standard_NV12s_v3", "m60", 1),
        ("azure", "Standard_ND128isr_NDR_GB200_v6", "gb200", 4),
        ("azure", "Standard_NV6ads_A10_v5", "a10-sixth", 1),
        ("gcp", "a2-megagpu-16g", "a100-sxm-40gb", 16),
        ("gcp", "g2-standard-32", "l4", 1),
        ("oci", "B110979", "gb200", 1),
    ],
)
def test_an_instance_holds_what_its_cloud_says(cloud: str, instance: str, gpu: str, count: int) -> None:
    found = instances(cloud)[instance]
    assert (found.gpu, found.count) == (gpu, count)


@pytest.mark.parametrize(
    ("instance", "none"),
    [
        ("f1.2xlarge", True),
        ("f2.6xlarge", True),
        ("vt1.3xlarge", True),
        ("Standard_NP10s", True),
        ("p5.48xlarge", False),
        ("Standard_NC6s_v3", False),
    ],
)
def test_fpga_and_video_cards_are_known_by_name(instance: str, none: bool) -> None:
    assert has_no_gpu(instance) is none


def test_a_share_of_a_gpu_has_its_share_of_the_memory_and_no_peaks(registry: Registry) -> None:
    """A share must never be planned as if it were the whole board."""
    shares = [g for g in registry.gpus if SHARE.search(g.id)]
    assert len(shares) == 17
    for share in shares:
        whole = registry.gpu[SHARE.sub("", share.id)]
        parts = PARTS[share.id.rpartition("-")[2]]
        assert share.memory_bytes * parts == pytest.approx(whole.memory_bytes, rel=0.15), share.id
        assert share.bf16_flops is share.bandwidth_bytes_s is share.tdp_w is None, share.id


@pytest.mark.mirror
def test_links_inside_a_node_are_the_stated_ones(registry: Registry, upstream: Path) -> None:
    """One direction, one GPU: the data sheets print both directions together."""
    stated = {}
    for path in (upstream / "hardware" / "aic_systems").glob("*.yaml"):
        found = re.search(r"^  intra_node_bw: (\d+)", path.read_text(), re.MULTILINE)
        assert found is not None, path.name
        stated[path.stem] = int(found[1])
    assert len(stated) == 14
    assert {g.aic_system: g.link_bytes_s for g in registry.gpus if g.aic_system} == stated


def test_a_link_that_no_system_file_states_names_its_source(registry: Registry) -> None:
    others = [g for g in registry.gpus if g.link_bytes_s and not g.aic_system]
    assert {"mi300x", "mi325x", "mi350x", "mi355x"} <= {g.id for g in others}
    for g in others:
        assert "; link from the " in g.source and "both directions together" in g.source, g.id
        assert g.bandwidth_bytes_s and g.link_bytes_s and g.link_bytes_s < g.bandwidth_bytes_s, g.id


def test_cards_carry_peaks_and_link(registry: Registry) -> None:
    card = registry.gpu_cards["h100-sxm"]
    assert (card.bf16_flops, card.fp8_flops, card.fp4_flops, card.link_bandwidth) == (989e12, 1978e12, None, 450e9)
    assert registry.gpu_cards["rtx-4090"].link_bandwidth is None


def test_models_and_gpus_come_out_of_the_pack_as_they_went_in(registry: Registry) -> None:
    """Positions, not names, say what a figure is: one place off and a peak would be a bandwidth."""
    shaped = {m: card for m, card in registry.cards.items() if card.shape}
    packed = catalogue_pack(replace(catalogue(), models=shaped, gpus=registry.gpu_cards))
    found = read_catalogue(json.loads(json.dumps(packed)))
    assert found.models == shaped
    assert found.gpus == registry.gpu_cards


@pytest.mark.mirror
def test_inferred_machines_cost_what_the_documented_ones_do(table: Rows, mirror: Path) -> None:
    """Sizes that Microsoft's pages leave out are told by their price, the same in every region that has both."""
    inferred = {
        r["instance"]: r["source"].split(" like ")[1]
        for r in table("instances.csv", COLUMNS)
        if r["source"].startswith("inferred")
    }
    prices: dict[str, dict[str, str]] = {}
    with (mirror / AZURE).open(newline="") as file:
        for row in csv.DictReader(file):
            prices.setdefault(row["arm_sku"], {})[row["region"]] = row["hour_usd"]
    assert len(inferred) == 11
    for name, like in inferred.items():
        both = prices[name].keys() & prices[like].keys()
        assert len(both) >= 6, name
        assert [r for r in both if prices[name][r] != prices[like][r]] == [], name
        own, other = instances("azure")[name], instances("azure")[like]
        assert own == other


def test_purchase_prices_belong_to_registered_gpus_and_say_when_they_are_estimates(
    registry: Registry, table: Rows
) -> None:
    rows = table("gpu_prices.csv", ("gpu", "usd", "year", "source", "estimate"))
    names = [r["gpu"] for r in rows]
    assert names == sorted(set(names)) and set(names) <= registry.gpu.keys()
    for r in rows:
        assert 500 < Decimal(r["usd"]) < 50_000 and 2010 < int(r["year"]) <= 2026 and r["source"], r
        assert r["estimate"] in ("yes", "no")
    price = {r["gpu"]: (Decimal(r["usd"]), r["estimate"]) for r in rows}
    assert price["h100-sxm"] == (Decimal(33600), "yes")
    assert price["mi300x"] == (Decimal(15000), "yes")
    assert price["rtx-4090"] == (Decimal(1599), "no")
    assert price["k80"][0] == 2500  # half a board
    assert not {"b200-sxm", "h200-sxm", "l40s", "a100-sxm-80gb"} & price.keys()


def test_electricity_is_industrial_dated_and_sourced(table: Rows) -> None:
    rows = table("electricity.csv", ELECTRICITY)
    codes = [r["code"] for r in rows]
    assert codes == sorted(set(codes)) and len(codes) == 113
    for r in rows:
        assert re.fullmatch(r"[A-Z]{3}|US-[A-Z]{2}", r["code"]), r
        assert Decimal("0.005") < Decimal(r["usd_per_kwh"]) < Decimal("0.5") and r["period"][:2] == "20", r
        assert r["name"] and r["source"] and "residential" not in r["band"], r
    kwh = {r["code"]: Decimal(r["usd_per_kwh"]) for r in rows}
    assert (kwh["DEU"], kwh["USA"], kwh["US-TX"]) == (Decimal("0.1552"), Decimal("0.0813"), Decimal("0.0612"))
    assert sum(r["band"] == "estimate" for r in rows) == 20


def test_converted_prices_say_by_which_rate(table: Rows) -> None:
    for r in table("electricity.csv", ELECTRICITY):
        assert ("0.92" in r["source"]) == r["source"].startswith("Eurostat"), r


@pytest.mark.mirror
def test_electricity_tables_are_those_of_the_statistics(table: Rows, upstream: Path) -> None:
    kwh = {r["code"]: r["usd_per_kwh"] for r in table("electricity.csv", ELECTRICITY)}
    folder = upstream / "hardware" / "electricity"
    with (folder / "country_industrial_eurostat_eia.csv").open(newline="") as file:
        countries = {r["iso3"]: r["price_usd_kwh"] for r in csv.DictReader(file)}
    with (folder / "us_states_industrial_eia.csv").open(newline="") as file:
        states = {f"US-{r['state']}": r["price_usd_kwh"] for r in csv.DictReader(file)}
    assert kwh.items() <= (countries | states).items()
    assert countries.items() <= kwh.items()
    assert {c for c in states if c not in kwh} == {
        "US-WSC", "US-ESC", "US-MTN", "US-WNC", "US-SAT", "US-ENC", "US-MAT", "US-PACC", "US-NEW", "US-PACN",
    }  # fmt: skip


def test_commitments_have_one_name_each() -> None:
    assert len(COMMITMENTS) == len(set(COMMITMENTS))
    assert {"on_demand", "spot", "scheduled", "3m", "6m", "1y", "3y"} <= set(COMMITMENTS)
