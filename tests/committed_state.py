"""The committed price state, read once a process: tests that ask a command would read the same 800 files each time."""

from collections.abc import Callable
from dataclasses import replace
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
    return replace(
        of, snapshots=dict(of.snapshots), offers=list(of.offers), gpu_offers=list(of.gpu_offers),
        events=list(of.events), points=list(of.points), facts={name: dict(facts) for name, facts in of.facts.items()},
        quarantine=list(of.quarantine), quality=list(of.quality), observations=list(of.observations),
        model_texts=dict(of.model_texts),
    )  # fmt: skip


def install() -> None:
    """Let every module that is imported from now on read the committed state once."""
    of_state.load_state = read_once(REAL)
