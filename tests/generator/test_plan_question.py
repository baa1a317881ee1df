"""From flags to a question: defaults, presets of earlier systems, and refusals that name the flag and the remedy."""

import math
from typing import Any

import pytest

from generator.plan_flags import PlanFlags
from generator.plan_question import hints, question_of, with_way
from tests.generator.plan_runs import names
from wasm_tools.planner.question import Question
from wasm_tools.workload.traffic import InputError


def ask(**flags: Any) -> Question:
    return question_of(PlanFlags(**flags), names())


def refusal(**flags: Any) -> str:
    with pytest.raises(InputError) as caught:
        ask(**flags)
    return str(caught.value)


def test_no_flags_ask_about_a_plain_workload() -> None:
    q = ask()
    w = q.workload
    assert (w.prompt_tokens, w.output_tokens, w.qps, w.peak_qps, w.minimum_class) == (1024, 1024, 1.0, 2.0, "medium")
    assert (q.slo.ttft_ms, q.slo.itl_ms, q.slo.percentile, q.pattern, q.inventory) == (500, 35, 95, None, ())
    assert q.slo.e2e_ms == pytest.approx(500 + 1023 * 35 * 1.1)


def test_a_use_case_fills_in_what_was_not_said() -> None:
    q = ask(use_case="chatbot")
    w = q.workload
    assert (w.prompt_tokens, w.output_tokens, w.qps, w.peak_qps) == (512, 256, 1.3333, 2.6666)
    assert (q.slo.ttft_ms, q.slo.itl_ms, w.minimum_class, q.wishes.use_case) == (300, 30, "medium", "chatbot")
    said = ask(use_case="chatbot", prompt=100, qps=5.0, peak=6.0, slo="batch", minimum_class="large")
    w = said.workload
    assert (w.prompt_tokens, w.output_tokens, w.qps, w.peak_qps, w.minimum_class) == (100, 256, 5, 6, "large")
    assert (said.slo.ttft_ms, said.slo.itl_ms) == (2000, 45)


def test_users_are_requests_by_the_behaviour_of_the_use_case() -> None:
    assert ask(use_case="chatbot", users=3000.0).workload.qps == pytest.approx(3000 * 0.2 * 0.4 / 60)
    assert ask(use_case="research-legal-analysis", users=1.0).workload.qps > 0


def test_a_single_bound_moves_alone_and_the_whole_answer_follows() -> None:
    q = ask(use_case="chatbot", ttft=900.0)
    assert (q.slo.ttft_ms, q.slo.itl_ms) == (900, 30)
    assert q.slo.e2e_ms == pytest.approx(900 + 255 * 30 * 1.1)
    assert ask(use_case="chatbot", ttft=900.0, e2e=4000.0).slo.e2e_ms == 4000


def test_presets_of_earlier_systems_bring_their_own_figures() -> None:
    theirs = ask(use_case="translation", preset=["compass-doc"])
    assert (theirs.workload.prompt_tokens, theirs.workload.output_tokens) == (1024, 1024)
    assert (theirs.slo.ttft_ms, theirs.slo.itl_ms, theirs.slo.e2e_ms) == (400, 35, 35_000)
    short = ask(use_case="translation", preset=["compass-ui"])
    assert (short.workload.prompt_tokens, short.workload.output_tokens, short.slo.e2e_ms) == (512, 256, 16_330)
    by_class = ask(use_case="code-completion", preset=["compass-class"])
    assert (by_class.slo.ttft_ms, by_class.slo.itl_ms) == (150, 25)
    assert ask(use_case="chatbot", preset=["compass-doc"], itl=50.0).slo.itl_ms == 50


def test_every_use_case_has_the_targets_of_the_published_table() -> None:
    for case in names().use_cases:
        assert ("compass-doc", case) in names().targets and ("compass-class", case) in names().targets


def test_a_pattern_sets_peak_and_burstiness() -> None:
    q = ask(pattern="bursty", qps=2.0)
    assert (q.workload.peak_qps, q.workload.arrival_cv) == (7.0, 3.26)
    react = ask(pattern="bursty", qps=2.0, preset=["ia-react"])
    assert react.workload.peak_qps == 8.0 and react.pattern is not None and react.pattern.peak_factor == 4.0
    own = ask(pattern="steady", qps=2.0, peak=5.0)
    assert own.workload.peak_qps == 5.0 and own.pattern is not None and own.pattern.peak_factor == 2.5
    assert ask(pattern="diurnal", batch=0.5).workload.peak_qps == pytest.approx(3.01 * 0.5)


