"""Hugging Face config.json files state the architecture of open-weights models: widths, layers, heads, experts.

From a parsed file this module computes what `data/registry/model_shapes.csv` holds: parameters, active and expert
parameters, cache elements, heads and widths, context. Each formula counts the matrices that the modelling code of
Hugging Face Transformers 5.24 creates from the same fields. It lacks nemotron-nas and what Kimi K3 adds to Kimi Linear:
these two formulas follow public descriptions and are proved by the published totals alone.

Conventions:
* Parameters are those of the text model. Vision and audio encoders and the layers for multi-token prediction (MTP) are
  not counted; the `source` of a row says so. Norm vectors inside an attention block (under 0.01 %) are left out.
* Active parameters are what one token passes: of the routed experts only the chosen ones, and not the input embedding,
  which is one row a token. A tied embedding counts: it is the output head as well. A dense model has one figure.
* Attention width is query heads · the mean of key and value size, so that 4 · width · tokens are the FLOPs of one token
  in one layer for every architecture; it is that of the full layers where kinds of layers differ.
* KV heads are the fewest of any layer. MLA has one: its latent serves all heads and cannot be cut among GPUs.
* A quantised checkpoint has the architecture of its original; storage is not a matter of this module.

Traps: multimodal models nest the text part in `text_config`; `head_dim` is not always width / heads (Qwen3, gpt-oss);
the same fact has up to four field names; Kimi K3 and Nemotron 3 Super and Ultra run their experts in a narrower latent
space (the naive product is twice too large); GLM-5.2 has an indexer in 21 of its 78 layers only.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from generator.registry import ShapeRow

Config = Mapping[str, Any]

# Facts that stored files lack because whoever collected them had trimmed them, by repository.
LEFT_OUT: Mapping[str, Config] = {
    # Model card: 256K context, 1.8 B vision encoder. Sliding layers have 96 heads: `attention_other_setting` in the
    # config.json of Step-3.5-Flash, the language model that it extends.
    "stepfun-ai/Step-3.7-Flash": {
        "max_position_embeddings": 262144,
        "num_sliding_attention_heads": 96,
        "vision_config": {},
    },
    "MiniMaxAI/MiniMax-M3": {"vision_config": {}},  # model card: reads images and video
    "XiaomiMiMo/MiMo-V2-Flash": {"num_nextn_predict_layers": 3},  # its README: MTP blocks of 0.33 B
    # The conditional-generation class of both has a vision encoder; the stored files end with the text part.
    "meta-llama/Llama-4-Maverick-17B-128E-Instruct": {"vision_config": {}},
    "meta-llama/Llama-4-Scout-17B-16E-Instruct": {"vision_config": {}},
}
EXPERTS = ("num_experts", "n_routed_experts", "num_local_experts")
CHOSEN = ("num_experts_per_tok", "num_experts_per_token", "top_k_experts", "experts_per_token")
SHARED_SIZE = (
    "shared_expert_intermediate_size", "moe_shared_expert_intermediate_size", "share_expert_dim",
    "shared_intermediate_size",
)  # fmt: skip
MTP = ("num_nextn_predict_layers", "mtp_num_hidden_layers", "num_mtp_modules")
MULTIPLE = 64


class ModelConfigError(Exception):
    """A config.json that cannot be counted; the message names the field."""


@dataclass(frozen=True, slots=True)
class Part:
    """One block of one layer: its weights and the cache elements that a request keeps in it.

    `kv` elements are kept of every token, `windowed` ones of the last `window` tokens only, `state` elements once a
    request whatever its length, `index` ones of every token by the indexer of sparse attention. Of an attention block
    `width` and `kv_heads` follow the conventions above; `routed` are the weights of the routed experts.
    """

    kind: str
    parameters: int
    active: int
    kv: float = 0
    windowed: int = 0
    window: int = 0
    state: int = 0
    index: int = 0
    width: int = 0
    kv_heads: int = 0
    routed: int = 0


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
    stated = _whole(c, "max_position_embeddings")
    rope = c.get("rope_scaling") or c.get("rope_parameters") or {}
    if (rope.get("rope_type") or rope.get("type")) != "yarn":
        return stated
    return max(stated, int(rope.get("original_max_position_embeddings", 0) * rope["factor"]))


def embedding_parameters(c: Config) -> int:
    """vocabulary x width: the input embedding, and once more the output head unless `tie_word_embeddings`."""
    return _whole(c, "vocab_size") * _whole(c, "hidden_size")


def stream_parameters(c: Config, layers: int) -> int:
    """Hyper-connections of DeepSeek-V4: two blocks a layer map n·width to n·(n + 2) weights, n = `hc_mult` streams."""
    streams = c.get("hc_mult") or 0
    return 2 * layers * streams * (streams + 2) * streams * _whole(c, "hidden_size")


def grouped_attention(
    c: Config, heads: int, kv_heads: int, key: int, value: int, *, keys_are_values: bool = False, window: int = 0
) -> Part:
    """Grouped-query attention. Weights: width x (heads·key + KV heads·(key + value)) + heads·value x width.

    `attn_output_gate` (Qwen3.5) doubles the query projection, `attention_bias` adds the bias vectors. Cache of a token:
    KV heads·(key + value), which is 2·KV heads·head_dim where both have one size. Gemma 4 computes values with the key
    projection in its full layers; keys are rotated, values are not, so both are cached all the same.
    """
    width = _whole(c, "hidden_size")
    queries = heads * key * (2 if c.get("attn_output_gate") else 1)
    projected = queries + kv_heads * (key + (0 if keys_are_values else value))
    weights = width * projected + heads * value * width
    weights += projected + width if c.get("attention_bias") else 0
    cached, size = kv_heads * (key + value), heads * (key + value) // 2
    if window:
        return Part("window", weights, weights, windowed=cached, window=window, width=size, kv_heads=kv_heads)
    return Part("full", weights, weights, kv=cached, width=size, kv_heads=kv_heads)


def latent_attention(c: Config, *, indexer: bool) -> Part:
    """Multi-head latent attention (DeepSeek-V2, arXiv 2405.04434). Cache of a token: kv_lora_rank + qk_rope_head_dim.

    Weights: queries through q_lora_rank, one latent and one rotary key from the width, keys and values from the latent,
    the output; with `mla_use_output_gate` (Kimi K3) a gate of full rank. The indexer of sparse attention (DeepSeek-V3.2
    report) adds its queries, one key and one weight a head, and caches the key.
    """
    width, heads, rank = _whole(c, "hidden_size"), _whole(c, "num_attention_heads"), _whole(c, "kv_lora_rank")
    nope, rope, value = (_whole(c, name) for name in ("qk_nope_head_dim", "qk_rope_head_dim", "v_head_dim"))
    low = c.get("q_lora_rank") or 0  # 0: the queries come straight from the width
    weights = width * low + (low or width) * heads * (nope + rope)
    weights += width * (rank + rope) + rank * heads * (nope + value)
    weights += heads * value * width * (2 if c.get("mla_use_output_gate") else 1)
    index = 0
    if indexer:
        index = _whole(c, "index_head_dim")
        weights += low * _whole(c, "index_n_heads") * index + width * (index + _whole(c, "index_n_heads"))
    size = heads * (nope + rope + value) // 2
    return Part("latent", weights, weights, kv=rank + rope, index=index, width=size, kv_heads=1)


def compressed_attention(c: Config, ratio: int) -> Part:
    """DeepSeek-V4: one head_dim vector is key and value; beside a window, every `ratio` tokens leave one such vector.

    Ratio 0 is the window alone, 4 overlaps its groups (twice the projections) and has an indexer with a compressor of
    its own, 128 has none. The output goes through `o_groups` projections of rank `o_lora_rank`.
    """
    width, heads, size = _whole(c, "hidden_size"), _whole(c, "num_attention_heads"), _whole(c, "head_dim")
    low, out = _whole(c, "q_lora_rank"), _whole(c, "o_lora_rank")
    weights = width * low + low * heads * size + width * size + heads * size * out + _whole(c, "o_groups") * out * width
    index = 0
    if ratio:
        overlap = 2 if ratio == 4 else 1
        weights += 2 * width * size * overlap
        if ratio == 4:
            key, indexers = _whole(c, "index_head_dim"), _whole(c, "index_n_heads")
            weights += 2 * width * key * overlap + low * indexers * key + width * indexers
            index = key // ratio
    kept = size / ratio if ratio else 0
    window = _whole(c, "sliding_window")
    return Part(
        f"compressed {ratio}", weights, weights, kept, windowed=size, window=window, index=index, width=heads * size,
        kv_heads=1,
    )  # fmt: skip


def delta_net(c: Config) -> Part:
    """Gated DeltaNet (arXiv 2412.06464) as in Qwen3.5. State: value heads·key·value, and the convolution's inputs."""
    width, kernel = _whole(c, "hidden_size"), _whole(c, "linear_conv_kernel_dim")
    heads, size = _whole(c, "linear_num_value_heads"), _whole(c, "linear_value_head_dim")
    key = _whole(c, "linear_key_head_dim")
    keys, values = _whole(c, "linear_num_key_heads") * key, heads * size
    mixed = 2 * keys + values
    weights = width * (mixed + values + 2 * heads) + mixed * kernel + values * width
    return Part("linear-attention", weights, weights, state=heads * key * size + mixed * (kernel - 1))


