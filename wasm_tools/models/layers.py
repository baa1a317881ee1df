"""Which blocks each layer of a config.json has."""

from collections.abc import Callable
from dataclasses import replace

from wasm_tools.models.blocks import (
    EXPERTS,
    Config,
    ModelConfigError,
    Part,
    compressed_attention,
    delta_net,
    dense_network,
    first_of,
    grouped_attention,
    kimi_delta,
    latent_attention,
    mamba,
    mixture,
    whole,
)


def layers_of(c: Config) -> tuple[tuple[Part, ...], ...]:
    """The blocks of each layer; a layer of Nemotron-H is one block, of other models attention and feed-forward."""
    if kinds := _hybrid_kinds(c):
        return tuple((_hybrid_block(c, kind),) for kind in kinds)
    if "block_configs" in c:
        return tuple(_searched_blocks(c, block) for block in c["block_configs"])
    attention, network = _attention(c), _network(c)
    return tuple((attention(n), *network(n)) for n in range(whole(c, "num_hidden_layers")))


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
    n = whole(c, "num_hidden_layers")
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
    heads, kv_heads = whole(c, "num_attention_heads"), whole(c, "num_key_value_heads")
    key = c.get("head_dim") or whole(c, "hidden_size") // heads
    value = c.get("v_head_dim") or key
    if kind == "sliding_attention":
        window = c.get("sliding_window") or whole(c, "attention_chunk_size")
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
        weights = part.parameters + whole(c, "hidden_size") * size * (sparse["sparse_num_index_heads"] + 1)
        return replace(part, parameters=weights, active=weights, index=size)
    return part


def _network(c: Config) -> Callable[[int], tuple[Part, ...]]:
    """The feed-forward blocks of layer n, counted from 0: dense, experts, or both side by side (Gemma 4)."""
    if not first_of(c, EXPERTS):
        return lambda _: (dense_network(c, whole(c, "intermediate_size")),)
    routed = mixture(c)
    if c.get("enable_moe_block"):
        both = (dense_network(c, whole(c, "intermediate_size")), routed)
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
        size = c.get("head_dim") or whole(c, "attention_head_dim")
        return grouped_attention(c, whole(c, "num_attention_heads"), whole(c, "num_key_value_heads"), size, size)
    if kind == "moe":
        return mixture(c)
    if kind == "mlp":
        return dense_network(c, whole(c, "intermediate_size"))
    raise ModelConfigError(f"layers_block_type has {kind!r}")


def _searched_blocks(c: Config, block: Config) -> tuple[Part, ...]:
    """A layer of nemotron-nas: each block is kept, left out, or replaced by one matrix; feed-forward sizes differ.

    The size is 2/3·ffn_mult·width, rounded up to a multiple of 256.
    """
    width, heads = whole(c, "hidden_size"), whole(c, "num_attention_heads")
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
