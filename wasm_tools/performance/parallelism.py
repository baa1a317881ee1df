"""Which parallel sizes a model can have on a GPU: tensor sizes of one node, pipeline stages, expert groups."""

from wasm_tools.hardware.gpus import GpuCard
from wasm_tools.models.cards import ModelShape
from wasm_tools.workload.traffic import InputError


def possible_tensor_parallel(shape: ModelShape, gpu: GpuCard) -> tuple[int, ...]:
    """Tensor-parallel sizes of one node: divisors of the query heads that cut or copy the KV heads evenly.

    1 alone where the heads are unknown.
    """
    if not shape.heads or not shape.kv_heads:
        return (1,)
    kv = shape.kv_heads
    sizes = range(1, min(shape.heads, gpu.gpus_per_node) + 1)
    return tuple(n for n in sizes if shape.heads % n == 0 and (kv % n == 0 or n % kv == 0))


def check_parallelism(shape: ModelShape, gpu: GpuCard, tensor: int, pipeline: int = 1, expert: int = 1) -> None:
    """Raise InputError naming the size that this model on this GPU cannot have."""
    for field, size in (("tensor_parallel", tensor), ("pipeline_parallel", pipeline), ("expert_parallel", expert)):
        if isinstance(size, bool) or not isinstance(size, int) or size < 1:
            raise InputError(field, f"{size!r} is not a whole number of GPUs from 1 up")
    if tensor > 1 and tensor not in (sizes := possible_tensor_parallel(shape, gpu)):
        known = f"{shape.heads} query and {shape.kv_heads} KV heads" if shape.heads else "an unknown number of heads"
        raise InputError(
            "tensor_parallel",
            f"{tensor} does not work with {known} and {gpu.gpus_per_node} GPUs in a node; "
            f"take one of {', '.join(map(str, sizes))}",
        )
    if shape.layers % pipeline:
        raise InputError("pipeline_parallel", f"{pipeline} does not divide the {shape.layers} layers")
    if expert > 1 and (not shape.experts or expert > shape.experts):
        raise InputError("expert_parallel", f"{expert} GPUs cannot share the {shape.experts} experts of a layer")
