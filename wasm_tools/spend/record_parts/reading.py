"""What was read: ledgers and bills, and what both say of the same days."""

from decimal import Decimal
from typing import Any

from wasm_tools.invoice.report_record import file_record, usd
from wasm_tools.invoice.usage import exact_sum
from wasm_tools.spend.spent import Spend

COVERED = "its days of providers that ledgers tell are held against them, not added"
ZERO = Decimal(0)


def files(spend: Spend) -> list[dict[str, Any]]:
    """Ledgers with their lines, then bills as in a bill report."""
    days: dict[int, set[str]] = {}
    for file, day in {(entry.what.file, entry.when[:10]) for entry in spend.entries}:
        if day:
            days.setdefault(file, set()).add(day)
    ledgers = [
        {
            "file": f.file,
            "kind": "ledger",
            "title": "ledger of calls",
            "role": "ledger",
            "lines": f.lines,
            "calls": f.calls,
            "duplicates": f.duplicates,
            "kept_aside": f.kept_aside,
            "torn": f.torn,
            "first": min(days.get(at, ()), default=""),
            "last": max(days.get(at, ()), default=""),
            "notes": list(f.notes),
        }
        for at, f in enumerate(spend.calls.files)
    ]
    bills = [file_record(f, role) for f, role in zip(spend.bills.files, spend.bills.roles, strict=True)]
    counted, twice = ({entry.what.file for entry in entries} for entries in (spend.entries, spend.twice))
    return [
        *ledgers,
        *(
            {
                "file": b["file"],
                "kind": b["reader"],
                "title": b["title"],
                "role": "reconciled" if at in twice - counted else b["role"],
                "lines": b["rows"],
                "calls": 0,
                "duplicates": 0,
                "kept_aside": b["failed_rows"],
                "torn": 0,
                "first": b["first_day"],
                "last": b["last_day"],
                "notes": [*b["notes"], *([COVERED] if at in twice else [])],
                "analysed": b["analysed"],
                "excluded": b["excluded"],
            }
            for at, b in enumerate(bills, len(ledgers))
        ),
    ]


def reconciliation(spend: Spend) -> dict[str, Any] | None:
    """What bills and ledgers say of the same providers and days, the largest difference first; None without any."""
    if not spend.twice:
        return None
    found: dict[tuple[str, str], list[Decimal]] = {(e.provider, e.day): [ZERO, ZERO] for e in spend.twice}
    for side, entries in enumerate((spend.entries, spend.twice)):
        for entry in entries:
            sums = found.get((entry.provider, entry.day))
            if sums is not None and (side or entry.paid is None):
                sums[side] += entry.usd
    rows = sorted(found.items(), key=lambda kv: (-abs(kv[1][1] - kv[1][0]), kv[0]))
    return {
        "ledger_usd": usd(exact_sum(sums[0] for sums in found.values())),
        "bill_usd": usd(exact_sum(sums[1] for sums in found.values())),
        "days": [
            {
                "provider": provider,
                "day": day,
                "ledger_usd": usd(ledger),
                "bill_usd": usd(bill),
                "difference_usd": usd(bill - ledger),
            }
            for (provider, day), (ledger, bill) in rows
        ],
    }
