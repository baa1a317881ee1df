"""What the connector of OpenRouter's endpoints promises.

The table is hand-made in the shape of the daily captures, with real names and numbers. The documents of the API are
hand-made from its documentation: no payload of it is stored, so that this half has never met the real thing.
"""

import json
import time
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from generator.sync.mirror import Mirror
from generator.sync.payloads import TransportError
from generator.sync.source_registry import Source, load_sources
from generator.sync.sources.openrouter_endpoints import LIST, MOST_ABSENT, MOST_DOCUMENTS, collect, parse
from generator.sync.statements import Parsed, PayloadError, SkuFacts, Statement
from wasm_tools.pricing.meters import unit_registry

ROOT = Path(__file__).parents[2]
UNITS = unit_registry(tomllib.loads((ROOT / "data" / "registry" / "units.toml").read_text())["unit"])
ROWS = ROOT / "tests" / "payloads" / "openrouter-endpoints.csv"
STORED = "raw.githubusercontent.com/sui414/openrouter-pricing-data/main/data/csv/endpoints/date=2026-08-08.csv"
API = "https://openrouter.ai/api/v1/models"


@pytest.fixture(scope="module")
def parsed() -> Parsed:
    return parse(ROWS.read_bytes(), UNITS)


@pytest.fixture(scope="module")
def whole(mirror: Path) -> Parsed:
    return parse((mirror / STORED).read_bytes(), UNITS)


def prices(parsed: Parsed, host: str, sku: str, region: str = "global") -> dict[str, Decimal]:
    return {str(s.meter): s.price for s in parsed.offers if (s.provider, s.sku, s.region) == (host, sku, region)}


def notes(parsed: Parsed, host: str, sku: str) -> set[str]:
    return {s.note for s in parsed.offers if (s.provider, s.sku) == (host, sku)}


def facts(parsed: Parsed, host: str, sku: str) -> SkuFacts:
    (found,) = [f for f in parsed.facts if (f.provider, f.sku) == (host, sku)]
    return found


def endpoint(tag: str = "deepinfra/fp8", **fields: Any) -> dict[str, Any]:
    """One endpoint as the API documents it."""
    return {
        "name": "DeepInfra | a/m", "model_id": "a/m", "model_name": "M", "provider_name": "DeepInfra", "tag": tag,
        "context_length": 131072, "max_completion_tokens": 16384, "max_prompt_tokens": None, "quantization": "fp8",
        "pricing": {"prompt": "0.0000003", "completion": "0.0000009", "discount": 0}, "status": 0,
        "supported_parameters": ["tools"], "supports_implicit_caching": False, "uptime_last_30m": 99.5,
        "uptime_last_1d": 99.8, "uptime_last_5m": 100, "latency_last_30m": {"p50": 452}, "throughput_last_30m": None,
    } | fields  # fmt: skip


def documents(*endpoints: Any, model: str = "a/m", made: tuple[str, ...] = ("text",), listed: object = None) -> Parsed:
    """A payload as `collect` brings it: the model list and one endpoint document."""
    architecture = {"input_modalities": ["text"], "output_modalities": list(made)}
    data = {"id": model, "name": "M", "architecture": architecture, "endpoints": list(endpoints)}
    texts = {LIST: json.dumps({"data": listed or [{"id": model}]}), model: json.dumps({"data": data})}
    return parse(json.dumps(texts).encode(), UNITS)


def test_pe_23_the_price_before_the_discount_is_the_list_price(parsed: Parsed) -> None:
    got = prices(parsed, "openai", "openai/gpt-5.6-terra")
    assert (got["input.text.token"], got["output.text.token"]) == (Decimal(2), Decimal(12))
    assert notes(parsed, "openai", "openai/gpt-5.6-terra") == {"list price, charged at 50 % off"}


