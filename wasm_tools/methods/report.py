"""The report on the question in the form and one plan of its answer."""

from collections.abc import Mapping
from typing import Any

from wasm_tools.methods.plan import answered
from wasm_tools.plan_report.contents import Subject, chosen_plan, report
from wasm_tools.plan_report.facts import read_facts
from wasm_tools.plan_report.html import html
from wasm_tools.plan_report.markdown import markdown
from wasm_tools.plan_report.parts import report_record
from wasm_tools.planner.ranking import ranking_of
from wasm_tools.planner.scenario import checked_form, checked_name, checked_note, inputs_id


def answer(params: Mapping[str, Any], packs: Mapping[str, Any]) -> dict[str, Any]:
    """The report as parts, as Markdown and as HTML, with its id and the name of its files.

    `plan` is the id of a plan, empty or absent for the recommended one; `name` and `note` are those of the scenario
    where it has some. `facts` and `grades` are what the site publishes beside the planner.
    """
    facts = read_facts(params.get("facts"), params.get("grades"))
    form, note = checked_form(params.get("form")), checked_note(params.get("note") or "")
    name = checked_name(params["name"]) if params.get("name") else ""
    found = answered({"form": form}, packs)
    ranking = ranking_of(found)
    plan = chosen_plan(found, ranking, str(params.get("plan") or ""))
    meant = plan.id if plan and plan.id != ranking.recommended else ""
    subject = Subject(
        name=name,
        note=note,
        form=form,
        id=inputs_id(form, found.catalogue.as_of, facts.build, meant),
    )
    made = report(subject, found, ranking, plan, facts)
    return {
        "id": subject.id,
        "file": f"atlas-plan-{subject.id}",
        "report": report_record(made),
        "markdown": markdown(made),
        "html": html(made),
    }
