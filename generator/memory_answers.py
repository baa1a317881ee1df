"""Answers to the memory question: one deployment in bytes and words, or all GPUs that can hold a model."""

from dataclasses import asdict, dataclass, replace
from typing import Any

from generator.registry import Registry
from wasm_tools.hardware.gpus import GpuCard
from wasm_tools.models.cards import ModelShape
from wasm_tools.performance.memory import MemorySplit, memory_split, smallest_gpus
from wasm_tools.performance.runtime_memory import GIB, RuntimeMemory

AUTO = -1


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: the model at a precision, `batch` requests at once, the sizes of a deployment.

    `tokens` of a request are prompt and output, or AUTO for as many as fit. `data` are copies of the model.
    """

    name: str
    shape: ModelShape
    context: int
    precision: str
    kv_precision: str
    tokens: int
    batch: int
    tensor: int
    pipeline: int
    data: int
    expert_parallel: bool
    runtime: RuntimeMemory
    remarks: tuple[str, ...] = ()


def asked_split(ask: Question, card: GpuCard) -> tuple[int, MemorySplit]:
    """The tokens of a request and the split. With automatic length: what fits, up to the model's context."""

    def split(tokens: int) -> MemorySplit:
        return memory_split(
            ask.shape, ask.precision, card, ask.tensor, tokens, kv_precision=ask.kv_precision,
            pipeline_parallel=ask.pipeline, expert_parallel=ask.tensor * ask.data if ask.expert_parallel else 1,
            concurrency=-(-ask.batch // ask.data), runtime=ask.runtime,
        )  # fmt: skip

    if ask.tokens != AUTO:
        return ask.tokens, split(ask.tokens)
    longest = split(1).max_context
    tokens = min(longest, ask.context or longest) or ask.context or 1
    return tokens, split(tokens)


def record(ask: Question, card: GpuCard, tokens: int, split: MemorySplit) -> dict[str, Any]:
    """The answer for programs: bytes of each GPU, counts of the whole deployment, the verdict in words."""
    held = split.max_concurrency * ask.data
    return {
        "model": ask.name,
        "gpu": card.id,
        "precision": ask.precision,
        "kv_precision": ask.kv_precision,
        "tensor_parallel": ask.tensor,
        "pipeline_parallel": ask.pipeline,
        "data_parallel": ask.data,
        "gpus": split.gpus * ask.data,
        "max_model_len": tokens,
        "batch_size": ask.batch,
        "parameters": round(ask.shape.parameters),
        "of_each_gpu": {name: round(value) for name, value in asdict(split).items()},
        "requests_at_once": held,
        "fits": held >= ask.batch,
        "verdict": verdict(ask, tokens, split),
        "remarks": list(ask.remarks),
    }


def verdict(ask: Question, tokens: int, split: MemorySplit) -> str:
    """The sentence that says what binds."""
    where = f"TP {ask.tensor}: "
    if split.missing:
        fewer = split.activation - ask.runtime.activation_floor > split.missing
        return (
            f"{where}does not fit: weights and overheads need {split.missing / GIB:,.2f} GiB more on each GPU than the "
            f"engine may fill; take more or larger GPUs{', fewer sequences' if fewer else ''} or fewer bits"
        )
    held = split.max_concurrency * ask.data
    if held < ask.batch:
        return (
            f"{where}the cache binds: it holds {held:,} of {ask.batch:,} requests of {tokens:,} tokens at once; "
            f"{split.max_context:,} tokens would do"
        )
    heads = ask.shape.kv_heads
    copied = (
        f"; {heads} KV head{'s' if heads > 1 else ''} copied to {ask.tensor} GPUs" if ask.tensor > heads > 0 else ""
    )
    share = split.weights / split.usable
    return (
        f"{where}fits: weights take {share:.0%} of the usable memory, {held:,} requests of {tokens:,} tokens at once"
        f"{copied}"
    )


def all_gpus(ask: Question, registry: Registry) -> list[dict[str, Any]]:
    """The registered GPUs that hold the model, each with its smallest size, fewest GPUs and bytes first."""
    found = []
    tokens = ask.context if ask.tokens == AUTO else ask.tokens
    for card in registry.gpu_cards.values():
        least = smallest_gpus(
            ask.shape, ask.precision, card, tokens, ask.batch, kv_precision=ask.kv_precision, runtime=ask.runtime
        )
        if least is not None:
            one = replace(ask, tensor=least, tokens=tokens, pipeline=1, data=1, expert_parallel=False)
            found.append(record(one, card, *asked_split(one, card)))
    return sorted(found, key=lambda r: (r["gpus"], r["gpus"] * r["of_each_gpu"]["device"], r["gpu"]))
