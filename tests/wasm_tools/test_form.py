"""A form record becomes the question that it states, or is refused at a field of the form."""

import json
import random
from dataclasses import asdict, replace
from functools import cache
from typing import Any

import pytest

from generator.precompute.presets import question_presets
from generator.registry import load_registry
from tests.wasm_tools.catalogues import GPU, REGISTRY, SHAPE, catalogue
from wasm_tools.methods import plan
from wasm_tools.methods.plan import answer, answered, asked
from wasm_tools.performance.lengths import Lengths, TokenSpread, fixed
from wasm_tools.planner import Catalogue, Limits, Question, ranked_plans
from wasm_tools.planner.form import question_of_form
from wasm_tools.planner.form_fields import FIELD, FIELDS, GROUPS
from wasm_tools.planner.own_catalogue import catalogue_of_form
from wasm_tools.planner.pack import catalogue_pack, read_catalogue
from wasm_tools.planner.question import KINDS
from wasm_tools.workload.traffic import InputError, Slo, Workload


@cache
def known() -> Catalogue:
    """The small catalogue with the standard values of the registry."""
    return replace(catalogue(), presets=question_presets(load_registry(REGISTRY), REGISTRY))


def question(**form: Any) -> Question:
    return question_of_form(form, known())


def refused(**form: Any) -> str:
    with pytest.raises(InputError) as caught:
        question(**form)
    assert caught.value.message
    return caught.value.field


def test_a_record_that_states_nothing_asks_the_first_question_of_the_page() -> None:
    asked_for = question()
    assert asked_for.workload == Workload(512, 256, 1, 2, "medium")
    assert asked_for.slo == Slo(300, 30, 300 + 255 * 30 * 1.1)
    assert asked_for.limits == Limits()


def test_a_use_case_holds_where_the_record_is_silent() -> None:
    chat = question(use_case="chatbot")
    assert (chat.workload.qps, chat.workload.peak_qps) == (1.3333, 2.6666)
    assert chat.wishes.use_case == "chatbot"
    more = question(use_case="chatbot", users=3000, output_tokens=100, slo="instant", **{"class": "large"})
    assert (more.workload.qps, more.workload.peak_qps, more.workload.output_tokens) == (4, 8, 100)
    assert (more.slo.ttft_ms, more.workload.prompt_tokens, more.workload.minimum_class) == (150, 512, "large")


def test_p50_and_p95_make_a_log_normal_spread() -> None:
    """σ = ln(4) / 1.645 = 0.8428, mean = 500 · exp(σ² / 2) = 713.2."""
    workload = question(prompt_p50=500, prompt_p95=2000).workload
    assert workload.prompt_tokens == 713
    assert workload.lengths is not None
    assert workload.lengths.prompt.quantiles == pytest.approx((500, 1472.5, 2000, 3552.1), rel=1e-3)
    assert workload.lengths.output == fixed(256)


def test_quantiles_of_a_trace_keep_their_shape_around_another_mean() -> None:
    row = [100.0, 0.5, 80.0, 200.0, 300.0, 400.0]
    plain = question(output_spread=row).workload
    assert plain.lengths == Lengths(fixed(512), TokenSpread(100, 0.5, (80, 200, 300, 400)))
    doubled = question(output_spread=row, output_tokens=200).workload
    assert doubled.lengths is not None
    assert doubled.lengths.output.quantiles == (160, 400, 600, 800)


