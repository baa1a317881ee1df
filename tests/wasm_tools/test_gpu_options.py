"""One model on every GPU, and the memory of a plan: what fits, what it costs, what binds, or why not."""

from dataclasses import replace
from typing import Any

import pytest

from tests.wasm_tools.catalogues import GPU, catalogue, deployable
from wasm_tools.methods import gpus, memory
from wasm_tools.planner import Catalogue, Question, answer
from wasm_tools.planner.gpu_options import gpu_options, hosted_models
from wasm_tools.workload.traffic import InputError, Slo, Workload

QUESTION = Question(Workload(1024, 1024, 1, 2, "medium"), Slo(500, 35, 40_000))
FORM = {
    "prompt_tokens": 1024, "output_tokens": 1024, "qps": 1, "peak_factor": 2, "class": "medium", "ttft_ms": 500,
    "itl_ms": 35, "e2e_ms": 40_000,
}  # fmt: skip


def with_small_gpu() -> Catalogue:
    other = replace(GPU, id="l4", name="L4", memory_bytes=24 << 30)
    return replace(catalogue(), gpus={GPU.id: GPU, "l4": other})


def test_every_gpu_has_a_plan_or_a_reason() -> None:
    rented, none = gpu_options(QUESTION, with_small_gpu(), "open-70b")
    assert (rented.gpu.id, rented.smallest, rented.precision, rented.missing) == ("h100-sxm", 2, "fp8", "")
    assert rented.plan is not None and rented.plan.kind == "rented"
    found = answer(QUESTION, catalogue())
    assert rented.plan.id == next(c.id for c in found.candidates if c.kind == "rented" and c.qualifies)
    assert (none.gpu.id, none.plan, none.smallest) == ("l4", None, 0)
    assert none.missing


def test_the_smallest_set_is_that_of_the_most_exact_weights_it_holds() -> None:
    both = replace(catalogue(), deployables=(deployable(4), deployable(4, "bf16")))
    (option,) = gpu_options(QUESTION, both, "open-70b")
    assert (option.smallest, option.precision) == (4, "bf16")


def test_a_target_that_no_gpu_keeps_is_named_with_what_would_help() -> None:
    hard = replace(QUESTION, slo=Slo(500, 0.5, 40_000))
    (option,) = gpu_options(hard, catalogue(), "open-70b")
    assert option.plan is None
    assert option.missing == "misses the ITL bound"
    assert option.relaxation is not None and "ITL" in option.relaxation.words
    assert option.smallest == 2


def test_gpus_without_an_offer_say_so() -> None:
    bare = replace(catalogue(), rentals=())
    (option,) = gpu_options(replace(QUESTION, surcharges=False), bare, "open-70b")
    assert option.plan is None or option.plan.kind == "bought"


def test_models_of_hosted_plans_come_first_and_others_are_refused() -> None:
    assert hosted_models(answer(QUESTION, catalogue())) == ("open-70b",)
    with pytest.raises(InputError, match="open weights"):
        gpu_options(QUESTION, catalogue(), "closed-xl")


def test_the_methods_take_the_recommended_plan_where_none_is_named() -> None:
    packs: dict[str, Any] = {"planner": catalogue()}
    found = gpus.answer({"form": FORM}, packs)
    assert found["model"] == "open-70b"
    assert found["rows"][0]["plan"]["gpu"] == "h100-sxm"
    shown = memory.answer({"form": FORM}, packs)
    split = shown["split"]
    assert shown["plan"]["gpu"] == "h100-sxm"
    parts = split["weights"] + split["activation"] + split["non_torch"] + split["kv_pool"]
    assert parts == pytest.approx(split["usable"], rel=1e-6)
    assert split["max_concurrency"] == split["kv_pool"] // split["kv_per_request"]
    assert shown["tokens"] == 2048
    assert shown["needed"] == pytest.approx(split["kv_per_request"] * shown["concurrency"])
    api = next(c.id for c in answer(QUESTION, catalogue()).candidates if c.kind == "api")
    assert memory.answer({"form": FORM, "plan": api}, packs)["split"] is None
    with pytest.raises(InputError, match="not an answer"):
        memory.answer({"form": FORM, "plan": "api:nobody:x:global"}, packs)
