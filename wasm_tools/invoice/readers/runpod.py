"""RunPod's billing (API) of pods, endpoints and network volumes: time billed and amount by hour or day.

The amount includes the disk of a pod. How many GPUs a pod has is not said: its time is counted once.
"""

from dataclasses import replace

from wasm_tools.invoice.documents import JsonDocument
from wasm_tools.invoice.readers.fields import FieldProblem, records
from wasm_tools.invoice.readers.reader import Context, Entries, Reader
from wasm_tools.invoice.remembered import Remembered
from wasm_tools.invoice.usage import EXACT, LineKey, UsageLine

_MILLI = -3  # decimal exponent
_OWNERS = ("podId", "endpointId", "networkVolumeId")
_QUOTED = ("gpuTypeId", "amount", "timeBilledMs", "time")
DISK = "amounts include the disk, and a pod with several GPUs is counted as one"


def reading(document: JsonDocument, context: Context) -> Entries:
    """Each record as one line of GPU time, or of storage where it states none."""
    context.note(DISK)
    keys: Remembered[tuple[str, str], LineKey] = Remembered(lambda words: _key(*words))
    credits: Remembered[LineKey, LineKey] = Remembered(lambda key: replace(key, kind="credit"))
    for fields in records(document, context):
        cost = None
        try:
            if fields.problem:
                raise FieldProblem(fields.problem)
            cost = fields.amount("amount")
            if cost is None:
                raise FieldProblem("amount is missing")
            context.money("USD", cost)
            billed, day = fields.amount("timeBilledMs"), fields.day("time")
        except FieldProblem as error:
            yield fields.excluded("parse_error", str(error), _QUOTED, cost, "USD")
            continue
        owner = next(((name, found) for name in _OWNERS if (found := fields.text(name))), ("", ""))
        key = keys[fields.text("gpuTypeId"), "storage" if billed is None else owner[0]]
        seconds = None if billed is None else EXACT.scaleb(billed, _MILLI)
        group = (("project", owner[1]),) if owner[1] else ()
        yield UsageLine(fields.number, day, key if cost >= 0 else credits[key], seconds, cost, group=group)


def _key(gpu: str, owner: str) -> LineKey:
    stored = owner == "storage"
    joins = (("runpod_gpu_type", gpu), ("runpod_product", owner.removesuffix("Id")))
    return LineKey(
        provider="runpod",
        host="runpod",
        model_raw=gpu,
        workload="" if stored else "gpu",
        line_class="storage" if stored else "gpu_time",
        unit="" if stored else "gpu_second",
        unit_evidence="none" if stored else "stated",
        unit_raw="" if stored else "timeBilledMs",
        cost_basis="invoiced",
        currency="USD",
        join=tuple((name, value) for name, value in joins if value),
    )


READER = Reader(
    "runpod",
    "RunPod billing (API)",
    "json",
    frozenset({"amount", "timeBilledMs"}),
    reading,
    also=(frozenset({"amount", "networkVolumeId"}), frozenset({"amount", "diskSpaceBilledGB"})),
)
