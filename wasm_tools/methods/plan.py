"""The ranked plans of a question given as a form record."""

from collections.abc import Mapping
from typing import Any

from wasm_tools.planner import Catalogue, Question, ranked_plans, ranking_record
from wasm_tools.planner.form import named_fields, question_of_form
from wasm_tools.planner.form_fields import ADDED
from wasm_tools.workload.traffic import InputError


def answer(params: Mapping[str, Any], packs: Mapping[str, Any]) -> dict[str, Any]:
    """The ranking of the question in the form record; InputError names the field that is wrong."""
    question, catalogue = asked(params, packs)
    with named_fields():
        return {"as_of": catalogue.as_of, **ranking_record(ranked_plans(question, catalogue))}


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