def test_a_search_price_without_a_label_is_the_gateways(parsed: Parsed) -> None:
    assert "input.any.search" not in prices(parsed, "openai", "openai/gpt-5.6-terra")
    assert parsed.rejected["web_search: set by the gateway for all hosts of a developer"] == 1
    label = {
        "kind": "unit",
        "sku_label": "Web Search",
        "price": "0.014",
        "displayMultiplier": 1,
        "unitLabel": "/request",
    }
    pricing = {"prompt": "0.000001", "completion": "0", "web_search": "0.014", "display_pricing": [label]}
    assert prices(documents(endpoint(pricing=pricing)), "deepinfra", "a/m")["input.any.search"] == Decimal(14)


def test_pe_13_a_band_is_discounted_with_its_base(parsed: Parsed) -> None:
    got = prices(parsed, "openai", "openai/gpt-5.6-terra")
    assert got["input.text.token;above_tokens=272000"] == Decimal(4)
    assert got["output.text.token;above_tokens=272000"] == Decimal(18)


def test_pe_24_a_low_price_without_a_discount_stays(parsed: Parsed) -> None:
    got = prices(parsed, "alibaba", "qwen/qwen-plus")
    assert (got["input.text.token"], got["output.text.token"]) == (Decimal("0.26"), Decimal("0.78"))
    assert notes(parsed, "alibaba", "qwen/qwen-plus") == {""}


def test_pe_24_a_surcharge_is_not_taken_for_a_discount(parsed: Parsed) -> None:
    assert prices(parsed, "streamlake", "xiaomi/mimo-v2.5-pro")["input.text.token"] == Decimal("0.522")
    assert notes(parsed, "streamlake", "xiaomi/mimo-v2.5-pro") == {"charged at 20 % above the host's list price"}


def test_pe_26_only_standard_is_a_list_offer(parsed: Parsed) -> None:
    got = prices(parsed, "openai", "openai/gpt-4o")
    assert (got["input.text.token"], got["input.text.token;tier=batch"]) == (Decimal("2.5"), Decimal("1.25"))
    assert set(prices(parsed, "alibaba", "qwen/qwen-plus-2025-07-28")) == {
        "input.text.token;variant=thinking", "output.text.token;variant=thinking",
    }  # fmt: skip
    assert prices(parsed, "friendli", "z-ai/glm-5.2") == {}
    assert parsed.rejected["free variant is not a price"] == 1


def test_pe_25_an_endpoint_price_is_the_hosts(parsed: Parsed) -> None:
    assert "openrouter" not in {s.provider for s in parsed.offers}
    assert prices(parsed, "deepinfra", "openai/gpt-oss-120b")["input.text.token"] == Decimal("0.037")


def test_pe_31_a_price_of_minus_one_is_dropped() -> None:
    got = documents(endpoint(pricing={"prompt": "-1", "completion": "-1", "discount": 0}))
    assert got.offers == [] and got.rejected == {"price depends on the routed model (-1)": 1}


def test_pe_21_an_alias_does_not_repeat_the_endpoints_of_its_target(parsed: Parsed) -> None:
    assert not [s for s in parsed.offers if s.sku.startswith("~")]
    assert parsed.rejected["alias of another id"] == 1


def test_pe_20_the_scope_in_a_label_is_the_region_of_the_price(parsed: Parsed) -> None:
    sold = ("amazon-bedrock", "anthropic/claude-sonnet-5")
    assert prices(parsed, *sold)["input.text.token"] == Decimal(2)
    assert prices(parsed, *sold, region="us")["input.text.token"] == Decimal("2.2")


def test_a_region_without_a_scope_is_a_remark(parsed: Parsed) -> None:
    assert prices(parsed, "amazon-bedrock", "anthropic/claude-opus-4.8")["output.text.token"] == Decimal(25)
    assert notes(parsed, "amazon-bedrock", "anthropic/claude-opus-4.8") == {"served from us-east-1"}


def test_the_platform_of_anthropic_on_aws_is_one_host(parsed: Parsed) -> None:
    assert prices(parsed, "claude-on-aws", "anthropic/claude-sonnet-5")["output.text.token"] == Decimal(10)


