"""What the genai-prices connector promises, on an excerpt of the real data and on made-up models."""

import json
import tomllib
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from generator.sync.source_registry import load_sources
from generator.sync.sources.genai_prices import NO_WEEKDAYS, parse
from generator.sync.statements import Parsed, PayloadError
from wasm_tools.pricing.meters import unit_registry

ROOT = Path(__file__).parents[2]
UNITS = unit_registry(tomllib.loads((ROOT / "data" / "registry" / "units.toml").read_text())["unit"])
EXCERPT = ROOT / "tests" / "payloads" / "genai-prices.json"
NEWEST = "_derived/genai-prices/0.2.3/data.json"

Dated = dict[tuple[str, str, str], Decimal]


@pytest.fixture(scope="module")
def parsed() -> Parsed:
    return parse(EXCERPT.read_bytes(), UNITS)


def dated(parsed: Parsed, sku: str) -> Dated:
    return {(str(s.meter), s.effective_from, s.effective_to): s.price for s in parsed.offers if s.sku == sku}


def prices(parsed: Parsed, sku: str) -> dict[str, Decimal]:
    """Prices that hold for ever as far as the payload knows."""
    return {meter: price for (meter, _, end), price in dated(parsed, sku).items() if not end}


def model(*, prices: Any, variants: Any = (), provider: str = "p") -> Parsed:
    fields = {"id": "m", "match": {"equals": "m"}, "prices": prices, "price_variants": list(variants)}
    return parse(json.dumps([{"id": provider, "name": "P", "models": [fields]}]).encode(), UNITS)


def when(start: str | None = None, *, at: tuple[str, str] | None = None, **prices: Any) -> dict[str, Any]:
    constraint: dict[str, Any] = {"start_date": start} if start else {}
    if at:
        constraint = {"start_time": at[0], "end_time": at[1]}
    return {"prices": prices} | ({"constraint": constraint} if constraint else {})


def test_a_price_per_million_is_kept_exactly(parsed: Parsed) -> None:
    got = prices(parsed, "gpt-4o")
    assert got["input.text.token"] == Decimal("2.5")
    assert got["output.text.token"] == Decimal(10)
    assert got["input.any.search"] == Decimal(10)
    assert got["input.any.search;variant=file_search"] == Decimal("2.5")


def test_pe_14_dated_prices_hold_from_their_day_to_the_day_before_the_next(parsed: Parsed) -> None:
    got = dated(parsed, "deepseek-v4-flash")
    assert got["input.text.token", "", "2026-08-17"] == Decimal("0.14")
    assert got["input.text.token", "2026-08-17", "2026-09-10"] == Decimal("0.22")
    assert got["output.text.token", "2026-09-10", ""] == Decimal("0.6")


def test_pe_14_peak_hours_belong_to_the_newest_dated_price_before_them(parsed: Parsed) -> None:
    got = dated(parsed, "deepseek-v4-flash")
    assert got["input.text.token;window=0100-0400", "2026-09-10", ""] == Decimal("0.3")
    assert got["output.text.token;window=0600-1000", "2026-09-10", ""] == Decimal("1.2")
    (note,) = {s.note for s in parsed.offers if s.sku == "deepseek-v4-flash" and s.meter.window}
    assert "weekdays" in note


def test_pe_16_hours_without_weekdays_carry_that_remark(parsed: Parsed) -> None:
    timed = [s for s in parsed.offers if s.meter.window]
    assert timed and {s.note for s in timed} == {NO_WEEKDAYS}
    assert not [s for s in timed if "@" in s.meter.window]


def test_pe_19_an_introductory_price_ends_on_its_day_in_every_tier(parsed: Parsed) -> None:
    got = dated(parsed, "gemini-3.6-flash")
    assert got["output.text.token", "", "2027-01-01"] == Decimal("3.75")
    assert got["output.text.token", "2027-01-01", ""] == Decimal("7.5")
    assert got["output.text.token;tier=batch", "2026-10-14", "2027-01-01"] == Decimal("1.875")


def test_pe_25_and_26_a_batch_id_of_openrouter_is_a_tier_there_and_nowhere_else() -> None:
    fields = {"id": "a/m:batch", "prices": {"input_mtok": 1}}
    for provider, key in (("openrouter", ("a/m", "batch")), ("azure", ("a/m:batch", "standard"))):
        got = parse(json.dumps([{"id": provider, "models": [fields]}]).encode(), UNITS)
        assert {(s.provider, s.sku, s.meter.tier) for s in got.offers} == {(provider, *key)}


