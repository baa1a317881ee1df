"""The figures of the GPUs held against the stored facts of Epoch and of the benchmark set."""

import csv
from collections.abc import Mapping
from pathlib import Path

import pytest

from generator.registry import Registry, load_registry

EPOCH = {
    "a10": "NVIDIA A10 PCIe",
    "a100-pcie-40gb": "NVIDIA A100 PCIe",
    "a100-sxm-40gb": "NVIDIA A100 SXM4 40 GB",
    "a100-sxm-80gb": "NVIDIA A100 SXM4 80 GB",
    "a10g": "NVIDIA A10G",
    "a40": "NVIDIA A40 PCIe",
    "b100": "NVIDIA B100",
    "b200-sxm": "NVIDIA B200",
    "b300-sxm": "NVIDIA B300 (Blackwell Ultra)",
    "gaudi": "Intel Habana GAUDI HL-205",
    "gaudi2": "Intel Habana Gaudi2",
    "gaudi3": "Intel Habana Gaudi3",
    "gb200": "NVIDIA GB200",
    "gb300": "NVIDIA GB300 (Blackwell Ultra)",
    "gh200-144gb": "NVIDIA GH200",
    "gtx-1080": "NVIDIA GeForce GTX 1080",
    "gtx-1080-ti": "NVIDIA GeForce GTX 1080 Ti",
    "h100-nvl": "NVIDIA H100 NVL",
    "h100-pcie": "NVIDIA H100 PCIe",
    "h100-sxm": "NVIDIA H100 SXM5 80GB",
    "h20": "NVIDIA HGX H20",
    "h200-sxm": "NVIDIA H200 SXM",
    "inferentia2": "AWS Inferentia2",
    "k80": "NVIDIA Tesla K80",
    "l20": "NVIDIA L20 PCle",
    "l4": "NVIDIA L4",
    "l40": "NVIDIA L40",
    "m60": "NVIDIA TESLA M60",
    "mi300x": "AMD Instinct MI300X",
    "mi325x": "AMD Instinct MI325X",
    "mi350x": "AMD Instinct MI350X",
    "mi355x": "AMD Instinct MI355X",
    "p40": "NVIDIA P40",
    "quadro-rtx-4000": "NVIDIA Quadro RTX 4000",
    "quadro-rtx-5000": "NVIDIA Quadro RTX 5000",
    "quadro-rtx-6000": "NVIDIA Quadro RTX 6000",
    "rtx-2080-ti": "NVIDIA GeForce RTX 2080 Ti 11GB",
    "rtx-3080-10gb": "NVIDIA GeForce RTX 3080",
    "rtx-3090": "NVIDIA GeForce RTX 3090",
    "rtx-3090-ti": "NVIDIA GeForce RTX 3090 Ti",
    "rtx-4070": "NVIDIA GeForce RTX 4070",
    "rtx-4080": "NVIDIA GeForce RTX 4080",
    "rtx-4090": "NVIDIA GeForce RTX 4090",
    "rtx-6000-ada": "NVIDIA RTX 6000 Ada Generation",
    "rtx-a4000": "NVIDIA RTX A4000",
    "rtx-a5000": "NVIDIA RTX A5000",
    "rtx-a6000": "NVIDIA RTX A6000",
    "t4": "NVIDIA Tesla T4",
    "trainium": "Amazon Trainium1",
    "trainium2": "Amazon Trainium2",
    "v100-pcie-16gb": "NVIDIA Tesla V100 PCIe 16 GB",
    "v100-pcie-32gb": "NVIDIA Tesla V100 PCIe 32 GB",
    "v100-sxm2-16gb": "NVIDIA Tesla V100 SXM2 16 GB",
    "v100-sxm2-32gb": "NVIDIA Tesla V100 SXM2 32 GB",
}
BOARDS_OF_TWO = {"k80", "m60"}
FIGURES = {
    "bandwidth_bytes_s": "Memory bandwidth (byte/s)",
    "bf16_flops": "Tensor-FP16/BF16 performance (FLOP/s)",
    "fp8_flops": "FP8 performance (FLOP/s)",
    "fp4_flops": "FP4 performance (FLOP/s)",
    "tdp_w": "TDP (W)",
}
# Where our figure is not Epoch's, and why it stays.
NOT_EPOCH = {
    ("a100-pcie-40gb", "bandwidth_bytes_s"): "Epoch's figure is that of the board with 80 GB",
    ("a100-pcie-40gb", "tdp_w"): "Epoch's figure is that of the board with 80 GB",
    ("h100-pcie", "bandwidth_bytes_s"): "2.0 TB/s in AIConfigurator, which the row cites",
    ("k80", "bandwidth_bytes_s"): "Epoch's figure is that of one of the two GPUs, unlike its memory and power",
    ("mi355x", "fp4_flops"): "Epoch's figure is that of the MI350X",
    ("mi355x", "fp8_flops"): "Epoch's figure is that of the MI350X",
    ("p40", "bandwidth_bytes_s"): "Epoch's figure is twice that of the data sheet",
    ("rtx-3090-ti", "bf16_flops"): "Epoch's figure is FP16 with FP16 accumulation",
    ("rtx-4070", "tdp_w"): "Epoch's figure is that of the RTX 4070 Ti",
    ("rtx-4090", "bf16_flops"): "Epoch's figure is FP16 with FP16 accumulation",
}


