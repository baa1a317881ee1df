"""Hand-made ledgers for the tests of the spend report, priced by the small book of tests/wasm_tools/priced.py."""

import json
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from tests.wasm_tools.priced import book
from wasm_tools.invoice.price_book import PriceBook
from wasm_tools.spend.ledger import Call, line_of
from wasm_tools.spend.options import SpendOptions
from wasm_tools.spend.spend_record import to_record
from wasm_tools.spend.spent import Spend, read_spend


def call(day: str = "2026-09-01", hour: int = 10, **more: Any) -> Call:
    """A call of gpt-x for 0.20 USD.

    A million tokens of input cost 2 USD (4 in prompts above 200,000), read from the cache 0.50, output 8, since July.
    """
    said: dict[str, Any] = {
        "ts": f"{day}T{hour:02}:00:00.000Z",
        "provider": "openai",
        "model": "gpt-x",
        "endpoint": "chat",
        "tier": "standard",
        "tokens": {"input_uncached": 100_000},
        "status": "ok",
    }
    return Call(**{**said, **more})


def ledger(calls: Iterable[Call]) -> bytes:
    return b"".join(map(line_of, calls))


def days(amounts: Iterable[float], start: str = "2026-09-01", **more: Any) -> list[Call]:
    """One call a day of so many USD; 0 is no call."""
    first = date.fromisoformat(start)
    return [
        call(str(first + timedelta(n)), tokens={"output": int(usd * 125_000)}, **more)
        for n, usd in enumerate(amounts)
        if usd
    ]


def spend(*ledgers: bytes | Iterable[Call], prices: PriceBook | None = None, tag_files: str = "") -> Spend:
    """What some ledgers say: `0.jsonl`, `1.jsonl` …"""
    files = [(f"{n}.jsonl", c if isinstance(c, bytes) else ledger(c)) for n, c in enumerate(ledgers)]
    return read_spend(files, prices or book(), tag_files=tag_files)


def record(*ledgers: bytes | Iterable[Call], prices: PriceBook | None = None, **options: Any) -> dict[str, Any]:
    """The record, as it comes out of JSON."""
    wanted = SpendOptions(**options)
    made = to_record(spend(*ledgers, prices=prices, tag_files=wanted.tag_files), wanted)
    told: dict[str, Any] = json.loads(json.dumps(made))
    return told


def by(told: Mapping[str, Any], table: str) -> dict[str, str]:
    """USD by name."""
    return {row["name"]: row["usd"] for row in told["by"][table]}