@pytest.mark.parametrize(("provider", "workload"), [("azure", "embeddings"), ("openai", "llm")])
def test_ada_is_an_embedder_at_azure_only(provider: str, workload: str) -> None:
    fields = {"id": "ada", "match": {"equals": "ada"}, "prices": {"input_mtok": 0.1}}
    got = parse(json.dumps([{"id": provider, "name": "P", "models": [fields]}]).encode(), UNITS)
    assert {s.workload for s in got.offers} == {workload}


def test_a_span_over_midnight_is_one_window() -> None:
    got = model(prices=[when(input_mtok=1), when(at=("16:30:00Z", "00:30:00Z"), input_mtok=2)])
    assert prices(got, "m")["input.text.token;window=1630-0030"] == 2


def test_the_last_entry_that_matches_wins() -> None:
    got = model(prices=[when(input_mtok=1), when("2026-01-01", input_mtok=2), when("2026-01-01", input_mtok=3)])
    assert dated(got, "m") == {
        ("input.text.token", "", "2026-01-01"): Decimal(1),
        ("input.text.token", "2026-01-01", ""): Decimal(3),
    }
    hidden = model(prices=[when(at=("01:00:00Z", "02:00:00Z"), input_mtok=9), when(input_mtok=1)])
    assert prices(hidden, "m") == {"input.text.token": Decimal(1)}


def test_pe_18_an_announced_price_keeps_its_date(parsed: Parsed) -> None:
    got = dated(parsed, "gemini-3.6-flash")
    assert got["input.text.token", "", "2027-01-01"] == Decimal("0.75")
    assert got["input.text.token", "2027-01-01", ""] == Decimal("1.5")


def test_an_unchanged_price_is_one_statement_over_a_change_of_its_neighbours(parsed: Parsed) -> None:
    assert dated(parsed, "gemini-3.6-flash")["input.any.search", "", ""] == Decimal(14)


def test_of_variants_the_first_that_holds_wins(parsed: Parsed) -> None:
    got = dated(parsed, "gemini-3.6-flash")
    assert got["input.text.token;tier=batch", "2026-10-14", "2027-01-01"] == Decimal("0.375")
    assert got["input.text.token;tier=batch", "2027-01-01", ""] == Decimal("0.75")


def test_service_tiers_and_fast_mode_are_tiers(parsed: Parsed) -> None:
    assert prices(parsed, "gpt-4.1")["output.text.token;tier=priority"] == Decimal(14)
    assert prices(parsed, "gpt-4.1")["input.text.token;tier=batch"] == Decimal(1)
    assert prices(parsed, "claude-opus-4-8")["output.text.token;tier=priority"] == Decimal(50)
    assert parsed.rejected["service_tier=fast input_mtok: repeats another field of its entry"] == 2


def test_a_route_is_a_variant_of_the_same_price(parsed: Parsed) -> None:
    assert prices(parsed, "mistralai/mistral-large-4-0")["input.text.token;variant=mistral/eu"] == Decimal("0.77")


def test_context_tiers_become_bands(parsed: Parsed) -> None:
    got = prices(parsed, "gemini-2.5-pro")
    assert (got["input.text.token"], got["input.text.token;above_tokens=200000"]) == (Decimal("1.25"), Decimal("2.5"))


def test_a_threshold_of_199999_means_200000(parsed: Parsed) -> None:
    assert prices(parsed, "grok-4.20")["input.text.token;above_tokens=200000"] == Decimal("2.5")


def test_hours_pages_characters_and_requests_have_their_meters(parsed: Parsed) -> None:
    assert prices(parsed, "whisper-large-v3") == {
        "input.audio.audio_second": Decimal("0.111"),
        "input.audio.audio_second;tier=batch": Decimal("0.0555"),
    }
    assert prices(parsed, "mistral-ocr-2512")["input.any.page;variant=annotated"] == Decimal(3)
    assert prices(parsed, "tts-1") == {"input.text.character": Decimal(15)}
    assert prices(parsed, "sonar-pro")["input.any.request"] == Decimal(14)
    assert prices(parsed, "sonar-deep-research")["output.text.token;variant=citation"] == Decimal(2)