@pytest.fixture(scope="module")
def registry(root: Path) -> Registry:
    return load_registry(root / "data" / "registry")


@pytest.fixture(scope="module")
def epoch(upstream: Path) -> dict[str, dict[str, str]]:
    with (upstream / "hardware" / "epoch_ml_hardware.csv").open(encoding="utf-8", newline="") as file:
        return {row["Hardware name"]: row for row in csv.DictReader(file)}


def test_every_gpu_that_cites_epoch_is_compared(registry: Registry) -> None:
    assert {g.id for g in registry.gpus if "Epoch" in g.source} <= EPOCH.keys() <= registry.gpu.keys()


@pytest.mark.mirror
def test_gpu_figures_are_those_of_epoch_or_the_difference_is_explained(
    registry: Registry, epoch: Mapping[str, Mapping[str, str]]
) -> None:
    differ, compared = set(), 0
    for gpu, name in EPOCH.items():
        for ours, theirs in FIGURES.items():
            own, other = getattr(registry.gpu[gpu], ours), epoch[name][theirs]
            if own is None or not other:
                continue
            compared += 1
            expected = float(other) / (2 if gpu in BOARDS_OF_TWO else 1)
            if own != pytest.approx(expected, rel=0.01):
                differ.add((gpu, ours))
    assert differ == NOT_EPOCH.keys()
    assert compared >= 150


@pytest.mark.mirror
def test_gpu_memory_is_the_label_of_epoch(registry: Registry, epoch: Mapping[str, Mapping[str, str]]) -> None:
    """Epoch writes 80e9 bytes for 80 GB, which are 80 x 2**30; B300 and GB300 differ by what the driver reserves."""
    differ = set()
    for gpu, name in EPOCH.items():
        if stated := epoch[name]["Memory (bytes)"]:
            label = float(registry.gpu[gpu].memory_gb_label) * (2 if gpu in BOARDS_OF_TWO else 1)
            differ |= {gpu} if label * 1e9 != pytest.approx(float(stated), rel=0.005) else set()
    assert differ == {"b300-sxm"}


@pytest.mark.mirror
def test_fp8_taken_from_int8_is_the_int8_of_epoch(registry: Registry, epoch: Mapping[str, Mapping[str, str]]) -> None:
    taken = [g for g in registry.gpus if "FP8 as INT8" in g.source]
    assert {g.id for g in taken} == {"h20", "l20", "l40", "mi300x", "mi325x"}
    for g in taken:
        int8 = float(epoch[EPOCH[g.id]]["INT8 performance (OP/s)"])
        assert g.fp8_flops == pytest.approx(int8, rel=0.01), g.id


@pytest.mark.mirror
def test_each_system_of_the_benchmark_set_is_a_gpu(registry: Registry, upstream: Path) -> None:
    """Their bandwidth, peaks, memory and power are compared in test_registry_data."""
    systems = {path.stem for path in (upstream / "hardware" / "aic_systems").glob("*.yaml")}
    assert systems == registry.gpu_of_system.keys()
