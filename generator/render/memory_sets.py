"""The smallest sets of GPUs that hold a model: by published precision, length of a request and requests at once."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import batched
from typing import Any

from generator.precompute.deployables import WeightsRow
from generator.render.formats import missing, money, significant, tokens
from generator.render.site_index import SiteIndex
from wasm_tools.hardware.gpus import GpuCard
from wasm_tools.models.cards import ModelShape
from wasm_tools.performance.kv_cache import cache_element_bytes, gpu_request_bytes
from wasm_tools.performance.memory import kv_pool, weight_bytes
from wasm_tools.performance.parallelism import possible_tensor_parallel
from wasm_tools.planner.deployable_sizes import kv_cache_of
from wasm_tools.pricing.meters import price_text

Rent = Callable[[str, int], tuple[Decimal, int] | None]
LENGTHS = (8_192, 32_768, 131_072)
AT_ONCE = (1, 16)
PRECISIONS = 3  # published forms that are shown, the largest first


@dataclass(frozen=True, slots=True)
class GpuSet:
    """So many GPUs of a kind. `usd_per_hour` is the lowest on-demand rent of the `paid` GPUs, which can be more than
    `count` where machines are rented whole; None and 0 where nobody rents them on demand."""

    gpu: GpuCard
    count: int
    usd_per_hour: Decimal | None
    paid: int


def holding_sets(
    shape: ModelShape,
    precision: str,
    gpus: Sequence[GpuCard],
    length: int,
    at_once: int,
    rent: Rent,
) -> list[GpuSet]:
    """Of each GPU the fewest that hold `at_once` requests of `length` tokens beside the weights; as `smallest_gpus`."""
    found = []
    for gpu in gpus:
        element = cache_element_bytes(precision, kv_cache_of(precision, gpu))
        for size in possible_tensor_parallel(shape, gpu):
            pool = kv_pool(shape, precision, gpu, size)
            if pool > 0 and pool >= at_once * gpu_request_bytes(shape, length, element, size):
                found.append(GpuSet(gpu, size, *(rent(gpu.id, size) or (None, 0))))
                break
    return found


def fewest(sets: Sequence[GpuSet]) -> GpuSet | None:
    """The set of fewest GPUs, of these the one with least memory, then the cheapest."""
    dear = Decimal("Infinity")
    return min(
        sets, key=lambda s: (s.count, s.gpu.memory_bytes, dear if s.usd_per_hour is None else s.usd_per_hour, s.gpu.id),
        default=None,
    )  # fmt: skip


def cheapest(sets: Sequence[GpuSet]) -> GpuSet | None:
    """The set that is rented for least."""
    rented = [(s.usd_per_hour, s.count, s.gpu.id, s) for s in sets if s.usd_per_hour is not None]
    return min(rented, key=lambda r: r[:3])[3] if rented else None


@dataclass(frozen=True, slots=True)
class Fit:
    """The sets that hold some requests of one length beside the weights of one precision."""

    form: WeightsRow
    weight_bytes: float
    length: int
    at_once: int
    fewest: GpuSet | None
    cheapest: GpuSet | None


def gpu_sets(model: str, index: SiteIndex) -> Sequence[Fit]:
    """The sets of a model: precisions, the largest first, by length, by requests at once."""
    known = index.of_models
    if ("sets", model) not in known.found:
        shape = index.data.registry.cards[model].shape
        weights, context = known.weights.get(model, ()), index.data.registry.model[model].context
        known.found["sets", model] = list(_fits(shape, weights, context, index)) if shape else []
    found: Sequence[Fit] = known.found["sets", model]
    return found


def _fits(shape: ModelShape, weights: Sequence[WeightsRow], context: int | None, index: SiteIndex) -> Iterator[Fit]:
    forms = sorted(
        {w.precision: w for w in reversed(weights)}.values(), key=lambda w: -weight_bytes(shape, w.precision)
    )
    for form in forms[:PRECISIONS]:
        gpus, size = index.of_models.gpus_that_run(form.storage or "bf16"), weight_bytes(shape, form.precision)
        for length in lengths_of(context):
            for at_once in AT_ONCE:
                sets = holding_sets(shape, form.precision, gpus, length, at_once, index.of_models.rent)
                yield Fit(form, size, length, at_once, fewest(sets), cheapest(sets))


def memory_rows(model: str, index: SiteIndex) -> list[dict[str, Any]]:
    """A row a published precision and length, with the sets for one request and for several."""
    rows: list[dict[str, Any]] = []
    for fits in batched(gpu_sets(model, index), len(AT_ONCE)):
        fit = fits[0]
        cells: dict[str, Any] = {}
        for f in fits:
            cells |= {f"fewest_{f.at_once}": set_words(f.fewest, index), **rent_cells(f.cheapest, f.at_once, index)}
        rows.append(
            {
                "first": not rows or rows[-1]["precision"] != fit.form.precision,
                "precision": fit.form.precision,
                "repo": fit.form.repo,
                "size": f"{significant(fit.weight_bytes / 1e9)} GB",
                "length": tokens(fit.length),
                "length_exact": str(fit.length),
                **cells,
            }
        )
    return rows


def lengths_of(context: int | None) -> Iterator[int]:
    """The lengths of a request that are looked at: the usual ones and the longest that the model takes."""
    longest = context or LENGTHS[-1]
    yield from (length for length in LENGTHS if length < longest * 0.9)
    yield longest


def set_words(found: GpuSet | None, index: SiteIndex) -> Any:
    """A set as `2 × H100 SXM 80GB`; a dash where no machine with one kind of GPU holds it."""
    return f"{found.count} × {index.gpu_name(found.gpu.id)}" if found else missing("no single machine holds it")


def rent_cells(found: GpuSet | None, at_once: int, index: SiteIndex) -> dict[str, Any]:
    """The set that costs least, its page, and its rent."""
    if found is None or found.usd_per_hour is None:
        return {f"rent_{at_once}": missing("nobody rents such a machine on demand"), f"rent_{at_once}_set": "",
                f"rent_{at_once}_href": ""}  # fmt: skip
    return {
        f"rent_{at_once}": money(found.usd_per_hour),
        f"rent_{at_once}_exact": price_text(found.usd_per_hour),
        f"rent_{at_once}_set": set_words(found, index)
        + (f", rented as {found.paid}" if found.paid > found.count else ""),
        f"rent_{at_once}_href": f"gpus/{found.gpu.id}/",
    }
