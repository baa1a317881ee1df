"""Model cards: what a model is, how large it is, and how capable it was judged to be."""

from dataclasses import dataclass

CAPABILITY_CLASSES = ("small", "medium", "large", "frontier")
# What a model is said to be made for or strong at. Said, not measured: scores are in `quality.py`.
DOMAINS = ("general", "code", "multilingual", "enterprise", "mathematics")
# A view of the size that InferenceAtlas planned with: name and most billions of parameters; the last has no bound.
SIZE_BUCKETS = (("7b", 9), ("13b", 20), ("34b", 50), ("70b", 120), ("405b", float("inf")))


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
    """One model. Empty text means unknown; `capability` is empty while nobody has reviewed it.

    `domains` are some of `DOMAINS`; empty means that no source says what the model is made for.
    """

    id: str
    name: str
    developer: str
    open_weights: bool | None
    context: int | None
    capability: str = ""
    shape: ModelShape | None = None
    hf_repo: str = ""
    domains: tuple[str, ...] = ()

    @property
    def size_bucket(self) -> str:
        """The size bucket of InferenceAtlas by all parameters; empty while they are unknown. No planner reads it."""
        return size_bucket(self.shape.parameters) if self.shape else ""


def size_bucket(parameters: float) -> str:
    """The name of the smallest bucket that holds so many parameters (routed experts included); empty for none."""
    if parameters <= 0:
        return ""
    return next(name for name, most in SIZE_BUCKETS if parameters <= most * 1e9)


def capability_rank(name: str) -> int:
    """0 for small … 3 for frontier; raises ValueError for a class that does not exist."""
    try:
        return CAPABILITY_CLASSES.index(name)
    except ValueError:
        raise ValueError(f"capability class {name!r} is not one of {', '.join(CAPABILITY_CLASSES)}") from None
