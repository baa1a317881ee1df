"""What is left of a budget, asked by a program before it spends more: read from the ledger and a book of prices."""

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wasm_tools.spend.ledger import FILE_NAME
from wasm_tools.spend.recording.clock import utc_now
from wasm_tools.spend.recording.settings import Settings, SettingsError, settings

_GZIP = b"\x1f\x8b"

if TYPE_CHECKING:
    from wasm_tools.invoice.price_book import PriceBook


@dataclass(frozen=True, slots=True)
class Remaining:
    """A budget at this moment, in US dollars. `left` is negative once it is overspent.

    `unpriced_calls` have tokens without a known price and are not in `spent`: with any, `left` is an upper bound.
    """

    name: str
    since: str  # ISO days, in UTC
    until: str  # '' is no end
    amount: Decimal
    spent: Decimal
    unpriced_calls: int

    @property
    def left(self) -> Decimal:
        """What may still be spent."""
        return self.amount - self.spent


def remaining(budget: str = "", *, prices: str | Path | None = None) -> Remaining:
    """What is left of a budget of `atlas.toml`, named unless there is only one, at the list prices of each call's day.

    `prices` is a price book as JSON, plain or packed with gzip, else the one that atlas.toml names. Raises
    SettingsError when there is no ledger, no price book or no such budget: a check that cannot be made must not pass.
    The ledger is read anew each time: ask before a job, not before each call.
    """
    from wasm_tools.invoice.usage import InvoiceError
    from wasm_tools.spend.budgets import standing
    from wasm_tools.spend.options import options_from
    from wasm_tools.spend.spent import read_spend

    found = settings()
    row = _budget(found, budget)
    today = utc_now()[:10]
    try:
        (wanted,) = options_from({"budgets": [row]}).budgets
    except InvoiceError as error:
        raise SettingsError(f"{found.file}: {error}") from None
    book = _book(Path(prices) if prices is not None else found.prices)
    files = _files(found, today[:7] if wanted.per == "month" else "*")
    entries = read_spend(files, book).entries if files else ()
    stands = standing(wanted, entries, today)
    return Remaining(wanted.name, stands.since, stands.until, wanted.amount, stands.actual, stands.unpriced)


def _budget(found: Settings, name: str) -> Mapping[str, Any]:
    where = found.file or "atlas.toml"
    named = [row for row in found.budgets if not name or row.get("name") == name]
    if len(named) == 1:
        return named[0]
    names = ", ".join(repr(row.get("name", "")) for row in found.budgets) or "none"
    raise SettingsError(f"{where}: name one budget; there are {names}, written as [[spend.budgets]]")


def _files(found: Settings, month: str) -> list[tuple[str, bytes]]:
    if found.ledger is None:
        raise SettingsError(
            "there is no ledger: set ATLAS_LEDGER to its folder, or write ledger in [spend] of atlas.toml"
        )
    return [(path.name, path.read_bytes()) for path in sorted(found.ledger.glob(FILE_NAME.format(month=month)))]


def _book(path: Path | None) -> "PriceBook":
    if path is None:
        raise SettingsError("there are no prices: write prices in [spend] of atlas.toml, or say prices=FILE")
    try:
        changed = path.stat().st_mtime_ns
    except OSError as error:
        raise SettingsError(f"the price book {path} cannot be read: {error.strerror}") from None
    return _read_book(path, changed)


@lru_cache(maxsize=1)
def _read_book(path: Path, _changed: int) -> "PriceBook":
    from wasm_tools.invoice.pack import PackError, read_price_book

    try:
        data = path.read_bytes()
        return read_price_book(json.loads(gzip.decompress(data) if data.startswith(_GZIP) else data)).dated
    except (OSError, EOFError, ValueError, KeyError, TypeError, PackError) as error:
        raise SettingsError(f"{path} is not a price book that this version reads: {error}") from None