def test_a_faster_service_of_the_same_host_is_a_variant(parsed: Parsed) -> None:
    got = prices(parsed, "deepinfra", "openai/gpt-oss-120b")
    assert (got["input.text.token"], got["input.text.token;variant=turbo"]) == (Decimal("0.037"), Decimal("0.15"))


def test_a_second_endpoint_counts_once_and_the_healthy_busy_one_is_kept(parsed: Parsed) -> None:
    assert prices(parsed, "together", "google/gemma-4-31b-it")["input.text.token"] == Decimal("0.39")
    assert parsed.rejected["another endpoint of the same host and model, at other prices"] == 1
    assert len(prices(parsed, "xai", "x-ai/grok-4.3")) == 2
    assert parsed.rejected["another endpoint of the same host and model, at the same prices"] == 1


def test_pe_05_and_06_labels_say_what_a_price_per_prompt_is_for(parsed: Parsed) -> None:
    assert prices(parsed, "deepgram", "deepgram/nova-3")["input.audio.audio_second"] == Decimal("0.258")
    assert prices(parsed, "groq", "openai/whisper-large-v3") == {"input.audio.audio_second": Decimal("0.111")}
    assert prices(parsed, "deepgram", "deepgram/aura-2") == {"input.text.character": Decimal(30)}
    assert prices(parsed, "fish-audio", "fish-audio/s1") == {"input.text.character;variant=utf8_bytes": Decimal(15)}
    assert prices(parsed, "mistral", "mistralai/voxtral-small-24b-2507")["input.audio.audio_second"] == Decimal("0.36")
    assert prices(parsed, "cohere", "cohere/rerank-4-fast") == {"input.any.search": Decimal(2)}


def test_pe_08_pictures_are_not_billed_by_made_up_tokens(parsed: Parsed) -> None:
    assert prices(parsed, "black-forest-labs", "black-forest-labs/flux.2-flex") == {
        "input.image.megapixel": Decimal("0.06"), "output.image.megapixel": Decimal("0.06"),
    }  # fmt: skip
    assert prices(parsed, "xai", "x-ai/grok-imagine-image-quality")["output.image.image;variant=2k"] == Decimal("0.07")
    assert prices(parsed, "openai", "openai/gpt-image-1") == {
        "input.text.token": Decimal(5), "input.image.token": Decimal(10), "output.image.token": Decimal(40),
        "input.text.token;cache=read": Decimal("1.25"),
    }  # fmt: skip
    assert prices(parsed, "azure", "microsoft/mai-image-2.5")["output.image.token"] == Decimal(47)


def test_seconds_songs_pixels_and_audio_tokens_have_their_meters(parsed: Parsed) -> None:
    video = prices(parsed, "google-vertex", "google/veo-3.1-fast")
    assert video["output.video.video_second;variant=4k_with_audio"] == Decimal("0.3")
    assert video["output.video.video_second;variant=720p_no_audio"] == Decimal("0.08")
    assert prices(parsed, "google-ai-studio", "google/lyria-3-pro-preview") == {"output.audio.track": Decimal("0.08")}
    seen = prices(parsed, "voyageai", "voyageai/voyage-multimodal-3.5")
    assert seen["input.image.megapixel"] == Decimal("0.0006")
    spoken = prices(parsed, "google-vertex", "google/gemini-3.1-flash-tts-preview")
    assert (spoken["input.text.token"], spoken["output.audio.token"]) == (Decimal(1), Decimal(20))


def test_an_explicit_cache_is_read_from_its_label_with_its_bands(parsed: Parsed) -> None:
    got = prices(parsed, "alibaba", "qwen/qwen-plus")
    assert got["input.text.token;cache=read"] == Decimal("0.052")
    assert got["input.text.token;cache=read;variant=explicit"] == Decimal("0.026")
    assert got["input.text.token;cache=read;above_tokens=256000;variant=explicit"] == Decimal("0.078")


