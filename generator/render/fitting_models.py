"""Which open models a GPU holds: by published precision, alone and as a whole machine."""

from collections.abc import Mapping, Sequence
from typing import Any

from generator.precompute.deployables import WeightsRow
from generator.registry import GpuRow
from generator.render.formats import significant
from generator.render.site_index import SiteIndex
from wasm_tools.hardware.gpus import GpuCard
from wasm_tools.models.cards import ModelShape
from wasm_tools.performance.memory import smallest_gpus, weight_bytes
from wasm_tools.planner.deployable_sizes import kv_cache_of

LENGTH, AT_ONCE = 8_192, 1  # what has to fit beside the weights, which the caption states
NAMED = 5  # the largest models that are named
PRECISIONS = ("bf16", "fp8", "fp4", "int4")
Fitting = tuple[WeightsRow, ModelShape, int]  # with the fewest GPUs that hold it


def fit_rows(gpu: GpuRow, index: SiteIndex) -> list[dict[str, Any]]:
    """A row a precision and size: the models that fit, the largest named. Precisions that nothing fits in are left out;
    a whole machine counts only what one GPU does not hold."""
    card = index.data.registry.gpu_cards[gpu.id]
    rows = []
    for precision, found in models_that_fit(gpu.id, index).items():
        alone = [f for f in found if f[2] == 1]
        machine = [f for f in found if f[2] > 1]
        for words, some in (("1 GPU", alone), (f"2 to {card.gpus_per_node} GPUs of a machine", machine)):
            if some:
                rows.append(
                    {
                        "precision": precision,
                        "gpus": words,
                        "count": len(some),
                        "models": [fit_view(w, shape, size, index) for w, shape, size in some[:NAMED]],
                        "more": len(some) - len(some[:NAMED]),
                    }
                )
    return rows


def models_that_fit(gpu: str, index: SiteIndex) -> Mapping[str, Sequence[Fitting]]:
    """By precision the published weights that fit into one machine, the largest first."""
    known, card = index.of_models.found, index.data.registry.gpu_cards[gpu]
    if ("fits", gpu) not in known:
        known["fits", gpu] = {p: _largest_first(fitting(card, p, index), p) for p in PRECISIONS}
    found: Mapping[str, Sequence[Fitting]] = known["fits", gpu]
    return found


def _largest_first(found: Sequence[Fitting], precision: str) -> Sequence[Fitting]:
    return sorted(found, key=lambda f: (-weight_bytes(f[1], precision), f[0].model))


def fitting(card: GpuCard, precision: str, index: SiteIndex) -> list[Fitting]:
    """The published weights of a precision that fit into one machine, with the fewest GPUs that hold them."""
    known, cards = index.of_models, index.data.registry.cards
    found = []
    for model, forms in sorted(known.weights.items()):
        shape = cards[model].shape if model in cards else None
        form = next((f for f in forms if f.precision == precision), None)
        if shape is None or form is None or card not in known.gpus_that_run(form.storage or "bf16"):
            continue
        size = smallest_gpus(shape, precision, card, LENGTH, AT_ONCE, kv_precision=kv_cache_of(precision, card))
        if size is not None:
            found.append((form, shape, size))
    return found


def fit_view(form: WeightsRow, shape: ModelShape, size: int, index: SiteIndex) -> dict[str, str]:
    """One model that fits."""
    return {
        "name": index.model_name(form.model),
        "href": f"models/{form.model}/" if form.model in index.models else "",
        "size": f"{significant(weight_bytes(shape, form.precision) / 1e9)} GB" + (f" on {size}" if size > 1 else ""),
    }
