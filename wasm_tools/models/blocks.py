"""Blocks of language models out of the fields of a Hugging Face config.json: weights, and what a request keeps.

Each formula counts the matrices that the modelling code of Hugging Face Transformers 5.24 creates from the same fields.
It lacks nemotron-nas and what Kimi K3 adds to Kimi Linear: these two formulas follow public descriptions and are proved
by the published totals alone.

Conventions:
* Parameters are those of the text model. Vision and audio encoders and the layers for multi-token prediction (MTP) are
  not counted; the `source` of a row says so. Norm vectors inside an attention block (under 0.01 %) are left out.
* Active parameters are what one token passes: of the routed experts only the chosen ones, and not the input embedding,
  which is one row a token. A tied embedding counts: it is the output head as well. A dense model has one figure.
* Attention width is query heads · the mean of key and value size, so that 4 · width · tokens are the FLOPs of one token
  in one layer for every architecture; it is that of the full layers where kinds of layers differ.
* KV heads are the fewest of any layer. MLA has one: its latent serves all heads and cannot be cut among GPUs.
* A quantised checkpoint has the architecture of its original; storage is not a matter of this module.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Config = Mapping[str, Any]

EXPERTS = ("num_experts", "n_routed_experts", "num_local_experts")
CHOSEN = ("num_experts_per_tok", "num_experts_per_token", "top_k_experts", "experts_per_token")
SHARED_SIZE = (
    "shared_expert_intermediate_size", "moe_shared_expert_intermediate_size", "share_expert_dim",
    "shared_intermediate_size",
)  # fmt: skip


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


def grouped_attention(
    c: Config, heads: int, kv_heads: int, key: int, value: int, *, keys_are_values: bool = False, window: int = 0
) -> Part:
    """Grouped-query attention. Weights: width x (heads·key + KV heads·(key + value)) + heads·value x width.

    `attn_output_gate` (Qwen3.5) doubles the query projection, `attention_bias` adds the bias vectors. Cache of a token:
    KV heads·(key + value), which is 2·KV heads·head_dim where both have one size. Gemma 4 computes values with the key
    projection in its full layers; keys are rotated, values are not, so both are cached all the same.
    """
    width = whole(c, "hidden_size")
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
    width, heads, rank = whole(c, "hidden_size"), whole(c, "num_attention_heads"), whole(c, "kv_lora_rank")
    nope, rope, value = (whole(c, name) for name in ("qk_nope_head_dim", "qk_rope_head_dim", "v_head_dim"))
    low = c.get("q_lora_rank") or 0  # 0: the queries come straight from the width
    weights = width * low + (low or width) * heads * (nope + rope)
    weights += width * (rank + rope) + rank * heads * (nope + value)
    weights += heads * value * width * (2 if c.get("mla_use_output_gate") else 1)
    index = 0
    if indexer:
        index = whole(c, "index_head_dim")
        weights += low * whole(c, "index_n_heads") * index + width * (index + whole(c, "index_n_heads"))
    size = heads * (nope + rope + value) // 2
    return Part("latent", weights, weights, kv=rank + rope, index=index, width=size, kv_heads=1)


def compressed_attention(c: Config, ratio: int) -> Part:
    """DeepSeek-V4: one head_dim vector is key and value; beside a window, every `ratio` tokens leave one such vector.

    Ratio 0 is the window alone, 4 overlaps its groups (twice the projections) and has an indexer with a compressor of
    its own, 128 has none. The output goes through `o_groups` projections of rank `o_lora_rank`.
    """
    width, heads, size = whole(c, "hidden_size"), whole(c, "num_attention_heads"), whole(c, "head_dim")
    low, out = whole(c, "q_lora_rank"), whole(c, "o_lora_rank")
    weights = width * low + low * heads * size + width * size + heads * size * out + whole(c, "o_groups") * out * width
    index = 0
    if ratio:
        overlap = 2 if ratio == 4 else 1
        weights += 2 * width * size * overlap
        if ratio == 4:
            key, indexers = whole(c, "index_head_dim"), whole(c, "index_n_heads")
            weights += 2 * width * key * overlap + low * indexers * key + width * indexers
            index = key // ratio
    kept = size / ratio if ratio else 0
    window = whole(c, "sliding_window")
    return Part(
        f"compressed {ratio}", weights, weights, kept, windowed=size, window=window, index=index, width=heads * size,
        kv_heads=1,
    )  # fmt: skip


def delta_net(c: Config) -> Part:
    """Gated DeltaNet (arXiv 2412.06464) as in Qwen3.5. State: value heads·key·value, and the convolution's inputs."""
    width, kernel = whole(c, "hidden_size"), whole(c, "linear_conv_kernel_dim")
    heads, size = whole(c, "linear_num_value_heads"), whole(c, "linear_value_head_dim")
    key = whole(c, "linear_key_head_dim")
    keys, values = whole(c, "linear_num_key_heads") * key, heads * size
    mixed = 2 * keys + values
    weights = width * (mixed + values + 2 * heads) + mixed * kernel + values * width
    return Part("linear-attention", weights, weights, state=heads * key * size + mixed * (kernel - 1))


