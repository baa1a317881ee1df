"""The scores of Compass at commit cc6a8f9: latency, price, accuracy, complexity and their weighted sum.

Whole numbers where the original has them, sums in its order, Python's rounding, because ties at .x5 hang on it.
"""

import math
from collections.abc import Mapping

from wasm_tools.compat.compass_tables import CRITERIA, METRICS, CompassTables, UseCase


def latency_score(times: Mapping[str, float], use_case: UseCase, tables: CompassTables) -> int:
    """CO-20: 100 up to the least of the range, down to 60 at its end, then on down to 0 at twice the end."""
    total = 0.0
    for name in METRICS:
        least, most = use_case.ranges[name]
        total += tables.latency_weights[name] * _metric_score(times[name], least, most, tables.latency_at_max)
    return math.floor(total)


def _metric_score(x: float, least: float, most: float, at_most: float) -> float:
    if x <= least:
        return 100.0
    if x <= most:
        return 100.0 - (100.0 - at_most) * (x - least) / (most - least)
    return max(0.0, at_most - at_most * (x / most - 1))


def slo_status(times: Mapping[str, float], targets: Mapping[str, float], tolerance: float = 0.0) -> str:
    """compliant, near_miss (within the tolerance, upstream always 0) or exceeds, from the worst ratio to a target."""
    worst = max(times[name] / targets[name] for name in METRICS)
    return "compliant" if worst <= 1 else "near_miss" if worst <= 1 + tolerance else "exceeds"


def price_score(cost: float, least: float, most: float, tables: CompassTables) -> int:
    """CO-19: 100·(1 − (cost/most)^0.7) in whole points from 5 to 100; `least` and `most` over all candidates."""
    if most == 0:
        return tables.price_free
    if least == most:
        return tables.price_all_equal
    share: float = (cost / most) ** tables.price_exponent
    return max(tables.price_least, min(100, math.floor(100 * (1 - share))))


def task_bonus(name: str, use_case: str, tables: CompassTables) -> int:
    """Points for the first keyword of the use case that the name contains."""
    lower = name.lower()
    return next((points for word, points in tables.bonus.get(use_case, ()) if word in lower), 0)


def accuracy_score(model: str, use_case: str, tables: CompassTables) -> int | None:
    """CO-18: the frozen raw figure of the model plus its bonus, at most 100; None for a model without one."""
    raw = tables.accuracy.get((model, use_case))
    if raw is None:
        return None
    return min(100, raw + task_bonus(tables.display_names.get(model, model), use_case, tables))


def complexity_score(gpus: int, tables: CompassTables) -> int:
    """CO-21: by number of GPUs, two points a GPU off beyond the table, at least 40."""
    table = tables.complexity_by_gpus
    if gpus <= len(table):
        return table[gpus - 1]
    return max(tables.complexity_least, table[-1] - tables.complexity_each_further * (gpus - len(table)))


def balanced_score(
    scores: Mapping[str, int], weights: Mapping[str, float], replicas: int, tables: CompassTables
) -> float:
    """CO-22: the weighted sum to one decimal, times the factor of the replicas, to one decimal."""
    whole = sum(weights[name] for name in CRITERIA)
    total = 0.0
    for name in CRITERIA:
        total += scores[name] * (weights[name] / whole)
    factor = next((f for most, f in tables.replica_steps if replicas <= most), tables.replica_beyond)
    return round(round(total, 1) * factor, 1)
