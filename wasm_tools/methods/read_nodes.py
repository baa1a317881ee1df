"""What a cluster has: `kubectl get nodes -o json`, reduced to GPUs and their number."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from wasm_tools.hardware.gpus import GpuCard
from wasm_tools.hardware.node_labels import GPU_RESOURCES, PRODUCT_LABELS
from wasm_tools.json_text import loads
from wasm_tools.methods.plan import catalogue_in
from wasm_tools.workload.traffic import InputError

FIELD = "inventory"
MAX_CHARACTERS = 100_000_000


def answer(params: Mapping[str, Any], packs: Mapping[str, Any]) -> dict[str, Any]:
    """The form field `inventory` of the `text`, with what was counted and what was not in words.

    GPUs are counted as allocatable by the product that the node's labels name. Raises InputError in words.
    """
    catalogue = catalogue_in(packs)
    found: Counter[str] = Counter()
    unknown: Counter[str] = Counter()
    for labels, number in _nodes(str(params.get("text", ""))):
        product = next((str(labels[name]) for name in PRODUCT_LABELS if labels.get(name)), "")
        gpu = gpu_of_product(product, catalogue.gpus)
        if gpu:
            found[gpu] += number
        else:
            unknown[product or "a GPU without a product label"] += number
    if not found:
        names = f" ({', '.join(sorted(unknown)[:3])})" if unknown else ""
        raise InputError(FIELD, f"no node has a GPU that this site knows{names}; enter them by hand, like h100-sxm=8")
    said = ", ".join(f"{n} × {catalogue.gpus[gpu].name}" for gpu, n in sorted(found.items()))
    left = "".join(f"; not counted: {n} × {name[:80]}" for name, n in sorted(unknown.items())[:5])
    counted = " ".join(f"{gpu}={n}" for gpu, n in sorted(found.items()))
    return {"fields": {FIELD: counted}, "said": f"found {said}{left}"}


def gpu_of_product(product: str, gpus: Mapping[str, GpuCard]) -> str:
    """The GPU whose node label is the product, its spelling apart; empty for one that is not known.

    A shared or sliced GPU (`-SHARED`, `-MIG-…`) is no whole one.
    """
    wanted = _plain(product)
    labels = {_plain(card.node_label): gpu for gpu, card in gpus.items() if card.node_label}
    return labels.get(wanted, "") if wanted else ""


def _plain(label: str) -> str:
    return label.lower().replace("_", "-").replace(" ", "-")


def _nodes(text: str) -> Iterator[tuple[Mapping[str, Any], int]]:
    """Labels and allocatable GPUs of each node that has some."""
    if len(text) > MAX_CHARACTERS:
        raise InputError(FIELD, f"more than {MAX_CHARACTERS:,} characters; give fewer nodes at once")
    try:
        given = loads(text)
    except (ValueError, RecursionError):
        raise InputError(FIELD, "this is not JSON; paste what `kubectl get nodes -o json` prints") from None
    items = given.get("items", [given]) if isinstance(given, dict) else None
    if not isinstance(items, list):
        raise InputError(FIELD, "this is no list of nodes; paste what `kubectl get nodes -o json` prints")
    for node in items:
        metadata, status = _part(node, "metadata"), _part(node, "status")
        have = _part(status, "allocatable") or _part(status, "capacity")
        for resource in GPU_RESOURCES:
            number = str(have.get(resource, "0"))
            if number.isascii() and number.isdecimal() and int(number[:7]) > 0:
                yield _part(metadata, "labels"), int(number[:7])


def _part(given: Any, name: str) -> Mapping[str, Any]:
    part = given.get(name) if isinstance(given, dict) else None
    return part if isinstance(part, dict) else {}