def test_every_field_reaches_the_question() -> None:
    form: dict[str, Any] = {
        "use_case": "chatbot", "models": ["open-70b"], "without_models": ["tiny-1b"], "providers": ["host"],
        "without_providers": ["cheap"], "gpus": ["h100-sxm"], "regions": ["global"], "kinds": ["api", "owned"],
        "precisions": ["fp8"], "gpu_limits": {"h100-sxm": 4}, "max_gpus": 8, "max_tp": 4, "context": 9000,
        "min_quality": 20, "budget": 900, "budget_hour": 2, "budget_1k": 0.5, "open_weights": True,
        "confirmed_only": True, "domains": ["code"], "inventory": {"h100-sxm": 8}, "usd_per_kwh": 0.12, "tier": "flex",
        "success_rate": 0.9, "retries": 2, "surcharges": False, "priority": "simple", "tolerance": 0.1,
        "batchable_share": 0.25, "cacheable_share": 0.5, "pattern": "bursty", "percentile": 90, "ttft_percentile": 99,
        "tokens_per_second": 30, "availability": 0.999, "from_area": "europe", "to_area": "us-east",
    }  # fmt: skip
    q = question(**form)
    assert q.limits == Limits(
        models=("open-70b",), without_models=("tiny-1b",), providers=("host",), without_providers=("cheap",),
        gpus=("h100-sxm",), regions=("global",), kinds=("api", "owned"), precisions=("fp8",),
        gpu_limits=(("h100-sxm", 4),), max_gpus=8, max_tensor_parallel=4, min_context=9000, min_quality=20,
        usd_per_month=900, usd_per_hour=2, usd_per_1k_tokens=0.5, open_weights_only=True, confirmed_only=True,
        domains=("code",),
    )  # fmt: skip
    assert (q.shares.batch, q.shares.tier, q.shares.success_rate, q.shares.retries) == (0.25, "flex", 0.9, 2)
    assert (str(q.usd_per_kwh), q.inventory, q.surcharges, q.network_ms) == ("0.12", (("h100-sxm", 8),), False, 90)
    assert (q.slo.percentile, q.slo.ttft_percentile, q.slo.tokens_per_s, q.slo.availability) == (90, 99, 30, 0.999)
    assert q.pattern is not None
    assert q.workload.arrival_cv == q.pattern.arrival_cv
    assert q.workload.peak_qps == pytest.approx(1.3333 * 3.5 * 0.75)
    assert (q.wishes.priority, q.wishes.near_tolerance) == ("simple", 0.1)


@pytest.mark.parametrize(
    ("field", "form"),
    [
        ("form", {"promt_tokens": 3}),
        ("use_case", {"use_case": "chess"}),
        ("prompt_tokens", {"prompt_tokens": 0}),
        ("prompt_tokens", {"prompt_tokens": 1.5}),
        ("qps", {"qps": "many"}),
        ("qps", {"qps": float("nan")}),
        ("qps", {"qps": True}),
        ("users", {"users": 10, "qps": 1}),
        ("peak_factor", {"peak_factor": 0.5}),
        ("peak_factor", {"pattern": "business-hours", "peak_factor": 1.01}),
        ("prompt_p50", {"prompt_p50": 10}),
        ("prompt_p95", {"prompt_p50": 10, "prompt_p95": 5}),
        ("prompt_p50", {"prompt_p50": 10, "prompt_p95": 50, "prompt_tokens": 9}),
        ("output_spread", {"output_spread": [1, 2, 3]}),
        ("output_spread", {"output_spread": [10, 0.5, 9, 8, 7, 6]}),
        ("e2e_ms", {"e2e_ms": 100, "ttft_ms": 200}),
        ("percentile", {"percentile": 80}),
        ("availability", {"availability": 1}),
        ("class", {"class": "gigantic"}),
        ("models", {"models": ["open-7b"]}),
        ("models", {"models": ["open-70b"], "without_models": ["open-70b"]}),
        ("gpus", {"gpus": "h101"}),
        ("gpu_limits", {"gpu_limits": "h100"}),
        ("gpu_limits", {"gpu_limits": {"h100-sxm": -1}}),
        ("inventory", {"inventory": {"h100-sxm": 0.5}}),
        ("regions", {"regions": ["atlantis"]}),
        ("min_quality", {"min_quality": 3}),
        ("retries", {"retries": 2}),
        ("usd_per_kwh", {"usd_per_kwh": 0.1, "place": "DEU"}),
        ("place", {"place": "Atlantis"}),
        ("kinds", {"kinds": ["owned"]}),
        ("confirmed_only", {"confirmed_only": True}),
        ("domains", {"domains": ["chess"]}),
        ("from_area", {"from_area": "europe"}),
        ("surcharges", {"surcharges": "no"}),
        ("budget", {"budget": -1}),
        ("tolerance", {"tolerance": 2}),
    ],
)
def test_what_cannot_be_planned_is_refused_at_its_field(field: str, form: dict[str, Any]) -> None:
    assert refused(**form) == field


