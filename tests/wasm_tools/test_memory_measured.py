"""The memory model against measurements: eight of an H100 with vLLM 0.11, and every point of the benchmarks."""

import csv
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

import pytest

from generator.registry import Registry, load_registry
from generator.runtime_memory import load_runtime_memory
from wasm_tools.hardware.gpus import GpuCard
from wasm_tools.models.cards import ModelShape
from wasm_tools.performance.memory import kv_bytes_per_token, max_concurrency, memory_split
from wasm_tools.performance.parallelism import check_parallelism
from wasm_tools.performance.runtime_memory import DEFAULT, GIB

ROOT = Path(__file__).parents[2]
# model, precision, TP, utilisation; then GiB per GPU: weights, activations, non-torch memory, KV cache. Of gpt-oss-120b
# the published utilisation is 0.9, but its parts add up to 0.95 of 79.18.
MEASURED = (
    ("gpt-oss-20b", "mxfp4", 1, 0.9, 13.47, 7.38, 0.13, 50.28),
    ("gpt-oss-120b", "mxfp4", 1, 0.95, 64.38, 7.38, 0.13, 3.33),
    ("llama-3.3-70b-instruct", "fp8", 2, 0.9, 33.88, 4.84, 0.55, 32.00),
    ("llama-3.1-8b-instruct", "bf16", 1, 0.9, 14.99, 4.76, 0.13, 51.38),
    ("qwen3-0.6b", "bf16", 1, 0.9, 1.12, 5.56, 0.13, 64.45),
    ("qwen3-32b", "bf16", 1, 0.9, 61.03, 5.64, 0.14, 4.45),
    ("qwen3-32b", "bf16", 2, 0.9, 30.59, 5.64, 0.54, 34.49),
    ("mistral-small-3.2", "bf16", 1, 0.95, 44.76, 2.12, 0.14, 28.20),
)
# Mistral-Small-3.2-24B, published architecture: width 5,120, feed-forward 32,768, 40 layers, 32 heads of 128, 8 KV
# heads, vocabulary 131,072. Text part only; the vision encoder of 0.4 B makes the measured weights 1 GiB larger.
MISTRAL = ModelShape(
    23_572_403_200, 23_572_403_200, 40, 81_920, hidden=5120, attention_width=4096, full_layers=40, heads=32,
    kv_heads=8, vocabulary=131_072, embedding_parameters=2 * 131_072 * 5120,
)  # fmt: skip


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry(ROOT / "data" / "registry")


@pytest.fixture(scope="module")
def shapes(registry: Registry) -> dict[str, ModelShape]:
    return {s.model: s.shape for s in registry.shapes} | {"mistral-small-3.2": MISTRAL}


@pytest.fixture(scope="module")
def h100(registry: Registry) -> GpuCard:
    return registry.gpu_cards["h100-sxm"]


def test_engine_holds_the_figures_of_the_reviewed_file() -> None:
    assert load_runtime_memory(ROOT / "data" / "registry" / "runtime_memory.toml") == DEFAULT


def test_the_measured_parts_add_up_to_the_share_of_the_memory() -> None:
    for model, _, _, share, weights, activation, non_torch, cache in MEASURED:
        assert weights + activation + non_torch + cache == pytest.approx(79.18 * share, abs=0.02), model


@pytest.mark.parametrize("row", MEASURED, ids=lambda r: f"{r[0]}-{r[2]}")
def test_weights_and_cache_are_the_measured_ones(
    shapes: Mapping[str, ModelShape], h100: GpuCard, row: tuple[str, str, int, float, float, float, float, float]
) -> None:
    model, precision, tensor, share, weights, activation, non_torch, cache = row
    runtime = replace(DEFAULT, utilisation=share, block_size=128)
    split = memory_split(shapes[model], precision, h100, tensor, 16_000, runtime=runtime)
    assert split.device == pytest.approx(79.18 * GIB, rel=1e-6)
    assert split.weights / GIB == pytest.approx(weights, rel=0.02)
    assert split.non_torch / GIB == pytest.approx(non_torch, abs=0.07)
    if model == "mistral-small-3.2":  # its activations were measured at less than half of what others need
        assert split.kv_pool / GIB == pytest.approx(cache - 1.90, abs=0.05)
        return
    assert split.activation / GIB == pytest.approx(activation, abs=0.1)
    assert split.kv_pool / GIB == pytest.approx(cache, abs=0.25 if model == "gpt-oss-120b" else 0.1)


