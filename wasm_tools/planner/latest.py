"""What questions share, kept of the latest few: a change of one input works out again only what follows from it."""

from collections.abc import Hashable
from typing import Any


class Latest:
    """A dictionary for each of the latest `most` keys; those of earlier keys are forgotten."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: dict[Hashable, dict[Any, Any]] = {}  # the latest key last

    def of(self, key: Hashable) -> dict[Any, Any]:
        """The dictionary of a key, empty where it is new."""
        found = self._kept[key] = self._kept.pop(key, {})
        if len(self._kept) > self._most:
            del self._kept[next(iter(self._kept))]
        return found

    def clear(self) -> None:
        """Forget everything."""
        self._kept.clear()
