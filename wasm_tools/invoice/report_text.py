"""A report as text: its cells as CSV, and the whole as a Markdown memo. What it says comes from the record alone."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

TITLES = {
    "A": "Same model, same provider",
    "B": "Same open weights at another host",
    "C": "Another model",
    "D": "Commitments and your own hardware",
}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(value: object) -> str:
    """A cell that no spreadsheet takes for a formula; numbers keep their sign."""
    text = "" if value is None else str(value)
    if not text.startswith(_FORMULA):
        return text
    number = text.removeprefix("-").replace(".", "", 1)
    return text if number.isascii() and number.isdigit() else f"'{text}"


def cells_csv(record: Mapping[str, Any]) -> str:
    """The cells of a report under their columns."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(record["cells"]["columns"])
    writer.writerows([safe_cell(value) for value in row] for row in record["cells"]["rows"])
    return out.getvalue()


def memo(record: Mapping[str, Any]) -> str:
    """The report as Markdown."""
    cover = record["coverage"]
    lines = [
        "# Bill report",
        "",
        f"{_spend(record)} Days {cover['first_day'] or 'not stated'} to {cover['last_day'] or 'not stated'}, "
        f"{cover['lines']} lines. {cover['compared_usd']} USD ({_percent(cover['share'])}) could be held against a "
        f"price. Prices as of {record['as_of']}.",
        "",
        "## Files",
        "",
        *_table(
            ("file", "format", "role", "rows", "excluded", "failed"),
            (
                [f[n] for n in ("file", "title", "role", "rows", "excluded_rows", "failed_rows")]
                for f in record["files"]
            ),
        ),
        *(f"- not read: {r['file']}: {r['message']}" for r in record["refused"]),
        "",
        "## Price audit",
        "",
        *_table(("verdict", "lines", "USD"), ([v["verdict"], v["lines"], v["usd"]] for v in record["verdicts"])),
        "",
        f"Billed above list: {record['overpaid_usd']} USD.",
    ]
    for name, tier in record["opportunities"].items():
        lines += ["", f"## {name}. {TITLES[name]}", "", *_tier(tier)]
    if record["unresolved"]:
        rows = (
            [u["provider"], u["model"] or "not stated", u["lines"], u["usd"], u["reason"]] for u in record["unresolved"]
        )
        lines += ["", "## Names that are not known", "", *_table(("provider", "model", "lines", "USD", "reason"), rows)]
    return "\n".join(lines) + "\n"


def _spend(record: Mapping[str, Any]) -> str:
    parts = [
        f"{sums['parsed']} {currency or 'without currency'}: {sums['analysed']} of usage, {sums['excluded']} excluded."
        for currency, sums in record["totals"].items()
    ]
    return " ".join(parts) or "No amounts."


def _tier(tier: Mapping[str, Any]) -> list[str]:
    rows = (
        [
            i["id"],
            f"{i['provider']} {i['sku']}",
            f"{i['to']['provider']} {i['to']['sku']}",
            i["claimed_usd"],
            i["high_usd"],
        ]
        for i in tier["items"]
    )
    lines = [f"Claimed {tier['claimed_usd']} USD, up to {tier['up_to_usd']} USD. Tiers are not added up.", ""]
    if tier["items"]:
        lines += _table(("action", "from", "to", "claimed USD", "up to USD"), rows)
    for i in tier["items"]:
        lines += [
            "",
            f"- **{i['id']}**, {i['provider']} {i['sku']}: {i['formula']} = {i['high_usd']}. Assumes that "
            f"{i['assumption']}. What changes: {i['changes']}. To verify: {i['verify']}",
        ]
    silent = [
        f"- not comparable: {s['provider']} {s['model']}, {s['usd']} USD: {s['reason']}" for s in tier["not_comparable"]
    ]
    return [*lines, *silent]


def _table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    cells = [[str(value).replace("|", "\\|").replace("\n", " ") for value in row] for row in rows]
    head = [f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}"]
    return [*head, *(f"| {' | '.join(row)} |" for row in cells)]


def _percent(share: str | None) -> str:
    return "none" if share is None else f"{float(share):.1%}"