def kimi_delta(c: Config) -> Part:
    """Kimi Delta Attention (arXiv 2510.26692). State: heads·head_dim², and the inputs of three convolutions."""
    own, width = c["linear_attn_config"], _whole(c, "hidden_size")
    heads, size, kernel = (_whole(own, name) for name in ("num_heads", "head_dim", "short_conv_kernel_size"))
    inner = heads * size
    gate = width * inner if own.get("use_full_rank_gate") else width * size + size * inner
    weights = 4 * width * inner + 3 * inner * kernel + width * size + size * inner + inner + width * heads + gate
    return Part("linear-attention", weights, weights, state=heads * size**2 + 3 * inner * (kernel - 1))


def mamba(c: Config) -> Part:
    """Mamba-2 (arXiv 2405.21060) as in Nemotron-H. State: heads·head size·state size, and the convolution's inputs."""
    width, heads, kernel = _whole(c, "hidden_size"), _whole(c, "mamba_num_heads"), _whole(c, "conv_kernel")
    inner, state = heads * _whole(c, "mamba_head_dim"), _whole(c, "ssm_state_size")
    mixed = inner + 2 * _whole(c, "n_groups") * state
    weights = width * (inner + mixed + heads) + mixed * (kernel + 1) + inner + 3 * heads + inner * width
    return Part("Mamba", weights, weights, state=inner * state + mixed * (kernel - 1))


