"""GPUs of a cluster: what its nodes offer, and what pods ask for, by the product that the node's labels name."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from wasm_tools.hardware.node_labels import GPU_RESOURCES, PRODUCT_LABELS
from wasm_tools.observe.cluster.objects import Objects, conditions, count, name_of, words
from wasm_tools.observe.cluster.pods import Pod
from wasm_tools.observe.observed import part

UNNAMED, UNPLACED = "GPUs without a product label", "on no node yet"


@dataclass(slots=True)
class Product:
    """GPUs of one product, counted node by node. `usable` are on nodes that are ready and take pods."""

    nodes: int = 0
    allocatable: int = 0
    usable: int = 0
    requested: int = 0
    away: list[str] = field(default_factory=list)  # nodes that are not ready or closed


def gpu_records(objects: Objects, pods: Sequence[Pod]) -> list[dict[str, Any]]:
    """One row a product; `allocatable` is None where no nodes are in the file, which is not the same as none.

    Pods that are on no node count for the product that they select, or in a row of their own.
    """
    products: dict[str, Product] = {}
    on_node: dict[str, str] = {}
    for item in objects["Node"]:
        _, name = name_of(item)
        labels, have = part(item, "metadata", "labels"), part(item, "status", "allocatable")
        number = sum(count(have.get(resource)) or 0 for resource in GPU_RESOURCES)
        if not number:
            continue
        label = next((words(labels[k], 80) for k in PRODUCT_LABELS if words(labels.get(k), 80)), UNNAMED)
        product = products.setdefault(label, Product())
        on_node[name] = label
        product.nodes += 1
        product.allocatable += number
        ready = any(kind == "Ready" and stands == "True" for kind, stands, *_ in conditions(item))
        if ready and part(item, "spec").get("unschedulable") is not True:
            product.usable += number
        else:
            product.away.append(name)
    for pod in pods:
        if pod.gpus and not pod.over:
            label = on_node.get(pod.node) or pod.product or (UNNAMED if pod.node else UNPLACED)
            products.setdefault(label, Product()).requested += pod.gpus
    known = bool(objects["Node"])
    return [
        {
            "product": label,
            "nodes": p.nodes if known else None,
            "allocatable": p.allocatable if known else None,
            "usable": p.usable if known else None,
            "requested": p.requested,
            "short": known and p.requested > p.usable,
            "away": p.away[:20],
        }
        for label, p in sorted(products.items())
    ]
