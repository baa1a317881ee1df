"""What stands in a report on bills, from its record alone: the same for Markdown, HTML and paper."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from wasm_tools.invoice.charts import charts
from wasm_tools.plan_report.parts import Drawing, Lines, Part, Report, Section, Table, Text, section
from wasm_tools.plan_report.pictures import cents, picture

TITLES = {
    "A": "Same model, same provider",
    "B": "Same open weights at another host",
    "C": "Another model",
    "D": "Commitments and your own hardware",
}
TIERS = "Each amount is what an action saves in full; what your shares make of it is claimed. Tiers are not added up."
SHOWN = 40  # rows of a table; the CSV has all


def bill_report(record: Mapping[str, Any]) -> Report:
    """The report: what was read, what it was spent on, how prices compare, what would cost less, what is not known."""
    cover = record["coverage"]
    days = f"{cover['first_day']} to {cover['last_day']}" if cover["first_day"] else "not stated"
    facts = [
        ("Days", days),
        *((currency or "No currency", _spent(sums)) for currency, sums in record["totals"].items()),
        ("Held against prices", f"{_usd(cover['compared_usd'])}, {_percent(cover['share'])}"),
        ("Billed above list", _usd(record["overpaid_usd"])),
        ("Prices as of", record["as_of"]),
    ]
    sections = [
        section("Files", _files(record)),
        section("Price audit", _audit(record)),
        section("Spend", _spend(record)),
    ]
    sections += [
        section(f"{name}. {TITLES[name]}", _tier(tier)) for name, tier in record["opportunities"].items() if _told(tier)
    ]
    sections += [
        section("Names that are not known", _unresolved(record)),
        section("Two files on the same", _views(record)),
    ]
    told: list[Section] = [one for one in sections if one is not None]
    words = f"of usage in {cover['lines']:,} lines"
    return Report("", "Bill report", "", _usd(cover["analysed_usd"]), words, tuple(facts), tuple(told))


def _spent(sums: Mapping[str, str]) -> str:
    parts = {name: cents(Decimal(sums[name])) for name in ("parsed", "analysed", "excluded")}
    return f"{parts['parsed']} in the files: {parts['analysed']} of usage, {parts['excluded']} left out"


def _files(record: Mapping[str, Any]) -> Iterator[Part]:
    columns = ("file", "title", "role", "rows", "excluded_rows", "failed_rows")
    yield _table(
        ("file", "format", "role", "rows", "left out", "failed"), ([f[n] for n in columns] for f in record["files"]), 3
    )
    left = [
        f"{f['file']}: {e['entries']} × {e['reason']}{_amounts(e['cost'])}"
        for f in record["files"]
        for e in f["excluded"]
    ]
    yield Lines(tuple(left))
    yield Lines(tuple(f"{f['file']}: {note}" for f in record["files"] for note in f["notes"]))
    yield Lines(tuple(f"not read: {r['file']}: {r['message']}" for r in record["refused"]))
    yield Lines(
        tuple(
            f"{r['amount']} {r['currency']} are taken as {_usd(r['amount_usd'])}, at {r['usd']} USD for one: the rate "
            "that you stated"
            for r in record["rates"]
        )
    )


def _amounts(cost: Mapping[str, str]) -> str:
    return "".join(f", {cents(Decimal(amount))} {currency}" for currency, amount in cost.items())


def _audit(record: Mapping[str, Any]) -> Iterator[Part]:
    rows = ([v["verdict"], f"{v['lines']:,}", cents(Decimal(v["usd"]))] for v in record["verdicts"])
    yield _table(("verdict", "lines", "USD"), rows, 1)
    yield Lines(tuple(f"{r['verdict']}: {r['reason']}, {_usd(r['usd'])}" for r in record["reasons"]))


def _spend(record: Mapping[str, Any]) -> Iterator[Part]:
    for chart in charts(record):
        yield Drawing(picture(chart), f"{chart['title']}. {chart['summary']}")
    for name, rows in record["by"].items():
        if name != "day":
            cells = ([r["name"] or "not stated", f"{r['lines']:,}", cents(Decimal(r["usd"]))] for r in rows[:SHOWN])
            yield _table((name, "lines", "USD"), cells, 1)


def _told(tier: Mapping[str, Any]) -> bool:
    return bool(tier["items"] or tier["not_comparable"])


def _tier(tier: Mapping[str, Any]) -> Iterator[Part]:
    yield Text(f"Claimed {_usd(tier['claimed_usd'])}, up to {_usd(tier['up_to_usd'])}. {TIERS}")
    rows = (
        [i["id"], _place(i), _place(i["to"]), cents(Decimal(i["claimed_usd"])), _range(i), i["grade"]]
        for i in tier["items"]
    )
    yield _table(("action", "from", "to", "claimed USD", "up to USD", "grade"), rows, 3)
    yield Lines(
        tuple(
            f"{i['id']}, {_place(i)}: {i['formula']} = {i['high_usd']}. Assumes {i['assumption']}. What changes: "
            f"{i['changes']}. To verify: {i['verify']}"
            for i in tier["items"]
        )
    )
    silent = tier["not_comparable"][:SHOWN]
    yield Lines(tuple(f"not comparable: {s['provider']} {s['model']}, {_usd(s['usd'])}: {s['reason']}" for s in silent))


def _place(one: Mapping[str, Any]) -> str:
    return f"{one['provider']} {one['sku'] or one['model']}"


def _range(item: Mapping[str, Any]) -> str:
    low, high = (cents(Decimal(item[name])) for name in ("low_usd", "high_usd"))
    return high if low == high else f"{low} to {high}"


def _unresolved(record: Mapping[str, Any]) -> Iterator[Part]:
    rows = (
        [
            u["provider"] or "not stated",
            u["model"] or "not stated",
            f"{u['lines']:,}",
            cents(Decimal(u["usd"])),
            u["reason"],
        ]
        for u in record["unresolved"][:SHOWN]
    )
    yield _table(("provider", "model", "lines", "USD", "reason"), rows, 2, 3)


def _views(record: Mapping[str, Any]) -> Iterator[Part]:
    for view in record["reconciliations"]:
        first, second = view["files"]
        yield Text(
            f"{first} says {_usd(view['bill_usd'])}, {second} {_usd(view['other_usd'])} of the same days; not added."
        )
    join = record["join"]
    if join is not None:
        yield Text(
            f"{', '.join(join['files'])} joined: {_usd(join['joined_usd'])} of {_usd(join['cost_usd'])} have a "
            f"quantity, {_percent(join['coverage'])}."
        )


def _table(
    head: Sequence[str], rows: Iterable[Sequence[object]], first_figure: int, last_figure: int | None = None
) -> Table:
    """A table whose columns from `first_figure` on, or up to `last_figure`, are numbers."""
    figures = range(first_figure, len(head) if last_figure is None else last_figure + 1)
    return Table(tuple(head), tuple(tuple(map(str, row)) for row in rows), tuple(figures))


def _usd(amount: str) -> str:
    return f"{cents(Decimal(amount))} USD"


def _percent(share: str | None) -> str:
    return "no part" if share is None else f"{100 * Decimal(share):.1f} %"
