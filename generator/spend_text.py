"""A spend record on the terminal: totals, tables, a line of the days, budgets, the month, what stands out."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from wasm_tools.plan_report.pictures import cents
from wasm_tools.spend.report_text import budget_name, cause, held_words

BARS = "▁▂▃▄▅▆▇█"
LONGEST = 60  # days of the line
SHOWN = 20
STYLES = {"exceeded": "red", "over": "red", "warning": "yellow", "ok": "green", "within": "green"}


def sparkline(days: Sequence[Mapping[str, Any]]) -> str:
    """The last days as bars, the highest at full height; a day without spend is a blank. Nothing is invented."""
    amounts = [Decimal(day["usd"]) for day in days[-LONGEST:]]
    most = max(amounts, default=Decimal(0))
    if not most:
        return ""
    return "".join(BARS[int(amount * (len(BARS) - 1) / most)] if amount else " " for amount in amounts)


def console() -> Console:
    """Where tables go."""
    return Console()


def show_report(out: Console, record: Mapping[str, Any], by: Sequence[str]) -> None:
    """The whole report."""
    show_total(out, record)
    for name in by:
        rows = record["by"][name]
        shown = rows[-SHOWN:] if name == "day" else rows[:SHOWN]  # the last days, the largest of all else
        cells = ([_name(r), r["calls"], r["input_tokens"], r["output_tokens"], _usd(r["usd"])] for r in shown)
        _print(out, (name, "calls", "tokens in", "tokens out", "USD"), cells)
        if len(rows) > SHOWN:
            _say(out, f"{len(rows) - SHOWN} more: --json and `atlas spend export --format csv` have all")
    show_unpriced(out, record)
    show_forecast(out, record)
    show_budgets(out, record)
    show_anomalies(out, record)


def show_total(out: Console, record: Mapping[str, Any]) -> None:
    """One line of figures, one of bars, and what was not read."""
    total = record["total"]
    _say(
        out,
        f"${_usd(total['usd'])} at list prices in {total['calls']:,} calls, {total['first_day'] or '?'} to "
        f"{total['last_day'] or '?'}; this month ${_usd(total['month_usd'])}, {record['today']} "
        f"${_usd(total['today_usd'])}; prices as of {record['as_of']}",
    )
    days = record["trend"]["days"]
    line = sparkline(days)
    if line:
        shown = days[-LONGEST:]
        _say(out, f"{line}  {shown[0]['day']} to {shown[-1]['day']}, highest ${_usd(max(map(_amount, shown)))}")
    for file in record["files"]:
        if file["duplicates"] or file["kept_aside"] or file["torn"]:
            _say(
                out,
                f"{file['file']}: {file['duplicates']} duplicates left out, {file['kept_aside']} lines kept aside, "
                f"{file['torn']} torn",
            )
        for note in file["notes"]:
            _say(out, f"{file['file']}: {note}")
    both = record["reconciliation"]
    if both:
        _say(
            out, f"ledgers say ${_usd(both['ledger_usd'])}, bills of the same days ${_usd(both['bill_usd'])}, not added"
        )
    for kept in record["kept_aside"][:SHOWN]:
        _say(out, f"kept aside: {kept['file']}, line {kept['row']}: {kept['reason']}")
    for refused in record["refused"]:
        _say(out, f"not read: {refused['file']}: {refused['message']}")


def _amount(day: Mapping[str, Any]) -> Decimal:
    return Decimal(day["usd"])


def show_unpriced(out: Console, record: Mapping[str, Any]) -> None:
    """Tokens that are in no amount of money."""
    rows = (
        [u["provider"], u["model"] or "not stated", u["class"] or "all", u["calls"], u["tokens"], u["reason"]]
        for u in record["unpriced"][:SHOWN]
    )
    _print(out, ("without a price", "model", "class", "calls", "tokens", "because"), rows)


def show_forecast(out: Console, record: Mapping[str, Any]) -> None:
    """The end of the month, and the plan."""
    end, plan = record["trend"]["month_end"], record["plan"]
    if end:
        _say(
            out,
            f"{end['month']}: ${_usd(end['actual_usd'])} so far, ${end['estimate_usd']} at its end "
            f"(80 % band {end['low_usd']} to {end['high_usd']})",
        )
        _say(out, f"the band {held_words(record['trend']['held_back'])}")
    elif record["trend"]["reason"]:
        _say(out, f"no estimate of the month: {record['trend']['reason']}")
    if plan:
        show_plan(out, plan)


def show_plan(out: Console, plan: Mapping[str, Any]) -> None:
    """What a plan costs, and how use stands against it."""
    costs = " ".join(
        f"${_usd(plan[name])} {words}"
        for name, words in (("per_day_usd", "a day,"), ("per_month_usd", "a month,"), ("total_usd", "in all"))
        if plan[name] is not None
    )
    _say(out, f"{plan['name'] or 'plan'}, {plan['days']} days: {costs or 'not every model has a price'}")
    rows = (
        [e["provider"], e["model"], e["calls_per_day"], e["per_call_usd"], e["per_day_usd"], e["reason"]]
        for e in plan["entries"]
    )
    _print(out, ("provider", "model", "calls a day", "USD a call", "USD a day", "because"), rows)
    drift = plan["drift"]
    if drift:
        band = f" (80 % band {drift['low_usd']} to {drift['high_usd']})" if drift["low_usd"] else ""
        _say(
            out,
            f"{drift['status']}: ${_usd(drift['actual_usd'])} so far, ${drift['projected_usd']} at the end{band} by "
            f"{drift['method']}; {drift['smoothed_ratio']} times the plan",
        )
        cells = (
            [m["provider"], m["model"], _usd(m["spent_usd"]), _percent(m["share"]), m["projected_usd"]]
            for m in drift["models"]
        )
        _print(out, ("provider", "model", "spent", "share", "at the end"), cells)


def show_budgets(out: Console, record: Mapping[str, Any]) -> None:
    """Budgets with their state now and at their end."""
    rows = (
        [
            budget_name(b), f"{b['from']} to {b['to'] or 'no end'}", b["amount_usd"], _usd(b["actual_usd"]),
            _percent(b["used"]), _styled(b["status"]), b["estimate_usd"] or "", _styled(b["projected"]) or b["reason"],
        ]
        for b in record["budgets"]
    )  # fmt: skip
    _print(out, ("budget", "days", "USD", "spent", "used", "now", "at its end", ""), rows)
    for b in record["budgets"]:
        if b["unpriced_calls"]:
            _say(out, f"{budget_name(b)}: calls without a price that are not in it: {b['unpriced_calls']}")


def _styled(word: str | None) -> Text | None:
    return Text(word, STYLES[word]) if word else None


def show_anomalies(out: Console, record: Mapping[str, Any]) -> None:
    """Days and calls that stand out."""
    days = ([a["day"], _usd(a["usd"]), a["usual_usd"], cause(a)] for a in record["trend"]["anomalies"])
    _print(out, ("day", "USD", "usual", "mostly"), days)
    calls = (
        [o["ts"], o["model"], _usd(o["usd"]), o["median_usd"], o["times"], f"{o['file']}:{o['row']}", o["request_id"]]
        for o in record["outliers"]
    )
    _print(out, ("call", "model", "USD", "median", "times", "line", "request"), calls)


def show_savings(out: Console, record: Mapping[str, Any]) -> None:
    """What would cost less; the items exclude one another."""
    rows = (
        [name, i["id"], f"{i['provider']} {i['sku']}", f"{i['to']['provider']} {i['to']['sku']}", i["high_usd"]]
        for name, tier in record["recommendations"].items()
        for i in tier["items"][:SHOWN]
    )
    _print(out, ("tier", "action", "from", "to", "up to USD"), rows)


def brief(record: Mapping[str, Any]) -> str:
    """The report in one line."""
    end, total = record["trend"]["month_end"], record["total"]
    estimate = f", {end['estimate_usd']} at its end" if end else ""
    states = "".join(f", {budget_name(b)} {b['status']}" for b in record["budgets"])
    unpriced = f", {total['unpriced_calls'] + total['partly_priced_calls']} calls without a price"
    return f"{_usd(total['usd'])} USD, month {_usd(total['month_usd'])}{estimate}{states}{unpriced}"


def show_calls(out: Console, page: Mapping[str, Any]) -> None:
    """Single calls, one a line."""
    for row in page["rows"]:
        call = dict(zip(page["columns"], row, strict=True))
        usd = "no price" if call["usd"] is None else f"${cents(Decimal(call['usd']))}"
        tags = " ".join(f"{name}={value}" for name, value in call["tags"].items())
        tokens = f"{call['input_uncached'] or 0}+{call['cache_read'] or 0} in, {call['output'] or 0} out"
        _say(out, f"{call['ts']}  {call['provider']} {call['model']}  {tokens}  {usd}  {call['status']} {tags}")


def _name(row: Mapping[str, Any]) -> str:
    return f"{row['provider']} {row['name']}".strip() if row.get("provider") else row["name"] or "not stated"


def _usd(amount: str | Decimal | None) -> str:
    return "" if amount is None else cents(Decimal(amount))


def _percent(share: str | None) -> str:
    return "" if share is None else f"{Decimal(share):.1%}"


def _say(out: Console, text: str) -> None:
    out.print(text, highlight=False, markup=False, soft_wrap=True)


def _print(out: Console, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A table, unless it has no rows. Names are no markup."""
    table = Table(box=box.SIMPLE_HEAD)
    for column in columns:
        table.add_column(Text(column))
    for row in rows:
        table.add_row(*(cell if isinstance(cell, Text) else Text("" if cell is None else str(cell)) for cell in row))
    if table.row_count:
        out.print(table, highlight=False)
