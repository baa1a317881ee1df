"""Every model with open weights has a plan or the reason why not, on the page and in the files."""

from dataclasses import replace

from generator.render.open_model_pages import PATH, in_list, open_model_pages, row
from generator.render.open_plans import NOT_TEXT, UNRATED, UNSOLD, open_models, open_models_table, standard_question
from generator.render.page import SiteData
from generator.render.site_index import site_index
from tests.generator.rendered_pages import articles, text
from tests.generator.small_site import small_site
from wasm_tools.planner.ranking import ranked_plans


def with_more() -> SiteData:
    """The small site with three models that cannot have a plan, and why."""
    data = small_site()
    registry = data.registry
    first = next(m for m in registry.models if m.open_weights == "yes" and registry.cards[m.id].capability)
    rated = next(c for c in registry.capabilities if c.model == first.id)
    more = [first.model_copy(update={"id": m, "name": m, "aliases": ()}) for m in ("unrated-open", "unsold-open")]
    speaking = first.model_copy(update={"id": "speaking-open", "name": "Speaking", "output_modalities": ("audio",)})
    capabilities = (*registry.capabilities, rated.model_copy(update={"model": "unsold-open"}))
    return replace(
        data, registry=replace(registry, models=(*registry.models, *more, speaking), capabilities=capabilities)
    )


def test_every_open_model_is_there_once_with_a_plan_or_a_reason() -> None:
    data = with_more()
    wanted = [m.id for m in data.registry.models if m.open_weights == "yes"]
    found = open_models(data)
    assert wanted
    assert sorted(one.model for one in found) == sorted(wanted)
    assert all((one.plan is None) != (one.reason is None) for one in found)
    assert any(one.plan for one in found)
    assert any(one.reason for one in found)


def test_the_plan_is_the_planners_own_for_the_standard_question() -> None:
    data = small_site()
    question = standard_question(data)
    for one in open_models(data):
        if one.plan is not None:
            limits = replace(question.wishes.limits, models=(one.model,))
            asked = replace(question, wishes=replace(question.wishes, limits=limits))
            plans = [plan for _, plan in ranked_plans(asked, data.results.catalogue).plans]
            able = [p for p in plans if p.slo in ("met", "likely")] or plans
            assert one.plan.id == min(able, key=lambda p: p.usd_per_month).id


def test_a_reason_is_that_of_the_model_and_not_of_all_models() -> None:
    data = with_more()
    found = {one.model: one for one in open_models(data)}
    assert found["unrated-open"].reason is UNRATED
    assert found["unsold-open"].reason is UNSOLD
    assert found["speaking-open"].reason is NOT_TEXT
    assert all(found[m].plan is None for m in ("unrated-open", "unsold-open", "speaking-open"))
    cells = {row[0]: row for row in open_models_table(data).rows}
    assert cells["unsold-open"][1:] == (False, *[""] * 6, None, UNSOLD.words, UNSOLD.change)


def test_only_models_with_a_page_are_links() -> None:
    data = with_more()
    index = site_index(data)
    shown = {one.model: row(one, index)["href"] for one in open_models(data)}
    assert shown["unsold-open"] == ""
    assert {href for href in shown.values() if href} == {f"models/{m}/" for m in shown if m in index.models} != set()


def test_plans_that_may_keep_the_target_come_first_the_cheapest_on_top_and_reasons_last() -> None:
    listed = sorted(open_models(with_more()), key=in_list)
    with_plan = [one for one in listed if one.plan]
    assert listed[: len(with_plan)] == with_plan
    able = [one for one in with_plan if one.plan and one.plan.slo in ("met", "likely")]
    assert with_plan[: len(able)] == able
    costs = [one.plan.usd_per_month for one in able if one.plan]
    assert costs == sorted(costs)
    assert [one.reason.words for one in listed if one.reason] == sorted(r.reason.words for r in listed if r.reason)


def test_page_and_files_tell_the_same() -> None:
    data, index = small_site(), site_index(small_site())
    table = open_models_table(data)
    (page,) = open_model_pages(data)
    shown_rows = sorted(page.context["rows"], key=lambda r: r["model"])
    assert [r["model"] for r in shown_rows] == [r[0] for r in table.rows]
    assert shown_rows == [row(one, index) for one in open_models(data)]
    said = text(articles()[PATH])
    for shown, cells in zip(shown_rows, table.rows, strict=True):
        assert bool(shown["plan"]) == cells[1]
        assert shown["name"] in said
        assert (shown.get("month") or shown["reason"]) in said