def test_recorded_lengths_come_with_their_means_and_spread() -> None:
    w = ask(lengths="azure-2023-conv").workload
    assert (w.prompt_tokens, w.output_tokens) == (1155, 211)
    assert w.lengths is not None and w.lengths.prompt.cv == pytest.approx(0.9602)


def test_an_industry_fills_in_what_is_not_said() -> None:
    plain = ask(industry="software")
    assert (plain.wishes.use_case, plain.pattern and plain.pattern.id) == ("code-completion", "bursty")
    assert plain.workload.lengths is not None and plain.workload.prompt_tokens == 2048
    own = ask(industry="software", prompt=300, pattern="steady", users=50.0)
    assert (own.workload.prompt_tokens, own.workload.output_tokens, own.workload.lengths) == (300, 256, None)
    assert own.pattern is not None and own.pattern.id == "steady"
    assert ask(industry="law", use_case="chatbot").wishes.use_case == "chatbot"
    assert "--industry: 'alchemy' is not one of software, customer-service, banking" in refusal(industry="alchemy")


def test_industries_say_where_they_come_from_and_are_named_in_the_help() -> None:
    registry = names().registry
    assert len({i.id for i in registry.industries}) == len(registry.industries) == 6
    for i in registry.industries:
        assert (i.basis == "ours") == (i.source == "ours, an assumption") == (not i.lengths), i.id
        assert i.basis == "recorded" or "An assumption" in i.reason, i.id
        assert i.id in PlanFlags.__annotations__["industry"].__metadata__[0].help, i.id


def test_a_named_model_needs_no_class() -> None:
    assert ask(model=["gpt-oss-20b"]).workload.minimum_class == "small"
    assert ask(model=["gpt-oss-20b"], minimum_class="large").workload.minimum_class == "large"


def test_limits_and_own_hardware_reach_the_question() -> None:
    q = ask(
        gpu=["H100-SXM"], without_provider=["aws-bedrock"], gpu_limit=["h100-sxm=0"], own=["h100-sxm=8", "l40s=2"],
        kwh="0.20", kind=["rented", "owned"], max_gpus=4, budget=900.0, cached=0.25, batch=0.5, tier="flex",
        success_rate=0.9, retries=2, precision=["fp8"], context=32_000, domain=["code"],
    )  # fmt: skip
    limits = q.limits
    assert (limits.gpus, limits.gpu_limits, limits.max_gpus) == (("h100-sxm",), (("h100-sxm", 0),), 4)
    assert q.inventory == (("h100-sxm", 8), ("l40s", 2)) and str(q.usd_per_kwh) == "0.20"
    assert limits.domains == ("code",)
    assert (limits.usd_per_month, limits.precisions, limits.min_context) == (900, ("fp8",), 32_000)
    assert (q.mix.tier, q.mix.retries, float(q.mix.cached_share), float(q.mix.batch_share)) == ("flex", 2, 0.25, 0.5)