def test_workloads_come_from_labels_and_ids(parsed: Parsed) -> None:
    found = {s.sku: s.workload for s in parsed.offers}
    assert found["deepgram/nova-3"] == found["openai/whisper-large-v3"] == "speech-to-text"
    assert found["fish-audio/s1"] == "text-to-speech"
    assert found["google/veo-3.1-fast"] == "video"
    assert found["cohere/rerank-4-fast"] == "rerank"
    assert found["x-ai/grok-imagine-image-quality"] == found["openai/gpt-image-1"] == "image"
    assert found["voyageai/voyage-multimodal-3.5"] == "embeddings"
    assert found["openai/gpt-oss-120b"] == "llm"


def test_what_a_host_serves_and_how_is_a_fact(parsed: Parsed) -> None:
    got = facts(parsed, "deepinfra", "openai/gpt-oss-120b")
    assert (got.quantization, got.context, got.max_output) == ("bf16", 131072, 131072)
    assert (got.tokens_per_second, got.ttft_ms, got.observed_requests) == (45.0, 452.0, 128631)
    assert got.source_url == "https://openrouter.ai/openai/gpt-oss-120b"
    assert facts(parsed, "openai", "openai/gpt-4o").quantization == ""  # unknown


def test_each_sku_of_a_host_has_one_row_of_facts(parsed: Parsed) -> None:
    keys = [(f.provider, f.sku) for f in parsed.facts]
    assert len(keys) == len(set(keys))


def test_a_label_without_a_meter_and_a_hidden_endpoint_are_counted(parsed: Parsed) -> None:
    assert parsed.rejected["label Font Input /font: no meter for this label"] == 1
    assert parsed.rejected["hidden or disabled endpoint"] == 1
    assert parsed.entries == 34 and not parsed.unread
    assert parsed.as_of == "2026-08-08"


def test_an_odd_row_costs_only_itself() -> None:
    header, first, second, *_ = ROWS.read_text(encoding="utf-8").splitlines(keepends=True)
    got = parse(f"{header}{first}only,three,fields\n{second}".encode(), UNITS)
    assert got.rejected["row with shifted columns"] == 1 and {s.sku for s in got.offers} == {
        "openai/gpt-5.6-terra", "openai/gpt-4o",
    }  # fmt: skip
    broken = first.replace('"{""prompt""', '"{prompt""')
    assert parse((header + broken).encode(), UNITS).rejected == {"pricing_json: not an object": 1}


def test_a_new_column_or_key_is_counted() -> None:
    header, first, *_ = ROWS.read_text(encoding="utf-8").splitlines()
    assert parse(f"{header},smell\n{first},1\n".encode(), UNITS).unread == {"smell": 1}
    assert documents(endpoint(smell=1)).unread == {"smell": 1}
    odd = endpoint(pricing={"prompt": "0.000001", "completion": "0", "smell": "1", "discount": 0})
    assert documents(odd).rejected["smell: no meter for this key"] == 1


@pytest.mark.parametrize("discount", ["half", None, 1, {"off": 1}])
def test_a_discount_that_is_no_share_leaves_the_endpoint_out(discount: object) -> None:
    got = documents(endpoint(pricing={"prompt": "0.000001", "completion": "0.000002", "discount": discount}))
    assert got.offers == [] and got.rejected == {"discount: not a share of the price": 1}


# The documented API


def test_the_api_states_the_same_facts_in_other_fields() -> None:
    got = documents(endpoint())
    assert prices(got, "deepinfra", "a/m") == {"input.text.token": Decimal("0.3"), "output.text.token": Decimal("0.9")}
    found = facts(got, "deepinfra", "a/m")
    assert (found.quantization, found.uptime, found.ttft_ms, found.tokens_per_second) == ("fp8", 0.998, 452.0, None)
    assert not got.unread and not got.rejected


