"""One thing that a verification looked at: how much of it, and a sentence for each mismatch."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """`checked` counts files or plans, as `unit` says; a fault is a sentence that names the file and what differs."""

    title: str
    unit: str
    checked: int
    faults: tuple[str, ...]