def test_a_price_cites_the_page_of_its_model_else_that_of_its_provider(parsed: Parsed) -> None:
    assert {s.source_url for s in parsed.offers if s.sku == "gpt-4o"} <= {
        "https://developers.openai.com/api/docs/pricing", "https://platform.openai.com/docs/pricing",
    }  # fmt: skip
    fields = {"id": "m", "prices": {"input_mtok": 1}, "price_comments": "As of May (https://a.example/p#x), roughly."}
    record = {
        "id": "p",
        "pricing_urls": ["https://b.example"],
        "models": [fields, {"id": "n", "prices": {"input_mtok": 1}}],
    }
    got = parse(json.dumps([record]).encode(), UNITS)
    assert [s.source_url for s in got.offers] == ["https://a.example/p#x", "https://b.example"]


def test_what_stands_beside_the_prices_is_a_fact(parsed: Parsed) -> None:
    (got,) = [f for f in parsed.facts if f.sku == "claude-opus-4-8"]
    assert (got.provider, got.name, got.context, got.status) == ("anthropic", "Claude Opus 4.8", 1_000_000, "")
    fields = {"id": "m", "prices": {"input_mtok": 1}, "deprecated": True}
    assert parse(json.dumps([{"id": "p", "models": [fields]}]).encode(), UNITS).facts[0].status == "deprecated"


def test_a_key_that_nobody_has_looked_at_is_counted() -> None:
    fields = {"id": "m", "prices": {"input_mtok": 1}, "smell": 1}
    got = parse(json.dumps([{"id": "p", "models": [fields], "mood": 1}]).encode(), UNITS)
    assert got.unread == {"smell": 1, "provider.mood": 1}


@pytest.mark.parametrize(
    ("keys", "workload"),
    [
        ({"output_video_mtok": 17.5, "output_mtok": 9}, "video"),
        ({"input_mchars": 15}, "text-to-speech"),
        ({"audio_hours": 1}, "speech-to-text"),
        ({"audio_hours": 1, "output_mtok": 2}, "llm"),
        ({"input_document_kpages": 1}, "vision"),
        ({"rerank_searches_kcount": 1}, "rerank"),
        ({"web_searches_kcount": 5}, "search"),
        ({"web_searches_kcount": 5, "output_mtok": 2}, "llm"),
    ],
)
def test_price_keys_tell_the_workload_of_a_plain_name(keys: dict[str, float], workload: str) -> None:
    assert {s.workload for s in model(prices=keys).offers} == {workload}


def test_workloads_come_from_keys_and_ids(parsed: Parsed) -> None:
    found = {s.sku: s.workload for s in parsed.offers}
    assert found["whisper-large-v3"] == "speech-to-text"
    assert found["tts-1"] == "text-to-speech"
    assert found["mistral-ocr-2512"] == "vision"
    assert found["gemini-3-pro-image-preview"] == "image"
    assert found["voyage-01"] == "embeddings"
    assert found["gpt-4o"] == "llm"


def test_a_model_without_prices_is_counted(parsed: Parsed) -> None:
    assert parsed.entries == 22
    assert parsed.rejected["no price stated"] == 1
    assert parsed.examples["no price stated"] == "azure mai-ds-r1:free"


def test_an_unknown_price_key_is_named() -> None:
    got = model(prices={"input_mtok": 1, "input_smell_hours": 3})
    assert got.rejected == {"input_smell_hours: no meter for this key": 1}


@pytest.mark.parametrize(
    ("prices", "reason"),
    [
        ({"input_mtok": "1"}, "input_mtok: not a number"),
        ({"input_mtok": {"base": 1}}, "input_mtok: expected base and tiers"),
        ({"input_mtok": -1}, "input_mtok: negative"),
        ([{"prices": {"input_mtok": 1}, "constraint": {"weekday": "sat"}}], "model has another shape"),
        ([{"prices": {"input_mtok": 1}, "constraint": {"start_date": "soon"}}], "model has another shape"),
        (None, "model has another shape"),
    ],
)
def test_a_malformed_model_costs_only_itself(prices: object, reason: str) -> None:
    got = model(prices=prices)
    assert got.offers == []
    assert any(r.startswith(reason) for r in got.rejected), got.rejected


