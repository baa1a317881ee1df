"""Whether a measured row can be true: bounds of physics, order of percentiles, Little's law.

Each bound is one that no tuning can pass, so a row beyond it is wrong or is of something else (speculative decoding, a
cached prompt, another precision, more GPUs). What a row does not tell is not judged.

* Weights have to fit: parameters · bytes ≤ memory of the replica's GPUs.
* A step reads the weights that a token passes: TPOT ≥ active parameters · bytes / (bandwidth · TP).
* A prompt has to be computed: TTFT ≥ 2 · active parameters · prompt / (peak · GPUs of the replica), and so for all
  tokens of a second.
* Little's law: requests in flight = rate · time of a request; and requests in flight make one token per TPOT each.
* Of a time that is never negative a share 1 − q lies above its percentile q, so percentile ≤ mean / (1 − q) (Markov).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from wasm_tools.hardware.gpus import GpuCard
from wasm_tools.models.cards import ModelShape
from wasm_tools.performance.memory import WEIGHT_BYTES

LITTLE = 0.2  # by how much counts of one run may differ: its ends, when fewer requests are in flight, belong to it
ROUNDING = 1e-3  # of figures that were written with few digits
REPEATED = 0.2  # of the rows of a table with one and the same value: more is a clamp or a placeholder
FEW_ROWS = 20  # below so many rows a repeated value says nothing
NO_CHECKPOINT = 0.5  # bytes a parameter of the smallest weights that anybody serves


@dataclass(frozen=True, slots=True)
class Claim:
    """What a row says. Times are ms by ttft, itl, tpot, e2e; lengths are mean tokens; None is not stated."""

    shape: ModelShape | None = None
    gpu: GpuCard | None = None
    precision: str = ""
    replica_gpus: int | None = None
    tensor_parallel: int | None = None
    replicas: int = 1
    context: int | None = None
    prompt: float | None = None
    output: float | None = None
    cached_share: float = 0.0  # of the prompt
    concurrency: float | None = None
    requests_per_s: float | None = None
    output_tokens_per_s: float | None = None
    requests: int | None = None
    seconds: float | None = None
    means: Mapping[str, float] = field(default_factory=dict)
    percentiles: Mapping[str, Mapping[int, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A field that cannot be true, or cannot be taken, why, and what to look at."""

    field: str
    reason: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.field}: {self.reason}; {self.remedy}"


def implausible(of: Claim) -> Iterator[Refusal]:
    """Everything about a row that cannot be true."""
    yield from _orders(of)
    yield from _fit(of)
    yield from _pace(of)
    yield from _counts(of)


def repeated(values: Iterable[float]) -> tuple[float, int] | None:
    """The value that more rows of a table have than can be chance, with their number; None where there is none."""
    counts = Counter(values)
    total = sum(counts.values())
    if total < FEW_ROWS:
        return None
    value, n = counts.most_common(1)[0]
    return (value, n) if n > REPEATED * total else None


def _orders(of: Claim) -> Iterator[Refusal]:
    for metric in sorted({*of.means, *of.percentiles}):
        levels = sorted(of.percentiles.get(metric, {}).items())
        mean = of.means.get(metric)
        if (mean is not None and mean <= 0) or any(value <= 0 for _, value in levels):
            yield Refusal(metric, "a time of 0 ms", "leave out what was not measured")
            continue
        yield from _rising(metric, levels)
        for level, value in levels:
            if mean is not None and value > mean / (1 - level / 100) * (1 + ROUNDING):
                yield Refusal(
                    metric,
                    f"p{level} {value:.4g} ms is too far above the mean {mean:.4g} ms: {100 - level} % of the requests"
                    " alone would make the mean larger",
                    "check the units of both",
                )


def _rising(metric: str, levels: Sequence[tuple[int, float]]) -> Iterator[Refusal]:
    for (low, below), (high, above) in pairwise(levels):
        if above < below * (1 - ROUNDING):
            yield Refusal(
                metric, f"p{high} {above:.4g} ms is below p{low} {below:.4g} ms", "percentiles rise; check the columns"
            )


def _fit(of: Claim) -> Iterator[Refusal]:
    total = (of.prompt or 0) + (of.output or 0)
    if of.context and total > of.context:
        yield Refusal(
            "prompt_tokens", f"{total:,.0f} tokens of a request are more than the context of {of.context:,}",
            "check the lengths and the model",
        )  # fmt: skip
    if of.shape is None:
        return
    if of.shape.heads and of.tensor_parallel and of.shape.heads % of.tensor_parallel:
        yield Refusal(
            "tensor_parallel", f"{of.shape.heads} heads cannot be shared by {of.tensor_parallel} GPUs",
            "check the model and the GPUs of a replica",
        )  # fmt: skip
    if of.gpu is None or not of.replica_gpus:
        return
    weights, memory = of.shape.parameters * _bytes(of.precision), of.gpu.memory_bytes * of.replica_gpus
    if weights > memory:
        yield Refusal(
            "gpus",
            f"the weights alone need {weights / 1e9:,.0f} GB{_at(of.precision)}, and {of.replica_gpus} ×"
            f" {of.gpu.name} have {memory / 1e9:,.0f} GB",
            "check precision, GPU and GPUs of a replica",
        )