@pytest.mark.parametrize(
    ("tag", "host", "region", "variant"),
    [
        ("deepinfra/fp8", "deepinfra", "global", ""),
        ("deepinfra/turbo", "deepinfra", "global", "turbo"),
        ("google-vertex/us-east5", "google-vertex", "us-east5", ""),
        ("google-vertex/europe", "google-vertex", "eu", ""),
        ("amazon-bedrock/us-east-1", "amazon-bedrock", "us-east-1", ""),
        ("nebius/base", "nebius", "global", ""),
        ("minimax/highspeed", "minimax", "global", "highspeed"),
    ],
)
def test_the_second_half_of_a_tag_is_told_apart(tag: str, host: str, region: str, variant: str) -> None:
    first: Statement = documents(endpoint(tag)).offers[0]
    assert (first.provider, first.region, first.meter.variant) == (host, region, variant)


def test_a_batch_document_is_the_batch_tier() -> None:
    got = documents(endpoint("openai"), model="openai/gpt-4o:batch")
    assert "input.text.token;tier=batch" in prices(got, "openai", "openai/gpt-4o")


@pytest.mark.parametrize(
    ("model", "made"),
    [("openai/whisper-1", "text"), ("openai/sora-2", "video"), ("a/paint-1", "image"), ("x/read-aloud", "speech")],
)
def test_what_is_not_billed_by_tokens_is_left_out_of_the_api_form(model: str, made: str) -> None:
    got = documents(endpoint(), model=model, made=(made,))
    assert got.offers == [] and "does not say in which unit" in next(iter(got.rejected))


def test_a_model_that_was_not_asked_for_is_counted() -> None:
    got = documents(endpoint(), listed=[{"id": "a/m"}, {"id": "b/n"}, {"id": "c/o:free"}, {"id": "~d/latest"}])
    assert got.rejected == {"model without an endpoint document": 1}
    assert got.examples["model without an endpoint document"] == "b/n"


def test_the_list_is_asked_first_and_then_a_bounded_number_of_documents() -> None:
    asked: list[str] = []

    def read(name: str, url: str) -> str:
        asked.append(url)
        models = [{"id": f"a/m{n}"} for n in range(MOST_DOCUMENTS + 50)] + [{"id": "a/m:free"}, {"id": "../x"}, {}]
        return json.dumps({"data": models}) if name == LIST else "{}"

    texts = collect(API, read)
    assert asked[:2] == [API, f"{API}/a/m0/endpoints"]
    assert len(asked) == len(texts) == MOST_DOCUMENTS + 1


def test_a_document_that_is_gone_is_left_out_but_not_all_of_them() -> None:
    def read(name: str, url: str, gone: int = 1) -> str:
        if name == LIST:
            return json.dumps({"data": [{"id": f"a/m{n}"} for n in range(MOST_ABSENT + 5)]})
        if int(name.removeprefix("a/m")) < gone:
            raise TransportError("openrouter-endpoints", "live", "answered HTTP 404", "look", absent=True)
        return "{}"

    assert "a/m0" not in collect(API, read) and "a/m1" in collect(API, read)
    with pytest.raises(TransportError):
        collect(API, lambda name, url: read(name, url, gone=MOST_ABSENT + 1))


def test_a_list_that_is_none_is_refused_when_it_is_parsed() -> None:
    texts = collect(API, lambda name, url: "<html>")
    with pytest.raises(PayloadError, match="openrouter-endpoints"):
        parse(json.dumps(texts).encode(), UNITS)


@pytest.mark.parametrize("body", [b"", b"a,b\n1,2\n", b"\xff\xfe", b'{"models": "{}"}', b'{"a": 1}'])
def test_a_payload_of_another_kind_is_refused_by_name(body: bytes) -> None:
    with pytest.raises(PayloadError, match="openrouter-endpoints"):
        parse(body, UNITS)


# The stored table


def entry() -> Source:
    (source,) = [s for s in load_sources(ROOT / "data" / "registry" / "sources.toml") if s.id == "openrouter-endpoints"]
    return source


