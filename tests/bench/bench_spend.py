"""Seconds to make the whole spend report of a long ledger, held against `json.loads` of the same lines in the same run.

Run it as a script: `python tests/bench/bench_spend.py [lines]`. The ratio that it prints may be 2.5 at most.
"""

import json
import random
import resource
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import process_time

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.bench.figures import figure
from tests.wasm_tools.priced import book, tariff
from wasm_tools.spend.ledger import Call, line_of
from wasm_tools.spend.spend_record import call_page, to_record
from wasm_tools.spend.spent import read_spend

LINES, DAYS = 1_000_000, 60
MOST = 2.5
MODELS = (
    ("openai", "gpt-a"), ("openai", "gpt-b"), ("anthropic", "claude-a"), ("anthropic", "claude-b"), ("google", "gem-a"),
)  # fmt: skip


def ledger(lines: int, models: Sequence[tuple[str, str]] = MODELS) -> bytes:
    """Sixty days of five models, three projects and three users, with caches, latencies and ids."""
    draw, start = random.Random(1), datetime(2026, 9, 1, tzinfo=UTC)
    found = []
    for number in range(lines):
        when = start + timedelta(days=DAYS * number / lines)
        provider, model = draw.choice(models)
        tokens = {
            "input_uncached": draw.randint(100, 5000),
            "cache_read": draw.randint(0, 5000),
            "output": draw.randint(10, 900),
        }
        if provider == "anthropic":
            tokens["cache_write_5m"] = draw.randint(0, 300)
        call = Call(
            f"{when:%Y-%m-%dT%H:%M:%S}.000Z",
            provider,
            model,
            "chat",
            "standard",
            tokens,
            latency_ms=draw.randint(200, 9000),
            tags={"project": draw.choice("abc"), "user": draw.choice(("ada", "ben", "eve"))},
            request_id=f"req_{draw.getrandbits(96):024x}",
        )
        found.append(line_of(call))
    return b"".join(found)


def parsed(data: bytes) -> None:
    """What the report is held against."""
    for line in data.splitlines():
        json.loads(line)


def timed[T](work: Callable[[], T]) -> tuple[float, T]:
    """Seconds of processor time, and the result."""
    before = process_time()
    found = work()
    return process_time() - before, found


def main(lines: int) -> float:
    """Print the times; the ratio."""
    tariffs = [
        tariff(provider, model, f"{meter}.text.token{more}", price)
        for provider, model in MODELS
        for meter, more, price in (
            ("input", "", "3"), ("output", "", "15"), ("input", ";cache=read", "0.3"),
            ("input", ";cache=write", "3.75"), ("input", ";above_tokens=200000", "6"), ("input", ";tier=batch", "1.5"),
        )
    ]  # fmt: skip
    prices, data = book(tariffs), ledger(lines)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    loads, _ = timed(lambda: parsed(data))
    read, spend = timed(lambda: read_spend([("calls.jsonl", data)], prices))
    told, record = timed(lambda: to_record(spend))
    page, _ = timed(lambda: call_page(spend))
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    ratio = (read + told) / loads
    print(f"{lines} calls, {len(data) / 1e6:.0f} MB, {len(spend.entries)} cells, {record['total']['usd']} USD")
    print(
        f"json.loads {loads:6.2f} s; read and priced {read:6.2f} s; record {told:6.2f} s; a page of calls {page:6.2f} s"
    )
    figure(
        f"spend report of {lines:,} calls, processor time",
        read + told,
        "s",
        at_most=MOST * loads,
        against=(loads, "json.loads of the same lines"),
    )
    figure("memory of the spend report", grown, "MB")
    print(f"report ÷ json.loads = {ratio:.2f} (at most {MOST}); memory +{grown} MB")
    return ratio


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else LINES) > MOST)