def _pace(of: Claim) -> Iterator[Refusal]:
    if of.shape is None or of.gpu is None:
        return
    size, active = _bytes(of.precision), of.shape.active_parameters
    if of.gpu.bandwidth and of.tensor_parallel:
        least = active * size / (of.gpu.bandwidth * of.tensor_parallel) * 1e3
        for metric in ("tpot", "itl"):
            mean = of.means.get(metric)
            if mean is not None and 0 < mean < least * (1 - ROUNDING):
                yield Refusal(
                    metric,
                    f"{mean:.3g} ms a token are faster than {of.tensor_parallel} × {of.gpu.name} can read the weights"
                    f" of one token{_at(of.precision)}: {least:.3g} ms",
                    "check the GPUs, the precision and the unit; speculative decoding is no row of this form",
                )
                break
    peak = _peak(of.gpu, of.precision)
    if not peak or not of.replica_gpus:
        return
    of_token = 2.0 * active
    prompt = None if of.prompt is None else of.prompt * (1.0 - of.cached_share)
    first = of.means.get("ttft")
    if prompt is not None and first:
        least = of_token * prompt / (peak * of.replica_gpus) * 1e3
        if first < least * (1 - ROUNDING):
            yield Refusal(
                "ttft",
                f"{first:.3g} ms are too short to compute {prompt:,.0f} tokens on {of.replica_gpus} × {of.gpu.name}:"
                f" {least:.3g} ms at the peak of the data sheet",
                "check lengths, GPUs and unit; with a prefix cache say which share of the prompt it held",
            )
    made = of.output_tokens_per_s or (of.requests_per_s or 0) * (of.output or 0)
    tokens = made + (of.requests_per_s or 0) * (prompt or 0)
    most = peak * of.replica_gpus * of.replicas / of_token
    if tokens > most * (1 + ROUNDING):
        yield Refusal(
            "output_tokens_per_s",
            f"{tokens:,.0f} tokens/s need more operations than {of.replica_gpus * of.replicas} × {of.gpu.name} have at"
            f" their peak: {most:,.0f} tokens/s",
            "check whether it counts one GPU or all, and the number of GPUs",
        )


def _counts(of: Claim) -> Iterator[Refusal]:
    request = of.means.get("e2e") or _request_ms(of)
    if request and of.requests_per_s and of.concurrency:
        flying = of.requests_per_s * request / 1e3
        if not 1 - LITTLE <= flying / of.concurrency <= 1 + LITTLE:
            yield Refusal(
                "concurrency",
                f"{of.requests_per_s:.4g} requests/s of {request:,.0f} ms keep {flying:.3g} requests in flight"
                f" (Little's law), not {of.concurrency:.3g}",
                "check rate, times and concurrency; a short run is mostly its ends",
            )
    tpot = of.means.get("tpot")
    if of.output_tokens_per_s and of.concurrency and tpot:
        most = of.concurrency * 1e3 / tpot
        if of.output_tokens_per_s > most * (1 + LITTLE):
            yield Refusal(
                "output_tokens_per_s",
                f"{of.concurrency:.3g} requests with a token every {tpot:.4g} ms make at most {most:,.0f} tokens/s, not"
                f" {of.output_tokens_per_s:,.0f}",
                "check whether it counts prompt tokens, too",
            )
    if of.requests_per_s and of.output and of.output_tokens_per_s:
        yield from _same(
            "output_tokens_per_s", of.output_tokens_per_s, of.requests_per_s * of.output, "requests/s · answer length"
        )
    if of.requests and of.seconds and of.requests_per_s:
        yield from _same("requests_per_s", of.requests_per_s, of.requests / of.seconds, "requests / seconds")
    if of.requests and of.concurrency and of.concurrency > of.requests:
        yield Refusal(
            "concurrency", f"{of.concurrency:.3g} in flight are more than the {of.requests:,} requests of the run",
            "run longer: every place in flight has to be filled several times",
        )  # fmt: skip


def _same(name: str, said: float, follows: float, by: str) -> Iterator[Refusal]:
    if not 1 - LITTLE <= said / follows <= 1 + LITTLE:
        yield Refusal(name, f"{said:.4g} is not {by}, which is {follows:.4g}", "check which window each counts")


def _request_ms(of: Claim) -> float | None:
    first, tpot = of.means.get("ttft"), of.means.get("tpot")
    if first is None or tpot is None or of.output is None:
        return None
    return first + tpot * max(0.0, of.output - 1.0)


def _bytes(precision: str) -> float:
    """Bytes a parameter; of weights whose precision is not stated the smallest that anybody serves."""
    return WEIGHT_BYTES.get(precision, NO_CHECKPOINT)


def _peak(gpu: GpuCard, precision: str) -> float:
    """Dense operations a second at the fastest arithmetic that the weights allow: 8-bit integers at least double."""
    bits16, bits8 = gpu.bf16_flops or 0.0, max(gpu.fp8_flops or 0.0, 2.0 * (gpu.bf16_flops or 0.0))
    size = _bytes(precision)
    if size >= 2:
        return bits16
    return bits8 if size >= 1 else max(bits8, gpu.fp4_flops or 0.0, 4.0 * bits16)


def _at(precision: str) -> str:
    return f" at {precision}" if precision else " at 4 bits"
