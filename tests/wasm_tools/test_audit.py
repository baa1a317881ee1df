"""The audit on the committed catalogue: every amount follows from prices that can be checked by hand."""

import json
from functools import cache
from typing import Any

import pytest

from generator.precompute.usage import usage_packs
from tests.wasm_tools.ask_books import inputs, planned
from wasm_tools.audit.audit import Audit, audit, pipeline_audit
from wasm_tools.audit.finding import SAVES, UNKNOWN, VERDICTS, Finding, Priced, other_offer, same_offer
from wasm_tools.audit.gaps import data_gaps
from wasm_tools.audit.record import audit_markdown, audit_record, lever_rows
from wasm_tools.audit.said import setup_of_form
from wasm_tools.audit.setup import Setup, read_setup
from wasm_tools.planner.usage import UsageBook, read_usage_book
from wasm_tools.workload.traffic import InputError

API: dict[str, Any] = {
    "deployment": "api", "model": "gpt-4o", "provider": "openai", "spend_usd": 20_000.0, "input_tokens": 4e9,
    "output_tokens": 1e9, "requests": 4e6,
}  # fmt: skip
FLEET: dict[str, Any] = {
    "deployment": "gpus", "model": "llama-3.3-70b-instruct", "gpu": "h100-sxm", "gpu_count": 8, "gpu_usd_hour": 2.5,
    "precision": "bf16", "input_tokens": 1e10, "output_tokens": 3e9, "requests": 1e7, "traffic": "steady",
    "autoscaling": "no", "slo": "conversational",
}  # fmt: skip
IMAGES: dict[str, Any] = {
    "workload": "image", "model": "flux-pro-1.1", "provider": "azure", "usage": 100_000.0, "unit": "images",
    "spend_usd": 5_000.0,
}  # fmt: skip


@cache
def books() -> dict[str, UsageBook]:
    at = inputs()
    packs = usage_packs(at.registry, at.state, at.places.registry, at.as_of)
    return {name: read_usage_book(pack) for name, pack in packs.items()}


def audited(given: dict[str, Any], **more: Any) -> Audit:
    return audit(read_setup({**given, **more}, books()), planned(), books())


def lever(found: Audit, name: str) -> Finding:
    return next(f for f in found.findings if f.lever == name)


def gpt_4o() -> Any:
    return next(r for r in planned().rates if (r.provider, r.sku, r.region) == ("openai", "gpt-4o", "global"))


def test_today_is_priced_by_the_offer_that_runs_even_where_it_misses_the_target() -> None:
    found = audited(API)
    band = gpt_4o().bands[0]
    assert found.now is not None
    assert found.now.offer == "offer|openai|gpt-4o|global"
    assert found.now.usd == pytest.approx(4_000 * float(band.input) + 1_000 * float(band.output))
    assert found.stated == 20_000


def test_cache_and_batch_save_what_their_prices_say() -> None:
    found = audited(API, cacheable_share=0.5, batchable_share=0.2)
    band, batch = gpt_4o().bands[0], gpt_4o().prices["batch"][0]
    cached = lever(found, "cache")
    assert cached.verdict == SAVES
    assert cached.saving == pytest.approx(0.5 * 4_000 * float(band.input - band.cache_read))
    waiting = lever(found, "batch")
    assert waiting.saving == pytest.approx(
        0.2 * (4_000 * float(band.input - batch.input) + 1_000 * float(band.output - batch.output))
    )
    assert found.best is not None
    assert found.best.lever == max((cached, waiting), key=lambda f: f.saving or 0).lever


def test_a_share_that_nobody_stated_gives_no_verdict_but_what_a_tenth_would_bring() -> None:
    cached, known = lever(audited(API), "cache"), lever(audited(API, cacheable_share=0.1), "cache")
    assert (cached.verdict, cached.saving, cached.asks) == (UNKNOWN, None, "cacheable_share")
    assert cached.per_tenth == pytest.approx(known.saving)
    assert audited(API).best is None


def test_what_cannot_be_is_not_advised() -> None:
    found = audited(API)
    for name in ("quantisation", "hardware", "autoscaling"):  # closed weights, and nothing of one's own to scale
        assert lever(found, name).verdict == "not possible"
    assert lever(found, "commitment").verdict == UNKNOWN
    assert audited(API, requests=4e5).findings  # long prompts
    assert lever(audited(API, cached_share=0.5, cacheable_share=0.5), "cache").verdict == "not possible"


def test_an_offer_without_observed_latency_is_never_said_to_save() -> None:
    for found in (audited(API), audited(FLEET)):
        for f in found.findings:
            if f.verdict == SAVES and f.priced is not None and f.lever == "alternatives":
                assert f.priced.status in ("met", "likely")


def test_fleet_is_priced_by_the_hour_and_spot_is_no_saving_under_a_target() -> None:
    found = audited(FLEET)
    assert found.stated == pytest.approx(8 * 2.5 * 730)
    assert found.now is not None
    lowest = min(
        float(r.price)
        for r in planned().rentals
        if r.gpu == "h100-sxm" and r.kind == "rented" and r.count in (1, 2, 4, 8)
    )
    assert found.now.usd == pytest.approx(lowest * 8 * 730)
    same = lever(found, "same_gpus")
    assert same.saving == pytest.approx(8 * 730 * (2.5 - lowest))
    assert lever(found, "tier").verdict != SAVES
    assert lever(found, "autoscaling").verdict != SAVES  # the load is the same all day
    assert lever(found, "cache").verdict == UNKNOWN
    ids = {f"rental|{r.provider}|{r.instance}|{r.region}" for r in planned().rentals}
    for f in found.findings:
        if f.priced is not None and f.priced.offer.startswith("rental|"):
            assert f.priced.offer.rpartition("|")[0] in ids


