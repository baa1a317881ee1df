"""What the description of a Google Cloud SKU says: `Nvidia H100 80GB GPU attached to Spot Preemptible VMs …`.

The description names the GPU and how it is bought; any label beside it may be wrong (PE-37). Traps: `Plus` and `Mega`
are the H100 of A3 Mega machines; `Tesla A100` without `80GB` has 40 GB; a B200 is sold as a slice of its machine, of
which CPU and memory may be part; DWS (Dynamic Workload Scheduler) grants capacity for a stated time and is no
commitment of a year. Licences for virtual workstations are not GPUs.
"""

import re
from dataclasses import dataclass

# What the description holds, our GPU, and a short name for the offer. The first that fits counts.
_GPUS = (
    (r"A100 80GB", "a100-sxm-80gb", "a100-80gb"),
    (r"A100", "a100-sxm-40gb", "a100-40gb"),
    (r"H100 (?:80GB (?:Plus|Mega)|Mega 80GB)", "h100-sxm", "h100-80gb-mega"),
    (r"H100 80GB", "h100-sxm", "h100-80gb"),
    (r"H200 141GB", "h200-sxm", "h200-141gb"),
    (r"GB200", "gb200", "gb200"),
    (r"B200", "b200-sxm", "b200"),
    (r"RTX (?:PRO )?6000", "rtx-pro-6000-server", "rtx-pro-6000"),
    (r"\bL4\b", "l4", "l4"),
    (r"\bT4\b", "t4", "t4"),
    (r"\bV100\b", "v100-sxm2-16gb", "v100"),
    (r"\bK80\b", "k80", "k80"),
)
_HOW = (
    (r"for 1 Years?$", "1y", ""),
    (r"for 3 Years?$", "3y", ""),
    (r"DWS Defined Duration", "scheduled", " dws-flex-start"),
    (r"Calendar Mode", "scheduled", " dws-calendar"),
    (r"Spot Preemptible|Preemptible VMs", "spot", ""),
    (r"running in|^Nvidia|^A4", "on_demand", ""),
)


@dataclass(frozen=True, slots=True)
class GpuSku:
    """A GPU SKU: our GPU, the name of the offer, how it is bought, and whether CPU and memory are in the price."""

    gpu: str
    instance: str
    commitment: str
    host_included: str


def gpu_sku(description: str) -> GpuSku | None:
    """What a description says, or None when it names no GPU that is rented."""
    if "Workstation" in description or "License" in description or "Licensing" in description:
        return None
    gpu = next(((id_, name) for pattern, id_, name in _GPUS if re.search(pattern, description)), None)
    how = next(((commitment, mark) for pattern, commitment, mark in _HOW if re.search(pattern, description)), None)
    if gpu is None or how is None:
        return None
    slice_ = "slice" in description
    name = f"{'gpu-slice' if slice_ else 'gpu-only'} {gpu[1]}{how[1]}"
    return GpuSku(gpu[0], name, how[0], "unknown" if slice_ else "no")
