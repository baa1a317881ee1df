"""Promises of the architectures: formulas on hand-made files, the table on the stored ones.

Small configurations here are made by hand. `PUBLISHED_FILES` holds facts of published files that are not stored.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from generator.registry import Registry, ShapeRow, load_registry
from generator.sync.model_configs import LEFT_OUT, shape_row, shape_rows
from wasm_tools.models.architecture import Architecture, architecture, context_length, model_shape, whole_vectors
from wasm_tools.models.blocks import ModelConfigError

FOLDER = "huggingface.co"
CITED = re.compile(r"^computed from config\.json of ([\w.\-]+/[\w.\-]+)(?:, ([^;]+))?")
SAME_CONTEXT = ("", "a quantised checkpoint of it", "the base it was trained from")
NOT_REGISTERED = {"XiaomiMiMo/MiMo-7B-Base", "nvidia/Nemotron-H-56B-Base-8K"}
QUANTISED = re.compile(r"-(?:NVFP4|FP8-Static-PerTensor|FP8)$")

# Tensor totals of the checkpoints as Hugging Face shows them, without MTP layers.
TENSORS = {
    "meta-llama/Meta-Llama-3.1-8B": 8_030_261_248,
    "meta-llama/Meta-Llama-3.1-70B": 70_553_706_496,
    "meta-llama/Meta-Llama-3.1-405B": 405_853_388_800,
    "mistralai/Mixtral-8x7B-v0.1": 46_702_792_704,
    "Qwen/Qwen3-8B": 8_190_735_360,
    "Qwen/Qwen3-32B": 32_762_123_264,
    "Qwen/Qwen3-30B-A3B": 30_532_122_624,
    "Qwen/Qwen3-235B-A22B": 235_093_634_560,
    "Qwen/Qwen3-Coder-480B-A35B-Instruct": 480_154_875_392,
    "openai/gpt-oss-20b": 20_914_757_184,
    "openai/gpt-oss-120b": 116_829_156_672,
    "deepseek-ai/DeepSeek-V3": 671_026_419_200,
    "nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16": 31_577_940_288,
    "nvidia/Llama-3_3-Nemotron-Super-49B-v1": 49_867_145_216,
}
# What developers say, in billions. Some count both embeddings among the active parameters, some neither.
PUBLISHED = {
    "deepseek-v3": (671, 37),
    "deepseek-v4-flash": (284, 13),
    "deepseek-v4-pro": (1600, 49),
    "gemma-4-26b-a4b-it": (25.2, 3.8),
    "gemma-4-31b-it": (30.7, 30.7),
    "glm-5": (744, 40),
    "kimi-k2.5": (1026, 32),
    "kimi-k3": (2780, 104),
    "llama-4-maverick": (400, 17),
    "llama-4-scout": (109, 17),
    "mimo-v2-flash": (309, 15),
    "minimax-m2.5": (230, 10),
    "minimax-m3": (428, 23),
    "mixtral-8x7b-instruct-v0.1": (46.7, 12.9),
    "nemotron-3-nano-30b-a3b": (31.6, 3.2),
    "nemotron-3-super-120b-a12b": (120, 12),
    "nemotron-3-ultra-550b-a55b": (550, 55),
    "qwen3-235b-a22b": (235, 22),
    "qwen3-30b-a3b": (30.5, 3.3),
    "qwen3-coder-480b-a35b-instruct": (480, 35),
    "qwen3.5-35b-a3b": (35, 3),
    "qwen3.5-122b-a10b": (122, 10),
    "qwen3.5-397b-a17b": (397, 17),
    "step-3.7-flash": (196, 11),  # the language model of 198
}
# Names that round generously: what the developer itself says the count is, or what is not counted here.
OWN_COUNT = {
    "gpt-oss-20b": "20.9 B",
    "gpt-oss-safeguard-20b": "20.9 B",
    "llama-2-7b-chat": "6.7 B",
    "mistral-7b-instruct-v0.3": "7.25 B",
    "nemotron-3-nano-30b-a3b": "31.6 B",
    "nemotron-3.5-lightning-30b-a3b": "31.6 B",
    "qwen2-7b-instruct": "7.6 B, 6.5 B of it without embeddings",
    "qwen3-vl-2b-instruct": "the vision encoder of 0.4 B is not counted",
}
PUBLISHED_FILES = {
    # model: width, feed-forward, layers, heads, KV heads, vocabulary
    "llama-2-7b-chat": (4096, 11008, 32, 32, 32, 32000),
    "llama-2-70b-chat": (8192, 28672, 80, 64, 8, 32000),
    "llama-3-8b-instruct": (4096, 14336, 32, 32, 8, 128256),
    "llama-3-70b-instruct": (8192, 28672, 80, 64, 8, 128256),
    "mistral-7b-instruct-v0.3": (4096, 14336, 32, 32, 8, 32768),
    "qwen2-7b-instruct": (3584, 18944, 28, 28, 4, 152064),
    "qwen2-72b-instruct": (8192, 29568, 80, 64, 8, 152064),
}
DENSE = {
    "vocab_size": 100, "hidden_size": 8, "intermediate_size": 16, "num_hidden_layers": 3, "num_attention_heads": 4,
    "num_key_value_heads": 2, "head_dim": 4, "max_position_embeddings": 1000,
}  # fmt: skip
EXPERTS = {"num_experts": 10, "num_experts_per_tok": 2, "moe_intermediate_size": 5}
LATENT = {
    "kv_lora_rank": 6, "q_lora_rank": 5, "qk_nope_head_dim": 4, "qk_rope_head_dim": 2, "v_head_dim": 3,
}  # fmt: skip


def counted(**changes: Any) -> Architecture:
    return architecture({**DENSE, **changes})


@pytest.fixture(scope="module")
def registry(root: Path) -> Registry:
    return load_registry(root / "data" / "registry")


@pytest.fixture(scope="module")
def shapes(registry: Registry) -> dict[str, ShapeRow]:
    return {s.model: s for s in registry.shapes}


@pytest.fixture(scope="module")
def stored(mirror: Path) -> dict[str, Architecture]:
    return {repo: stored_architecture(mirror, repo) for repo in repositories(mirror)}


def repositories(mirror: Path) -> list[str]:
    paths = sorted((mirror / FOLDER).glob("*/*/resolve/main/config.json"))
    return ["/".join(p.relative_to(mirror / FOLDER).parts[:2]) for p in paths]


def config_of(mirror: Path, repo: str) -> dict[str, Any]:
    text = (mirror / FOLDER / repo / "resolve" / "main" / "config.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def stored_architecture(mirror: Path, repo: str) -> Architecture:
    return architecture({**config_of(mirror, repo), **LEFT_OUT.get(repo.removesuffix("-FP8"), {})})


def test_dense_model_counts_every_matrix_once() -> None:
    attention = 8 * (4 * 4 + 2 * 2 * 4) + 4 * 4 * 8
    layer = attention + 3 * 8 * 16 + 2 * 8
    found = counted()
    assert found.parameters == found.active == 2 * 100 * 8 + 3 * layer + 8
    assert (found.layers, found.kv_per_token, found.kv_note, found.context) == (3, 3 * 2 * 2 * 4, "", 1000)


def test_tied_embedding_is_one_matrix() -> None:
    assert counted().parameters - counted(tie_word_embeddings=True).parameters == 100 * 8
    assert (counted().embedding, counted(tie_word_embeddings=True).embedding) == (2 * 100 * 8, 100 * 8)


def test_head_size_is_width_over_heads_only_when_the_file_has_none() -> None:
    assert counted(head_dim=None).kv_per_token == 3 * 2 * 2 * (8 // 4)


def test_bias_vectors_and_output_gates_are_counted() -> None:
    queries, keys_and_values = 4 * 4, 2 * 2 * 4
    assert counted(attention_bias=True).parameters - counted().parameters == 3 * (queries + keys_and_values + 8)
    assert counted(attn_output_gate=True).parameters - counted().parameters == 3 * 8 * queries


def test_active_are_the_chosen_experts_and_no_input_embedding() -> None:
    found = counted(**EXPERTS)
    assert found.parameters - found.active == 3 * (10 - 2) * 3 * 8 * 5 + 100 * 8
    assert (found.routed, found.experts_of_layer, found.chosen_experts) == (3 * 10 * 3 * 8 * 5, 10, 2)
    assert (counted().routed, counted().experts_of_layer) == (0, 0)
    tied = counted(**EXPERTS, tie_word_embeddings=True)
    assert tied.parameters - tied.active == 3 * (10 - 2) * 3 * 8 * 5
    assert tied.active == found.active


def test_shared_expert_is_always_active() -> None:
    plain, shared = counted(**EXPERTS), counted(**EXPERTS, n_shared_experts=2)
    assert shared.parameters - plain.parameters == shared.active - plain.active == 3 * 3 * 8 * (2 * 5)


def test_first_layers_may_be_dense() -> None:
    dense, routed = 3 * 8 * 16, 8 * 10 + 10 * 3 * 8 * 5
    expected = counted(**EXPERTS).parameters + dense - routed
    assert counted(**EXPERTS, first_k_dense_replace=1).parameters == expected
    assert counted(**EXPERTS, moe_layer_freq=[0, 1, 1]).parameters == expected
    assert counted(**EXPERTS, interleave_moe_layer_step=2).parameters == expected + dense - routed


def test_latent_experts_work_in_the_narrower_space() -> None:
    """The naive product, experts x width, is twice the parameters of Kimi K3."""
    routed, latent = counted(**EXPERTS), counted(**EXPERTS, moe_latent_size=4)
    assert routed.parameters - latent.parameters == 3 * (10 * 3 * (8 - 4) * 5 - 2 * 8 * 4)


def test_ungated_experts_have_two_matrices() -> None:
    assert counted().parameters - counted(mlp_hidden_act="relu2").parameters == 3 * 8 * 16


def test_latent_attention_caches_one_latent_and_the_rotary_key() -> None:
    found = counted(**LATENT)
    assert found.kv_per_token == 3 * (6 + 2)
    assert (found.kv_heads, found.attention_width) == (1, 4 * (4 + 2 + 3) // 2)
    assert found.kv_note == "MLA: one latent of 6 + 2 elements a layer"
    attention = 8 * 5 + 5 * 4 * (4 + 2) + 8 * (6 + 2) + 6 * 4 * (4 + 3) + 4 * 3 * 8
    assert found.parameters == 2 * 100 * 8 + 3 * (attention + 3 * 8 * 16 + 2 * 8) + 8


def test_indexer_is_counted_in_the_layers_that_have_one() -> None:
    everywhere = counted(**LATENT, index_n_heads=7, index_head_dim=2)
    shared = counted(**LATENT, index_n_heads=7, index_head_dim=2, indexer_types=["full", "shared", "shared"])
    one = 5 * 7 * 2 + 8 * (2 + 7)
    assert everywhere.parameters - counted(**LATENT).parameters == 3 * one
    assert shared.parameters - counted(**LATENT).parameters == one
    assert everywhere.kv_per_token == shared.kv_per_token == counted(**LATENT).kv_per_token
    assert (everywhere.index, shared.index, counted(**LATENT).index) == (3 * 2, 2, 0)
    assert everywhere.kv_note.endswith("keeps 2 more a layer")
    assert shared.kv_note.endswith("keeps 2 more in 1 of 3 layers")


def test_compressed_attention_keeps_one_vector_for_each_group_of_tokens() -> None:
    """DeepSeek-V4: ratio 4 overlaps its groups, so its compressor is twice as wide, and it has an indexer."""
    facts = {
        "q_lora_rank": 5, "o_lora_rank": 3, "o_groups": 2, "index_head_dim": 8, "index_n_heads": 7,
        "sliding_window": 10,
    }  # fmt: skip
    alone, four, many = (counted(num_hidden_layers=1, compress_ratios=[ratio, 0], **facts) for ratio in (0, 4, 128))
    attention = 8 * 5 + 5 * 4 * 4 + 8 * 4 + 4 * 4 * 3 + 2 * 3 * 8
    assert alone.parameters == 2 * 100 * 8 + attention + 3 * 8 * 16 + 3 * 8
    assert many.parameters - alone.parameters == 2 * 8 * 4
    assert four.parameters - alone.parameters == 2 * (2 * 8 * 4) + 2 * (2 * 8 * 8) + 5 * 7 * 8 + 8 * 7
    assert [found.kv_per_token for found in (alone, four, many)] == [0, 4 / 4, 4 / 128]
    assert all((found.windowed, found.kv_heads) == (4, 1) for found in (alone, four, many))
    assert "in every layer the last 10 tokens keep 4 elements each, at most 40 a request" in four.kv_note


def test_kimi_delta_attention_is_counted_with_its_gates() -> None:
    own = {"full_attn_layers": [3], "num_heads": 2, "head_dim": 5, "short_conv_kernel_size": 4}
    low = counted(**LATENT, linear_attn_config=own)
    full = counted(**LATENT, linear_attn_config={**own, "use_full_rank_gate": True})
    delta = 4 * 8 * 10 + 3 * 10 * 4 + (8 * 5 + 5 * 10) + 10 + 8 * 2 + (8 * 5 + 5 * 10)
    assert low.parameters == counted(**LATENT, num_hidden_layers=1).parameters + 2 * (delta + 3 * 8 * 16 + 2 * 8)
    assert full.parameters - low.parameters == 2 * (8 * 10 - 8 * 5 - 5 * 10)
    assert low.kv_per_token == 6 + 2
    assert f"the 2 linear-attention layers keep {2 * (2 * 25 + 3 * 10 * 3)} elements a request" in low.kv_note


def test_windows_do_not_grow_with_the_prompt_and_are_described() -> None:
    kinds = ["sliding_attention", "full_attention", "sliding_attention"]
    found = counted(layer_types=kinds, sliding_window=50)
    assert (found.kv_per_token, found.windowed, found.window, found.full_layers) == (16, 32, 50, 1)
    assert found.kv_note == (
        "1 full-attention layers of 3; in the 2 others the last 50 tokens keep 32 elements each, "
        "at most 1,600 a request"
    )


def test_linear_layers_keep_a_state_of_fixed_size() -> None:
    linear = {
        "linear_num_key_heads": 1, "linear_num_value_heads": 2, "linear_key_head_dim": 3, "linear_value_head_dim": 4,
        "linear_conv_kernel_dim": 4,
    }  # fmt: skip
    found = counted(layer_types=["linear_attention", "linear_attention", "full_attention"], **linear)
    state = 2 * 3 * 4 + (2 * 3 + 2 * 4) * 3
    assert found.kv_per_token == 16
    assert found.state == 2 * state
    assert found.kv_note.endswith(
        f"the 2 linear-attention layers keep {2 * state} elements a request, whatever its length"
    )


def test_hybrid_layer_is_one_block() -> None:
    mamba = {
        "mamba_num_heads": 2, "mamba_head_dim": 4, "n_groups": 1, "ssm_state_size": 3, "conv_kernel": 4,
        "mlp_hidden_act": "relu2",
    }  # fmt: skip
    pattern = counted(hybrid_override_pattern="M-*-M", **mamba)
    named = counted(layers_block_type=["mamba", "mlp", "attention", "mlp", "mamba"], **mamba)
    assert pattern == named
    assert (pattern.layers, pattern.kv_per_token) == (5, 16)
    assert pattern.kv_note.startswith("1 attention layers of 5; the 2 Mamba layers keep ")


def test_text_part_of_a_multimodal_file_is_counted() -> None:
    found = architecture({"text_config": {**DENSE}, "vision_config": {"hidden_size": 999}})
    assert found == replace(counted(), multimodal=True)


def test_yarn_lengthens_the_context_and_llama3_scaling_does_not() -> None:
    yarn = {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 1000}
    assert context_length({**DENSE, "rope_scaling": yarn}) == 4000
    assert context_length({**DENSE, "rope_parameters": {**yarn, "factor": 0.5}}) == 1000
    assert context_length({**DENSE, "rope_scaling": {**yarn, "rope_type": "llama3"}}) == 1000


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"hidden_size": None}, "hidden_size is None"),
        ({"layer_types": ["full_attention", "diagonal_attention", "full_attention"]}, "'diagonal_attention'"),
        ({"layers_block_type": ["mamba2"]}, "'mamba2'"),
        ({"hidden_size_per_layer_input": 256}, "hidden_size_per_layer_input is 256"),
        ({"num_kv_shared_layers": 10}, "num_kv_shared_layers is 10"),
    ],
)
def test_what_has_no_formula_is_refused_by_name(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ModelConfigError, match=message):
        counted(**changes)


def test_refused_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "someone" / "Odd-1B" / "resolve" / "main" / "config.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({**DENSE, "vocab_size": "many"}))
    with pytest.raises(ModelConfigError, match=r"^someone/Odd-1B: vocab_size is 'many'"):
        shape_rows(tmp_path)


def test_row_names_what_it_leaves_out() -> None:
    row = shape_row("someone/Model-1B", {**DENSE, **EXPERTS, "num_nextn_predict_layers": 1})
    assert (row.model, row.hf_repo) == ("model-1b", "someone/Model-1B")
    assert row.source == (
        "computed from config.json of someone/Model-1B; active without the input embedding; MTP layer not counted"
    )


@pytest.mark.parametrize(("elements", "kept"), [(0, 0), (64, 64), (2768, 2816), (31 * 4 + 30 * 128.0, 3968)])
def test_table_holds_whole_vectors(elements: float, kept: int) -> None:
    assert whole_vectors(elements) == kept


@pytest.mark.parametrize(("model", "facts"), PUBLISHED_FILES.items())
def test_row_without_a_stored_file_has_the_published_architecture(
    shapes: Mapping[str, ShapeRow], model: str, facts: tuple[int, ...]
) -> None:
    names = (
        "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads",
        "vocab_size",
    )  # fmt: skip
    row = shapes[model]
    found = architecture(dict(zip(names, facts, strict=True)) | {"max_position_embeddings": row.context})
    assert row.parameters_b == row.active_b == pytest.approx(found.parameters / 1e9, rel=0.001)
    assert (row.layers, row.kv_elements_per_token) == (found.layers, found.kv_per_token)
    assert (row.hidden, row.heads, row.kv_heads, row.attention_width) == (facts[0], facts[3], facts[4], facts[0])
    assert row.embedding_b == pytest.approx(found.embedding / 1e9, abs=0.0005)


def test_every_row_cites_a_file_or_has_its_facts_here(shapes: Mapping[str, ShapeRow]) -> None:
    assert {m for m, row in shapes.items() if not CITED.match(row.source)} == PUBLISHED_FILES.keys()


def test_columns_of_a_row_hold_together(shapes: Mapping[str, ShapeRow]) -> None:
    for model, row in shapes.items():
        s = row.shape
        assert 0 < s.embedding_parameters + s.expert_parameters < s.parameters, model
        assert 0 <= s.full_layers <= s.layers and s.heads % s.kv_heads == 0, model
        assert bool(s.windowed_elements) == bool(s.window), model
        assert bool(s.expert_parameters) == bool(s.experts) == bool(s.chosen_experts), model
        assert s.chosen_experts <= s.experts and s.hidden and s.attention_width, model


@pytest.mark.parametrize(
    ("model", "kept", "windowed", "window", "state", "kv_heads"),
    [
        ("gpt-oss-120b", 18 * 1024, 18 * 1024, 128, 0, 8),
        ("gpt-oss-20b", 12 * 1024, 12 * 1024, 128, 0, 8),
        ("llama-4-scout", 12 * 2048, 36 * 2048, 8192, 0, 8),
        ("gemma-4-31b-it", 40_960, 409_600, 1024, 0, 4),
        ("deepseek-v3", 61 * 576, 0, 0, 0, 1),
        ("qwen3.5-397b-a17b", 15_360, 0, 0, 48_844_800, 2),
        ("nemotron-3-nano-30b-a3b", 3072, 0, 0, 12_482_560, 2),
        ("qwen3-32b", 64 * 2 * 8 * 128, 0, 0, 0, 8),
    ],
)
def test_cache_is_split_by_how_long_it_is_kept(
    shapes: Mapping[str, ShapeRow], model: str, kept: int, windowed: int, window: int, state: int, kv_heads: int
) -> None:
    s = shapes[model].shape
    assert (s.kv_elements, s.windowed_elements, s.window, s.state_elements, s.kv_heads) == (
        kept, windowed, window, state, kv_heads,
    )  # fmt: skip


def test_empty_cell_is_unknown_and_becomes_the_default() -> None:
    facts = {"model": "a", "hf_repo": "b/a", "parameters_b": 1, "active_b": 1, "layers": 2, "kv_elements_per_token": 64}
    row = ShapeRow.model_validate(
        {**facts, "heads": "", "window": "", "kv_note": "", "context": "", "source": "a test"}
    )
    assert row.heads is None
    assert (row.shape.heads, row.shape.window, row.shape.expert_parameters) == (0, 0, 0.0)


def test_size_in_the_name_is_the_size(shapes: Mapping[str, ShapeRow]) -> None:
    odd = set()
    for model, row in shapes.items():
        stated = re.search(r"(?<![a-z\d.])(\d+(?:\.\d+)?)b(?![a-z\d])", row.hf_repo.rpartition("/")[2].lower())
        if stated and not model.startswith(("llama-4", "mixtral")):  # 17B and 8x7B are no totals
            odd |= {model} if abs(row.parameters_b / float(stated[1]) - 1) > 0.03 else set()
    assert odd == OWN_COUNT.keys()


@pytest.mark.mirror
def test_every_stored_file_is_counted(mirror: Path) -> None:
    rows = shape_rows(mirror / FOLDER)
    assert [row.hf_repo for row in rows] == repositories(mirror)
    assert len(rows) == 85
    assert all(row.active_b <= row.parameters_b and row.context for row in rows)


@pytest.mark.mirror
def test_table_is_what_the_stored_files_say(shapes: Mapping[str, ShapeRow], stored: Mapping[str, Architecture]) -> None:
    compared = 0
    for model, row in shapes.items():
        cited = CITED.match(row.source)
        if cited is None:
            continue
        compared += 1
        found, relation = stored[cited[1]], cited[2] or ""
        assert row.parameters_b == pytest.approx(found.parameters / 1e9, rel=0.01), model
        assert row.active_b == pytest.approx(found.active / 1e9, rel=0.01), model
        assert row.layers == found.layers, model
        assert bool(relation) == (row.hf_repo != cited[1]), model
        assert row.kv_elements_per_token == whole_vectors(found.kv_per_token), model
        assert (row.windowed_elements_per_token, row.window, row.state_elements, row.kv_note) == (
            found.windowed, found.window, found.state, found.kv_note,
        ), model  # fmt: skip
        assert (row.hidden, row.heads, row.kv_heads, row.attention_width, row.full_layers) == (
            found.hidden, found.heads, found.kv_heads, found.attention_width, found.full_layers,
        ), model  # fmt: skip
        assert row.index_elements_per_token == found.index, model
        assert (row.experts, row.chosen_experts) == (found.experts_of_layer, found.chosen_experts), model
        assert row.expert_b == pytest.approx(found.routed / 1e9, abs=0.005), model
        assert row.embedding_b == pytest.approx(found.embedding / 1e9, abs=0.0005), model
        if relation in SAME_CONTEXT:
            assert row.context == found.context, model
        for words, left_out in (("MTP layer", found.mtp), ("vision encoder", found.multimodal)):
            assert (words in row.source) == left_out, model
    assert compared == len(shapes) - len(PUBLISHED_FILES)


@pytest.mark.mirror
def test_each_stored_model_has_a_row(shapes: Mapping[str, ShapeRow], mirror: Path) -> None:
    """A quantised checkpoint has the row of its original."""
    with_row = {cited[1] for row in shapes.values() if (cited := CITED.match(row.source))}
    names = {repo.rpartition("/")[2].lower() for repo in with_row} | {
        row.hf_repo.rpartition("/")[2].lower() for row in shapes.values()
    }
    names |= {QUANTISED.sub("", name.upper()).lower() for name in names}
    names |= {name.removesuffix("-bf16") for name in names}
    missing = set()
    for repo in repositories(mirror):
        if repo not in with_row and QUANTISED.sub("", repo).rpartition("/")[2].lower() not in names:
            missing.add(repo)
    assert missing == NOT_REGISTERED


@pytest.mark.mirror
def test_quantised_checkpoint_has_the_architecture_of_its_original(stored: Mapping[str, Architecture]) -> None:
    originals = {repo.rpartition("/")[2]: repo for repo in stored if not QUANTISED.search(repo)}
    compared = 0
    for repo, found in stored.items():
        own = QUANTISED.sub("", repo).rpartition("/")[2]
        original = originals.get(own) or originals.get(f"{own}-BF16")
        if original and original != repo:
            compared += 1
            other = stored[original]
            assert (found.parameters, found.active) == (other.parameters, other.active), repo
            assert (found.kv_per_token, found.kv_note, found.layers) == (
                other.kv_per_token,
                other.kv_note,
                other.layers,
            )
    assert compared >= 20


@pytest.mark.mirror
@pytest.mark.parametrize(("repo", "tensors"), TENSORS.items())
def test_computed_total_is_that_of_the_checkpoint(stored: Mapping[str, Architecture], repo: str, tensors: int) -> None:
    assert stored[repo].parameters == pytest.approx(tensors, rel=1e-5)


@pytest.mark.mirror
@pytest.mark.parametrize(("model", "stated"), PUBLISHED.items())
def test_computed_size_is_the_published_one(
    shapes: Mapping[str, ShapeRow], mirror: Path, model: str, stated: tuple[float, float]
) -> None:
    row = shapes[model]
    cited = CITED.match(row.source)
    assert cited is not None
    config = config_of(mirror, cited[1])
    text = config.get("text_config", config)
    embedding = text["vocab_size"] * text["hidden_size"] / 1e9
    assert row.parameters_b == pytest.approx(stated[0], rel=0.03)
    assert any(row.active_b + n * embedding == pytest.approx(stated[1], rel=0.03) for n in (-1, 0, 1))


@pytest.mark.mirror
def test_vision_models_hold_the_text_model_they_were_made_from(stored: Mapping[str, Architecture]) -> None:
    for vision, text in (
        ("Qwen/Qwen3-VL-2B-Instruct", "Qwen/Qwen3-1.7B"),
        ("Qwen/Qwen3-VL-8B-Instruct", "Qwen/Qwen3-8B"),
        ("Qwen/Qwen3-VL-32B-Thinking", "Qwen/Qwen3-32B"),
        ("Qwen/Qwen3-VL-30B-A3B-Instruct", "Qwen/Qwen3-30B-A3B"),
        ("Qwen/Qwen3-VL-235B-A22B-Instruct", "Qwen/Qwen3-235B-A22B"),
    ):
        assert stored[vision] == replace(stored[text], multimodal=True, context=262144), vision


@pytest.mark.mirror
@pytest.mark.parametrize(
    ("repo", "kv", "windowed", "context"),
    [
        ("deepseek-ai/DeepSeek-V4-Flash", 21 * 128 + 20 * 4, 43 * 512, 1_048_576),
        ("deepseek-ai/DeepSeek-V4-Pro", 30 * 128 + 31 * 4, 61 * 512, 1_048_576),
        ("XiaomiMiMo/MiMo-V2-Flash", 9 * 4 * (192 + 128), 39 * 8 * (192 + 128), 262_144),
        ("google/gemma-4-26B-A4B", 5 * 2 * 2 * 512, 25 * 2 * 8 * 256, 262_144),
        ("nvidia/Gemma-4-31B-IT-NVFP4", 10 * 2 * 4 * 512, 50 * 2 * 16 * 256, 262_144),
        ("stepfun-ai/Step-3.7-Flash", 12 * 2 * 8 * 128, 33 * 2 * 8 * 128, 262_144),
        ("openai/gpt-oss-120b", 18 * 2 * 8 * 64, 18 * 2 * 8 * 64, 131_072),
        ("moonshotai/Kimi-K3", 24 * 576, 0, 1_048_576),
        ("MiniMaxAI/MiniMax-M3", 60 * 2 * 4 * 128, 0, 1_048_576),
        ("nvidia/Llama-3_3-Nemotron-Super-49B-v1", 49 * 2 * 8 * 128, 0, 131_072),
        ("nvidia/Nemotron-H-56B-Base-8K", 10 * 2 * 8 * 128, 0, 8_192),
    ],
)
def test_cache_of_one_token(
    stored: Mapping[str, Architecture], repo: str, kv: int, windowed: int, context: int
) -> None:
    found = stored[repo]
    assert (found.kv_per_token, found.windowed, found.context) == (kv, windowed, context)


# GPUs of the Epoch table by our id; where two rows of Epoch fit, the form factor and memory decide.


def test_shape_of_a_pasted_file_is_that_of_the_table(mirror: Path) -> None:
    files = sorted((mirror / FOLDER).glob("*/*/resolve/main/config.json"))
    assert len(files) > 20
    for path in files:
        config = json.loads(path.read_text(encoding="utf-8"))
        repo = "/".join(path.parts[-5:-3])
        if repo.removesuffix("-FP8") not in LEFT_OUT:
            assert model_shape(architecture(config)) == shape_row(repo, config).shape
