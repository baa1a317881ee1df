"""Observe: files of load tests, monitoring and kubectl, each known by its content, against what was predicted."""

from collections.abc import Mapping
from typing import Any

from wasm_tools.methods.plan import answered
from wasm_tools.observe.cluster.remedies import read_remedies
from wasm_tools.observe.markdown import report_markdown
from wasm_tools.observe.record import COLUMNS, table_rows
from wasm_tools.observe.report import Read, read_files, report
from wasm_tools.planner.plan import plan_record
from wasm_tools.planner.question_record import question_record
from wasm_tools.planner.what_if import best_plan
from wasm_tools.workload.traffic import InputError

NONE, SCENARIO = "none", "scenario"


def answer(params: Mapping[str, Any], packs: Mapping[str, Any]) -> dict[str, Any]:
    """The report on `files`, with its figures as `rows` of CSV and as `markdown`.

    `against` says which prediction counts: the name of a file, `none`, `scenario` (of the planner's `form`, named
    `scenario`), or nothing: the last file that holds one.
    """
    read = read_files(params.get("files", ()))
    made = report(read, read_remedies(_pack(packs)["remedies"]), prediction_of(params, packs, read))
    rows = [list(row) for level in made["levels"] for row in table_rows(level["file"], level)]
    predictions = [name for name, _ in read.predictions]
    return made | {
        "predictions": predictions,
        "columns": list(COLUMNS),
        "rows": rows,
        "markdown": report_markdown(made),
    }


def prediction_of(params: Mapping[str, Any], packs: Mapping[str, Any], read: Read) -> tuple[str, Any] | None:
    """The name and the content of the prediction that `against` chooses; None where there is none."""
    against = str(params.get("against") or "")
    if against == NONE:
        return None
    if against == SCENARIO:
        found = answered(params, packs)
        plan, _ = best_plan(found)
        if plan is None:
            raise InputError("against", "no plan meets the target of this scenario, so it predicts nothing")
        document = {"question": question_record(found.question), "plan": plan_record(plan.described())}
        return str(params.get("scenario", ""))[:80], document
    return next(((n, given) for n, given in reversed(read.predictions) if against in ("", n)), None)


def _pack(packs: Mapping[str, Any]) -> Mapping[str, Any]:
    pack = packs.get("observe")
    if not isinstance(pack, Mapping):
        raise InputError("pack", "the table of remedies is not loaded yet")
    return pack
