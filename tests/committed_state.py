"""The committed price state, read once a process: tests that ask a command would read the same 800 files each time."""

from collections.abc import Callable
from copy import copy
from dataclasses import fields
from pathlib import Path

from generator.sync import state as of_state
from generator.sync.state import State

REAL = of_state.load_state
STATE = Path(__file__).resolve().parent.parent / "data" / "state"

Stamp = tuple[tuple[str, int, int], ...]  # of each file: name, size, time of its last change


def read_once(load: Callable[[Path], State], committed: Path = STATE) -> Callable[[Path], State]:
    """`load_state` that reads the committed folder again only when a file of it has changed.

    Every caller gets lists of its own; what they hold is frozen.
    """
    kept: dict[Stamp, State] = {}

    def load_state(folder: Path) -> State:
        if folder.resolve() != committed:
            return load(folder)
        stamp = _stamp(folder)
        if stamp not in kept:
            kept.clear()
            kept[stamp] = load(folder)
        return _copy(kept[stamp])

    return load_state


def _stamp(folder: Path) -> Stamp:
    found = ((str(path), path.stat()) for path in sorted(folder.rglob("*")) if path.is_file())
    return tuple((name, stat.st_size, stat.st_mtime_ns) for name, stat in found)


def _copy(of: State) -> State:
    own = {f.name: copy(getattr(of, f.name)) for f in fields(of)}
    return State(**own | {"facts": {source: dict(facts) for source, facts in of.facts.items()}})


def install() -> None:
    """Let every module that is imported from now on read the committed state once."""
    of_state.load_state = read_once(REAL)