def test_a_malformed_provider_costs_only_itself() -> None:
    good = {"id": "p", "models": [{"id": "m", "prices": {"input_mtok": 1}}]}
    got = parse(json.dumps([{"id": "q"}, good]).encode(), UNITS)
    assert got.rejected == {"provider has another shape": 1} and len(got.offers) == 1


@pytest.mark.parametrize("body", [EXCERPT.read_bytes()[:9000], b"{}", b"[]", b""])
def test_a_payload_that_is_no_list_of_providers_is_refused_by_name(body: bytes) -> None:
    with pytest.raises(PayloadError, match="genai-prices"):
        parse(body, UNITS)


def test_pe_42_the_frozen_v1_file_is_not_what_is_fetched() -> None:
    (source,) = [s for s in load_sources(ROOT / "data" / "registry" / "sources.toml") if s.id == "genai-prices"]
    assert source.url.endswith("/prices/new_data/v2/data.json")


@pytest.mark.mirror
def test_the_newest_data_are_read_whole(mirror: Path) -> None:
    got = parse((mirror / NEWEST).read_bytes(), UNITS)
    assert (got.entries, len(got.offers)) == (2330, 7661)
    assert set(got.rejected) - {"no price stated", "audio_hours repeats input_audio_hours"} == {
        f"service_tier=fast {key}: repeats another field of its entry"
        for key in ("input_mtok", "output_mtok", "cache_read_mtok", "cache_write_mtok")
    }


@pytest.mark.mirror
def test_the_newest_data_have_facts_and_pages(mirror: Path) -> None:
    got = parse((mirror / NEWEST).read_bytes(), UNITS)
    assert not got.unread
    assert len(got.facts) == len({(f.provider, f.sku) for f in got.facts}) == 2080
    assert all(s.source_url.startswith("https://") for s in got.offers)
    assert sum(f.status == "deprecated" for f in got.facts) > 30
    assert not [s for s in got.offers if ":batch" in s.sku]


@pytest.mark.mirror
def test_pe_18_an_announced_rise_of_august_is_dated_and_gone_in_november(mirror: Path) -> None:
    august = mirror / "raw.githubusercontent.com" / "pydantic" / "genai-prices" / "main" / "prices" / "new_data" / "v2"
    before = dated(parse((august / "data.json").read_bytes(), UNITS), "claude-sonnet-5")
    after = dated(parse((mirror / NEWEST).read_bytes(), UNITS), "claude-sonnet-5")
    assert before["input.text.token", "", "2026-09-01"] == 2
    assert before["input.text.token", "2026-09-01", ""] == 3
    assert after["input.text.token", "", ""] == 2 and after["output.text.token", "", ""] == 10


@pytest.mark.mirror
def test_pe_30_no_price_is_zero_unless_the_comment_calls_it_free(mirror: Path) -> None:
    got = parse((mirror / NEWEST).read_bytes(), UNITS)
    free = {("google", "gemma-4-26b-a4b-it"), ("google", "gemma-4-31b-it"), ("openai", "moderation")}
    assert {(s.provider, s.sku) for s in got.offers if not s.price} == free


@pytest.mark.mirror
def test_pe_42_the_frozen_file_still_announces_the_cancelled_rise(mirror: Path) -> None:
    old = mirror / "raw.githubusercontent.com" / "pydantic" / "genai-prices" / "main" / "prices" / "data.json"
    frozen = dated(parse(old.read_bytes(), UNITS), "claude-sonnet-5")
    newest = dated(parse((mirror / NEWEST).read_bytes(), UNITS), "claude-sonnet-5")
    assert frozen["input.text.token", "2026-09-01", ""] == 3
    assert newest["input.text.token", "", ""] == 2


@pytest.mark.mirror
def test_no_meter_has_two_prices_on_one_day(mirror: Path) -> None:
    got = parse((mirror / NEWEST).read_bytes(), UNITS)
    spans: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
    for s in got.offers:
        spans.setdefault((s.provider, s.sku, str(s.meter)), []).append((s.effective_from, s.effective_to or "9999"))
    for key, held in spans.items():
        held.sort()
        assert all(first[1] <= second[0] for first, second in pairwise(held)), key
