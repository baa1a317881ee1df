"""The commands that plan: the ranked list for a question, and everything about one plan of it."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from generator import nightly
from generator.measured_files import measured_catalogue
from generator.mix_file import class_words, read_mix
from generator.options import AsJson, AsOf, Overlay, notes
from generator.places import checkout
from generator.plan_explanation import Sources, explanation
from generator.plan_flags import PlanFlags, with_plan_flags
from generator.plan_names import load_names
from generator.plan_question import hints, named_flags, question_of, with_way
from generator.plan_text import (
    cheaper_with_conditions,
    diagnostics_table,
    print_explanation,
    print_ranking,
    relaxation_words,
)
from generator.precompute.catalogue import planner_catalogue
from generator.scenario_commands import catalogue_at, scenarios, scenarios_of
from generator.what_if_text import print_what_if, what_if_records
from wasm_tools.methods.plan import asked as asked_of_form
from wasm_tools.planner import Answer, Plan, Question, Ranking, answer, ranking_of, ranking_record
from wasm_tools.planner.candidate import Candidate
from wasm_tools.planner.form import named_fields
from wasm_tools.planner.question_record import question_record
from wasm_tools.workload.traffic import InputError

commands = typer.Typer()
MIX_TIMES = (
    "the times are those of the class with the least to spare, the bounds beside them the tightest of all classes"
)
DIAGNOSTICS = ("provider", "status", "reason")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its answer and what was typed."""

    at: nightly.Inputs
    found: Answer
    ranking: Ranking
    hints: tuple[str, ...]

    @property
    def ranks(self) -> dict[str, int]:
        """The numbers of the plans shown."""
        return {plan.id: rank for rank, plan in self.ranking.plans}


@commands.command(epilog="Example: atlas plan --use-case chatbot --users 5000 --region eu-west-1 --region global")
@with_plan_flags
def plan(
    flags: PlanFlags,
    as_of: AsOf = None,
    overlay: Overlay = None,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print the plans as CSV.")] = False,
    as_diagnostics: Annotated[
        bool, typer.Option("--diagnostics", help="Print one line of CSV a provider: on the list, or why not.")
    ] = False,
    scenario: Annotated[
        list[Path] | None,
        typer.Option(
            "--scenario", help="A file of the planner's page that states the question; several are summed up."
        ),
    ] = None,
    what_if: Annotated[
        bool, typer.Option("--what-if", help="Change one thing at a time and tell the best plan after each.")
    ] = False,
) -> None:
    """Rank every way to serve a workload by monthly cost: APIs, rented, serverless and own GPUs in one list.

    Exit code 4: no plan is possible; the smallest relaxation that would help is printed.
    """
    if as_json + as_csv + as_diagnostics > 1:
        raise InputError("--json", "--json, --csv and --diagnostics exclude each other; give one of them")
    if what_if and (as_csv or as_diagnostics):
        raise InputError("--what-if", "it is printed as a table, or with --json; leave out the other form of output")
    asked = (
        _asked_scenario(flags, scenario, as_of, overlay, as_json, as_csv) if scenario else _asked(flags, as_of, overlay)
    )
    changed = what_if_records(asked.found) if what_if else []
    if as_json:
        typer.echo(json.dumps(_record(asked) | ({"what_if": changed} if what_if else {}), ensure_ascii=False))
    elif as_csv:
        typer.echo(_plans_csv(asked.ranking), nl=False)
    elif as_diagnostics:
        typer.echo(_csv(DIAGNOSTICS, diagnostics_table(asked.found, asked.ranking)), nl=False)
    else:
        print_ranking(Console(), asked.found, asked.ranking, flags.top, asked.hints)
        if what_if:
            print_what_if(Console(), asked.found, changed)
        if asked.ranking.plans:
            notes.print("`atlas explain NUMBER` with the same flags tells everything about a plan", style="dim")
    if not asked.ranking.plans:
        if as_json or as_csv or as_diagnostics:
            notes.print(f"no plan is possible; {relaxation_words(asked.found)}", highlight=False)
        raise typer.Exit(4)


@commands.command(epilog="Example: atlas explain 1 --use-case chatbot")
@with_plan_flags
def explain(
    flags: PlanFlags,
    which: Annotated[str, typer.Argument(metavar="PLAN", help="An id of a plan, or its number under these flags.")],
    as_of: AsOf = None,
    overlay: Overlay = None,
    as_json: AsJson = False,
) -> None:
    """Tell everything about one plan: why it is here, what binds it, its figures, sources, risks and rivals.

    The flags are those of `atlas plan`: a plan exists for a question only. Exit code 4: no plan is possible.
    """
    asked = _asked(flags, as_of, overlay)
    if not asked.found.candidates:
        notes.print(f"no plan is possible; {relaxation_words(asked.found)}", highlight=False)
        raise typer.Exit(4)
    candidate = _chosen(which, asked)
    sources = Sources(asked.at.registry, asked.at.state.snapshots)
    record = {**explanation(asked.found, candidate, asked.ranks, sources), "hints": list(asked.hints)}
    record["arithmetic"] += [_surcharge_words(charge) for charge in record["plan"]["surcharges"]]
    if classes := asked.found.question.classes:
        record["assumptions"] += [*map(class_words, classes), MIX_TIMES]
    if as_json:
        typer.echo(json.dumps(record, ensure_ascii=False))
    else:
        print_explanation(Console(), record)


