"""A report on bills as tables on the terminal."""

from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from wasm_tools.invoice.exports.contents import TITLES

SHOWN = 20
FLAGS = {
    "providers": "--provider ",
    "units": "--unit ",
    "models": "--model ",
    "rates": "--rate ",
    "cached_input": "--cached-input ",
}


def show_report(record: dict[str, Any]) -> None:
    """The report as tables."""
    console = Console()
    cover = record["coverage"]
    for currency, sums in record["totals"].items():
        console.print(
            f"{sums['parsed']} {currency}: {sums['analysed']} of usage, {sums['excluded']} excluded", highlight=False
        )
    console.print(
        f"{cover['compared_usd']} of {cover['analysed_usd']} USD held against the prices of each day; "
        f"prices as of {record['as_of']}",
        highlight=False,
    )
    for refused in record["refused"]:
        console.print(f"not read: {refused['file']}: {refused['message']}", highlight=False, markup=False)
    _print(console, ("verdict", "lines", "USD"), [list(v.values()) for v in record["verdicts"]])
    for name, tier in record["opportunities"].items():
        if tier["items"]:
            title = f"{name}. {TITLES[name]}: claimed {tier['claimed_usd']} USD, up to {tier['up_to_usd']} USD"
            console.print(title, highlight=False)
            rows = [
                [i["id"], f"{i['provider']} {i['sku']}", f"{i['to']['provider']} {i['to']['sku']}", i["high_usd"]]
                for i in tier["items"][:SHOWN]
            ]
            _print(console, ("action", "from", "to", "up to USD"), rows)
    if record["unresolved"]:
        rows = [[u["provider"], u["model"], u["usd"], u["reason"]] for u in record["unresolved"][:SHOWN]]
        _print(console, ("provider", "model", "USD", "not resolved because"), rows)
    asked = [q for q in record["questions"] if q["about"] in FLAGS and not q["answer"]]
    if asked:
        rows = [[q["label"], _waiting(q), f"{FLAGS[q['about']]}{_subject(q)}"] for q in asked[:SHOWN]]
        _print(console, ("what the files leave open", "waiting", "state it with"), rows)


def _waiting(question: dict[str, Any]) -> str:
    """The amounts that an answer would let be compared, or the lines where there are none."""
    amounts = [f"{amount} {currency}" for currency, amount in question["amount"].items()]
    return ", ".join(amounts) or f"{question['lines']} lines"


def _subject(question: dict[str, Any]) -> str:
    return f"{question['subject']}=" if question["subject"] else ""


def _print(console: Console, columns: tuple[str, ...], rows: list[list[Any]]) -> None:
    table = Table(*columns, box=box.SIMPLE_HEAD)
    for row in rows:
        table.add_row(*map(str, row))
    console.print(table, highlight=False, markup=False)
