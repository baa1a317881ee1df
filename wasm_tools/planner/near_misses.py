"""What almost qualified: plans that a slightly looser bound would let in, and the relaxation that helps most."""

from collections.abc import Iterable
from dataclasses import dataclass

from wasm_tools.performance.observations import Misses

BOUNDS = {"ttft": "TTFT", "itl": "ITL", "e2e": "end-to-end", "throughput": "throughput"}


@dataclass(frozen=True, slots=True)
class Relaxation:
    """Bounds that, loosened by these factors together, let `opens` configurations in."""

    misses: Misses
    opens: int

    @property
    def words(self) -> str:
        """The relaxation as a phrase: `the TTFT bound 20 % looser`."""
        return " and ".join(f"the {BOUNDS[bound]} bound {_looser(factor)} looser" for bound, factor in self.misses)


def smallest_relaxation(missed: Iterable[Misses]) -> Relaxation | None:
    """The least loosening under which anything qualifies: fewest bounds first, then the smallest factor.

    `missed` holds, for each configuration that does not qualify, the bounds it exceeds at the lightest load and by
    what factors.
    """
    best: tuple[int, float, Misses] | None = None
    every = [tuple(sorted(misses)) for misses in missed if misses]
    for misses in every:
        found = (len(misses), max(factor for _, factor in misses), misses)
        if best is None or found[:2] < best[:2]:
            best = found
    if best is None:
        return None
    needed = dict(best[2])
    return Relaxation(best[2], sum(_opened(misses, needed) for misses in every))


def _opened(misses: Misses, needed: dict[str, float]) -> bool:
    return all(factor <= needed.get(bound, 1.0) for bound, factor in misses)


def _looser(factor: float) -> str:
    percent = (factor - 1) * 100
    if percent < 0.1:
        return "less than 0.1 %"
    return f"{percent:.0f} %" if percent >= 10 else f"{percent:.1f} %"
