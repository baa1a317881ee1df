"""A plan is described in the same words by the pages and by the planner's script, to the last digit."""

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from generator.render import plan_words
from generator.render.pages.planner import settings
from generator.render.plan_answers import LISTS, listed_plans, pointed_plans, relaxation_words, shown_plans
from generator.render.plan_rows import list_row, near_lines
from generator.render.plan_words import (
    KINDS,
    STATUSES,
    band_words,
    engine_words,
    machine_words,
    name_words,
    seller_words,
    sku_words,
    times_words,
    why_lines,
)
from generator.render.site_index import site_index
from tests.generator.tool_site import run_module, tool_site
from wasm_tools.planner import Ranking, ranking_record
from wasm_tools.planner.candidate import QUALIFIED
from wasm_tools.planner.candidate import STATUSES as CANDIDATE_STATUSES
from wasm_tools.planner.lists import LISTS as ENGINE_LISTS
from wasm_tools.planner.near_misses import Relaxation
from wasm_tools.planner.question import KINDS as ENGINE_KINDS

SAID = """
import { bandWords, engineWords, machineWords, nameWords, sellerWords, skuWords, timesWords, whyParts }
  from "./plan_words.mjs";
import { listLines, nearLines, pointedPlans, relaxationParts, shownPlans } from "./plan_answers.mjs";
const { words, recommendable, rankings } = given;
console.log(JSON.stringify(rankings.map((ranking) => ({
  plans: ranking.plans.map((plan) => [
    machineWords(plan, words), engineWords(plan, words), sellerWords(plan, words), nameWords(plan, words),
    plan.ttft_ms === null ? "" : bandWords(plan.ttft_ms, plan.ttft_band), timesWords(plan), skuWords(plan),
    ...whyParts(plan, words).map((line) => line.join("")),
  ]),
  answers: pointedPlans(ranking, recommendable).map(({ id, title, plan, note }) => [id, title, plan.id, note]),
  relaxation: relaxationParts(ranking).join(""),
  shown: [1, 4, 30].map((number) => shownPlans(ranking, number, recommendable).map(({ id }) => id)),
  lists: listLines(ranking, words).map(({ line }) => line),
  near: nearLines(ranking, words).map((line) => line.join("")),
}))));
"""


@cache
def records() -> list[dict[str, Any]]:
    """Rankings of the small site and made-up ones, as records that have been through JSON."""
    return [json.loads(json.dumps(ranking_record(r))) for r in rankings()]


def rankings() -> Iterator[Ranking]:
    for case in tool_site().results.cases:
        yield case.ranking
        best = [p for _, p in case.ranking.plans if p.capacity and p.prediction]
        if not best:
            continue
        grown = replace(
            best[0], id="grown", slo="met",
            capacity=replace(best[0].capacity, replicas_min=0, replicas_max=12, rule="one replica a hundred requests"),
            prediction=replace(best[0].prediction, evidence="observed", ttft_band=(1.0, 1.0)),
        )  # fmt: skip
        others = [replace(grown, id=f"close{n}", region="eu") for n in range(3)]
        plans = tuple((n, p) for n, p in enumerate([*others, *(p for _, p in case.ranking.plans), grown], 1))
        close = tuple(p.id for p in others)
        yield replace(case.ranking, plans=plans, close=close, pareto=("grown",))
        cheaper = replace(grown, id="near", slo="near", usd_per_month=Decimal("1.25"), slo_reason="misses one by 9 %")
        yield replace(case.ranking, plans=((1, cheaper), *plans))
        yield replace(case.ranking, recommended="", relaxation=Relaxation((("itl", 1.3), ("ttft", 2.0)), 4))
        yield replace(case.ranking, plans=case.ranking.plans[:1], recommended="", relaxation=None, lists={})


@cache
def page_settings() -> dict[str, Any]:
    return settings(tool_site(), site_index(tool_site()), {"grades": "grades.json"})


