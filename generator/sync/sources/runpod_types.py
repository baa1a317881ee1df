"""RunPod's GPU types: the ids of its API by the names that its pages show, which lists of others use.

As the API's `id`, `displayName` and `memoryInGb` had them on the date of the stored answer; `H200` alone is its own id,
too. A name that leaves the board open (`A100`, `H100_80GB`, `RTX Pro 6000`) is in no line.
"""

_TYPES = {  # display name -> id, GB
    "a100 pcie": ("NVIDIA A100 80GB PCIe", 80),
    "a100 sxm": ("NVIDIA A100-SXM4-80GB", 80),
    "a40": ("NVIDIA A40", 48),
    "b200": ("NVIDIA B200", 180),
    "b300": ("NVIDIA B300 SXM6 AC", 288),
    "h100 nvl": ("NVIDIA H100 NVL", 94),
    "h100 pcie": ("NVIDIA H100 PCIe", 80),
    "h100 sxm": ("NVIDIA H100 80GB HBM3", 80),
    "h200": ("NVIDIA H200", 141),
    "h200 sxm": ("NVIDIA H200", 141),
    "l4": ("NVIDIA L4", 24),
    "l40": ("NVIDIA L40", 48),
    "l40s": ("NVIDIA L40S", 48),
    "rtx 3090": ("NVIDIA GeForce RTX 3090", 24),
    "rtx 4090": ("NVIDIA GeForce RTX 4090", 24),
    "rtx 5090": ("NVIDIA GeForce RTX 5090", 32),
    "rtx 6000 ada": ("NVIDIA RTX 6000 Ada Generation", 48),
    "rtx a5000": ("NVIDIA RTX A5000", 24),
    "rtx a6000": ("NVIDIA RTX A6000", 48),
}
_BRANDS = ("nvidia ", "hgx ")


def runpod_type(name: str, memory: int = 0) -> str:
    """The id of the GPU type that RunPod shows under `name`, or nothing; a known `memory` in GB has to agree."""
    shown = name.lower()
    for brand in _BRANDS:
        shown = shown.removeprefix(brand)
    known, size = _TYPES.get(shown, ("", 0))
    return known if memory in (0, size) else ""
