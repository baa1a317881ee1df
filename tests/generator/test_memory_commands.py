"""`atlas memory`: the answer in words and numbers, and a config.json that is hostile until it is read."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from generator import nightly
from generator.memory_commands import commands
from generator.pasted_config import read_config
from generator.registry import RegistryError
from generator.runtime_memory import load_runtime_memory
from wasm_tools.models.pasted_config import MAX_BYTES, model_of_config
from wasm_tools.performance.runtime_memory import GB, GIB
from wasm_tools.workload.traffic import InputError

PLAIN: dict[str, Any] = {
    "vocab_size": 32_000, "hidden_size": 4096, "intermediate_size": 11_008, "num_hidden_layers": 32,
    "num_attention_heads": 32, "num_key_value_heads": 32, "max_position_embeddings": 4096,
}  # fmt: skip


def run(*words: str) -> tuple[int, str]:
    shown = CliRunner().invoke(commands, list(words), env={"COLUMNS": "160", "NO_COLOR": "1"})
    if shown.exception is not None and not isinstance(shown.exception, SystemExit):
        raise shown.exception
    return shown.exit_code, shown.stdout


def answer(*words: str) -> dict[str, Any]:
    code, text = run(*words, "--json")
    found: dict[str, Any] = json.loads(text)
    assert code == (0 if found["fits"] else 4)
    return found


def test_answer_names_what_fits_in_numbers() -> None:
    found = answer("qwen3-32b", "--gpu", "h100-sxm", "--tp", "2", "--max-model-len", "16000", "--batch-size", "4")
    assert (found["gpus"], found["fits"], found["requests_at_once"]) == (2, True, 17)
    assert found["of_each_gpu"]["weights"] / GIB == pytest.approx(30.5, abs=0.1)
    assert "17 requests of 16,000 tokens at once" in found["verdict"]
    assert (found["precision"], found["remarks"]) == ("bf16", [])


def test_what_binds_is_said() -> None:
    weights = answer("llama-3.3-70b-instruct", "--gpu", "h100-sxm", "--precision", "fp8")
    assert "does not fit: weights and overheads need 1.31 GiB more on each GPU" in weights["verdict"]
    cache = answer("qwen3-32b", "--gpu", "h100-sxm", "--max-model-len", "32000")
    assert "the cache binds: it holds 0 of 1 requests of 32,000 tokens" in cache["verdict"]
    copied = answer("qwen3.5-397b-a17b", "--gpu", "h200-sxm", "--tp", "8", "--precision", "fp8")
    assert copied["verdict"].endswith("; 2 KV heads copied to 8 GPUs")


def test_automatic_length_is_what_fits_up_to_the_context() -> None:
    roomy = answer("llama-3.1-8b-instruct", "--gpu", "h100-sxm")
    assert (roomy["max_model_len"], roomy["requests_at_once"]) == (131_072, 3)
    tight = answer("qwen3-32b", "--gpu", "h100-sxm")
    assert tight["max_model_len"] == tight["of_each_gpu"]["max_context"] < 40_960
    assert answer("qwen3-32b", "--gpu", "h100-sxm", "--batch-size", "2")["max_model_len"] < tight["max_model_len"]


def test_native_precision_of_a_checkpoint_is_taken() -> None:
    assert answer("gpt-oss-120b", "--gpu", "h200-sxm")["precision"] == "mxfp4"
    assert answer("deepseek-r1", "--gpu", "h200-sxm", "--tp", "8")["precision"] == "fp8"
    unknown = answer("kimi-k2-thinking", "--gpu", "h200-sxm", "--tp", "8")
    assert unknown["remarks"] == ["weights in bf16 are assumed; --precision says otherwise"]


def test_copies_multiply_requests_and_spread_experts() -> None:
    asked = ("gpt-oss-120b", "--gpu", "h200-sxm", "--max-model-len", "8192")
    one, two = answer(*asked), answer(*asked, "--dp", "2")
    assert two["requests_at_once"] == 2 * one["requests_at_once"] and two["gpus"] == 2
    spread = answer(*asked, "--dp", "2", "--expert-parallel")
    assert (one["of_each_gpu"]["experts"], spread["of_each_gpu"]["experts"]) == (128, 64)
    assert spread["requests_at_once"] > two["requests_at_once"]


def test_settings_of_the_engine_are_taken() -> None:
    asked = ("llama-3.1-8b-instruct", "--gpu", "h100-sxm", "--max-model-len", "1000")
    plain = answer(*asked)
    assert plain["of_each_gpu"]["blocks_per_request"] == 63
    assert answer(*asked, "--block-size", "128")["of_each_gpu"]["blocks_per_request"] == 8
    assert answer(*asked, "--kv-precision", "fp8")["requests_at_once"] == 2 * plain["requests_at_once"] + 1
    assert answer(*asked, "--gpu-mem-util", "0.5")["requests_at_once"] < plain["requests_at_once"]
    assert answer(*asked, "--max-num-seqs", "64")["of_each_gpu"]["activation"] < plain["of_each_gpu"]["activation"]


def test_gb_and_gib_of_an_accelerator_are_distinct_and_taken_as_reported() -> None:
    sizes = {
        text: answer("llama-3.1-8b-instruct", "--gpu-memory", text)["of_each_gpu"]["device"]
        for text in ("80", "80GB", "80 GiB", "79.18GiB")
    }
    assert sizes == {"80": 80 * GB, "80GB": 80 * GB, "80 GiB": 80 * GIB, "79.18GiB": round(79.18 * GIB)}
    assert answer("llama-3.1-8b-instruct", "--gpu", "h100-sxm")["of_each_gpu"]["device"] / GIB == pytest.approx(79.18)


def test_without_a_gpu_all_that_can_hold_it_are_listed_smallest_first() -> None:
    code, text = run("deepseek-v3", "--max-model-len", "8192", "--json")
    rows = json.loads(text)
    assert code == 0 and all(r["fits"] for r in rows)
    counts = {r["gpu"]: r["gpus"] for r in rows}
    assert counts["mi325x"] == 4 and counts["h200-sxm"] == 8 and "h100-sxm" not in counts
    assert [r["gpus"] for r in rows] == sorted(r["gpus"] for r in rows)


def test_sizes_of_a_node_are_compared() -> None:
    code, text = run("qwen3-32b", "--gpu", "h100-sxm", "--show-possible-tp", "--json")
    assert code == 0 and [r["tensor_parallel"] for r in json.loads(text)] == [1, 2, 4, 8]


def test_tables_are_readable() -> None:
    _, split = run("qwen3-32b", "--gpu", "h100-sxm", "--tp", "2")
    for words in ("weights", "30.51", "61.02", "KV cache", "TP 2: fits"):
        assert words in split
    _, gpus = run("qwen3-32b", "--max-model-len", "8192")
    assert "smallest number of GPUs for 1 × 8,192 tokens" in gpus and "other GPUs cannot hold it" in gpus
    _, sizes = run("qwen3-32b", "--gpu", "h100-sxm", "--show-possible-tp")
    assert "TP 8: fits" in sizes


def test_nothing_fits_is_exit_code_4() -> None:
    assert run("kimi-k3", "--precision", "bf16")[0] == 4


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("qwen3-32b", "--gpu", "h100-sxm", "--tp", "3"), "tensor_parallel"),
        (("qwen3-32b", "--gpu", "h100-sxm", "--pp", "7"), "pipeline_parallel"),
        (("qwen3-32b", "--gpu", "h100-sxm", "--dp", "0"), "dp"),
        (("qwen3-32b", "--gpu", "h100-sxm", "--max-model-len", "0"), "max_model_len"),
        (("qwen3-32b", "--gpu", "h100-sxm", "--gpu-mem-util", "nan"), "utilisation"),
        (("qwen3-32b", "--gpu", "h100-sxm", "--gpu-mem-util", "0"), "utilisation"),
        (("qwen3-32b", "--gpu", "h100-sxm", "--block-size", "0"), "block_size"),
        (("qwen3-32b", "--gpu", "h100-sxm", "--batch-size", "0"), "concurrency"),
        (("qwen3-32b", "--gpu", "h100-sxm", "--precision", "fp3"), "precision"),
        (("qwen3-32b", "--gpu", "h100-sxm", "--kv-precision", "int8"), "kv_precision"),
        (("qwen3-32b", "--gpu", "h100-sxm", "--expert-parallel", "--tp", "2"), "expert_parallel"),
        (("qwen3-32b", "--gpu-memory", "many"), "gpu_memory"),
        (("qwen3-32b", "--gpu-memory", "1e400"), "gpu_memory"),
        (("qwen3-32b", "--gpu", "abacus"), "abacus"),
        (("qwen3-32b", "--gpu", "h100-sxm", "--gpu-memory", "80"), "either"),
        (("nobody-9b", "--gpu", "h100-sxm"), "--config FILE"),
        ((), "either a model or --config"),
        (("--config", "/nowhere/config.json"), "cannot be read"),
    ],
)
def test_a_fault_is_told_in_one_sentence(words: tuple[str, ...], told: str) -> None:
    with pytest.raises((InputError, nightly.RunError), match=told):
        run(*words)


def test_pasted_config_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(PLAIN))
    found = answer("--config", str(path), "--gpu", "h100-sxm")
    assert found["parameters"] == pytest.approx(6.74e9, rel=0.001)
    assert (found["precision"], found["max_model_len"], found["remarks"]) == ("bf16", 4096, [])


@pytest.mark.parametrize(
    ("stated", "precision"),
    [
        ({"quant_method": "fp8"}, "fp8"),
        ({"quant_method": "modelopt", "quant_algo": "NVFP4"}, "fp4"),
        ({"quant_method": "mxfp4"}, "mxfp4"),
        ({"quant_method": "awq"}, "int4"),
        ({"quant_method": "compressed-tensors", "format": "pack-quantized"}, "int4"),
        ({"quant_method": "compressed-tensors", "format": "mxfp4-pack-quantized"}, "mxfp4"),
    ],
)
def test_stored_precision_is_read_from_the_file(stated: dict[str, str], precision: str) -> None:
    config = json.dumps({**PLAIN, "quantization_config": stated}).encode()
    assert model_of_config(config).precision == precision
    assert model_of_config(config, "bf16").precision == "bf16"


def hostile(**changes: Any) -> bytes:
    return json.dumps({**PLAIN, **changes}).encode()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "not JSON"),
        (b"<html>", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "not an object"),
        (b'{"text_config": [1]}', "not an object"),
        (b" " * (MAX_BYTES + 1), "bytes are no config.json"),
        (b"{}", "hidden_size|vocab_size|num_hidden_layers"),
        (hostile(num_hidden_layers=10**9), "num_hidden_layers is 1000000000"),
        (hostile(text_config={**PLAIN, "num_hidden_layers": 3000}), "num_hidden_layers is 3000"),
        (hostile(hidden_size=10**30), "beyond 1,000,000,000"),
        (hostile(hidden_size=float("nan")), "hidden_size is nan"),
        (hostile(num_attention_heads=0), "do not describe a model"),
        (hostile(num_hidden_layers=0), "do not describe a model"),
        (hostile(hidden_size=-4096), "more than nothing"),
        (hostile(num_key_value_heads=-1), "more than nothing"),
        (hostile(hidden_size="wide"), "hidden_size is 'wide'"),
        (hostile(layer_types=["full_attention"]), "do not describe a model"),
        (hostile(hybrid_override_pattern="M" * 900_000), "hybrid_override_pattern has 900,000 layers"),
        (hostile(layer_types=7), "do not describe a model"),
        (hostile(block_configs=[{"attention": 1}]), "the field .* is missing"),
        (hostile(quantization_config={"quant_method": "magic"}), "magic.*give --precision"),
    ],
)
def test_hostile_config_ends_in_a_sentence(content: bytes, told: str) -> None:
    with pytest.raises(InputError, match=told) as refused:
        model_of_config(content)
    assert refused.value.field == "config"


@pytest.mark.mirror
def test_every_published_config_can_be_handed_in(mirror: Path) -> None:
    paths = sorted((mirror / "huggingface.co").glob("*/*/resolve/main/config.json"))
    read = {str(p): read_config(p, "bf16") for p in paths}
    assert len(read) == 85 and all(m.shape.parameters > 1e8 for m in read.values())
    texts = {p: p.read_text(encoding="utf-8") for p in paths}
    plain = {p: "quantization_config" in t for p, t in texts.items() if "MIXED_PRECISION" not in t}  # two formats
    stated = {p.parts[-4]: read_config(p).precision for p in plain if plain[p] or "NVFP4" not in p.parts[-4]}
    assert {stated[n] for n in stated if n.endswith("-NVFP4")} == {"fp4"}
    assert stated["GLM-5-FP8"] == stated["DeepSeek-V3"] == "fp8"
    assert (stated["gpt-oss-120b"], stated["Kimi-K2.5"], stated["Qwen3-32B"]) == ("mxfp4", "int4", "bf16")


def test_unknown_overhead_in_the_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "runtime_memory.toml"
    path.write_text(
        '[[overhead]]\nname = "luck"\nvalue = 1\nunit = "GiB"\ntitle = "a"\nsource = "b"\nreviewed = 2026-11-26\n'
    )
    with pytest.raises(RegistryError, match="luck"):
        load_runtime_memory(path)