def kimi_delta(c: Config) -> Part:
    """Kimi Delta Attention (arXiv 2510.26692). State: heads·head_dim², and the inputs of three convolutions."""
    own, width = c["linear_attn_config"], whole(c, "hidden_size")
    heads, size, kernel = (whole(own, name) for name in ("num_heads", "head_dim", "short_conv_kernel_size"))
    inner = heads * size
    gate = width * inner if own.get("use_full_rank_gate") else width * size + size * inner
    weights = 4 * width * inner + 3 * inner * kernel + width * size + size * inner + inner + width * heads + gate
    return Part("linear-attention", weights, weights, state=heads * size**2 + 3 * inner * (kernel - 1))


def mamba(c: Config) -> Part:
    """Mamba-2 (arXiv 2405.21060) as in Nemotron-H. State: heads·head size·state size, and the convolution's inputs."""
    width, heads, kernel = whole(c, "hidden_size"), whole(c, "mamba_num_heads"), whole(c, "conv_kernel")
    inner, state = heads * whole(c, "mamba_head_dim"), whole(c, "ssm_state_size")
    mixed = inner + 2 * whole(c, "n_groups") * state
    weights = width * (inner + mixed + heads) + mixed * (kernel + 1) + inner + 3 * heads + inner * width
    return Part("Mamba", weights, weights, state=inner * state + mixed * (kernel - 1))


def dense_network(c: Config, size: int) -> Part:
    """A feed-forward block: gate, up and down, 3·width·size; with the ungated ReLU² of Nemotron-H up and down only."""
    weights = _matrices(c) * whole(c, "hidden_size") * size
    return Part("dense", weights, weights)


def mixture(c: Config) -> Part:
    """Routed experts, the router and the shared expert; active are the chosen experts and everything that is not one.

    An expert is a feed-forward block of the width, or of the latent width (`moe_latent_size`,
    `routed_expert_hidden_size`) with one projection into it and one out of it a layer. gpt-oss has bias vectors.
    """
    width, experts, chosen = whole(c, "hidden_size"), first_of(c, EXPERTS), first_of(c, CHOSEN)
    size = c.get("moe_intermediate_size") or whole(c, "intermediate_size")
    latent = c.get("moe_latent_size") or c.get("routed_expert_hidden_size")
    expert = _matrices(c) * (latent or width) * size
    always = width * experts + (2 * width * latent if latent else 0)
    if c.get("model_type") == "gpt_oss":
        expert += 2 * size + width
        always += experts
    always += _matrices(c) * width * _shared_size(c, size)
    always += width if c.get("shared_expert_intermediate_size") else 0  # Qwen3.5 gates its shared expert
    return Part("experts", always + experts * expert, always + chosen * expert, routed=experts * expert)


def whole(c: Config, name: str) -> int:
    value = c.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise ModelConfigError(f"{name} is {value!r}, not a whole number")
    return value


def first_of(c: Config, names: tuple[str, ...]) -> int:
    return next((c[name] for name in names if c.get(name)), 0)


def _matrices(c: Config) -> int:
    return 2 if c.get("mlp_hidden_act") == "relu2" else 3


def _shared_size(c: Config, size: int) -> int:
    """The width of all shared experts together. Llama 4 has one of `intermediate_size` and no field that says so."""
    if c.get("model_type") == "llama4_text":
        return whole(c, "intermediate_size")
    return first_of(c, SHARED_SIZE) or (c.get("n_shared_experts") or c.get("num_shared_experts") or 0) * size