def test_endpoints_are_evidence_of_an_aggregator_in_openrouters_family() -> None:
    assert (entry().rank, entry().family, entry().share, entry().collected) == (2, "openrouter", "facts", True)


@pytest.mark.mirror
def test_the_mirror_hands_out_the_stored_table(mirror: Path) -> None:
    got = Mirror(str(mirror), "2026-11-20").fetch(entry())
    assert got.observed_at == "2026-08-08"
    assert got.body == (mirror / STORED).read_bytes()


@pytest.mark.mirror
def test_the_whole_table_is_read(mirror: Path) -> None:
    body = (mirror / STORED).read_bytes()
    started = time.perf_counter()
    got = parse(body, UNITS)
    assert time.perf_counter() - started < 2
    assert (got.entries, len(got.offers), len(got.facts)) == (1238, 3703, 998)
    assert len({s.provider for s in got.offers}) == 79  # two hosts more serve free variants only
    assert not got.unread
    assert got.rejected == {
        "web_search: set by the gateway for all hosts of a developer": 240,
        "zero without a statement that it is free": 182,
        "alias of another id": 79,
        "reasoning rate repeats the output rate": 43,
        "free variant is not a price": 19,
        "another endpoint of the same host and model, at the same prices": 16,
        "another endpoint of the same host and model, at other prices": 2,
        "completion: a picture model writes no text": 3,
        "image_token repeats image_output": 2,
        "label Font Input /font: no meter for this label": 2,
        "label Super Resolution /reference: no meter for this label": 2,
    }


@pytest.mark.mirror
def test_pe_23_and_24_hold_in_the_stored_table(whole: Parsed) -> None:
    terra = prices(whole, "openai", "openai/gpt-5.6-terra")
    assert (terra["input.text.token"], terra["output.text.token"]) == (Decimal(2), Decimal(12))
    plus = prices(whole, "alibaba", "qwen/qwen-plus")
    assert (plus["input.text.token"], plus["output.text.token"]) == (Decimal("0.26"), Decimal("0.78"))


@pytest.mark.mirror
def test_pe_23_every_discount_leads_to_a_round_list_price(whole: Parsed) -> None:
    """A list price has few digits: the division undoes what the discount did."""
    undone = [s for s in whole.offers if "% off" in s.note]
    assert len(undone) > 150
    assert all(len(s.price.as_tuple().digits) <= 4 for s in undone), [
        s for s in undone if len(s.price.as_tuple().digits) > 4
    ]


@pytest.mark.mirror
def test_pe_20_geographic_scopes_cost_a_tenth_more_on_bedrock(whole: Parsed) -> None:
    for region in ("us", "global"):
        got = prices(whole, "amazon-bedrock", "anthropic/claude-sonnet-5", region)
        assert got["input.text.token"] == {"us": Decimal("2.2"), "global": Decimal(2)}[region]


@pytest.mark.mirror
def test_pe_19_in_early_august_the_batch_price_was_what_the_list_price_became(whole: Parsed) -> None:
    got = prices(whole, "google-vertex", "google/gemini-3.6-flash")
    assert (got["input.text.token"], got["output.text.token"]) == (Decimal("1.5"), Decimal("7.5"))
    assert (got["input.text.token;tier=batch"], got["output.text.token;tier=batch"]) == (
        Decimal("0.75"), Decimal("3.75"),
    )  # fmt: skip


@pytest.mark.mirror
def test_pe_17_the_august_table_has_the_price_of_deepseek_before_its_change(whole: Parsed) -> None:
    got = prices(whole, "gmicloud", "deepseek/deepseek-v4-flash")
    assert (got["input.text.token"], got["output.text.token"]) == (Decimal("0.14"), Decimal("0.28"))


@pytest.mark.mirror
def test_no_token_price_of_the_stored_table_is_absurd(whole: Parsed) -> None:
    """A price per minute read as a price per token would be thousands of dollars."""
    assert max(s.price for s in whole.offers if s.meter.unit == "token") <= 600
