"""Microseconds that recording a call takes, median of many, with the file on this disk. Run it as a script."""

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter_ns
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.bench.figures import figure
from tests.wasm_tools.recorded import REPLIES, as_object
from wasm_tools.spend import log_reply, record, summary, tags, track_cost

CALLS = 20_000


def timed(name: str, call: Callable[[], Any]) -> None:
    """Print how long a call takes."""
    took = []
    for _ in range(CALLS):
        start = perf_counter_ns()
        call()
        took.append(perf_counter_ns() - start)
    took.sort()
    figure(f"{name}, median", median(took) / 1000, "µs")
    print(f"{name:44} {median(took) / 1000:6.1f} µs median, {took[int(CALLS * 0.99)] / 1000:6.1f} µs of 99 %")


def main() -> None:
    """Record calls in every way, into a folder that is removed again."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["ATLAS_LEDGER"] = folder
        counts = {"input_uncached": 488, "cache_read": 512, "output": 50, "reasoning": 10}
        timed("record()", lambda: record(provider="openai", model="gpt-4o", latency_ms=812, request_id="a", **counts))
        with tags(team="search", project="atlas"):
            timed("record() with tags", lambda: record(provider="openai", model="gpt-4o", request_id="a", **counts))
        for name in ("openai chat", "anthropic messages", "google gemini", "bedrock converse"):
            reply = REPLIES[name]["reply"]
            timed(f"log_reply() of a dict, {name}", lambda reply=reply: log_reply(reply))
        reply = as_object(REPLIES["openai chat"]["reply"])
        timed("log_reply() of an object, openai chat", lambda: log_reply(reply))
        timed("@track_cost around a function", track_cost(lambda: reply))
        print(f"{summary()['calls']} calls recorded, {summary()['dropped']} dropped")


if __name__ == "__main__":
    main()