@pytest.mark.parametrize(
    ("model", "precision", "tokens", "reason"),
    [
        ("deepseek-r1", "fp8", 16_000, "weights"),
        ("llama-3.3-70b-instruct", "fp8", 16_000, "weights"),
        ("qwen3-32b", "bf16", 32_000, "cache"),
    ],
)
def test_what_did_not_start_does_not_fit(
    shapes: Mapping[str, ModelShape], h100: GpuCard, model: str, precision: str, tokens: int, reason: str
) -> None:
    split = memory_split(shapes[model], precision, h100, 1, tokens)
    assert split.max_concurrency == 0 == max_concurrency(shapes[model], precision, h100, 1, tokens)
    assert bool(split.missing) == (reason == "weights")


def test_llama_70b_lacks_what_was_measured(shapes: Mapping[str, ModelShape], h100: GpuCard) -> None:
    """67.72 GiB of weights and 1.44 GiB too little, says the source; without bf16 embeddings it would seem to fit."""
    split = memory_split(shapes["llama-3.3-70b-instruct"], "fp8", h100, 1, 16_000)
    assert split.weights / GIB == pytest.approx(67.72, abs=0.1)
    assert split.missing / GIB == pytest.approx(1.44, abs=0.15)


def test_mistral_has_the_measured_blocks(h100: GpuCard) -> None:
    """184,832 tokens of 163,840 bytes in 1,444 blocks; a request of 15,049 tokens takes 118 of them."""
    assert kv_bytes_per_token(MISTRAL, "bf16") == 163_840
    pool = 1444 * 128 * 163_840
    assert pool / GIB == pytest.approx(28.20, abs=0.005)
    bare = replace(
        DEFAULT, utilisation=1.0, reported_share=1.0, non_torch_single=0.0, sampler_bytes=0.0, activation_floor=0.0,
        graphs_dense=0.0, block_size=128,
    )  # fmt: skip
    card = replace(h100, memory_bytes=round(MISTRAL.parameters * 2) + pool)
    split = memory_split(MISTRAL, "bf16", card, 1, 15_049, runtime=bare)
    assert (split.blocks, split.pool_tokens, split.blocks_per_request) == (1444, 184_832, 118)
    assert split.max_concurrency == 1444 // 118


def test_overheads_and_pool_do_not_depend_on_the_context(shapes: Mapping[str, ModelShape], h100: GpuCard) -> None:
    """Measured with Qwen3-0.6B: activations and cache are the same at a context of 32,000."""
    short, long = (memory_split(shapes["qwen3-0.6b"], "bf16", h100, 1, n) for n in (16_000, 32_000))
    assert (short.activation, short.kv_pool, short.graphs) == (long.activation, long.kv_pool, long.graphs)
    assert short.max_concurrency == 2 * long.max_concurrency + short.max_concurrency % 2


def test_small_models_and_big_ones_have_the_sizes_of_their_files(shapes: Mapping[str, ModelShape]) -> None:
    """Not 4 GB for DeepSeek-R1 and not 240 GB for gpt-oss-120b, as a catalogue once said."""
    card = GpuCard("x", "X", "", 2000 * GIB)
    size = {m: memory_split(shapes[m], p, card, 1, 1).weights / 1e9 for m, p in (
        ("deepseek-r1", "fp8"), ("gpt-oss-120b", "mxfp4"), ("kimi-k2.5", "int4"),
    )}  # fmt: skip
    assert size["deepseek-r1"] == pytest.approx(671, rel=0.01)
    assert size["gpt-oss-120b"] == pytest.approx(65, rel=0.07)  # 61 GiB of files, filled up while loading
    assert size["kimi-k2.5"] == pytest.approx(594, rel=0.01)