def dense_network(c: Config, size: int) -> Part:
    """A feed-forward block: gate, up and down, 3·width·size; with the ungated ReLU² of Nemotron-H up and down only."""
    weights = _matrices(c) * _whole(c, "hidden_size") * size
    return Part("dense", weights, weights)


def mixture(c: Config) -> Part:
    """Routed experts, the router and the shared expert; active are the chosen experts and everything that is not one.

    An expert is a feed-forward block of the width, or of the latent width (`moe_latent_size`,
    `routed_expert_hidden_size`) with one projection into it and one out of it a layer. gpt-oss has bias vectors.
    """
    width, experts, chosen = _whole(c, "hidden_size"), _first(c, EXPERTS), _first(c, CHOSEN)
    size = c.get("moe_intermediate_size") or _whole(c, "intermediate_size")
    latent = c.get("moe_latent_size") or c.get("routed_expert_hidden_size")
    expert = _matrices(c) * (latent or width) * size
    always = width * experts + (2 * width * latent if latent else 0)
    if c.get("model_type") == "gpt_oss":
        expert += 2 * size + width
        always += experts
    always += _matrices(c) * width * _shared_size(c, size)
    always += width if c.get("shared_expert_intermediate_size") else 0  # Qwen3.5 gates its shared expert
    return Part("experts", always + experts * expert, always + chosen * expert, routed=experts * expert)


def layers_of(c: Config) -> tuple[tuple[Part, ...], ...]:
    """The blocks of each layer; a layer of Nemotron-H is one block, of other models attention and feed-forward."""
    if kinds := _hybrid_kinds(c):
        return tuple((_hybrid_block(c, kind),) for kind in kinds)
    if "block_configs" in c:
        return tuple(_searched_blocks(c, block) for block in c["block_configs"])
    attention, network = _attention(c), _network(c)
    return tuple((attention(n), *network(n)) for n in range(_whole(c, "num_hidden_layers")))


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
    hidden = _whole(c, "hidden_size")
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
        vocabulary=_whole(c, "vocab_size"),
        heads=_whole(c, "num_attention_heads"),
        kv_heads=min(part.kv_heads for part in attention),
        attention_width=max(part.width for part in full or attention),
        experts_of_layer=_first(c, EXPERTS) if experts else 0,
        chosen_experts=_first(c, CHOSEN) if experts else 0,
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


