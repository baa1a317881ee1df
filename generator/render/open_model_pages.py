"""The list of models with open weights: a plan for a standard question, or the reason why there is none."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import batched
from typing import Any

from generator.render.formats import money, plural
from generator.render.open_plans import OpenModel, open_models, standard_question
from generator.render.page import Page, SiteData
from generator.render.plan_words import kind_words, machine_words, seller_words, status_words
from generator.render.site_index import SiteIndex, site_index
from wasm_tools.planner.candidate import QUALIFIED
from wasm_tools.planner.plan import plan_record

LISTED = 80  # models on one page
PATH = "models/by/open-weights/"
TITLE = "Open-weights models: a plan each, or the reason"


def open_model_pages(data: SiteData) -> Iterator[Page]:
    """The list, on as many pages as stay light."""
    index, models = site_index(data), sorted(open_models(data), key=in_list)
    parts = list(batched(models, LISTED))
    paths = [PATH + (f"{n}/" if n > 1 else "") for n in range(1, len(parts) + 1)]
    for number, (path, part) in enumerate(zip(paths, parts, strict=True), 1):
        of_all = f", part {number} of {len(parts)}" if len(parts) > 1 else ""
        yield Page(
            path=path,
            title=TITLE + of_all,
            description=f"What {plural(len(models), 'model')} with open weights cost for one standard question, or why"
            f" there is no plan{of_all}.",
            template="model_open.html",
            context={
                "rows": [row(one, index) for one in part],
                "total": len(models),
                "planned": sum(one.plan is not None for one in models),
                "likely": sum(one.plan is not None and one.plan.slo in QUALIFIED for one in models),
                "question": question_words(data),
                "parts_of_list": [{"number": n, "href": p, "here": n == number} for n, p in enumerate(paths, 1)],
            },
        )


def in_list(one: OpenModel) -> tuple[int, Decimal, str, str]:
    """Plans that are likely to keep the target, then the others, both the cheapest first; then reason by reason."""
    if one.plan is None:
        return 2, Decimal(0), one.reason.words if one.reason else "", one.model
    return int(one.plan.slo not in QUALIFIED), one.plan.usd_per_month, "", one.model


def row(one: OpenModel, index: SiteIndex) -> dict[str, Any]:
    """One model in words."""
    page = f"models/{one.model}/" if one.model in index.models else ""  # what nobody prices or measured has none
    base = {"model": one.model, "name": index.model_name(one.model), "href": page}
    if one.plan is None:
        reason = one.reason
        return {**base, "plan": "", "reason": reason.words if reason else "", "change": reason.change if reason else ""}
    record = plan_record(one.plan)
    machine = machine_words(record, index.plan_names)
    words = (kind_words(one.plan.kind), machine and f"on {machine}", seller_words(record, index.plan_names))
    return {
        **base,
        "month": money(one.plan.usd_per_month),
        "exact": record["usd_per_month"],
        "plan": " ".join(filter(None, words)),
        "status": status_words(one.plan.slo),
    }


def question_words(data: SiteData) -> str:
    """The standard question in one line."""
    question = standard_question(data)
    load, slo = question.workload, question.slo
    return (
        f"{load.prompt_tokens:,} tokens in and {load.output_tokens:,} out, requests at {load.qps:g} per second with a"
        f" peak of {load.peak_qps:g}, first token within {slo.ttft_ms:,.0f} ms and {slo.itl_ms:,.0f} ms between tokens"
        f" at p{slo.percentile}"
    )
