"""What stands in a spend report, from its record alone."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from wasm_tools.invoice.exports.contents import TITLES
from wasm_tools.plan_report.parts import Lines, Part, Report, Table, Text, section
from wasm_tools.plan_report.pictures import cents

TABLES = ("provider", "model", "class", "tier", "status", "file")
SHOWN = 40  # rows of a table; the CSV has all


def spend_report(record: Mapping[str, Any]) -> Report:
    """The report: totals, tables, the month, budgets, the plan, days and calls that stand out, what would cost less."""
    total = record["total"]
    days = f"{total['first_day']} to {total['last_day']}" if total["first_day"] else "not stated"
    facts = [
        ("Days", f"{days}, {total['active_days']} with use"),
        ("Calls", f"{total['calls']:,}: {total['priced_calls']:,} with a price, {total['failed_calls']:,} failed"),
        ("Tokens", f"{int(total['input_tokens']):,} in, {int(total['output_tokens']):,} out"),
        ("Prices as of", record["as_of"]),
    ]
    sections = [
        section("Files", _files(record)),
        section("What has no price", _unpriced(record)),
        *(section(f"By {name}", [_rows(name, record["by"][name])]) for name in _tables(record)),
        section("The month", _month(record["trend"])),
        section("Budgets", [_budgets(record["budgets"])]),
        section("Plan", _plan(record["plan"])),
        section("Days that stand out", [_anomalies(record["trend"])]),
        section("Calls that stand out", [_outliers(record["outliers"])]),
        section("Caches", _cache(record["cache"])),
        section("The same usage at other providers", _elsewhere(record["elsewhere"])),
        section("What would cost less", _advice(record["recommendations"])),
        section("Two periods", _periods(record["periods"])),
        section("Bills and ledgers of the same days", _reconciliation(record["reconciliation"])),
    ]
    words = f"at list prices in {total['calls']:,} calls"
    return Report("", "Spend", "", _usd(total["usd"]), words, tuple(facts), tuple(s for s in sections if s is not None))


def _usd(amount: str | None) -> str:
    return "not known" if amount is None else f"${cents(Decimal(amount))}"


def _cents(row: Mapping[str, Any], *names: str) -> list[str]:
    """Amounts of a row to the cent."""
    return [cents(Decimal(row[name])) for name in names]


def _percent(share: str | None) -> str:
    return "not known" if share is None else f"{Decimal(share) * 100:.1f} %"


def _table(head: Sequence[str], rows: Iterable[Sequence[object]], words: int = 1) -> Table:
    """A table whose columns after the first `words` are figures."""
    cells = tuple(tuple("" if cell is None else str(cell) for cell in row) for row in rows)[:SHOWN]
    return Table(tuple(head), cells, tuple(range(words, len(head))))


def _tables(record: Mapping[str, Any]) -> list[str]:
    """The tables that tell more than the total."""
    names = [name for name in record["by"] if name in TABLES or name.startswith("tag ")]
    return [name for name in names if len(record["by"][name]) > 1]


def _rows(name: str, rows: Iterable[Mapping[str, Any]]) -> Table:
    return _table(
        (name, "calls", "tokens in", "tokens out", "USD"),
        (
            [r["name"] or "not stated", r["calls"], r["input_tokens"], r["output_tokens"], *_cents(r, "usd")]
            for r in rows
        ),
    )


def _files(record: Mapping[str, Any]) -> Iterator[Part]:
    columns = ("file", "title", "role", "lines", "calls", "duplicates", "kept_aside")
    yield _table(
        ("file", "format", "role", "lines", "calls", "duplicates", "kept aside"),
        ([f[name] for name in columns] for f in record["files"]),
        3,
    )
    yield Lines(tuple(f"{k['file']}, line {k['row']}: {k['reason']}" for k in record["kept_aside"]))
    yield Lines(tuple(f"not read: {r['file']}: {r['message']}" for r in record["refused"]))


def _unpriced(record: Mapping[str, Any]) -> Iterator[Part]:
    if record["unpriced"]:
        yield Text("These tokens are in no amount of money.")
    yield _table(
        ("provider", "model", "class", "tier", "because", "calls", "tokens"),
        (
            [u[name] or "not stated" for name in ("provider", "model", "class", "tier", "reason", "calls", "tokens")]
            for u in record["unpriced"]
        ),
        5,
    )


def _month(trend: Mapping[str, Any]) -> Iterator[Part]:
    end = trend["month_end"]
    if end:
        yield Text(
            f"{end['month']}: {_usd(end['actual_usd'])} so far; {_usd(end['estimate_usd'])} at its end, "
            f"{_usd(end['low_usd'])} to {_usd(end['high_usd'])} in four of five months like this."
        )
        yield Text(f"The band {held_words(trend['held_back'])}.")
    elif trend["reason"]:
        yield Text(f"No estimate of the month: {trend['reason']}.")


def held_words(check: Mapping[str, Any]) -> str:
    """How often the band of a projection held, as the end of a sentence that begins with it."""
    if check["held"] is None:
        return f"is unchecked: {check['reason']}"
    return f"held on {check['held']} of {check['days']} days held back, each projected from the days before it"


def _budgets(budgets: Sequence[Mapping[str, Any]]) -> Table:
    rows = (
        [
            budget_name(b), f"{b['from']} to {b['to'] or 'no end'}", b["status"],
            b["projected"] or b["reason"], *_cents(b, "amount_usd", "actual_usd"),
            _percent(b["used"]), b["estimate_usd"],
        ]
        for b in budgets
    )  # fmt: skip
    return _table(("budget", "days", "status", "at its end", "USD", "spent", "used", "estimate"), rows, 4)


def budget_name(budget: Mapping[str, Any]) -> str:
    """What a budget is called: its name, else what it is for."""
    return str(budget["name"] or budget["group"] or "all")


def _plan(plan: Mapping[str, Any] | None) -> Iterator[Part]:
    if plan is None:
        return
    yield Text(
        f"{plan['days']} days: {_usd(plan['per_day_usd'])} a day, {_usd(plan['per_month_usd'])} a month, "
        f"{_usd(plan['total_usd'])} in all."
    )
    yield _table(
        ("provider", "model", "because", "calls a day", "USD a call", "USD a day"),
        (
            [e["provider"], e["model"], e["reason"], e["calls_per_day"], e["per_call_usd"], e["per_day_usd"]]
            for e in plan["entries"]
        ),
        3,
    )
    drift = plan["drift"]
    if drift:
        yield Text(
            f"{drift['status'].capitalize()}: {_usd(drift['actual_usd'])} so far, {_usd(drift['projected_usd'])} "
            f"at the end by {drift['method']}; {drift['smoothed_ratio']} times the plan, smoothed."
        )
        yield _table(
            ("provider", "model", "spent", "share", "at the end"),
            (
                [m["provider"], m["model"], *_cents(m, "spent_usd"), _percent(m["share"]), m["projected_usd"]]
                for m in drift["models"]
            ),
            2,
        )


def _anomalies(trend: Mapping[str, Any]) -> Table:
    rows = ([a["day"], cause(a), *_cents(a, "usd", "usual_usd")] for a in trend["anomalies"])
    return _table(("day", "mostly", "USD", "usual"), rows, 2)


def cause(anomaly: Mapping[str, Any]) -> str:
    """What explains a day that stands out: model, class and tag."""
    by, tag = anomaly["explained_by"], anomaly["tag"]
    return f"{by['model']}, {by['class']}" + (f", {tag['name']}={tag['value']}" if tag else "")


def _outliers(outliers: Iterable[Mapping[str, Any]]) -> Table:
    rows = ([o["ts"], o["model"], o["request_id"], o["file"], o["row"], o["usd"], o["median_usd"]] for o in outliers)
    return _table(("time", "model", "request", "file", "line", "USD", "median"), rows, 4)


def _cache(cache: Mapping[str, Any]) -> Iterator[Part]:
    if cache["models"]:
        yield Text(
            f"{_percent(cache['read_share'])} of all tokens sent came from a cache, which saved "
            f"{_usd(cache['saved_usd'])}; "
            f"writing cost {_usd(cache['paid_extra_usd'])} above plain input. Net {_usd(cache['net_usd'])}."
        )


def _elsewhere(usages: Iterable[Mapping[str, Any]]) -> Iterator[Part]:
    rows = (
        [u["provider"], u["sku"], o["provider"], o["grade"], *_cents(u, "usd"), o["usd"], o["difference_usd"]]
        for u in usages
        for o in u["others"]
    )
    yield _table(("provider", "model", "elsewhere", "grade", "USD", "there", "difference"), rows, 4)


def _advice(tiers: Mapping[str, Any]) -> Iterator[Part]:
    rows = [
        [f"{name}. {TITLES[name]}", i["id"], *(f"{at['provider']} {at['sku']}" for at in (i, i["to"])), i["high_usd"]]
        for name, tier in tiers.items()
        for i in tier["items"]
    ]
    if rows:
        yield Text("Each amount is what an action saves at most. They exclude one another and are not added up.")
    yield _table(("tier", "action", "from", "to", "up to USD"), rows, 4)


def _periods(periods: Mapping[str, Any] | None) -> Iterator[Part]:
    if periods is None:
        return
    first, second = periods["first"], periods["second"]
    yield Text(
        f"{first['since']} to {first['until']}: {_usd(first['usd'])}; {second['since']} to {second['until']}: "
        f"{_usd(second['usd'])}. Of the difference {_usd(periods['volume_usd'])} is volume, "
        f"{_usd(periods['price_usd'])} price, {_usd(periods['mix_usd'])} mix."
    )
    yield _table(
        ("model", "provider", "note", "first", "second", "difference"),
        (
            [p["name"], p["provider"], p["note"], *_cents(p, "first_usd", "second_usd", "difference_usd")]
            for p in periods["by_model"]
        ),
        3,
    )


def _reconciliation(found: Mapping[str, Any] | None) -> Iterator[Part]:
    if found is None:
        return
    yield Text(
        f"Ledgers say {_usd(found['ledger_usd'])}, bills {_usd(found['bill_usd'])}. Only the ledgers are in the total."
    )
    yield _table(
        ("provider", "day", "ledger", "bill", "difference"),
        ([d["provider"], d["day"], *_cents(d, "ledger_usd", "bill_usd", "difference_usd")] for d in found["days"]),
        2,
    )
