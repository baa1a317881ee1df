"""What a site has once: made when it is first asked for, and kept for whoever asks next."""

from collections.abc import Callable
from functools import wraps

from generator.render.texts import DEFAULT, speaking


def once[K, T](make: Callable[[K], T]) -> Callable[[K], T]:
    """`make` with its last result kept, as long as it is asked about the very same thing: views, files and feeds ask
    for the same look-ups of one site, and a site of the past need not be remembered. Made in English, whoever asks."""
    latest: list[tuple[K, T]] = []

    @wraps(make)
    def kept(of: K) -> T:
        if not latest or latest[0][0] is not of:
            with speaking(DEFAULT):
                latest[:] = [(of, make(of))]
        return latest[0][1]

    return kept