def source_text(repo: str, found: Architecture, relation: str = "") -> str:
    """Where a row comes from and what its figures leave out; `relation` tells why another model's file was taken."""
    notes = [f"computed from config.json of {repo}{relation and ', ' + relation}"]
    if found.experts:
        notes += [f"active with{' the tied' if found.tied else 'out the input'} embedding"]
    notes += ["MTP layer not counted"] if found.mtp else []
    notes += ["text part only, without the vision encoder"] if found.multimodal else []
    return "; ".join(notes)


def shape_row(repo: str, config: Config) -> ShapeRow:
    """The row of one parsed config.json. `model` is the repository's name in lower case: look it up in the registry."""
    found = architecture({**config, **LEFT_OUT.get(repo.removesuffix("-FP8"), {})})
    return ShapeRow(
        model=repo.rpartition("/")[2].lower(),
        hf_repo=repo,
        parameters_b=round(found.parameters / 1e9, 2),
        active_b=round(found.active / 1e9, 2),
        embedding_b=round(found.embedding / 1e9, 3),
        expert_b=round(found.routed / 1e9, 2),
        layers=found.layers,
        full_layers=found.full_layers,
        hidden=found.hidden,
        vocabulary=found.vocabulary,
        heads=found.heads,
        kv_heads=found.kv_heads,
        attention_width=found.attention_width,
        experts=found.experts_of_layer,
        chosen_experts=found.chosen_experts,
        kv_elements_per_token=whole_vectors(found.kv_per_token),
        windowed_elements_per_token=found.windowed,
        window=found.window,
        state_elements=found.state,
        index_elements_per_token=found.index,
        kv_note=found.kv_note,
        context=found.context,
        source=source_text(repo, found),
    )


def shape_rows(folder: Path) -> list[ShapeRow]:
    """The rows of all `<organisation>/<repository>/resolve/main/config.json` below a folder, in order of the path.

    Raises ModelConfigError naming the repository of a file that cannot be counted.
    """
    rows = []
    for path in sorted(folder.glob("*/*/resolve/main/config.json")):
        repo = "/".join(path.relative_to(folder).parts[:2])
        try:
            rows.append(shape_row(repo, json.loads(path.read_text(encoding="utf-8"))))
        except (ModelConfigError, KeyError, TypeError, ValueError) as error:
            raise ModelConfigError(f"{repo}: {error}") from error
    return rows


def _whole(c: Config, name: str) -> int:
    value = c.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise ModelConfigError(f"{name} is {value!r}, not a whole number")
    return value


def _first(c: Config, names: tuple[str, ...]) -> int:
    return next((c[name] for name in names if c.get(name)), 0)


def _matrices(c: Config) -> int:
    return 2 if c.get("mlp_hidden_act") == "relu2" else 3


def _shared_size(c: Config, size: int) -> int:
    """The width of all shared experts together. Llama 4 has one of `intermediate_size` and no field that says so."""
    if c.get("model_type") == "llama4_text":
        return _whole(c, "intermediate_size")
    return _first(c, SHARED_SIZE) or (c.get("n_shared_experts") or c.get("num_shared_experts") or 0) * size


def _attention(c: Config) -> Callable[[int], Part]:
    """The attention block of layer n, counted from 0."""
    if "compress_ratios" in c:
        return lambda n: compressed_attention(c, c["compress_ratios"][n])
    if linear := c.get("linear_attn_config"):
        full = set(linear["full_attn_layers"])  # counted from 1
        return lambda n: latent_attention(c, indexer=False) if n + 1 in full else kimi_delta(c)
    if "kv_lora_rank" in c:
        types = c.get("indexer_types") or ["full" if "index_n_heads" in c else "none"] * c["num_hidden_layers"]
        return lambda n: latent_attention(c, indexer=types[n] == "full")
    kinds = _attention_kinds(c)
    return lambda n: delta_net(c) if kinds[n] == "linear_attention" else _heads_of(c, kinds[n], n)


def _attention_kinds(c: Config) -> list[str]:
    n = _whole(c, "num_hidden_layers")
    kinds = ["full_attention"] * n
    if "layer_types" in c:
        kinds = list(c["layer_types"])
    elif "hybrid_layer_pattern" in c:
        kinds = ["sliding_attention" if windowed else "full_attention" for windowed in c["hybrid_layer_pattern"]]
    elif "attention_chunk_size" in c and c.get("model_type") == "llama4_text":
        every = c.get("no_rope_layer_interval", 4)  # each fourth layer sees everything, the others their chunk
        kinds = ["full_attention" if (i + 1) % every == 0 else "sliding_attention" for i in range(n)]
    if unknown := set(kinds) - {"full_attention", "sliding_attention", "linear_attention"}:
        raise ModelConfigError(f"layer_types has {sorted(unknown)[0]!r}")
    return kinds