def test_the_page_and_its_script_say_the_same() -> None:
    index, recommendable = site_index(tool_site()), page_settings()["recommendable"]
    names, cards = index.plan_names, tool_site().results.catalogue.models
    given = {"words": page_settings()["words"], "recommendable": recommendable, "rankings": records()}
    answers = run_module(SAID, given)
    assert len(answers) == len(records()) > 15
    for ranking, said in zip(records(), answers, strict=True):
        assert said["plans"] == [
            [
                machine_words(p, names),
                engine_words(p),
                seller_words(p, names),
                name_words(p, names),
                "" if p["ttft_ms"] is None else band_words(p["ttft_ms"], p["ttft_band"]),
                times_words(p),
                sku_words(p),
                *why_lines(p),
            ]
            for p in ranking["plans"]
        ]
        pointed = pointed_plans(ranking, recommendable)
        assert said["answers"] == [[a.id, a.title, a.plan["id"], a.note] for a in pointed]
        assert said["relaxation"] == relaxation_words(ranking)
        assert said["shown"] == [[p["id"] for p in shown_plans(ranking, n, recommendable)] for n in (1, 4, 30)]
        assert said["near"] == near_lines(ranking, names)
        assert said["lists"] == [
            f"{title}, by {by}: "
            + "; ".join(
                f"{n}. {list_row(p, cards[p['model']].capability, names)['words']}" for n, p in enumerate(plans, 1)
            )
            + "."
            for _, title, by, plans in listed_plans(ranking)
        ]


def test_made_up_rankings_reach_every_answer_and_every_kind_of_line() -> None:
    assert any(near_lines(r, site_index(tool_site()).plan_names) for r in records())
    found = {a.id for r in records() for a in pointed_plans(r, page_settings()["recommendable"])}
    assert found == {"recommended", "unverified", "close", "committed"}
    labels = {line.partition(":")[0] for r in records() for p in r["plans"] for line in why_lines(p)}
    assert {"Target", "Limited by", "Replicas", "Idle", "KV cache", "How", "Assumes", "Price stated by"} <= labels
    assert any("0 to 12. one replica a hundred" in line for r in records() for p in r["plans"] for line in why_lines(p))
    assert any("and 2 more plans" in a.note for r in records() for a in pointed_plans(r, ()))


def test_every_kind_status_and_list_of_the_engine_has_words() -> None:
    assert set(KINDS) == set(ENGINE_KINDS)
    assert set(STATUSES) == set(CANDIDATE_STATUSES) - {"missed"}, "what misses the target is not a plan"
    assert set(LISTS) == {*ENGINE_LISTS, "pareto"}
    assert plan_words.QUALIFIED == QUALIFIED


@pytest.mark.parametrize(
    ("band", "words"), [((0.5, 2.0), "85–340"), ((0.05, 0.5), "8.5–85"), ((1.0, 1.0), ""), (None, "")]
)
def test_a_band_is_in_the_unit_of_its_time(band: tuple[float, float] | None, words: str) -> None:
    assert band_words(170.0, band) == words


def test_a_plan_of_a_cheaper_kind_is_not_called_cheaper_when_it_is_not() -> None:
    ranking = next(r for r in records() if r["recommended"])
    dear = [p | {"usd_per_month": "9999999.00"} if p["kind"] in ("spot", "bought", "reserved-1y") else p
            for p in ranking["plans"]]  # fmt: skip
    recommendable = page_settings()["recommendable"]
    assert "committed" in {a.id for a in pointed_plans(ranking, recommendable)}
    assert "committed" not in {a.id for a in pointed_plans({**ranking, "plans": dear}, recommendable)}


def test_the_names_of_the_script_are_those_of_the_pages() -> None:
    words, names = page_settings()["words"], asdict(site_index(tool_site()).plan_names)
    assert {name: words[name] for name in names} == names