def test_an_own_model_is_planned_on_the_gpus_of_the_catalogue() -> None:
    shape = asdict(replace(SHAPE, vocabulary=128_000))
    form = {"own_model": {"name": "acme", "context": 32_000, "precision": "fp8", **shape}, "qps": 0.1}
    found = answer({"form": form}, {"planner": known()})
    assert {p["model"] for p in found["plans"]} == {"own-model"}
    assert {p["gpu"] for p in found["plans"]} == {"h100-sxm"}


def test_an_own_accelerator_is_planned_with_at_its_price() -> None:
    gpu = {"name": "X1", "memory_gb": 192, "bandwidth_tb_s": 6, "bf16_tflops": 1500, "fp8_tflops": 3000}
    form = {"own_gpu": {**gpu, "usd_per_hour": 0.5}, "gpus": ["own-gpu"], "kinds": ["rented"]}
    plans = answer({"form": form}, {"planner": known()})["plans"]
    assert {(p["gpu"], p["provider"]) for p in plans} == {("own-gpu", "own")}
    first = plans[0]
    assert float(first["usd_per_month"]) == pytest.approx(0.5 * 730 * first["tensor_parallel"] * first["replicas"])
    assert "own-gpu" not in known().gpus


def test_own_prices_take_the_place_of_those_of_the_same_seller() -> None:
    prices = [{"provider": "host", "model": "open-70b", "input": 0.25, "output": 0.4}]
    form: dict[str, Any] = {"kinds": ["api"], "models": ["open-70b"]}
    plain = answer({"form": form}, {"planner": known()})["plans"]
    own = answer({"form": {**form, "own_prices": prices}}, {"planner": known()})["plans"]
    assert [(p["provider"], float(p["usd_per_month"]) * 2) for p in own] == [
        (p["provider"], float(p["usd_per_month"])) for p in plain
    ]


def test_other_methods_ask_about_the_answer_that_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    form, packs = {"qps": 1.5, "models": ["open-70b"]}, {"planner": known()}
    first = answer({"form": form}, packs)["plans"][0]["id"]
    monkeypatch.delattr(plan, "all_candidates")
    assert answered({"form": dict(reversed(form.items()))}, packs).candidates[0].id == first
    for more, data in (({"qps": 1.6}, packs), ({}, {"planner": replace(known(), as_of="2026-11-21")})):
        with pytest.raises(NameError):
            answered({"form": form | more}, data)


def test_figures_of_the_own_site_hold_and_the_catalogue_stays() -> None:
    form = {"pue": 1.1, "amortisation_months": 12}
    extended = catalogue_of_form(form, known())
    assert (str(extended.hosting.site().pue), extended.hosting.site().amortisation_months) == ("1.1", 12)
    assert known().hosting.site().amortisation_months == 36
    assert catalogue_of_form(form, known()) is extended, "kept, so that the next answer is as quick"
    assert catalogue_of_form({"qps": 2}, known()) is known()
    _, free = asked({"form": {"rack_usd_per_kw": 0, "maintenance_share": 0}}, {"planner": known()})
    site = free.hosting.site()
    assert (site.rack_usd_per_kw, site.maintenance_share) == (0, 0), "nothing is stated, not missing"
    assert catalogue_of_form({"pue": None, "own_prices": []}, known()) is known()