def asked_plan(
    flags: PlanFlags, which: str, as_of: str | None, overlay: Path | None
) -> tuple[nightly.Inputs, Question, Plan]:
    """The inputs, the question of the flags and one plan of its answer by number or id; empty: the recommended one."""
    asked, candidate = asked_candidate(flags, which, as_of, overlay)
    return asked.at, asked.found.question, candidate.described()


def asked_candidate(flags: PlanFlags, which: str, as_of: str | None, overlay: Path | None) -> tuple[Asked, Candidate]:
    """The answer to the flags and one candidate of it by number or id; empty: the recommended one."""
    asked = _asked(flags, as_of, overlay)
    if not asked.found.candidates:
        notes.print(f"no plan is possible; {relaxation_words(asked.found)}", highlight=False)
        raise typer.Exit(4)
    if not which and not asked.ranking.recommended:
        raise InputError("PLAN", "no plan is recommended here; name one by its number or id, see `atlas plan`")
    return asked, _chosen(which or asked.ranking.recommended, asked)


def _asked(flags: PlanFlags, as_of: str | None, overlay: Path | None) -> Asked:
    at = nightly.overlaid(nightly.inputs(checkout(), as_of, offline=True), overlay)
    mix = read_mix(flags.mix) if flags.mix else None
    question = question_of(flags, load_names(at.registry, at.state, at.places.registry), mix)
    catalogue = planner_catalogue(at.registry, at.state, at.places.registry, at.as_of, question.limits.regions)
    if not catalogue.rates and not catalogue.rentals and not question.inventory:
        raise nightly.RunError(
            f"nothing has a price on {at.as_of} with these regions: run `atlas sync`, or change --as-of or --region"
        )
    lone = [m for m in question.limits.models if m not in catalogue.models]
    if lone and len(lone) == len(question.limits.models):
        raise InputError("--model", f"{lone[0]} is known, but nobody sells it here and nothing says how it would run")
    question = with_way(question, flags, catalogue.hosting.latencies)
    if flags.measured:
        catalogue = measured_catalogue(catalogue, flags.measured, at.registry)
    with named_flags():
        found = answer(question, catalogue)
        return Asked(at, found, ranking_of(found, flags.top), hints(question))


def _asked_scenario(
    flags: PlanFlags, files: Sequence[Path], as_of: str | None, overlay: Path | None, as_json: bool, as_csv: bool
) -> Asked:
    """The question of the one scenario in the files; several are planned together, and the command ends with them."""
    if replace(flags, top=PlanFlags().top) != PlanFlags():
        raise InputError("--scenario", "a scenario states the whole question; leave out the other flags")
    given = scenarios_of(files)
    if len(given) > 1:
        scenarios(list(files), None, False, as_of, overlay, as_json, as_csv)
    at, catalogue = catalogue_at(as_of, overlay)
    question, catalogue = asked_of_form({"form": given[0].form}, {"planner": catalogue})
    with named_fields():
        found = answer(question, catalogue)
    return Asked(at, found, ranking_of(found, flags.top), hints(question))


def _chosen(which: str, asked: Asked) -> Candidate:
    """The candidate of a number or an id."""
    plans = dict(asked.ranking.plans)
    number = which.removeprefix("#")
    if number.isdecimal():
        if int(number) not in plans:
            raise InputError("PLAN", f"there is no plan {number}; these flags give 1 to {len(plans)}")
        which = plans[int(number)].id
    found = next((c for c in asked.found.candidates if c.id == which), None)
    if found is None:
        raise InputError("PLAN", f"no plan {which!r} under these flags; give those of the `atlas plan` that printed it")
    return found


def _record(asked: Asked) -> dict[str, Any]:
    return {
        "as_of": asked.at.as_of,
        "question": question_record(asked.found.question),
        "hints": list(asked.hints),
        **ranking_record(asked.ranking),
        "what_would_help": "" if asked.ranking.recommended else relaxation_words(asked.found),
        "cheaper_with_conditions": [c.id for c in cheaper_with_conditions(asked.found)],
    }


def _surcharge_words(charge: Mapping[str, Any]) -> str:
    """A charge of a plan's record, which its cost does not include."""
    usd = charge["usd_per_month"]
    price = "unknown" if usd is None else f"${float(usd):,.2f} a month"
    return f"not included, {charge['name']}: {price}; {charge['words']}"


def _plans_csv(ranking: Ranking) -> str:
    records: list[dict[str, Any]] = ranking_record(ranking)["plans"]  # type: ignore[assignment]
    columns = list(records[0]) if records else ["rank", "id"]
    return _csv(columns, [[_cell(r[c]) for c in columns] for r in records])


def _cell(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{k} {v}" for k, v in value.items())
    if isinstance(value, list):
        return "; ".join(map(str, value))
    return "" if value is None else str(value)


def _csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows([columns, *rows])
    return out.getvalue()
