"""A long run that a page asks for in slices: it goes on where the slice before ended, and is forgotten for another one.

A page that wants no more simply asks for no more. What a slice returns depends on its parameters alone: a worker that
was restarted in between runs from the beginning to the same place.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

_kept: dict[str, tuple[str, Any, Any]] = {}  # by method: parameters, data and run of the one asked last


def kept_run[Run](method: str, params: Mapping[str, Any], packs: Mapping[str, Any], begin: Callable[[], Run]) -> Run:
    """The run of these parameters, whatever their `until` and `brief`, as far as it has come; else a new one."""
    key = json.dumps({name: value for name, value in params.items() if name not in ("until", "brief")}, sort_keys=True)
    known, data = _kept.get(method), packs.get("planner")
    if known is not None and known[0] == key and known[1] is data:
        run: Run = known[2]
        return run
    run = begin()
    _kept[method] = (key, data, run)
    return run