@pytest.mark.parametrize(
    ("field", "form"),
    [
        ("own_model", {"own_model": {"name": "x"}}),
        ("own_model", {"own_model": {**asdict(SHAPE), "vocabulary": 9, "context": 10, "layers": float("inf")}}),
        ("own_model", {"own_model": {**asdict(SHAPE), "vocabulary": 9, "context": 10, "wings": 2}}),
        ("own_gpu", {"own_gpu": {"memory_gb": 80}}),
        ("own_gpu", {"own_gpu": {"memory_gb": 80, "bandwidth_tb_s": 2, "bf16_tflops": 100, "usd_to_buy": 100}}),
        ("own_gpu", {"own_gpu": "fast"}),
        ("own_prices", {"own_prices": [{"model": "open-70b", "input": 1}]}),
        ("own_prices", {"own_prices": [{"model": "open-71b", "input": 1, "output": 1}]}),
        ("own_prices", {"own_prices": [{"gpu": "h100-sxm", "usd_per_hour": 1, "kind": "lent"}]}),
        ("own_prices", {"own_prices": ["cheap"]}),
        ("pue", {"pue": 0.5}),
    ],
)
def test_what_a_reader_adds_is_read_strictly(field: str, form: dict[str, Any]) -> None:
    with pytest.raises(InputError) as caught:
        asked({"form": form}, {"planner": known()})
    assert caught.value.field == field


def test_presets_survive_the_pack() -> None:
    pack = json.loads(json.dumps(catalogue_pack(known())))
    assert read_catalogue(pack).presets == known().presets


def test_the_table_names_every_group_and_every_default_is_accepted() -> None:
    assert {f.group for f in FIELDS} == set(GROUPS)
    assert len(FIELD) == len(FIELDS)
    defaults = {f.name: f.default for f in FIELDS if f.default is not None}
    assert question(**defaults) == question()


VALUES: tuple[Any, ...] = (
    None, "", 0, 1, -1, 2, 0.5, 1e-9, 1e18, -0.0, 90, 512, 3000.0, float("nan"), float("inf"), True, False, "many",
    "h100-sxm", "open-70b", "global", "chatbot", "bursty", "europe", "DEU", "1", "standard", "instant", "1024-1024",
    [], ["h100-sxm"], ["open-70b", "open-70b"], [1, 2], [None], {}, {"h100-sxm": 8}, {"h100-sxm": "8"}, {"": 1},
    [100, 1, 50, 200, 300, 900], [{"model": "open-70b", "input": 1, "output": 2}], [{}], {"name": "x"},
    [{"gpu": "h100-sxm", "usd_per_hour": 2}], "\ud83d", "x" * 3000, [[]],
    {"memory_gb": 80, "bandwidth_tb_s": 3, "bf16_tflops": 900, "usd_per_hour": 1.5},
)  # fmt: skip


def fitting(source: random.Random, name: str) -> Any:
    """A value of the field's kind, mostly within its bounds."""
    field = FIELD[name]
    if field.kind in ("whole", "number"):
        value = source.choice([field.least, 1, 2, 3.5, source.uniform(0, 1), 10 ** source.uniform(-3, 5)])
        return round(value) if field.kind == "whole" and source.random() < 0.9 else value
    if field.choices:
        some = list(source.sample(field.choices, min(2, len(field.choices))))
        return some[0] if field.kind == "choice" else some
    return source.choice(VALUES)


def test_any_record_is_a_question_or_is_refused_at_a_field() -> None:
    """2,000 seeded records: nothing but an InputError that names a field, and every 20th question is answered."""
    source, accepted, refusals = random.Random(7), 0, set()
    packs = {"planner": known()}
    for number in range(2000):
        names = source.sample([f.name for f in FIELDS], source.randrange(0, 6))
        form = {n: source.choice(VALUES) if source.random() < 0.3 else fitting(source, n) for n in names}
        if source.random() < 0.02:
            form["prompt_token"] = 1
        try:
            found, catalogue_ = asked({"form": form}, packs)
        except InputError as error:
            assert error.field in FIELD or error.field == "form", (form, error)
            assert error.message, form
            refusals.add(error.field)
            continue
        accepted += 1
        if number % 20 == 0:
            ranked_plans(found, catalogue_)
    assert accepted > 400
    assert len(refusals) > 55


def test_kinds_of_the_form_are_those_of_the_engine() -> None:
    assert FIELD["kinds"].choices == KINDS
    assert GPU.id in known().gpus
