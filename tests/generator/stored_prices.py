"""The invoice pack of all committed prices, made once for all tests of a process: it takes seconds."""

from functools import cache
from typing import Any

from generator.places import checkout
from generator.precompute.invoice_pack import invoice_pack
from generator.registry import load_registry
from generator.sync.state import load_state


@cache
def stored_pack() -> dict[str, Any]:
    places = checkout()
    state = load_state(places.state)
    return invoice_pack(load_registry(places.registry), state, state.newest_observation, places.registry)
