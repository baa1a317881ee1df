"""What the planner keeps between questions, and what models of one shape share, changes no answer and stays small."""

import random
from dataclasses import replace

import pytest

from tests.wasm_tools.catalogues import OPEN, catalogue, deployable, rate, rental
from wasm_tools.performance.lengths import fixed_lengths
from wasm_tools.performance.prediction import book
from wasm_tools.planner import Limits, Question, Wishes, answer, ranking_of, ranking_record
from wasm_tools.planner.catalogue import Catalogue
from wasm_tools.planner.latest import Latest
from wasm_tools.planner.mixed_question import mixed_question
from wasm_tools.workload.mixes import RequestClass
from wasm_tools.workload.traffic import Slo, Workload

TWIN = replace(OPEN, id="open-70b-chat", name="Open 70B chat")


@pytest.fixture(name="cat", scope="module")
def cat_() -> Catalogue:
    """A model on several GPUs and a second one of the same shape."""
    cat, models = catalogue(), {**catalogue().models, TWIN.id: TWIN}
    narrow = (deployable(2), deployable(4), deployable(8), deployable(4, "bf16"), deployable(8, "bf16"))
    twins = tuple(replace(d, model=TWIN.id, checkpoint="lab/chat") for d in narrow)
    shapes = {m.id: m.shape for m in models.values() if m.shape is not None}
    return replace(
        cat,
        models=models,
        book=book(cat.book.calibration, shapes, cat.gpus),
        deployables=(*narrow, *twins),
        rentals=(rental("rented", "2.10", "metal", 8), rental("rented", "2.50"), rental("spot", "2.60", "cheap")),
        rates=(*cat.rates, rate("vendor", TWIN.id, "0.2", "0.6")),
    )


def questions() -> list[Question]:
    """Questions that share lengths, target, both or neither, in all combinations of the form's fields."""
    lengths, slos = (
        ((1024, 1024), (512, 256), (2000, 400)),
        (Slo(900, 40, 60_000), Slo(200, 14, 15_000), Slo(5, 1, 900)),
    )
    limits = (Limits(), Limits(max_gpus=8), Limits(models=(TWIN.id,)), Limits(precisions=("bf16",)))
    asked = [
        Question(Workload(*tokens, qps, 2 * qps, "small", cacheable_share=cached), slo, Wishes(limits=limit))
        for tokens in lengths
        for slo in slos
        for qps, cached in ((0.5, 0.0), (40.0, 0.5))
        for limit in limits
    ]
    classes = [
        RequestClass("chat", 0.5, fixed_lengths(1524, 512), Slo(2000, 60, 90_000)),
        RequestClass("report", 0.5, fixed_lengths(524, 1536), Slo(5000, 60, 200_000), streaming=False),
    ]
    return [*asked, mixed_question(classes, 0.5, 1.0, "small")]  # of the same mean lengths as others


def told(question: Question, cat: Catalogue) -> tuple[object, ...]:
    found = answer(question, cat)
    costs = [(c.id, c.usd_per_month, c.status, c.risk, c.misses) for c in found.candidates]
    return costs, ranking_record(ranking_of(found)), sorted(found.missed), found.relaxation


def test_no_answer_depends_on_the_questions_before_it(cat: Catalogue) -> None:
    asked = questions()
    fresh = []
    for question in asked:
        cat.forget()
        fresh.append(told(question, cat))
    assert len({repr(f) for f in fresh}) > len(fresh) / 2  # the questions do differ
    order = list(range(len(asked))) * 2
    random.Random(4).shuffle(order)
    for n in order:
        assert told(asked[n], cat) == fresh[n]


def test_models_of_one_shape_are_planned_as_each_would_be_alone(cat: Catalogue) -> None:
    question = Question(Workload(1024, 1024, 20, 40, "small"), Slo(900, 40, 60_000))
    kinds = Limits(kinds=("rented", "spot", "serverless", "bought"))
    together = answer(replace(question, wishes=Wishes(limits=kinds)), cat)
    assert {c.model for c in together.candidates} == {OPEN.id, TWIN.id}
    for model in (OPEN.id, TWIN.id):
        alone = answer(replace(question, wishes=Wishes(limits=replace(kinds, models=(model,)))), cat)
        own = [c for c in together.candidates if c.model == model]
        assert [(c.id, c.usd_per_month, c.risk) for c in own] == [
            (c.id, c.usd_per_month, c.risk) for c in alone.candidates
        ]
        for ours, theirs in zip(own, alone.candidates, strict=True):
            assert ours.described() == theirs.described()
            configuration = ours.described().configuration
            assert configuration is not None
            assert configuration.checkpoint.startswith("lab/chat" if model == TWIN.id else "lab/open")


def test_only_the_latest_questions_are_kept() -> None:
    latest = Latest(2)
    latest.of("a")["x"] = 1
    latest.of("b")["x"] = 2
    assert latest.of("a") == {"x": 1}
    latest.of("c")
    assert latest.of("a") == {"x": 1}  # asked after b, so b is forgotten
    assert latest.of("b") == {}
    latest.clear()
    assert latest.of("a") == {}


def test_what_is_kept_of_many_questions_stays_bounded(cat: Catalogue) -> None:
    for tokens in range(100, 130):
        answer(Question(Workload(tokens, 100, 1, 2, "small"), Slo(900, 40, 60_000)), cat)
    assert len(cat.replicas._kept) <= 4
    assert len(cat.served._kept) <= 8