def test_fewer_requests_need_fewer_gpus() -> None:
    found = audited(FLEET, requests=1e6, input_tokens=1e9, output_tokens=3e8)
    right = lever(found, "right_size")
    assert right.priced is not None
    assert right.priced.gpus < 8
    assert right.saving is not None
    assert right.saving > 0


def test_without_a_load_a_fleet_has_other_prices_only() -> None:
    bare = {k: v for k, v in FLEET.items() if not k.endswith("tokens") and k != "requests"}
    found = audited(bare)
    assert {f.lever for f in found.findings if f.saving is not None} <= {"same_gpus", "commitment"}
    assert lever(found, "right_size").asks == "input_tokens"


def test_pictures_are_compared_with_the_same_model_and_others_are_named_as_such() -> None:
    found = audited(IMAGES)
    assert found.now is not None
    assert found.now.provider == "azure"
    assert found.now.usd == pytest.approx(4_000)
    other = lever(found, "other_models")
    assert other.verdict == UNKNOWN
    assert all("(another model)" in p.what for p in found.alternatives if p.model != found.now.model)
    assert found.alternatives[0].model == found.now.model


def test_a_pipeline_is_audited_step_by_step_with_its_own_spend() -> None:
    setups = [read_setup(s, books()) for s in (API, IMAGES)]
    made = pipeline_audit(setups, planned(), books())
    assert [a.stated for a in made] == [20_000, 5_000]
    with pytest.raises(InputError, match="at least one step"):
        pipeline_audit([], planned(), books())


def test_an_empty_questionnaire_has_no_result_and_wrong_answers_are_named() -> None:
    wrong: tuple[tuple[dict[str, Any], str], ...] = (
        ({}, "setup"), ({"workload": "llm"}, "setup"), ({"modle": "x"}, "setup"), ({"model": 3}, "model"),
        ({"model": "x", "spend_usd": float("nan")}, "spend_usd"), ({"model": "x", "gpu_count": 1.5}, "gpu_count"),
        ({"model": "x", "cached_share": 0.5, "cacheable_share": 0.2}, "cacheable_share"),
        ({"model": "x", "deployment": "cloud"}, "deployment"), ({"workload": "poems", "model": "x"}, "workload"),
        ({"model": "gpt-4o", "spend_usd": True}, "spend_usd"),
    )  # fmt: skip
    for given, field in wrong:
        with pytest.raises(InputError) as refused:
            read_setup(given, books())
        assert refused.value.field == field
    with pytest.raises(InputError, match="did you mean"):
        audited(API, model="gpt-4oo")


def test_gaps_come_with_questions_and_answers_close_them() -> None:
    open_ = {g.field for g in data_gaps(Setup(deployment="api", model="gpt-4o"))}
    assert {"spend_usd", "input_tokens", "provider", "cacheable_share"} <= open_
    assert "gpu" not in open_
    assert "spend_usd" not in {g.field for g in data_gaps(read_setup(FLEET, books()))}
    assert all(g.question.endswith("?") for g in data_gaps(Setup(deployment="gpus")))


def test_less_than_the_list_price_turns_a_saving_of_the_list_into_a_cost() -> None:
    now = Priced(100, 0, "offer|a", "a", "met", "observed", "")
    then = Priced(80, 0, "offer|b", "b", "met", "observed", "")
    assert other_offer("x", now, then, "why").verdict == SAVES
    assert other_offer("x", now, then, "why", paid=70).verdict == "costs more"
    wide = Priced(80, 0.5, "offer|b", "b", "met", "observed", "")
    assert other_offer("x", now, wide, "why").verdict == UNKNOWN
    assert same_offer("x", now, now, "why").verdict == UNKNOWN


def test_record_table_and_markdown_tell_the_same_and_hostile_names_stay_text() -> None:
    found = audited(API, cacheable_share=0.5)
    record = audit_record(found, planned().as_of)
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    assert {f["verdict"] for f in record["levers"]} <= set(VERDICTS)
    rows = list(lever_rows(record))
    assert [row[0] for row in rows] == [f.lever for f in found.findings]
    text = audit_markdown([record])
    assert all(f"| {row[0].replace('_', ' ')} | {row[1]} |" in text for row in rows)
    assert "not to be added up" in text
    record["levers"][0]["why"] = "a | b [c](http://d) <script>"
    assert r"a \| b \[c\](http://d) \<script\>" in audit_markdown([record])


def test_plain_words_become_a_load_only_where_they_state_one() -> None:
    assert setup_of_form({"models": ["gpt-4o"]}, planned()) == {"model": "gpt-4o"}
    made = setup_of_form({"models": ["gpt-4o"], "qps": 1, "prompt_tokens": 1000, "output_tokens": 100}, planned())
    assert made["requests"] == 730 * 3600
    assert (made["input_tokens"], made["output_tokens"]) == (2.628e9, 2.628e8)
    assert setup_of_form({"inventory": {"h100-sxm": 8}}, planned())["deployment"] == "gpus"
