"""Milliseconds to read a request in plain words: all labelled requests, each the best of three. Run as a script."""

import sys
from pathlib import Path
from statistics import mean
from time import process_time

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.bench.figures import figure
from tests.wasm_tools.ask_books import book, pack, planned, talk
from tests.wasm_tools.test_ask import REQUESTS
from wasm_tools.ask.book import read_ask_book

LIMIT_MS, REPEATS = 20, 3


def timed(say: list[str]) -> float:
    """Processor time of a conversation, all its turns together."""
    taken = []
    for _ in range(REPEATS):
        start = process_time()
        talk(*say)
        taken.append(1000 * (process_time() - start))
    return min(taken)


def main() -> int:
    """Print the times; 1 when a request takes longer than the limit."""
    book(), planned()
    start = process_time()
    read_ask_book(pack())
    opened = 1000 * (process_time() - start)
    print(f"vocabulary read in {opened:.1f} ms")
    taken = {r["id"]: timed(r["say"]) for r in REQUESTS}
    slowest = max(taken, key=lambda name: taken[name])
    print(
        f"{len(taken)} requests: {mean(taken.values()):.1f} ms on average, {taken[slowest]:.1f} ms at most ({slowest})"
    )
    figure("vocabulary read, processor time", opened, "ms")
    figure(f"{len(taken)} requests in plain words, processor time of one, mean", mean(taken.values()), "ms")
    figure("the slowest of them", taken[slowest], "ms", at_most=LIMIT_MS)
    return int(taken[slowest] > LIMIT_MS)


if __name__ == "__main__":
    sys.exit(main())
