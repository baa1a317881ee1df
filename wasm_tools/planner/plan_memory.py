"""The memory of a plan's GPUs: what weights, cache and the runtime take, and what the cache holds."""

from dataclasses import dataclass

from wasm_tools.performance.memory import MemorySplit, memory_split
from wasm_tools.planner.catalogue import Catalogue
from wasm_tools.planner.plan import Configuration
from wasm_tools.planner.question import Question


@dataclass(frozen=True, slots=True)
class PlanMemory:
    """Where the memory of each GPU goes. `tokens` are those of the longest request that is planned for.

    `concurrency` requests are in service at once at most, which need `needed` bytes of the cache on each GPU when all
    are at full length. `context` is what the model can read, None where nobody says.
    """

    split: MemorySplit
    tokens: int
    concurrency: int
    needed: float
    context: int | None


def plan_memory(question: Question, catalogue: Catalogue, model: str, c: Configuration) -> PlanMemory:
    """The memory of the GPUs of one replica of a plan."""
    tokens = question.longest_tokens
    split = memory_split(
        catalogue.book.shapes[model], c.precision, catalogue.gpus[c.gpu], c.tensor_parallel, tokens,
        kv_precision=c.kv_cache, expert_parallel=c.expert_parallel, concurrency=c.concurrency,
        runtime=catalogue.policy.runtime,
    )  # fmt: skip
    needed = split.kv_per_request * c.concurrency
    return PlanMemory(split, tokens, c.concurrency, needed, catalogue.models[model].context)
