"""A serving configuration: what runs where, before anybody asks how fast it is."""

from dataclasses import dataclass

from wasm_tools.workload.traffic import InputError

ENGINES = ("vllm", "sglang", "trtllm")
PRECISIONS = ("bf16", "fp16", "fp8", "int8", "fp4", "mxfp4", "int4")
# MXFP4 and NVFP4 have one name in the measurements, and FP16 runs at the rates of BF16.
MEASURED_AS = {"mxfp4": "fp4", "fp16": "bf16"}


@dataclass(frozen=True, slots=True)
class ServingConfiguration:
    """One replica: a model at a precision on `tensor_parallel` GPUs of one kind, served by one engine.

    Ids are those of the registry. With `expert_parallel` above 1 the routed experts are spread over the GPUs as whole
    experts instead of slices. Speculative decoding, pipeline parallelism and attention data parallelism are not part
    of it: nothing is calibrated for them. Chunked prefill is as each engine has it by default.
    """

    model: str
    gpu: str
    precision: str
    engine: str
    tensor_parallel: int = 1
    expert_parallel: int = 1


def check_configuration(configuration: ServingConfiguration) -> None:
    """Raise InputError naming the field of a configuration that cannot be predicted."""
    c = configuration
    for field, value, known in (("precision", c.precision, PRECISIONS), ("engine", c.engine, ENGINES)):
        if value not in known:
            raise InputError(field, f"{value!r} is not one of {', '.join(known)}")
    for field, size in (("tensor_parallel", c.tensor_parallel), ("expert_parallel", c.expert_parallel)):
        if isinstance(size, bool) or not isinstance(size, int) or size < 1:
            raise InputError(field, f"{size!r} is not a whole number of GPUs from 1 up")
