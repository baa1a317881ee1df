"""Rankings by usage on the committed prices: every default winner is a complete product at a believable price."""

import json
import time
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from generator.nightly import Inputs, inputs
from generator.places import checkout
from generator.precompute.usage import usage_packs
from wasm_tools.planner.usage import UsageBook, UsageRanking, ranked_usage, read_usage_book, usage_record
from wasm_tools.workload.usage import UsageRequest

# Of each default ranking what a buyer gets, and between which prices a complete product of the kind lies, by hand from
# the price lists of the best-known sellers: far outside a price is of something else, or in another unit.
SANE = {
    "embeddings": ("input.text.token", "0.001", "0.2"),
    "rerank": ("input.any.search", "0.5", "3"),
    "speech-to-text": ("input.audio.audio_second", "0.02", "0.5"),
    "text-to-speech": ("input.text.character", "0.4", "20"),
    "realtime": ("input.audio.audio_second", "1", "10"),
    "image": ("output.image", "0.005", "0.06"),
    "video": ("output.video.video_second;variant=720p", "0.01", "0.2"),
    "vision": ("input.any.page", "0.2", "3"),
    "moderation": ("input.text.token", "0.03", "0.5"),
    "search": ("input.any.search", "0.5", "10"),
}
REVIEWED = "2026-11-20"  # the state whose winners were looked at one by one
WINNERS = {
    "embeddings": ("deepinfra", "google/embeddinggemma-300m"),
    "rerank": ("aws-bedrock", "amazon.rerank-v1:0"),
    "speech-to-text": ("cloudflare", "@cf/openai/whisper"),
    "text-to-speech": ("deepinfra", "hexgrad/kokoro-82m"),
    "realtime": ("zhipuai", "glm-realtime-flash"),
    "image": ("together", "stabilityai/stable-diffusion-xl-base-1.0"),
    "video": ("xai", "grok-imagine-video-1.5-lite"),
    "vision": ("google-vertex", "mistral-ocr-25-05"),
    "moderation": ("aws-bedrock", "openai.gpt-oss-safeguard-20b"),
    "search": ("deepseek", "search"),
}


@pytest.fixture(scope="module")
def at() -> Inputs:
    return inputs(checkout(), None, offline=True)


@pytest.fixture(scope="module")
def packs(at: Inputs) -> Mapping[str, Mapping[str, Any]]:
    return usage_packs(at.registry, at.state, at.places.registry, at.as_of)


@pytest.fixture(scope="module")
def books(packs: Mapping[str, Mapping[str, Any]]) -> Mapping[str, UsageBook]:
    return {name: read_usage_book(json.loads(json.dumps(pack))) for name, pack in packs.items()}


@pytest.fixture(scope="module")
def defaults(books: Mapping[str, UsageBook]) -> Mapping[str, UsageRanking]:
    return {name: ranked_usage(book, UsageRequest()) for name, book in books.items()}


@pytest.mark.parametrize("workload", SANE)
def test_the_default_winner_is_a_complete_product_at_a_believable_price(
    workload: str, defaults: Mapping[str, UsageRanking]
) -> None:
    meter, least, most = SANE[workload]
    winner = defaults[workload].entries[0]
    assert winner.product.first.meter.startswith(meter)
    assert Decimal(least) <= winner.unit_price <= Decimal(most)
    assert winner.grade in "ABC"
    for row in winner.product.all_rows:
        assert not row.aside
        assert not row.suspect
        assert "cache=" not in row.meter
        assert "tier=" not in row.meter


@pytest.mark.parametrize("workload", WINNERS)
def test_the_reviewed_winner_wins(workload: str, at: Inputs, defaults: Mapping[str, UsageRanking]) -> None:
    if at.as_of != REVIEWED:
        pytest.skip("the prices are newer than the review")
    row = defaults[workload].entries[0].product.first
    assert (row.provider, row.sku) == WINNERS[workload]


