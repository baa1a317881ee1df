"""A batch of scenarios and a comparison as text for a terminal, and a batch as CSV."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

COLUMNS = (
    "name", "id", "usd_per_month", "model", "kind", "provider", "region", "gpu", "gpus", "slo", "requests_per_month",
    "prompt_tokens_per_month", "output_tokens_per_month", "usd_per_million_tokens", "plan", "why",
)  # fmt: skip
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run


def batch_csv(made: Mapping[str, Any]) -> str:
    """A line a scenario. No cell begins like a formula."""
    out = io.StringIO(newline="")
    write = csv.writer(out, lineterminator="\n").writerow
    write(COLUMNS)
    for row in made["scenarios"]:
        plan = row["plan"] or {}
        cells = {**plan, **{k: v for k, v in row.items() if k != "plan"}, "plan": plan.get("id", "")}
        write([_cell(cells.get(column)) for column in COLUMNS])
    return out.getvalue()


def _cell(value: Any) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(FORMULA) else text


def print_batch(console: Console, made: Mapping[str, Any]) -> None:
    """The table of workloads, and the totals below it."""
    table = _table(
        f"Recommended plans; prices as of {made['as_of']}", ("scenario", "plan"), ("$/month", "requests/month")
    )
    for row in made["scenarios"]:
        plan = row["plan"]
        words = f"{plan['model']}, {where(plan)}" if plan else f"none: {row['why']}"
        cost = f"{float(row['usd_per_month']):,.2f}" if plan else "—"
        table.add_row(
            Text(row["name"]), Text(words, style="" if plan else "yellow"), cost, f"{row['requests_per_month']:,.0f}"
        )
    console.print(table)
    for line in total_lines(made):
        console.print(Text(line))


def total_lines(made: Mapping[str, Any]) -> list[str]:
    """The totals in sentences."""
    total, budget = made["totals"], made["budget"]
    missing = total["without_plan"]
    lines = [
        f"Together ${float(total['usd_per_month']):,.2f} a month"
        + (f", without {', '.join(missing)}, which {'has' if len(missing) == 1 else 'have'} no plan" if missing else "")
    ]
    if total["usd_per_million_tokens"]:
        tokens = total["prompt_tokens_per_month"] + total["output_tokens_per_month"]
        lines.append(f"{tokens:,.0f} tokens a month, ${float(total['usd_per_million_tokens']):,.4f} per 1M of them")
    if total["gpus"]:
        lines.append("GPUs: " + ", ".join(f"{number:,} × {gpu}" for gpu, number in total["gpus"].items()))
    if budget:
        left, verdict = float(budget["left"]), budget["verdict"]
        says = {
            "kept": f"kept, ${left:,.2f} left",
            "exceeded": f"exceeded by ${-left:,.2f}",
            "unknown": f"${left:,.2f} left for those without a plan",
        }
        lines.append(f"Budget of ${float(budget['usd_per_month']):,.2f}: {says[verdict]}")
    return lines


def where(plan: Mapping[str, Any]) -> str:
    """Who sells what on which terms."""
    run = f"{plan['gpus']} × {plan['gpu']}" if plan["gpu"] else ""
    return ", ".join(filter(None, (plan["provider"], run, plan["kind"])))


def print_comparison(console: Console, made: Mapping[str, Any]) -> None:
    """Inputs that differ, then answers; what differs is bold, what is best is marked."""
    table = _table(f"Scenarios; prices as of {made['as_of']}; * is best", ("",), made["names"])
    for row in made["inputs"]:
        if row["differs"]:
            table.add_row(
                row["field"],
                *(
                    _input(v) + ("" if not d else " (default)")
                    for v, d in zip(row["values"], row["default"], strict=True)
                ),
            )
    table.add_section()
    for row in made["answers"]:
        cells = [_answer(row, place) for place in range(len(made["names"]))]
        table.add_row(row["figure"], *cells, style="" if row["differs"] else "dim")
    console.print(table)
    for name, why in zip(made["names"], made["why"], strict=True):
        if why:
            console.print(Text(f"{name} has no plan: {why}", style="yellow"))


def _input(value: Any) -> str:
    return "none" if value is None else str(value)


def _answer(row: Mapping[str, Any], place: int) -> str:
    value, change = row["values"][place], row["change"][place]
    if value is None:
        return "—"
    shown = f"{value:,.4g}" if isinstance(value, float) else str(value)
    against_first = f" ({change:+.0%})" if change and abs(change) >= 0.005 else ""
    return f"{shown}{against_first}{' *' if place in row['best'] else ''}"


def _table(title: str, texts: Sequence[str], figures: Sequence[str]) -> Table:
    table = Table(title=Text(title), title_justify="left", title_style="", box=box.SIMPLE_HEAD, pad_edge=False)
    for name in texts:
        table.add_column(name, overflow="fold")
    for name in figures:
        table.add_column(Text(name), justify="right", overflow="fold")
    return table
