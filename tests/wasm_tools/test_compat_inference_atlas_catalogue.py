"""The catalogue ranking of InferenceAtlas, restated: its synthetic vectors, and all its stored reference results."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from generator.compat_tables import catalogue_row, inference_atlas_catalogue_tables, inference_atlas_rows
from generator.places import checkout
from wasm_tools.compat import inference_atlas as library
from wasm_tools.compat.inference_atlas_catalogue import CatalogueRequest, RankedOffer, rank_offers
from wasm_tools.compat.inference_atlas_records import OFFER_COLUMNS, catalogue_record, catalogue_rows, offer_scaling
from wasm_tools.compat.inference_atlas_relaxation import CatalogueAnswer, rank_with_relaxation
from wasm_tools.compat.inference_atlas_tables import CatalogueRow
from wasm_tools.workload.traffic import InputError

TABLES = inference_atlas_catalogue_tables(checkout().registry)
STT = "speech_to_text"
ROWS = [
    CatalogueRow("A", STT, "A1", "", 0.006, "audio_min", "high"),
    CatalogueRow("B", STT, "B1", "", 0.30, "audio_hour", "vendor_list"),
    CatalogueRow("C", STT, "C1", "", 0.0001, "second", "medium"),
    CatalogueRow(
        "A", STT, "A2", "", 0.40, "audio_hour", "official", throughput=10, throughput_unit="audio_hour_per_hour"
    ),
    CatalogueRow("B", STT, "B2", "", 0.005, "per_minute", "vendor_listed", throughput=50, throughput_unit="tokens/sec"),
]
USED = {"monthly_usage": 36000.0}
AWARE = {**USED, "throughput_aware": True}
CATALOGUE = "raw.githubusercontent.com/jayeshsuyal/InferenceAtlas/main/data/catalog_v2/pricing_catalog.json"
REASON = {"Not sel": "not_selected", "No offe": "unit", "No comp": "not_comparable", "Exclude": "strict"}


def ask(**filters: Any) -> CatalogueAnswer:
    return rank_with_relaxation(ROWS, CatalogueRequest(STT, **filters), TABLES)


def scores(offers: list[RankedOffer]) -> list[tuple[str, float]]:
    return [(o.row.sku_name, round(o.score, 9)) for o in offers]


@pytest.mark.parametrize(
    ("filters", "stated"),
    [
        ({}, [("A1", 0.4158), ("B1", 0.433125), ("B2", 0.45045), ("A2", 0.462)]),
        (USED, [("B2", 207.9), ("A1", 249.48), ("B1", 12474.0), ("A2", 16632.0)]),
        (AWARE, [("B2", 229.5), ("A1", 275.4), ("B1", 13770.0), ("A2", 448012.707776028)]),
        (
            {"comparator_mode": "listed", "confidence_weighted": False},
            [("C1", 0.0001155), ("B2", 0.005775), ("A1", 0.00693), ("B1", 0.3465), ("A2", 0.462)],
        ),
        ({"unit_name": "second"}, [("C1", 0.00012705)]),
        ({"throughput_aware": True}, [("A1", 0.4284), ("B1", 0.44625), ("B2", 0.4641), ("A2", 0.476)]),
    ],
    ids=["V1", "V2", "V3", "V5", "V6", "V8"],
)
def test_synthetic_vectors_come_out(filters: dict[str, Any], stated: list[tuple[str, float]]) -> None:
    assert scores(ask(**filters).offers) == stated


def test_replicas_multiply_the_estimate_as_in_the_original() -> None:
    offer = next(o for o in ask(**AWARE).offers if o.row.sku_name == "A2")
    assert (offer.replicas, offer.estimate, offer.capacity_check) == (17, 244800.0, "pass (17 replicas)")
    assert math.isclose(offer.overload, 0.9231163463866358, rel_tol=1e-9)
    assert math.isclose(offer.complexity, 0.6131194261875509, rel_tol=1e-9)


def test_strict_capacity_keeps_confirmed_offers_and_counts_the_rest() -> None:
    answer = ask(**AWARE, strict_capacity_check=True)
    assert [o.row.sku_name for o in answer.offers] == ["A2"]
    assert answer.excluded == 4
    assert answer.breakdown["non_comparable_normalization"] == 1
    assert answer.breakdown["missing_throughput"] == 3


def test_ladder_drops_the_filters_one_after_the_other() -> None:
    answer = ask(unit_name="zzz", providers=frozenset({"C"}))
    assert answer.selected == "relax_provider"
    assert [(s.step, s.attempted, s.count) for s in answer.steps] == [
        ("strict", True, 0), ("relax_unit", True, 0), ("relax_budget", False, 0), ("relax_provider", True, 4),
    ]  # fmt: skip
    assert scores(answer.offers) == scores(ask().offers)


def test_unit_breakdown_counts_other_units() -> None:
    assert ask(unit_name="second").breakdown["unit_mismatch"] == 4


def test_every_provider_gets_one_reason() -> None:
    reasons = {d.provider: d.reason for d in ask(providers=frozenset({"B", "C"})).diagnostics}
    assert reasons == {"A": "not_selected", "B": "included", "C": "not_comparable"}
    strict = ask(**AWARE, strict_capacity_check=True).diagnostics
    assert {d.provider: d.reason for d in strict} == {"A": "included", "B": "strict", "C": "not_comparable"}
    listed = ask(comparator_mode="listed", monthly_budget_max_usd=0.001).diagnostics
    assert {d.provider: d.reason for d in listed} == {"A": "budget", "B": "budget", "C": "included"}


@pytest.mark.parametrize(
    ("unit", "workload", "factor"),
    [
        ("1M_tokens", "llm", 1), ("audio_min", STT, 60), ("1k_chars", "tts", 1000), ("image", "image_gen", 1000),
        ("video_second", "video_generation", 60), ("second", STT, None), ("image", "vision", None),
    ],
)  # fmt: skip
def test_units_convert_to_the_comparator_of_their_workload(unit: str, workload: str, factor: float | None) -> None:
    found = library.normalize_unit_price_for_workload(workload, unit, 0.5, TABLES)
    assert found == (None if factor is None else 0.5 * factor)


@pytest.mark.parametrize("usage", [-1.0, math.nan, math.inf])
def test_wrong_usage_is_refused(usage: float) -> None:
    with pytest.raises(InputError) as caught:
        CatalogueRequest("llm", monthly_usage=usage)
    assert caught.value.field == "monthly_usage"


def test_records_use_the_old_names() -> None:
    record = catalogue_record(ask(**AWARE))
    assert tuple(sorted(record["offers"][0])) == tuple(sorted(OFFER_COLUMNS))
    assert not record["relaxation_applied"]
    assert [o["capacity_check"] for o in record["offers"]] == ["unknown", "unknown", "unknown", "ok"]
    scaling = offer_scaling(ask(**AWARE, strict_capacity_check=True).offers[0])
    assert (scaling["replicas"], scaling["risk_band"]) == (17, "low")
    assert catalogue_rows(ROWS[:1])[0]["workload_type"] == STT


def test_result_does_not_depend_on_the_order_of_providers() -> None:
    forward, _ = rank_offers(ROWS, CatalogueRequest(STT), TABLES)
    backward, _ = rank_offers(ROWS[::-1], CatalogueRequest(STT), TABLES)
    assert forward == backward


def test_aliases_lead_to_one_workload() -> None:
    assert {TABLES.workload(w) for w in (" STT", "transcription", STT)} == {STT}
    assert TABLES.workload("voice_agent") == "voice_agent"


@pytest.mark.mirror
def test_first_offers_of_the_frozen_catalogue(mirror: Path) -> None:
    rows = inference_atlas_rows(mirror / CATALOGUE, TABLES)
    assert len(rows) == 761
    firsts = {}
    for workload in ("llm", STT, "text_to_speech", "embeddings", "image_generation", "video_generation", "moderation"):
        (first, *_), _ = library.rank_catalog_offers(rows, TABLES, workload=workload)
        firsts[workload] = (first.row.provider, round(first.comparator, 9))
    assert firsts == {
        "llm": ("openai", 0.005),
        STT: ("assemblyai", 0.02),
        "text_to_speech": ("deepgram", 27.0),
        "embeddings": ("fireworks", 0.008),
        "image_generation": ("together_ai", 1.9),
        "video_generation": ("fal_ai", 3.375),
        "moderation": ("together_ai", 0.2),
    }
    assert rank_offers(rows, CatalogueRequest("vision"), TABLES)[0] == []


def close(stated: Any, found: Any) -> bool:
    if isinstance(stated, float) and isinstance(found, int | float):
        return math.isclose(stated, found, rel_tol=1e-9)
    return bool(stated == found)


@pytest.mark.mirror
def test_all_72_reference_cases_agree(mirror: Path, upstream: Path) -> None:
    frozen = inference_atlas_rows(mirror / CATALOGUE, TABLES)
    cases = json.loads((upstream / "reference_results/inference_atlas/catalog_ranking.json").read_bytes())
    compared = 0
    for case in cases:
        inputs = dict(case["inputs"])
        workload, providers = inputs.pop("workload_type"), frozenset(inputs.pop("allowed_providers")) or None
        own = [catalogue_row({**r, "workload_type": workload}, TABLES) for r in case.get("catalog_rows", ())]
        if "error" in case:
            with pytest.raises(InputError) as caught:
                CatalogueRequest(workload, providers, **inputs)
            assert caught.value.field == case["error"].split()[1]
            continue
        request = CatalogueRequest(workload, providers, **inputs)
        answer = rank_with_relaxation(own or frozen, request, TABLES)
        for offer, stated in zip(answer.offers, case["results"], strict=True):
            row = offer.row
            found = (
                offer.rank, row.provider, row.sku_name, row.billing_mode, row.unit_price_usd, offer.comparator,
                row.unit_name, row.confidence, offer.estimate, offer.score, offer.overload, offer.complexity,
                offer.risk, offer.replicas, offer.capacity_check,
            )  # fmt: skip
            assert all(close(s, f) for s, f in zip(stated.values(), found, strict=True)), (inputs, stated, found)
            compared += len(found)
        assert answer.selected == case["selected_step"]
        assert answer.excluded == case["excluded_offer_count"]
        assert answer.strict_excluded == case["strict_excluded_offer_count"]
        assert answer.breakdown == case["exclusion_breakdown"]
        for step, stated in zip(answer.steps, case["relaxation_trace"], strict=True):
            assert all(getattr(step, name) == value for name, value in stated.items())
        for d, stated in zip(answer.diagnostics, case["provider_diagnostics"], strict=True):
            told = stated["reason"]
            assert (d.provider, d.status) == (stated["provider"], stated["status"])
            assert d.reason == REASON.get(told[:7], "included")
            assert d.reason != "included" or f"({d.rankable} " in told
    assert (len(cases), compared) == (72, 8205)
