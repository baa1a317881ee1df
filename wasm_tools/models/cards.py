"""Model cards: what a model is, how large it is, and how capable it was judged to be."""

from dataclasses import dataclass

CAPABILITY_CLASSES = ("small", "medium", "large", "frontier")


@dataclass(frozen=True, slots=True)
class ModelShape:
    """The facts of an open-weights architecture that memory needs.

    `parameters` are all parameters (routed experts included), `kv_elements` the KV-cache elements of one token
    over all layers (2 · layers · KV heads · head size, or layers · latent size for MLA).
    """

    parameters: float
    active_parameters: float
    layers: int
    kv_elements: int


@dataclass(frozen=True, slots=True)
class ModelCard:
    """One model. Empty text means unknown; `capability` is empty while nobody has reviewed it."""

    id: str
    name: str
    developer: str
    open_weights: bool | None
    context: int | None
    capability: str = ""
    shape: ModelShape | None = None
    hf_repo: str = ""


def capability_rank(name: str) -> int:
    """0 for small … 3 for frontier; raises ValueError for a class that does not exist."""
    try:
        return CAPABILITY_CLASSES.index(name)
    except ValueError:
        raise ValueError(f"capability class {name!r} is not one of {', '.join(CAPABILITY_CLASSES)}") from None