def _heads_of(c: Config, kind: str, layer: int) -> Part:
    """Grouped-query attention with the head counts and sizes of its kind of layer, and MiniMax-M3's indexer."""
    heads, kv_heads = _whole(c, "num_attention_heads"), _whole(c, "num_key_value_heads")
    key = c.get("head_dim") or _whole(c, "hidden_size") // heads
    value = c.get("v_head_dim") or key
    if kind == "sliding_attention":
        window = c.get("sliding_window") or _whole(c, "attention_chunk_size")
        heads = c.get("num_sliding_attention_heads") or c.get("swa_num_attention_heads") or heads
        kv_heads = c.get("swa_num_key_value_heads") or kv_heads
        return grouped_attention(
            c, heads, kv_heads, c.get("swa_head_dim") or key, c.get("swa_v_head_dim") or value, window=window
        )
    if c.get("global_head_dim"):  # Gemma 4
        key = value = c["global_head_dim"]
        kv_heads = c.get("num_global_key_value_heads") or kv_heads
    part = grouped_attention(c, heads, kv_heads, key, value, keys_are_values=bool(c.get("attention_k_eq_v")))
    sparse = c.get("sparse_attention_config")
    if sparse and sparse["sparse_attention_freq"][layer]:
        size = sparse["sparse_index_dim"]
        weights = part.parameters + _whole(c, "hidden_size") * size * (sparse["sparse_num_index_heads"] + 1)
        return replace(part, parameters=weights, active=weights, index=size)
    return part


def _network(c: Config) -> Callable[[int], tuple[Part, ...]]:
    """The feed-forward blocks of layer n, counted from 0: dense, experts, or both side by side (Gemma 4)."""
    if not _first(c, EXPERTS):
        return lambda _: (dense_network(c, _whole(c, "intermediate_size")),)
    routed = mixture(c)
    if c.get("enable_moe_block"):
        both = (dense_network(c, _whole(c, "intermediate_size")), routed)
        return lambda _: both
    size = c.get("dense_intermediate_size") or c.get("intermediate_size_mlp") or c.get("intermediate_size") or 0
    dense = dense_network(c, size)
    frequency = c.get("moe_layer_freq")
    step, first = c.get("interleave_moe_layer_step") or 1, c.get("first_k_dense_replace") or 0

    def blocks(n: int) -> tuple[Part, ...]:
        if isinstance(frequency, list):
            return (routed,) if frequency[n] else (dense,)
        return (routed,) if n >= first and (n + 1) % step == 0 else (dense,)

    return blocks


def _hybrid_kinds(c: Config) -> list[str]:
    """The kinds of the one-block layers of Nemotron-H, from its pattern (`M` Mamba, `*`, `E` experts, `-`) or list."""
    names = {"M": "mamba", "*": "attention", "E": "moe", "-": "mlp"}
    return c.get("layers_block_type") or [names[letter] for letter in c.get("hybrid_override_pattern", "")]


def _hybrid_block(c: Config, kind: str) -> Part:
    if kind == "mamba":
        return mamba(c)
    if kind == "attention":
        size = c.get("head_dim") or _whole(c, "attention_head_dim")
        return grouped_attention(c, _whole(c, "num_attention_heads"), _whole(c, "num_key_value_heads"), size, size)
    if kind == "moe":
        return mixture(c)
    if kind == "mlp":
        return dense_network(c, _whole(c, "intermediate_size"))
    raise ModelConfigError(f"layers_block_type has {kind!r}")


def _searched_blocks(c: Config, block: Config) -> tuple[Part, ...]:
    """A layer of nemotron-nas: each block is kept, left out, or replaced by one matrix; feed-forward sizes differ.

    The size is 2/3·ffn_mult·width, rounded up to a multiple of 256.
    """
    width, heads = _whole(c, "hidden_size"), _whole(c, "num_attention_heads")
    attention, network = block["attention"], block["ffn"]
    parts = []
    for one in (attention, network):
        if one["replace_with_linear"]:
            parts.append(Part("matrix", width * width, width * width))
        elif one is attention and not one["no_op"]:
            parts.append(grouped_attention(c, heads, heads // one["n_heads_in_group"], width // heads, width // heads))
        elif one is network and not one["no_op"]:
            parts.append(dense_network(c, -(-int(2 * one["ffn_mult"] * width / 3) // 256) * 256))
    return tuple(parts)
