"""Values by what they belong to."""

from collections.abc import Iterable


def grouped[K, T](pairs: Iterable[tuple[K, T]]) -> dict[K, list[T]]:
    """The values of (key, value) pairs by key, keys and values in the order in which they come."""
    groups: dict[K, list[T]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return groups
