"""Which GPUs are in a rented instance: the table data/registry/instances.csv, which no price list carries itself.

`cloud` is a word of that table (aws, azure, gcp, oci, hyperstack, nebius), `gpu` an id of gpus.csv. A share of a GPU
that a cloud rents out alone is an accelerator of its own there, so that `count` is a whole number and the price per
GPU-hour is that of the share.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from generator.places import checkout
from generator.tables import read_rows

COLUMNS = ("cloud", "instance", "gpu", "count", "source")
NO_GPU = "FPGA or video card, no GPU"
UNKNOWN = "instance that the table of instances lacks"
_FPGA = re.compile(r"(?:f1|f2|vt1)\.|Standard_NP\d")


@dataclass(frozen=True, slots=True)
class InstanceGpus:
    """What is in one instance."""

    gpu: str
    count: int


@cache
def instances(cloud: str) -> Mapping[str, InstanceGpus]:
    """The known instances of a cloud by their own names."""
    rows = read_rows(checkout().registry / "instances.csv", COLUMNS)
    return MappingProxyType(
        {r["instance"]: InstanceGpus(r["gpu"], int(r["count"])) for r in rows if r["cloud"] == cloud}
    )


def has_no_gpu(instance: str) -> bool:
    """Whether an accelerated instance is known to hold something else than GPUs: AWS F1, F2, VT1 and Azure NP."""
    return _FPGA.match(instance) is not None
