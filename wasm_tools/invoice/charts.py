"""Charts of a report as records in the form that the site draws in place (live_chart.mjs), each with a summary and a
table: spend by provider, model, class and day, and the month with its estimated end.
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from wasm_tools.plan_report.pictures import cents

BARS = 12  # rows of a chart; what is smaller is one row
OTHERS, UNSAID = "all others", "not stated"
_NAMED = {"provider": "provider", "model": "model", "class": "kind of usage"}
_USD = {"label": "US dollars", "unit": "$"}
_PERCENT = Decimal("0.1")


def charts(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The charts of a report record that have something to show.

    Beside what live_chart.mjs draws (title, summary, x, y, series, lines), each has an id, `facts` (the numbers of the
    summary), and `columns` and `rows` of its table, with exact amounts as text.
    """
    made = [_by(name, words, record["by"].get(name, ())) for name, words in _NAMED.items()]
    trend = record["trend"]
    made += [_days(trend), _month(trend)]
    return [chart for chart in made if chart is not None]


def _by(name: str, words: str, table: Iterable[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Bars on their sides, the largest first. What was credited back has no bar, but a row of the table."""
    rows = [(str(r["name"]) or UNSAID, Decimal(r["usd"])) for r in table]
    spent = [(n, usd) for n, usd in rows if usd > 0]
    if not spent:
        return None
    shown, rest = spent[:BARS], spent[BARS:]
    if rest:
        shown = [*spent[: BARS - 1], (OTHERS, sum((usd for _, usd in spent[BARS - 1 :]), Decimal(0)))]
    whole = sum((usd for _, usd in rows), Decimal(0))
    first, largest = spent[0]
    share = (100 * largest / whole).quantize(_PERCENT) if whole >= largest else None
    of = f" ({share} %)" if share is not None else ""
    plural = "" if len(rows) == 1 else f" {len(rows)} are told apart."
    bars = [[_number(usd), at] for at, (_, usd) in enumerate(shown)]
    facts = {"first": first, "usd": str(largest), "share": share and str(share), "of_usd": str(whole)}
    return {
        "id": f"by-{name}",
        "title": f"Spend by {words}",
        "summary": f"{first} is the largest: {cents(largest)}{of} of {cents(whole)} USD.{plural}",
        "facts": {**facts, "count": len(rows)},
        "x": {**_USD, "zero": True},
        "y": {"label": words, "categories": [n for n, _ in shown]},
        "series": [{"name": _USD["label"], "kind": "bar", "points": bars}],
        "columns": [words, "USD"],
        "rows": [[n, format(usd, "f")] for n, usd in rows],
    }  # fmt: skip


def _days(trend: Mapping[str, Any]) -> dict[str, Any] | None:
    """A bar a day; days that stand out and days that may still grow are said in the summary."""
    days = [(d["day"], Decimal(d["usd"])) for d in trend["days"]]
    if not days:
        return None
    day, most = max(days, key=lambda d: (d[1], d[0]))
    summary = f"{cents(sum((usd for _, usd in days), Decimal(0)))} USD on {len(days)} days from {days[0][0]}; "
    summary += f"most on {day}: {cents(most)} USD."
    unusual = [a["day"] for a in trend["anomalies"]]
    bars = [[at, _number(usd)] for at, (_, usd) in enumerate(days)]
    facts = {"day": day, "usd": str(most), "days": len(days), "unusual": unusual}
    if unusual:
        summary += f" Far from the usual: {', '.join(unusual)}."
    return {
        "id": "by-day",
        "title": "Spend by day",
        "summary": summary,
        "facts": {**facts, "provisional": list(trend["provisional"])},
        "x": {"label": "day", "categories": [d for d, _ in days]},
        "y": {**_USD, "zero": True},
        "series": [{"name": _USD["label"], "kind": "bar", "points": bars}],
        "columns": ["day", "USD"],
        "rows": [[d, format(usd, "f")] for d, usd in days],
    }  # fmt: skip


def _month(trend: Mapping[str, Any]) -> dict[str, Any] | None:
    """What was spent in the last month up to each day, and its end with an 80 % band."""
    end = trend["month_end"]
    if end is None:
        return None
    spent, total = [], Decimal(0)
    for d in trend["days"]:
        if d["day"].startswith(end["month"]):
            total += Decimal(d["usd"])
            spent.append((int(d["day"][-2:]), total))
    last, actual = spent[-1]
    month_days = _last_day(end["month"])
    low, estimate, high = (Decimal(end[name]) for name in ("low_usd", "estimate_usd", "high_usd"))
    points = [[day, _number(usd)] for day, usd in spent]
    ahead = [[last, _number(actual)], [month_days, _number(estimate)]]
    series: list[dict[str, Any]] = [{"name": "spent", "kind": "line", "points": points, "colour": 1}]
    if last < month_days:
        band = [[last, *[_number(actual)] * 3], [month_days, _number(estimate), _number(low), _number(high)]]
        series.append({"name": "80 % band", "kind": "area", "points": band, "colour": 2, "quiet": True})
        series.append({"name": "expected", "kind": "line", "points": ahead, "colour": 2, "dashed": True})
    return {
        "id": "month",
        "title": f"Spend in {end['month']}",
        "summary": f"{cents(actual)} USD up to day {last}; {cents(estimate)} expected by the end of the month, "
        f"{cents(low)} to {cents(high)} in eight of ten cases.",
        "facts": {**end, "day": last},
        "x": {"label": "day of the month"},
        "y": {**_USD, "zero": True},
        "series": series,
        "columns": ["day of the month", "USD so far"],
        "rows": [[str(day), format(usd, "f")] for day, usd in spent],
    }  # fmt: skip


def _last_day(month: str) -> int:
    year, number = map(int, month.split("-"))
    return monthrange(year, number)[1]


def _number(amount: Decimal) -> float:
    """A place in a drawing; amounts stay Decimal everywhere else."""
    return float(amount)
