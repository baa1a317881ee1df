"""Mentions: one field that one piece of a turn fills, and how surely."""

from dataclasses import dataclass
from typing import Any

STATED, IMPLIED, DEFAULT, UNSURE, CONTRADICTION = STATES = ("stated", "implied", "default", "unsure", "contradiction")


@dataclass(frozen=True, slots=True)
class Mention:
    """What a piece of text says of a field.

    `left_out` names are those that a negation turns around. `readings` are the values between which an unsure one is
    asked about, each with its words.
    """

    field: str
    value: Any
    start: int
    end: int
    state: str = STATED
    rule: str = ""
    readings: tuple[tuple[Any, str], ...] = ()
    left_out: bool = False
    adds: bool = False  # to a list of the same turn
