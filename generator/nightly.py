"""What every stage and every command starts from: registry, state and date; and that only one run writes at a time."""

import fcntl
import gc
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from generator.failure import RunError
from generator.places import Places
from generator.registry import Registry, load_registry
from generator.sync.state import State, load_state

__all__ = ["Inputs", "RunError", "checked_date", "inputs", "overlaid", "silent", "single_run", "uncollected"]

Step = Callable[[str], None]
USER_AGENT = "inference-price-atlas/0.1 (nightly price sync)"


def silent(*_: object) -> None:
    """Report nothing."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What every stage reads: registry, state and the date the run stands for."""

    places: Places
    registry: Registry
    state: State
    as_of: str


def inputs(places: Places, as_of: str | None, offline: bool) -> Inputs:
    """Registry and state of a checkout. Without a date, an offline run stands for its newest observation."""
    with uncollected():
        state = load_state(places.state)
    if as_of is None:
        as_of = state.newest_observation if offline else _today(state.newest_observation)
    if not as_of:
        raise RunError("there is no price state yet: run `atlas sync` first, or give a mirror with --mirror")
    return Inputs(places, load_registry(places.registry), state, checked_date(as_of))


def _today(newest: str) -> str:
    """The reader's day; raises RunError when the clock is behind what was observed (a day may be the time zone)."""
    today = date.today()  # noqa: DTZ011
    if newest and today < date.fromisoformat(newest) - timedelta(days=1):
        raise RunError(f"the clock says {today}, but prices of {newest} are here: set the clock, or give --as-of")
    return today.isoformat()


def overlaid(at: Inputs, overlay: Path | None) -> Inputs:
    """The inputs with a local overlay of private models and prices, which is never stored."""
    if overlay is None:
        return at
    from generator.overlay import with_overlay  # most runs have none

    registry, state = with_overlay(at.registry, at.state, overlay, at.as_of)
    return replace(at, registry=registry, state=state)


def checked_date(text: str) -> str:
    """An ISO date; raises RunError naming the text."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise RunError(f"--as-of {text!r} is not a date like 2026-11-20") from None


@contextmanager
def uncollected() -> Iterator[None]:
    """Without the cycle collector: a sync makes a million records without cycles, looking for them takes a fifth."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


@contextmanager
def single_run(places: Places) -> Iterator[None]:
    """Hold the checkout for one run: two writers at a time would mix their results."""
    if places.bundled:
        raise RunError("an installed atlas answers questions; to sync prices or build the site, run it in a checkout")
    places.build.mkdir(parents=True, exist_ok=True)
    lock = (places.build / "run.lock").open("a+", encoding="utf-8")
    with lock:
        try:
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # gone with the process, however that ends
        except OSError:
            lock.seek(0)
            raise RunError(f"another run (process {lock.read()}) is at work in this checkout; wait for it") from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield
        lock.truncate(0)
