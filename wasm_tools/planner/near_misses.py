"""What almost qualified: plans that a slightly looser bound would let in, and the relaxation that helps most."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from wasm_tools.planner.candidate import Miss

BOUNDS = {"ttft": "TTFT", "itl": "ITL", "e2e": "end-to-end", "throughput": "throughput"}


@dataclass(frozen=True, slots=True)
class Relaxation:
    """Bounds that, loosened by these factors together, let `opens` configurations in."""

    misses: tuple[Miss, ...]
    opens: int

    @property
    def words(self) -> str:
        """The relaxation as a phrase: `the TTFT bound 20 % looser`."""
        return " and ".join(f"the {BOUNDS[m.bound]} bound {_looser(m.factor)} looser" for m in self.misses)


def smallest_relaxation(missed: Iterable[tuple[Miss, ...]]) -> Relaxation | None:
    """The least loosening under which anything qualifies: fewest bounds first, then the smallest factor.

    `missed` holds, for each configuration that does not qualify, the bounds it exceeds at the lightest load.
    """
    best: tuple[int, float, tuple[Miss, ...]] | None = None
    every = [tuple(sorted(misses, key=lambda m: m.bound)) for misses in missed if misses]
    for misses in every:
        found = (len(misses), max(m.factor for m in misses), misses)
        if best is None or found[:2] < best[:2]:
            best = found
    if best is None:
        return None
    needed = {m.bound: m.factor for m in best[2]}
    return Relaxation(best[2], sum(_opened(misses, needed) for misses in every))


def _opened(misses: Sequence[Miss], needed: dict[str, float]) -> bool:
    return all(m.factor <= needed.get(m.bound, 1.0) for m in misses)


def _looser(factor: float) -> str:
    percent = (factor - 1) * 100
    if percent < 0.1:
        return "less than 0.1 %"
    return f"{percent:.0f} %" if percent >= 10 else f"{percent:.1f} %"
