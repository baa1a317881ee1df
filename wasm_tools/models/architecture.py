"""The architecture that a Hugging Face config.json states: parameters, cache, heads and widths of all its layers."""

from collections import Counter
from dataclasses import dataclass

from wasm_tools.models.blocks import (
    CHOSEN,
    EXPERTS,
    Config,
    ModelConfigError,
    Part,
    first_of,
    whole,
)
from wasm_tools.models.cards import ModelShape
from wasm_tools.models.layers import layers_of

MTP = ("num_nextn_predict_layers", "mtp_num_hidden_layers", "num_mtp_modules")
MULTIPLE = 64


@dataclass(frozen=True, slots=True)
class Architecture:
    """The counts of a model. `embedding` is the input embedding and the output head, one matrix where they are tied."""

    parameters: int
    active: int
    embedding: int
    routed: int
    layers: int
    full_layers: int
    hidden: int
    vocabulary: int
    heads: int
    kv_heads: int
    attention_width: int
    experts_of_layer: int
    chosen_experts: int
    kv_per_token: float
    windowed: int
    window: int
    state: int
    index: int
    kv_note: str
    context: int
    experts: bool
    tied: bool
    mtp: bool
    multimodal: bool


def text_part(config: Config) -> Config:
    """The text model's fields: the file itself, or what a multimodal file nests in `text_config`."""
    return config.get("text_config") or config


def context_length(c: Config) -> int:
    """Tokens: `max_position_embeddings`, or the longer product of a YaRN file that states the length before scaling.

    The `factor` of rope type `llama3` is no such multiplier: Llama 3.1 has 8 x 8,192 and a context of 131,072.
    """
    stated = whole(c, "max_position_embeddings")
    rope = c.get("rope_scaling") or c.get("rope_parameters") or {}
    if (rope.get("rope_type") or rope.get("type")) != "yarn":
        return stated
    return max(stated, int(rope.get("original_max_position_embeddings", 0) * rope["factor"]))


def embedding_parameters(c: Config) -> int:
    """vocabulary x width: the input embedding, and once more the output head unless `tie_word_embeddings`."""
    return whole(c, "vocab_size") * whole(c, "hidden_size")


def stream_parameters(c: Config, layers: int) -> int:
    """Hyper-connections of DeepSeek-V4: two blocks a layer map n·width to n·(n + 2) weights, n = `hc_mult` streams."""
    streams = c.get("hc_mult") or 0
    return 2 * layers * streams * (streams + 2) * streams * whole(c, "hidden_size")


def architecture(config: Config) -> Architecture:
    """The counts of a parsed config.json; raises ModelConfigError for a field that is missing or unknown."""
    c = text_part(config)
    for name in ("hidden_size_per_layer_input", "num_kv_shared_layers"):
        if c.get(name):
            raise ModelConfigError(f"{name} is {c[name]}: no formula for it here")
    layers = layers_of(c)
    parts = [part for layer in layers for part in layer]
    tied = bool(c.get("tie_word_embeddings", config.get("tie_word_embeddings", False)))
    experts = any(part.kind == "experts" for part in parts)
    matrices = 1 if tied else 2
    hidden = whole(c, "hidden_size")
    around = hidden * (len(parts) + 1) + stream_parameters(c, len(layers))
    embedding = embedding_parameters(c)
    attention = [part for part in parts if part.width]
    full = [part for part in attention if part.kind in ("full", "latent")]
    return Architecture(
        parameters=around + matrices * embedding + sum(part.parameters for part in parts),
        active=around + (1 if experts else matrices) * embedding + sum(part.active for part in parts),
        embedding=matrices * embedding,
        routed=sum(part.routed for part in parts),
        layers=len(layers),
        full_layers=len(full),
        hidden=hidden,
        vocabulary=whole(c, "vocab_size"),
        heads=whole(c, "num_attention_heads"),
        kv_heads=min(part.kv_heads for part in attention),
        attention_width=max(part.width for part in full or attention),
        experts_of_layer=first_of(c, EXPERTS) if experts else 0,
        chosen_experts=first_of(c, CHOSEN) if experts else 0,
        kv_per_token=sum(part.kv for part in parts),
        windowed=sum(part.windowed for part in parts),
        window=max(part.window for part in parts),
        state=sum(part.state for part in parts),
        index=sum(part.index for part in parts),
        kv_note=kv_note(c, parts, len(layers)),
        context=context_length(c),
        experts=experts,
        tied=tied,
        mtp=any(c.get(name) for name in MTP),
        multimodal=config.get("vision_config") is not None,
    )


def kv_note(c: Config, parts: list[Part], layers: int) -> str:
    """How the elements of one token come about: layers of each kind, windows, states; the keys of an indexer."""
    kept, notes = Counter(part.kind for part in parts), []
    if kept["latent"]:
        notes.append(f"MLA: one latent of {c['kv_lora_rank']} + {c['qk_rope_head_dim']} elements a layer")
    if "compress_ratios" in c:
        notes += [f"{sum(part.kv for part in parts):,.0f} elements, rounded up to a multiple of {MULTIPLE}"]
        ratios = sorted(Counter(c["compress_ratios"][:layers]).items())
        notes += [f"{n} layers keep {c['head_dim']} for each {ratio} tokens" for ratio, n in ratios if ratio]
    growing = kept["full"] + kept["latent"]
    if 0 < growing < layers and any(part.state or part.windowed for part in parts):
        notes.append(f"{growing} {'' if kept['Mamba'] else 'full-'}attention layers of {layers}")
    elif "block_configs" in c:
        notes.append(f"{growing} attention layers of {layers}, the others have none")
    if state := sum(part.state for part in parts):
        kind, n = next((kind, kept[kind]) for kind in ("Mamba", "linear-attention") if kept[kind])
        notes.append(f"the {n} {kind} layers keep {state:,} elements a request, whatever its length")
    if windowed := sum(part.windowed for part in parts):
        n, window = sum(bool(part.windowed) for part in parts), next(part.window for part in parts if part.window)
        where = "every layer" if n == layers else f"the {n} others"
        notes.append(
            f"in {where} the last {window:,} tokens keep {windowed:,} elements each, "
            f"at most {windowed * window:,} a request"
        )
    if indexed := [part.index for part in parts if part.index]:
        more = "a layer" if len(indexed) == layers else f"in {len(indexed)} of {layers} layers"
        notes.append(f"the sparse-attention indexer keeps {indexed[0]} more {more}")
    return "; ".join(notes)


def whole_vectors(elements: float) -> int:
    """The next multiple of 64 elements: what the table holds. Only DeepSeek-V4 needs the rounding."""
    return int(-(-elements // MULTIPLE) * MULTIPLE)


def model_shape(found: Architecture) -> ModelShape:
    """The shape of an architecture with the digits of the registry's table, so that both are one model."""
    return ModelShape(
        parameters=round(found.parameters / 1e9, 2) * 1e9,
        active_parameters=round(found.active / 1e9, 2) * 1e9,
        layers=found.layers,
        kv_elements=whole_vectors(found.kv_per_token),
        windowed_elements=found.windowed,
        window=found.window,
        state_elements=found.state,
        expert_parameters=round(found.routed / 1e9, 2) * 1e9,
        experts=found.experts_of_layer,
        chosen_experts=found.chosen_experts,
        hidden=found.hidden,
        attention_width=found.attention_width,
        full_layers=found.full_layers,
        heads=found.heads,
        kv_heads=found.kv_heads,
        vocabulary=found.vocabulary,
        embedding_parameters=round(found.embedding / 1e9, 3) * 1e9,
        index_elements=found.index,
    )
