"""Fixture bills and what a reading of them yields, for the tests of the readers."""

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

from tests.wasm_tools.bills import SPELLINGS, WORKLOADS
from wasm_tools.invoice.choices import Choices
from wasm_tools.invoice.statement import OpenBill, Statement
from wasm_tools.invoice.uploads import open_bills
from wasm_tools.invoice.usage import Excluded, UsageLine

FOLDER = Path(__file__).parents[1] / "payloads" / "invoices"

Reading = tuple[list[UsageLine], list[Excluded], Statement]


def fixture(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


def opened(data: bytes, name: str = "bill.csv", choices: Choices | None = None) -> OpenBill:
    """The one bill in `data`; raises what it is refused with."""
    bills, refused = open_bills([(name, data)], choices, SPELLINGS, WORKLOADS)
    if refused:
        raise refused[0].error
    (bill,) = bills
    return bill


def reading(data: bytes | str, name: str = "bill.csv", choices: Choices | None = None) -> Reading:
    """Lines, exclusions and totals of a bill, or of the fixture of that name."""
    bill = opened(fixture(data), data, choices) if isinstance(data, str) else opened(data, name, choices)
    entries = list(bill.entries())
    lines = [e for e in entries if isinstance(e, UsageLine)]
    return lines, [e for e in entries if isinstance(e, Excluded)], bill.statement()


def essence(lines: Iterable[UsageLine]) -> list[tuple[object, ...]]:
    """All that a line says but its row, so that readings of the same bill in other forms can be compared."""
    said = [(x.day, x.key, x.quantity, x.cost, x.list_cost, x.requests, x.group) for x in lines]
    return sorted(said, key=lambda line: repr([v.normalize() if isinstance(v, Decimal) else v for v in line]))


def by_class(lines: Iterable[UsageLine]) -> dict[tuple[str, str], tuple[Decimal | None, Decimal | None]]:
    """Quantity and cost by line class and tier, summed."""
    found: dict[tuple[str, str], tuple[Decimal | None, Decimal | None]] = {}
    for line in lines:
        key = (line.key.line_class, line.key.tier)
        quantity, cost = found.get(key, (None, None))
        found[key] = (_plus(quantity, line.quantity), _plus(cost, line.cost))
    return found


def _plus(a: Decimal | None, b: Decimal | None) -> Decimal | None:
    return b if a is None else (a if b is None else a + b)
