"""One line of the examination."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Finding:
    """`fail`: a run would stop; `warn`: something is missing or poorer for it. Then `remedy` says what to do."""

    part: str
    level: Level
    said: str
    remedy: str = ""


def ok(part: str, said: str) -> Finding:
    """All is well, with what was found."""
    return Finding(part, "ok", said)


def warn(part: str, said: str, remedy: str) -> Finding:
    """A run works, and something is missing or poorer."""
    return Finding(part, "warn", said, remedy)


def fail(part: str, said: str, remedy: str) -> Finding:
    """A run would stop."""
    return Finding(part, "fail", said, remedy)
