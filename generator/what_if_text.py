"""What if: every change of a question with its best plan and the difference, as records and as a terminal's table."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from generator.plan_text import CHIPS
from generator.render.texts import DEFAULT, all_texts, text
from generator.scenario_text import where
from wasm_tools.planner import Answer
from wasm_tools.planner.plan import plan_record, significant
from wasm_tools.planner.what_if import Change, best_plan, changes, outcome, patched
from wasm_tools.workload.traffic import InputError

SAME = 0.005  # USD: a smaller difference is none


def what_if_records(found: Answer) -> list[dict[str, Any]]:
    """A JSON-safe record a change; `plan` is None where none is known to meet the target, `why` what would help."""
    before, _ = best_plan(found)
    records = []
    for change in changes(found):
        record: dict[str, Any] = {
            "change": change_words(change), "id": change.id, "values": dict(change.values), "plan": None,
            "dependable": False, "usd_difference": None, "why": "",
        }  # fmt: skip
        try:
            after = outcome(patched(found.question, change.patch, found.catalogue), found.catalogue)
        except InputError as error:
            records.append({**record, "why": error.message})
            continue
        if after.plan is None:
            relaxation = after.found.relaxation
            record["why"] = relaxation.words if relaxation else ""
        else:
            record |= {"plan": plan_record(after.plan.described()), "dependable": after.dependable}
            if before is not None:
                record["usd_difference"] = significant(after.plan.usd_per_month - before.usd_per_month)
        records.append(record)
    return records


def change_words(change: Change) -> str:
    """What a change is called, as on the planner's page."""
    key = f"panels.what_if.change.{change.id}"
    said = {name: _value_words(name, value) for name, value in change.values.items()}
    return text(key, **{name: said[name] for name in all_texts()[DEFAULT][key].names})


def _value_words(name: str, value: str | float) -> str:
    if name == "kind":
        return text(f"plan.kind.{value}")
    if name == "area":
        return text(f"panels.area.{value}")
    return value if isinstance(value, str) else f"{value:,.10g}"


def print_what_if(console: Console, found: Answer, records: Sequence[Mapping[str, Any]]) -> None:
    """The best plan as it is, then a row a change."""
    table = Table(title="What if: the best plan after each change alone", box=box.SIMPLE_HEAD, pad_edge=False)
    table.title_justify, table.title_style = "left", ""
    table.add_column("change", overflow="fold")
    table.add_column("best plan", overflow="fold")
    for name in ("$/month", "difference"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("target", no_wrap=True)
    before, dependable = best_plan(found)
    if before is not None:
        plan = before.described()
        cost = f"{plan.usd_per_month:,.2f}"
        table.add_row("as it is", _name(plan_record(plan), dependable), cost, "", _chip(plan.slo))
    for record in records:
        plan_of = record["plan"]
        if plan_of is None:
            why = f": {record['why']}" if record["why"] else ""
            table.add_row(Text(record["change"]), Text(f"none is known{why}", style="yellow"), "—", "—", "")
            continue
        cost, best = f"{float(plan_of['usd_per_month']):,.2f}", _name(plan_of, record["dependable"])
        table.add_row(Text(record["change"]), best, cost, _difference(record), _chip(plan_of["slo"]))
    console.print(table)


def _difference(record: Mapping[str, Any]) -> str:
    usd = record["usd_difference"]
    if usd is None:
        return "—"
    return "none" if abs(usd) < SAME else f"{usd:+,.2f}"


def _name(plan: Mapping[str, Any], dependable: bool) -> Text:
    return Text(f"{plan['model']}, {where(plan)}{'' if dependable else '; with conditions'}")


def _chip(status: str) -> Text:
    return Text(status, style=CHIPS[status])
