"""What a serving step takes: bytes over bandwidth, operations over peak rates, and the overheads of layer and engine.

A decode step of a batch of c requests reads the weights once, of the routed experts those that any of the c tokens
chose, and the KV cache of each request; it computes c tokens. A prefill computes the prompt. Times are milliseconds.

The formulas are plain arithmetic, so the calibration runs this very code over arrays of all measured points at once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from wasm_tools.hardware.gpus import GpuCard
from wasm_tools.models.cards import ModelShape
from wasm_tools.performance.configuration import MEASURED_AS
from wasm_tools.performance.kv_cache import STATE_BYTES, cache_element_bytes, cache_share
from wasm_tools.performance.memory import WEIGHT_BYTES

MS = 1e3  # milliseconds of a second
US = 1e-3  # milliseconds of a microsecond
ACTIVATION_BYTES = 2.0  # activations cross the links in 16 bits

Floats = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Work:
    """What one configuration moves and computes, per GPU, whatever the request and however efficient.

    Bytes, operations, bytes/s and operations/s; `flops` is the dense peak at which its matrices multiply.
    """

    weights: float  # bytes that every decode step reads
    experts: float  # bytes of all routed experts
    unchosen: float  # probability that one token leaves a given expert alone, 0 for dense models
    layers: float
    expert_layers: float  # layers, if they have routed experts
    reductions: float  # all-reduces of a step
    spread: float  # 1 with expert parallelism, else 0
    token_operations: float
    attention_operations: float  # of a prompt, for each pair of tokens
    token_link_bytes: float  # bytes each token sends to the other GPUs
    cache_bytes: float  # of a token in the layers that keep every one
    window_bytes: float  # of a token in windowed layers
    window: float
    state_bytes: float  # of a request
    bandwidth: float
    flops: float
    bf16_flops: float
    link: float


@dataclass(frozen=True, slots=True)
class Efficiency:
    """The calibrated constants that apply to one configuration. Shares of a peak are at most those of the registry."""

    bandwidth: float  # share of peak bandwidth in decode (MBU)
    expert_bandwidth: float  # factor on it for routed experts
    compute: float  # share of the peak of the precision in prefill (MFU)
    decode_compute: float  # factor on it in decode
    attention: float  # share of the BF16 peak in attention of prefill
    cache: float  # factor on the bytes of the KV cache
    link: float  # share of the link's bandwidth
    layer_us: float  # overhead of a layer in a decode step
    expert_layer: float  # the same of routing, as a factor on it
    reduction_us: float  # latency of an all-reduce
    spread: float  # factor on it with expert parallelism
    request_us: float  # of each request in a step: sampling, scheduling, detokenising
    prompt_layer_us: float  # overhead of a layer in prefill
    interference: float  # share of others' prefill that delays a request's decode
    arrival_ms: float  # HTTP, tokeniser, scheduler before the first step
    arrival_steps: float  # decode steps that a new request waits for


@dataclass(slots=True)  # not frozen: an answer makes thousands, and freezing takes most of that time
class Pace:
    """The few numbers that time everything for one configuration at one pair of lengths."""

    fixed: float  # of a step
    experts: float  # of reading all of them
    unchosen: float
    request: float  # of each request in a step
    prefill: float
    answer: float  # output tokens
    interference: float
    arrival_ms: float
    arrival_steps: float


def work(shape: ModelShape, gpu: GpuCard, precision: str, tensor_parallel: int, expert_parallel: int = 1) -> Work | str:
    """The work of a configuration, or in words which fact about model or GPU is missing."""
    if not gpu.bandwidth or not gpu.bf16_flops:
        return f"no data-sheet bandwidth and peak of {gpu.name}"
    if not shape.hidden or not shape.attention_width or (tensor_parallel > 1 and not shape.kv_heads):
        return "the architecture of this model is not known well enough"
    if tensor_parallel > 1 and not gpu.link_bandwidth:
        return f"the links between {gpu.name} are unknown, so only single GPUs are predicted"
    tp, size = tensor_parallel, WEIGHT_BYTES[precision]
    chosen = shape.chosen_experts / shape.experts if shape.experts else 0.0
    always = shape.active_parameters - shape.expert_parameters * chosen
    element = cache_element_bytes(MEASURED_AS.get(precision, precision))
    share = cache_share(shape, tp)
    return Work(
        weights=always * size / tp,
        experts=shape.expert_parameters * size / tp,
        unchosen=1.0 - chosen if shape.experts else 0.0,
        layers=float(shape.layers),
        expert_layers=float(shape.layers if shape.experts else 0),
        reductions=2.0 * shape.layers if tp > 1 else 0.0,
        spread=1.0 if expert_parallel > 1 else 0.0,
        token_operations=2.0 * shape.active_parameters / tp,
        attention_operations=2.0 * shape.full_layers * shape.attention_width / tp,
        token_link_bytes=2.0 * shape.layers * shape.hidden * ACTIVATION_BYTES * 2.0 * (tp - 1) / tp,
        cache_bytes=shape.kv_elements * element * share,
        window_bytes=shape.windowed_elements * element * share,
        window=float(shape.window),
        state_bytes=shape.state_elements * STATE_BYTES / tp,
        bandwidth=gpu.bandwidth,
        flops=matrix_peak(gpu, precision),
        bf16_flops=gpu.bf16_flops,
        link=gpu.link_bandwidth or 1.0,
    )


def matrix_peak(gpu: GpuCard, precision: str) -> float:
    """Dense operations a second of a precision. What a GPU does not compute natively runs at its BF16 rate."""
    native = {"fp8": gpu.fp8_flops, "fp4": gpu.fp4_flops, "mxfp4": gpu.fp4_flops}.get(precision)
    return native or gpu.bf16_flops or 0.0


def request_cache(of: Work, prompt: float, answer: float) -> float:
    """Cache bytes per GPU that a step reads for a request in the middle of its answer."""
    tokens = prompt + answer / 2
    return tokens * of.cache_bytes + min(tokens, of.window) * of.window_bytes + of.state_bytes


@dataclass(frozen=True, slots=True)
class Steady:
    """What of a pace no request changes: ms of a step, of a byte and of a token for one configuration."""

    fixed: float  # of a step
    experts: float  # of reading all of them
    unchosen: float
    cache_byte: float  # of a byte of the cache
    token: float  # of a token in a step
    prompt_token: float
    prompt_pair: float  # of a pair of tokens of a prompt
    prompt: float  # of any prompt
    interference: float
    arrival_ms: float
    arrival_steps: float


def steady(of: Work, at: Efficiency) -> Steady:
    """What of a pace depends on no request.

    Weights, cache and experts over bandwidth, 2 operations for each active parameter and token, 2 · layers · width for
    each pair of tokens under the causal mask, a ring all-reduce twice a layer of 2 · (TP − 1)/TP of the activations.
    """
    per_byte = MS / (of.bandwidth * at.bandwidth)
    per_operation = MS / (of.flops * at.compute)
    link = of.token_link_bytes * MS / (of.link * at.link)
    operations = of.token_operations * per_operation
    fixed = of.weights * per_byte + at.layer_us * US * (of.layers + at.expert_layer * of.expert_layers)
    fixed = fixed + of.reductions * at.reduction_us * US * (1.0 + of.spread * (at.spread - 1.0))
    return Steady(
        fixed=fixed,
        experts=of.experts * per_byte / at.expert_bandwidth,
        unchosen=of.unchosen,
        cache_byte=at.cache * per_byte,
        token=operations / at.decode_compute + link + at.request_us * US,
        prompt_token=operations + link,
        prompt_pair=of.attention_operations * MS / (of.bf16_flops * at.attention),
        prompt=of.layers * at.prompt_layer_us * US,
        interference=at.interference,
        arrival_ms=at.arrival_ms,
        arrival_steps=at.arrival_steps,
    )


def pace_at(of: Steady, cache: float, prompt: float, answer: float, cached: float) -> Pace:
    """Times at mean lengths of `prompt` and `answer`; the first `cached` tokens need no prefill.

    `cache` are the bytes of `request_cache`.
    """
    pairs = prompt * prompt - cached * cached
    return Pace(
        of.fixed,
        of.experts,
        of.unchosen,
        cache * of.cache_byte + of.token,
        (prompt - cached) * of.prompt_token + pairs * of.prompt_pair + of.prompt,
        answer,
        of.interference,
        of.arrival_ms,
        of.arrival_steps,
    )


def pace(of: Work, at: Efficiency, cache: float, prompt: float, answer: float, cached: float) -> Pace:
    """`pace_at` of one configuration."""
    return pace_at(steady(of, at), cache, prompt, answer, cached)


def step_ms(of: Pace, concurrency: float) -> float:
    """One decode step with so many requests in it. Each expert is read unless none of them chose it."""
    read: float = 1.0 - of.unchosen**concurrency
    return of.fixed + of.experts * read + of.request * concurrency


def tpot_ms(of: Pace, concurrency: float) -> float:
    """Mean time per further output token: a step, and the prefill of the others that falls into an answer."""
    return step_ms(of, concurrency) + of.interference * (concurrency - 1.0) * of.prefill / of.answer


def first_token_ms(of: Pace, concurrency: float) -> float:
    """Mean time to first token in steady service, without burst and queue: running steps, then its own prefill."""
    return of.arrival_ms + of.arrival_steps * step_ms(of, concurrency) + of.prefill


def own_steps_ms(of: Steady, concurrency: Iterable[float]) -> tuple[float, ...]:
    """What a decode step takes at several loads whatever its requests: weights, and the experts that they chose."""
    return tuple([of.fixed + of.experts * (1.0 - of.unchosen**c) for c in concurrency])


def times_ms(of: Pace, concurrency: Sequence[float], own_steps: Sequence[float]) -> tuple[Floats, Floats]:
    """`first_token_ms` and `tpot_ms` at several loads, whose `own_steps_ms` are known: an answer needs thousands."""
    request, arrival, steps = of.request, of.arrival_ms + of.prefill, of.arrival_steps
    others = of.interference * of.prefill / of.answer
    step = [own + request * c for own, c in zip(own_steps, concurrency, strict=True)]
    first = tuple([arrival + steps * ms for ms in step])
    return first, tuple([ms + others * (c - 1.0) for ms, c in zip(step, concurrency, strict=True)])
