"""The SkyPilot catalogue's machines of Nebius, USD per **machine-hour**, on demand and spot (see `skypilot`).

Two forms are read: the live `vms.csv`, which has CPU machines too, and a stored CSV of its GPU rows. Trap:
`AcceleratorName` is `H100` where the instance name says that it is the SXM board.
"""

from generator.sync.sources.skypilot import catalogue
from generator.sync.statements import Parsed
from wasm_tools.pricing.meters import UnitRegistry

SOURCE = "skypilot-nebius"


def parse(body: bytes, units: UnitRegistry) -> Parsed:
    """The rental prices of Nebius; raises PayloadError when the payload is another table."""
    return catalogue(SOURCE, "nebius", body, units)
