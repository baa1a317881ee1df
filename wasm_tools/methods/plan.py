"""The ranked plans of a workload given as form fields."""

from collections.abc import Mapping
from typing import Any

from wasm_tools.planner import Catalogue, Limits, Question, Wishes, ranked_plans, ranking_record
from wasm_tools.workload.traffic import InputError, Slo, Workload

WHOLE = ("prompt_tokens", "output_tokens", "percentile", "max_gpus")  # fields that are counts


def answer(params: Mapping[str, Any], packs: Mapping[str, Any]) -> dict[str, Any]:
    """The ranking of the question in the form fields; InputError names the field that is wrong."""
    question, catalogue = asked(params, packs)
    return {"as_of": catalogue.as_of, **ranking_record(ranked_plans(question, catalogue))}


def asked(params: Mapping[str, Any], packs: Mapping[str, Any]) -> tuple[Question, Catalogue]:
    """The question in the form record, and the catalogue to answer it from, which holds what the reader added."""
    return question_of_form(form_in(params)), catalogue_in(packs)


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


def question_of_form(params: Mapping[str, Any]) -> Question:
    """The question in form fields. Besides workload and bounds, each field may be left out."""
    workload = Workload(
        _number(params, "prompt_tokens"),
        _number(params, "output_tokens"),
        _number(params, "qps"),
        _number(params, "peak_qps"),
        str(params.get("minimum_class", "small")),
        cacheable_share=_optional(params, "cacheable_share", 0.0),
    )
    slo = Slo(
        _number(params, "ttft_ms"),
        _number(params, "itl_ms"),
        _number(params, "e2e_ms"),
        _optional(params, "percentile", 95),
    )
    limits = Limits(
        kinds=tuple(str(params.get("kinds", "")).split()),
        max_gpus=_optional(params, "max_gpus", None),
        usd_per_month=_budget(params),
    )
    wishes = Wishes(
        priority=str(params.get("priority", "balanced")), use_case=str(params.get("use_case", "")), limits=limits
    )
    return Question(workload, slo, wishes)


def _optional(params: Mapping[str, Any], field: str, default: Any) -> Any:
    return _number(params, field) if field in params else default


def _budget(params: Mapping[str, Any]) -> float | None:
    """The form's `budget`, in USD a month; errors name that field."""
    budget: float | None = _optional(params, "budget", None)
    if budget is not None and budget <= 0:
        raise InputError("budget", "enter an amount of money above 0")
    return budget


def _number(params: Mapping[str, Any], field: str) -> Any:
    value = params.get(field)
    if value is None or isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(field, "enter a number")
    return int(value) if isinstance(value, float) and value.is_integer() and field in WHOLE else value
