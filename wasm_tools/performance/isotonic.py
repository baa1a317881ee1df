"""Rising curves out of noisy points: the nearest values that never fall."""

from collections.abc import Sequence


def rising(values: Sequence[float]) -> tuple[float, ...]:
    """The values that never fall and lie nearest to the given ones (least squares).

    Pool-adjacent-violators: neighbours that fall are replaced by their mean until none does (Ayer et al. 1955).
    """
    pools: list[tuple[float, int]] = []
    for value in values:
        mean, count = value, 1
        while pools and pools[-1][0] > mean:
            before, n = pools.pop()
            mean, count = (before * n + mean * count) / (n + count), n + count
        pools.append((mean, count))
    return tuple(mean for mean, count in pools for _ in range(count))
