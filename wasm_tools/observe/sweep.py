"""Several observations of one deployment, one a load level: which stands nearest to the plan, and how far it holds."""

import math
from collections.abc import Sequence
from typing import Any

from wasm_tools.observe.expected import Expected


def sweep_record(levels: Sequence[dict[str, Any]], expected: Expected | None) -> dict[str, Any]:
    """`order`: places of the levels by rate; `main`: the one to hold against the plan; `held`, `missed`: see there."""
    rates = [level["requests_per_s"] for level in levels]
    order = sorted(range(len(levels)), key=lambda n: (rates[n] is None, rates[n] or 0.0, n))
    main = _main(levels, expected)
    return {"order": order, "main": main, **_reach(levels, order)}


def _main(levels: Sequence[dict[str, Any]], expected: Expected | None) -> int:
    """The level whose rate is nearest to the planned peak, as a ratio; without either the first of the files."""
    rates = [(n, level["requests_per_s"]) for n, level in enumerate(levels) if level["requests_per_s"]]
    planned = expected.requests_per_s if expected else None
    if not rates or not planned:
        return 0
    return min(rates, key=lambda found: abs(math.log(found[1] / planned)))[0]


def _reach(levels: Sequence[dict[str, Any]], order: Sequence[int]) -> dict[str, Any]:
    """`held`: the highest level below the first that misses a bound; `missed`: that one. None where nothing is known.

    A level of which a bound is neither met nor missed ends the search: above it nothing is said.
    """
    held = missed = None
    for place in order:
        figures = (levels[place]["comparison"] or {"figures": ()})["figures"]
        targets = {f["target"] for f in figures}
        if "missed" in targets:
            missed = place
            break
        if targets != {"met"}:
            break
        held = place
    return {"held": held, "missed": missed}
