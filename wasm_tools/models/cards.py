"""Model cards: what a model is, how large it is, and how capable it was judged to be."""

from dataclasses import dataclass

CAPABILITY_CLASSES = ("small", "medium", "large", "frontier")


@dataclass(frozen=True, slots=True)
class ModelShape:
    """The facts of an open-weights architecture that memory and speed need. Zero means unknown, or that it has none.

    Counts are of the text model. How each follows from a config.json is said in `blocks.py`.
    """

    parameters: float  # all parameters, routed experts included
    active_parameters: float  # what one token passes: chosen experts only, without the input embedding
    layers: int
    kv_elements: int  # cache elements of one token that stay for every token: full attention, MLA latent, compressed
    windowed_elements: int = 0  # cache elements of one token in layers that keep the last `window` tokens only
    window: int = 0
    state_elements: int = 0  # elements kept once a request whatever its length: linear attention, Mamba
    expert_parameters: float = 0.0  # the routed experts of all layers
    experts: int = 0  # routed experts of one layer
    chosen_experts: int = 0  # of them used by one token
    hidden: int = 0  # model width
    attention_width: int = 0  # query heads · mean of key and value size, in the full layers
    full_layers: int = 0  # layers in which every token attends to all before it
    heads: int = 0  # query heads: tensor parallelism must divide them
    kv_heads: int = 0  # 1 for MLA: its latent is on each GPU of a tensor-parallel group
    vocabulary: int = 0  # tokens, as the embedding has rows
    embedding_parameters: float = 0.0  # input embedding and output head, one matrix where they are tied
    index_elements: int = 0  # keys of one token that the indexer of sparse attention keeps for every token


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
