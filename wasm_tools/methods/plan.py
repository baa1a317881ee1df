"""The ranked plans of a question given as a form record, and the answer behind them, which other methods ask about."""

import json
from collections.abc import Mapping
from typing import Any

from wasm_tools.planner import Answer, Catalogue, Question, ranking_of, ranking_record
from wasm_tools.planner import answer as all_candidates
from wasm_tools.planner.candidate import Candidate
from wasm_tools.planner.form import named_fields, question_of_form
from wasm_tools.planner.form_fields import ADDED
from wasm_tools.workload.traffic import InputError

_kept: dict[str, tuple[Any, Answer]] = {}  # of the form record that was asked last, with the data it was asked of


def answer(params: Mapping[str, Any], packs: Mapping[str, Any]) -> dict[str, Any]:
    """The ranking of the question in the form record; InputError names the field that is wrong."""
    found = answered(params, packs)
    return {"as_of": found.catalogue.as_of, **ranking_record(ranking_of(found))}


def answered(params: Mapping[str, Any], packs: Mapping[str, Any]) -> Answer:
    """All candidates for the question in `params["form"]`, kept until another one is asked.

    InputError names the field that is wrong.
    """
    key, data = json.dumps(form_in(params), sort_keys=True), packs.get("planner")
    known = _kept.get(key)
    if known is not None and known[0] is data:
        return known[1]
    question, catalogue = asked(params, packs)
    with named_fields():
        found = all_candidates(question, catalogue)
    _kept.clear()
    _kept[key] = (data, found)
    return found


def forget() -> None:
    """Drop the answer that was kept."""
    _kept.clear()


def chosen_plan(params: Mapping[str, Any], found: Answer) -> Candidate:
    """The plan with the id `params["plan"]`, else the recommended one; InputError when there is none."""
    wanted = params.get("plan") or (found.winner.id if found.winner else "")
    chosen = next((c for c in found.candidates if c.id == wanted), None)
    if chosen is None and wanted:
        raise InputError("plan", "this plan is not an answer to the question any more; choose it anew")
    if chosen is None:
        raise InputError("plan", "no plan is recommended for this question; choose one of the list")
    return chosen


def asked(params: Mapping[str, Any], packs: Mapping[str, Any]) -> tuple[Question, Catalogue]:
    """The question in the form record, and the catalogue to answer it from, which holds what the reader added."""
    form, catalogue = form_in(params), catalogue_in(packs)
    if any(name in form for name in ADDED):
        # Imported here: few questions add anything, and the first answer should not wait for it.
        from wasm_tools.planner.own_catalogue import catalogue_of_form

        catalogue = catalogue_of_form(form, catalogue)
    return question_of_form(form, catalogue), catalogue


def form_in(params: Mapping[str, Any]) -> Mapping[str, Any]:
    """The form record among the parameters of a method; InputError when there is none."""
    form = params.get("form")
    if not isinstance(form, Mapping):
        raise InputError("form", "the question is missing")
    return form


def catalogue_in(packs: Mapping[str, Any]) -> Catalogue:
    """The planner's catalogue among the packs; InputError when it is not there yet."""
    catalogue = packs.get("planner")
    if not isinstance(catalogue, Catalogue):
        raise InputError("pack", "the price data are not loaded yet")
    return catalogue