def test_known_traps_are_out_of_the_list(defaults: Mapping[str, UsageRanking]) -> None:
    listed = {(w, e.product.first.sku) for w, r in defaults.items() for e in r.entries}
    for trap in (
        ("speech-to-text", "sentiment_addon"),
        ("speech-to-text", "@cf/pipecat-ai/smart-turn-v2"),
        ("speech-to-text", "streaming/keyterm"),
        ("speech-to-text", "qwen3-asr-flash-us"),
        ("text-to-speech", "eleven_multilingual_v2"),
        ("text-to-speech", "fal-ai/diffrhythm"),
        ("embeddings", "qwen/qwen3-embedding-0.6b-batch"),
        ("moderation", "meta-llama/llama-prompt-guard-2-22m"),
        ("image", "deepbricks/dall-e-3"),
    ):
        assert trap not in listed


@pytest.mark.parametrize("workload", SANE)
def test_in_every_ranking_all_prices_are_accounted_for_and_none_is_inverted(
    workload: str, books: Mapping[str, UsageBook]
) -> None:
    book = books[workload]
    for comparator in book.comparators.values():
        ranking = ranked_usage(book, UsageRequest(unit=comparator.usage_unit, usage=Decimal("12345.6")))
        ranked = [n for e in ranking.entries for n in e.product.rows]
        assert sorted([*ranked, *ranking.refused]) == list(range(len(book.rows)))
        pairs = [(e.unit_price, e.usd_per_month) for e in ranking.entries]
        assert pairs == sorted(pairs)
        assert [cost for _, cost in pairs] == sorted(cost for _, cost in pairs)
        stated = {m for part in comparator.parts for m in part.meters} | {"output.image.token", "input.text.token"}
        assert {row.meter for e in ranking.entries for row in e.product.all_rows} <= stated


def test_every_price_has_a_reason_in_words(at: Inputs, books: Mapping[str, UsageBook]) -> None:
    for book in books.values():
        for comparator in book.comparators.values():
            ranking = ranked_usage(book, UsageRequest(unit=comparator.usage_unit))
            assert all(refusal.reason for refusal in ranking.refused.values())
            vague = {r.reason for r in ranking.refused.values() if r.reason.startswith("no ranking counts")}
            assert at.as_of != REVIEWED or not vague, f"{book.workload}: {vague}"


def test_one_ranking_takes_at_most_30_ms(books: Mapping[str, UsageBook]) -> None:
    for name, book in books.items():
        times = []
        for _ in range(5):
            start = time.perf_counter()
            ranked_usage(book, UsageRequest(budget=Decimal(1000), weigh_evidence=True))
            times.append(time.perf_counter() - start)
        assert min(times) <= 0.030, f"{name}: {min(times) * 1000:.1f} ms"


def test_a_pack_is_small_enough_to_load_by_itself(packs: Mapping[str, Mapping[str, Any]]) -> None:
    for name, pack in packs.items():
        assert len(json.dumps(pack, separators=(",", ":"))) < 150_000, name


def test_records_of_real_rankings_are_plain_json(defaults: Mapping[str, UsageRanking]) -> None:
    for ranking in defaults.values():
        record = usage_record(ranking)
        assert json.loads(json.dumps(record, allow_nan=False)) == record


def test_evidence_weighing_changes_real_rankings(books: Mapping[str, UsageBook]) -> None:
    plain, weighed = (
        [e.product.first.sku for e in ranked_usage(books["image"], request).entries]
        for request in (UsageRequest(), UsageRequest(weigh_evidence=True))
    )
    assert sorted(plain) == sorted(weighed)
    assert plain != weighed


def test_a_million_images_a_month_pay_no_volume_price(books: Mapping[str, UsageBook]) -> None:
    ranking = ranked_usage(books["vision"], UsageRequest(unit="images", usage=Decimal(1_000_000)))
    quoted = {r.meter for e, _ in ranking.suspects for r in e.product.all_rows}
    assert quoted == {"input.image.image"}
