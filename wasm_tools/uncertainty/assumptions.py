"""What a reader may state about the unknown, and what is assumed where he does not: one table for check, page and text.

None of the defaults has a source: they are ours, and every result names those it rests on.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wasm_tools.workload.traffic import MAX_ARRIVAL_CV, InputError


@dataclass(frozen=True, slots=True)
class Assumption:
    """A number with its default, its bounds and its meaning. `default` is None where the plan or question has it."""

    name: str
    default: float | None
    least: float
    most: float
    unit: str
    words: str
    whole: bool = False


MONTE_CARLO = (
    Assumption("draws", 10_000, 100, 100_000, "", "months that are drawn", True),
    Assumption("load_cv", 0.2, 0, 2, "cv", "how far the mean load of a month may be from the stated one"),
    Assumption("peak_cv", 0.1, 0, 2, "cv", "how far the ratio of peak to mean may be from the stated one"),
    Assumption("prompt_cv", 0.1, 0, 2, "cv", "how far the mean prompt length may be from the stated one"),
    Assumption("output_cv", 0.1, 0, 2, "cv", "how far the mean answer length may be from the stated one"),
)
SIMULATION = (
    Assumption("minutes", None, 0.01, 2880, "min", "simulated time; ten, fewer where requests are very many"),
    Assumption("qps", None, 0.000001, 100_000, "requests/s", "rate of requests; the peak of the question"),
    Assumption("arrival_cv", None, 0, MAX_ARRIVAL_CV, "cv", "variation of the time between arrivals; of the question"),
    Assumption("start_hour", None, 0, 23, "h", "hour of the day at which a daily pattern starts", True),
    Assumption("min_replicas", None, 0, 2000, "replicas", "fewest replicas; of the plan", True),
    Assumption("max_replicas", None, 1, 2000, "replicas", "most replicas; of the plan", True),
    Assumption("target_in_flight", None, 0.01, 100_000, "requests", "per replica; of the plan's scaling rule"),
    Assumption("check_s", 15, 1, 3600, "s", "time between two looks of the autoscaler"),
    Assumption("down_delay_s", None, 0, 7200, "s", "time that a replica is kept although it is not needed"),
    Assumption("start_s", None, 0, 7200, "s", "from asking for a replica until it serves; machine and weights"),
    Assumption("patience_s", None, 0.001, 86_400, "s", "after which a waiting request gives up; never if not stated"),
    Assumption(
        "availability", None, 0.5, 0.999999, "share", "of the time that a replica is up; no failures if not stated"
    ),
)


def assumed(table: tuple[Assumption, ...], given: Mapping[str, Any]) -> dict[str, float | None]:
    """Every number of a table: as given, else its default. InputError names the field of one that cannot be."""
    known = {a.name for a in table}
    for name in given:
        if name not in known:
            raise InputError(name, f"there is no such assumption; there are {', '.join(a.name for a in table)}")
    return {a.name: _checked(a, given[a.name]) if given.get(a.name) is not None else a.default for a in table}


def _checked(of: Assumption, value: Any) -> float:
    kind = "a whole number" if of.whole else "a number"
    wanted = f"{kind} from {of.least:,g} to {of.most:,g}"
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InputError(of.name, f"{value!r} is not {wanted}")
    if not of.least <= value <= of.most or (of.whole and value != int(value)):
        raise InputError(of.name, f"{value:g} is not {wanted}")
    return int(value) if of.whole else float(value)