@pytest.mark.parametrize(
    ("flags", "flag", "remedy"),
    [
        ({"users": 5.0, "qps": 1.0, "use_case": "chatbot"}, "--users", "leave out"),
        ({"users": 5.0}, "--users", "add --use-case"),
        ({"lengths": "azure-2023-conv", "prompt": 5}, "--lengths", "leave out --prompt"),
        ({"slo": "batch", "ttft": 5.0}, "--slo", "leave out"),
        ({"slo": "batch", "use_case": "chatbot", "preset": ["compass-ui"]}, "--slo", "leave out"),
        ({"min_quality": 50.0}, "--min-quality", "add --use-case"),
        ({"retries": 2}, "--retries", "add --success-rate"),
        ({"kwh": "0.1", "place": "DEU"}, "--kwh", "leave out --place"),
        ({"confirmed_only": True}, "--confirmed-only", "add --own"),
        ({"kind": ["owned"]}, "--kind", "add --own"),
        ({"preset": ["compass-ui"]}, "--preset", "add --use-case"),
        ({"preset": ["compass-ui", "compass-doc"], "use_case": "chatbot"}, "--preset", "leave out"),
        ({"preset": ["compass-template"], "use_case": "content-generation"}, "--preset", "it has chatbot"),
        ({"preset": ["ia"]}, "--preset", "business-hours"),
        ({"preset": ["ia", "compass"], "use_case": "chatbot"}, "--preset", "leave out"),
        ({"preset": ["ia"], "pattern": "steady", "peak": 5.0}, "--peak", "leave out"),
        ({"pattern": "diurnal", "peak": 1.5}, "--peak", "raise the peak"),
        ({"provider": ["azure"], "without_provider": ["azure"]}, "--provider", "remove it"),
        ({"ttft": 500.0, "e2e": 100.0}, "--e2e", "raise --e2e or lower --ttft"),
        ({"own": ["h100-sxm"]}, "--own", "like h100-sxm=8"),
        ({"own": ["h100-sxm=8", "h100-sxm=2"]}, "--own", "twice"),
        ({"own": ["h100-sxm=0"]}, "--own", "1 or more"),
        ({"gpu_limit": ["h100-sxm=-1"]}, "--gpu-limit", "like h100-sxm=8"),
        ({"from_area": "europe"}, "--from", "add --to"),
        ({"to_area": "europe"}, "--to", "add --from"),
    ],
)
def test_wrong_combination_names_the_flag_and_the_remedy(flags: dict[str, Any], flag: str, remedy: str) -> None:
    said = refusal(**flags)
    assert said.startswith(f"{flag}: ") and remedy in said


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 0.0, -1.0])
def test_no_number_that_makes_no_sense_gets_through(value: float) -> None:
    for name, flag in (
        ("qps", "--qps"), ("peak", "--peak"), ("ttft", "--ttft"), ("itl", "--itl"), ("e2e", "--e2e"),
        ("budget", "--budget"), ("budget_hour", "--budget-hour"), ("budget_1k", "--budget-1k"),
        ("tokens_per_second", "--tokens-per-second"), ("availability", "--availability"),
        ("success_rate", "--success-rate"),
    ):  # fmt: skip
        assert refusal(**{name: value}).startswith(f"{flag}: "), name
    assert refusal(use_case="chatbot", users=value).startswith("--users: ")
    if value != 0:
        for name in ("cached", "batch", "tolerance"):
            assert refusal(**{name: value}).startswith(f"--{name}: ")
        assert refusal(kwh=str(value)).startswith("--kwh: ")


def test_unknown_names_are_refused_with_the_nearest_ones() -> None:
    assert "gpt-oss-120b" in refusal(model=["gpt-oss-12b"])
    assert "h100-sxm" in refusal(gpu=["H100"]) and "h100-sxm" in refusal(own=["h100=8"])
    assert "azure" in refusal(provider=["azur"])
    assert refusal(region=["mars"]).startswith("--region: 'mars'")
    assert refusal(place="Bavaria").startswith("--place: 'Bavaria'")
    for name in ("use_case", "pattern", "lengths", "slo", "minimum_class", "tier", "priority"):
        assert "'x' is not one of" in refusal(**{name: "x"}), name
    for name in ("preset", "kind", "precision"):
        assert "'x' is not one of" in refusal(**{name: ["x"]}), name


def test_an_aliased_name_is_ours() -> None:
    row = next(m for m in names().registry.models if m.aliases and m.id not in m.aliases)
    assert ask(model=[row.aliases[0]]).limits.models == (row.id,)


def test_the_way_between_two_areas_is_that_of_the_table() -> None:
    ways = {("europe", "us-east"): 90.0, ("europe", "japan"): 251.0}
    for here, there, ms in (("europe", "us-east", 90), ("us-east", "europe", 90), ("japan", "japan", 0)):
        flags = PlanFlags(from_area=here, to_area=there)
        assert with_way(question_of(flags, names()), flags, ways).network_ms == ms
    assert with_way(ask(), PlanFlags(), ways) == ask()
    for here, there, flag, remedy in (
        ("mars", "mars", "--from", "europe, japan, us-east"),
        ("europe", "mars", "--to", "europe, japan, us-east"),
        ("us-east", "japan", "--from", "no latency is known"),
    ):
        flags = PlanFlags(from_area=here, to_area=there)
        with pytest.raises(InputError) as caught:
            with_way(ask(), flags, ways)
        assert str(caught.value).startswith(f"{flag}: ") and remedy in str(caught.value)
    with pytest.raises(InputError, match="--from: the way alone takes 251 ms"):
        with_way(ask(ttft=200.0), PlanFlags(from_area="europe", to_area="japan"), ways)


def test_a_bound_that_decides_alone_is_a_hint_and_no_fault() -> None:
    assert any("end-to-end bound of 5,000 ms" in hint for hint in hints(ask(ttft=4000.0, e2e=5000.0)))
    assert hints(ask()) == ()
