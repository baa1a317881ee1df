"""GPU cards: memory, bandwidth and labels of one accelerator."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GpuCard:
    """One accelerator. Bytes are bytes (not GB); peaks are dense FLOP/s, None when the data sheet is silent."""

    id: str
    name: str
    vendor: str
    memory_bytes: int
    bandwidth: float | None = None  # bytes/s
    tdp_w: float | None = None
    gpus_per_node: int = 8
    node_label: str = ""
    resource: str = "nvidia.com/gpu"
    bf16_flops: float | None = None
    fp8_flops: float | None = None
    fp4_flops: float | None = None
    link_bandwidth: float | None = None  # bytes/s per GPU and direction to the others of its node
