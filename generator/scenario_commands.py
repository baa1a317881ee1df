"""`atlas scenarios` and `atlas report`: several questions at once with totals, and one of them on a page."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from generator import nightly
from generator.options import AsJson, AsOf, Overlay, notes
from generator.places import checkout
from generator.precompute.catalogue import planner_catalogue
from generator.precompute.run import Precomputed
from generator.render.report_facts import data_build, report_facts
from generator.render.site_data import site_data
from generator.scenario_text import batch_csv, print_batch, print_comparison
from wasm_tools.methods import batch, compare, report
from wasm_tools.plan_report.facts import facts_record
from wasm_tools.planner import Catalogue
from wasm_tools.planner.scenario import MOST_CHARACTERS, Scenario, checked_apart, read_scenarios, scenario_record
from wasm_tools.workload.traffic import InputError

commands = typer.Typer()
NO_PLAN = 4
Files = Annotated[
    list[Path],
    typer.Argument(
        metavar="FILE…", help="Files of scenarios, as the planner's page exports them, one or several in each."
    ),
]


@commands.command(epilog="Example: atlas scenarios chat.json search.json --budget 5000")
def scenarios(
    files: Files,
    budget: Annotated[float | None, typer.Option("--budget", help="A budget for all of them, in USD a month.")] = None,
    as_compared: Annotated[
        bool, typer.Option("--compare", help="Two to six scenarios side by side: inputs, answers, differences.")
    ] = False,
    as_of: AsOf = None,
    overlay: Overlay = None,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print one line of CSV a scenario, without totals.")] = False,
) -> None:
    """Plan several workloads: the recommended plan of each, or why it has none, and what they cost together.

    Exit code 4: a scenario has no plan; sums leave it out and name it.
    """
    if as_json + as_csv > 1 or (as_csv and as_compared):
        raise InputError("--csv", "--json, --csv and --compare with --csv exclude each other; give one of them")
    given = scenarios_of(files)
    _, catalogue = catalogue_at(as_of, overlay)
    packs = {"planner": catalogue}
    params = {"scenarios": [scenario_record(s) for s in given], "build": data_build(catalogue), "budget": budget}
    if as_compared:
        made = compare.answer(params, packs)
        _print(made, as_json, print_comparison)
        raise typer.Exit(NO_PLAN if any(made["why"]) else 0)
    made = batch.answer(params, packs)
    if as_csv:
        typer.echo(batch_csv(made), nl=False)
    else:
        _print(made, as_json, print_batch)
    raise typer.Exit(NO_PLAN if made["totals"]["without_plan"] else 0)


@commands.command(name="report", epilog="Example: atlas report --scenario chat.json --out chat.md")
def report_command(
    scenario: Annotated[Path, typer.Option("--scenario", help="A file with one scenario.")],
    out: Annotated[Path, typer.Option("--out", help="The file to write: .md for Markdown, .html for a page.")],
    plan: Annotated[str, typer.Option("--plan", help="Id of a plan of the answer. Default: the recommended one.")] = "",
    force: Annotated[bool, typer.Option("--force", help="Replace the file where it is there.")] = False,
    as_of: AsOf = None,
    overlay: Overlay = None,
    as_json: AsJson = False,
) -> None:
    """Write the report on one plan of a scenario: the same bytes as the planner's page makes from the same data.

    Exit code 4: no plan is recommended; the report says why.
    """
    form = {".md": "markdown", ".html": "html"}.get(out.suffix)
    if form is None:
        raise InputError("--out", f"{out.name} ends neither in .md nor in .html; name the file accordingly")
    if out.exists() and not force:
        raise InputError("--out", f"{out} is there already; give --force to replace it, or another name")
    given = scenarios_of([scenario])
    if len(given) != 1:
        raise InputError("--scenario", f"{scenario} holds {len(given)} scenarios; export the one that is meant")
    at, catalogue = catalogue_at(as_of, overlay)
    facts = report_facts(site_data(at, Precomputed(catalogue, (), ()), {}))
    grades: dict[str, list[str]] = {}
    for key, letter in facts.grades.items():
        grades.setdefault(letter, []).append(key)
    one = given[0]
    params = {"form": one.form, "name": one.name, "note": one.note, "plan": plan}
    made = report.answer(params | {"facts": facts_record(facts), "grades": grades}, {"planner": catalogue})
    try:
        out.write_text(made[form], encoding="utf-8", newline="\n")
    except OSError as error:
        raise InputError("--out", f"{out} cannot be written ({error.strerror})") from None
    if as_json:
        typer.echo(json.dumps({"id": made["id"], "path": str(out), "report": made["report"]}, ensure_ascii=False))
    else:
        notes.print(f"report {made['id']} in {out}", highlight=False)
    raise typer.Exit(NO_PLAN if made["report"]["figure"] == "No plan" else 0)


def scenarios_of(files: Sequence[Path]) -> tuple[Scenario, ...]:
    """The scenarios of several files, each name once; InputError names the file and what is wrong in it."""
    found: list[Scenario] = []
    for path in files:
        try:
            with path.open(encoding="utf-8") as file:
                text = file.read(MOST_CHARACTERS + 1)
        except (OSError, UnicodeDecodeError) as error:
            raise InputError("FILE", f"{path} cannot be read ({error})") from None
        try:
            found += read_scenarios(text)
        except InputError as error:
            raise InputError(f"{path}: {error.field}", error.message) from None
    checked_apart(s.name for s in found)
    return tuple(found)


def catalogue_at(as_of: str | None, overlay: Path | None) -> tuple[nightly.Inputs, Catalogue]:
    """The inputs of a run and the planner's catalogue, as the page has it."""
    at = nightly.overlaid(nightly.inputs(checkout(), as_of, offline=True), overlay)
    return at, planner_catalogue(at.registry, at.state, at.places.registry, at.as_of)


def _print(made: Mapping[str, Any], as_json: bool, words: Any) -> None:
    if as_json:
        typer.echo(json.dumps(made, ensure_ascii=False))
    else:
        words(Console(), made)
