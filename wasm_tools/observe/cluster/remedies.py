"""Remedies: what a stated reason means and what helps, looked up in a table that is data and not code."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Remedy:
    """What helps where Kubernetes states one of the reasons, and the message holds the words (if any)."""

    reasons: tuple[str, ...]
    message: str
    means: str
    remedy: str
    source: str


def read_remedies(given: Iterable[Mapping[str, Any]]) -> tuple[Remedy, ...]:
    """The rows of `observe/remedies.toml`, or of the pack made from it."""
    return tuple(
        Remedy(tuple(r["reasons"]), r.get("message", ""), r["means"], r["remedy"], r.get("source", "")) for r in given
    )


def remedy_for(reason: str, message: str, remedies: Sequence[Remedy]) -> Remedy | None:
    """The first that fits; None for a reason that the table does not know."""
    return next((r for r in remedies if reason in r.reasons and r.message.lower() in message.lower()), None)