@dataclass(frozen=True)
class Point:
    """A measured point beside the requests that the memory model says are held at once."""

    model: str
    gpu: str
    tensor: int
    concurrency: float
    ttft_ms: float
    held: int  # of full length
    held_halfway: int  # that have written half of their answer: the mean of requests under way
    held_at_95: int  # of full length where the engine fills 95 % instead of 90 %


def points(registry: Registry) -> Iterator[Point]:
    for path in sorted((ROOT / "data" / "state" / "benchmarks").glob("*.csv")):
        card = registry.gpu_cards[registry.gpu_of_system[path.stem]]
        with path.open(newline="") as file:
            for r in csv.DictReader(file):
                known = registry.cards.get(registry.model_of("", r["model"]))
                if known is None or known.shape is None:
                    continue
                tensor, expert, prompt, output = (int(r[k]) for k in ("tp", "ep", "isl", "osl"))
                check_parallelism(known.shape, card, tensor, 1, expert)
                cases = ((prompt + output, 0.9), (prompt + output // 2, 0.9), (prompt + output, 0.95))
                held = [
                    max_concurrency(
                        known.shape, r["precision"], card, tensor, tokens, expert_parallel=expert,
                        runtime=replace(DEFAULT, utilisation=share),
                    )
                    for tokens, share in cases
                ]  # fmt: skip
                yield Point(r["model"], card.id, tensor, float(r["concurrency"]), float(r["ttft_ms"]), *held)


@pytest.fixture(scope="module")
def measured(registry: Registry) -> list[Point]:
    return list(points(registry))


def test_every_measured_point_fits_but_those_that_cannot_be_what_they_say(measured: list[Point]) -> None:
    """One H200 cannot hold 235 GB; what ran there is not what the source says. Four B200 hold DeepSeek at 95 %."""
    assert len(measured) == 2266 - 23  # two quantised checkpoints have no row of their own
    tight = Counter((p.model, p.gpu, p.tensor) for p in measured if not p.held)
    assert tight == {
        ("Qwen/Qwen3-235B-A22B-FP8", "h200-sxm", 1): 10,
        ("deepseek-ai/DeepSeek-R1", "b200-sxm", 4): 4,
        ("deepseek-ai/DeepSeek-V3", "b200-sxm", 4): 2,
    }
    assert {p.model for p in measured if not p.held_at_95} == {"Qwen/Qwen3-235B-A22B-FP8"}


def test_few_points_ran_more_requests_than_fit_at_full_length(measured: list[Point]) -> None:
    """They prove nothing against the model: requests are not all at full length, and the engine lets some wait."""
    above = [p for p in measured if p.held and p.concurrency > p.held]
    assert len(above) == 56
    assert sum(p.concurrency > p.held_halfway for p in above) == 35


def test_requests_were_seen_to_wait_where_the_model_says_that_memory_is_short(measured: list[Point]) -> None:
    """The model never saw these times: first tokens take seconds to minutes where more are sent than are held."""
    load = [(p.concurrency / p.held, p.ttft_ms / 1000) for p in measured if p.held]
    roomy = [seconds for share, seconds in load if share <= 0.5]
    beyond = [seconds for share, seconds in load if share > 1.25]
    assert (len(roomy), len(beyond)) == (2068, 34)
    assert median(roomy) < 0.5 and sum(t > 10 for t in roomy) / len(roomy) < 0.01
    assert median(beyond) > 15 and sum(t > 10 for t in beyond) / len(beyond) > 0.75
