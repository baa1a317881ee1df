"""What the TrueFoundry connector promises, on models written by hand in the shape of its stored and its live form."""

import json
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from generator.sync.payloads import TransportError
from generator.sync.price_fields import ZERO
from generator.sync.sources.truefoundry import RAW, collect, parse
from generator.sync.statements import Parsed, PayloadError
from wasm_tools.pricing.meters import unit_registry

ROOT = Path(__file__).parents[2]
UNITS = unit_registry(tomllib.loads((ROOT / "data" / "registry" / "units.toml").read_text())["unit"])
ROWS = ROOT / "tests" / "payloads" / "truefoundry.json"
# Hand-made in the shape of the repository's files after the stored state: costs by region, bands, a priority price.
LIVE = """
model: claude-sonnet-9
mode: chat
costs:
    - region: "*"
      input_cost_per_token: 3.e-6
      output_cost_per_token: 0.000015
      input_cost_per_image: 0.0048
      tiered_pricing:
          pricing_mode: cumulative
          input:
              - cost_per_token: 0.000006
                from: 200000
      priority_pricing:
          input_cost_per_token: 0.000018
    - region: us-east-1
      input_cost_per_token: 3.3e-6
limits:
    context_window: 1000000
    max_output_tokens: 64000
modalities:
    input: [text, image, pdf]
    output: [text]
status: preview
deprecationDate: "2027-01-31"
sources:
    - https://docs.example.org/pricing
"""


@pytest.fixture(scope="module")
def parsed() -> Parsed:
    return parse(ROWS.read_bytes(), UNITS)


def prices(parsed: Parsed, sku: str, region: str = "global") -> dict[str, Decimal]:
    return {str(s.meter): s.price for s in parsed.offers if (s.sku, s.region) == (sku, region)}


def live(text: str) -> Parsed:
    return parse(json.dumps({"providers/p/m.yaml": text}).encode(), UNITS)


def model(costs: Any, mode: str = "chat") -> Parsed:
    return parse(json.dumps({"p": {"m.yaml": {"model": "m", "mode": mode, "costs": costs}}}).encode(), UNITS)


def test_a_price_per_token_is_stated_per_million_exactly(parsed: Parsed) -> None:
    got = prices(parsed, "claude-opus-4-6")
    assert (got["input.text.token"], got["output.text.token"]) == (Decimal(5), Decimal(25))
    assert (got["input.text.token;cache=read"], got["input.text.token;cache=write"]) == (
        Decimal("0.5"),
        Decimal("6.25"),
    )


def test_bands_have_their_threshold(parsed: Parsed) -> None:
    got = prices(parsed, "claude-opus-4-6")
    assert got["input.text.token;above_tokens=200000"] == Decimal(10)
    assert got["input.text.token;cache=read;above_tokens=200000"] == Decimal(1)


def test_the_region_of_the_copied_id_stays_with_the_price(parsed: Parsed) -> None:
    assert prices(parsed, "gpt-4.1-2025-04-14", "us")["input.text.token;tier=batch"] == Decimal("1.1")
    assert prices(parsed, "azure-tts") == {"input.text.character": Decimal(15)}


def test_pe_07_a_transcriber_with_one_rate_under_two_keys_is_priced_once(parsed: Parsed) -> None:
    assert prices(parsed, "whisper-1") == {"input.audio.audio_second": Decimal("0.36")}
    assert parsed.rejected["output_cost_per_second: repeats another field of its entry"] == 1


def test_image_keys_mean_what_the_model_makes(parsed: Parsed) -> None:
    assert prices(parsed, "dall-e-3") == {"output.image.image": Decimal("0.04")}
    assert prices(parsed, "gpt-realtime") == {"output.audio.token": Decimal(64)}
    assert parsed.rejected["input_cost_per_image: the price of a token"] == 1


def test_seconds_and_queries_have_their_meters(parsed: Parsed) -> None:
    assert prices(parsed, "gpt-4o-mini-tts")["output.audio.audio_second"] == Decimal("0.9")
    assert prices(parsed, "rerank-v3.5") == {"input.any.search": Decimal(2)}


def test_pe_30_zero_and_nothing_are_missing_prices(parsed: Parsed) -> None:
    assert parsed.rejected[ZERO] == 2
    assert parsed.rejected["no price stated"] == 1
    assert parsed.rejected["defaults of a provider, not a model"] == 1


def test_limits_and_the_end_of_a_model_are_facts(parsed: Parsed) -> None:
    facts = {f.sku: f for f in parsed.facts}
    opus = facts["claude-opus-4-6"]
    assert (opus.context, opus.max_output, opus.input_modalities) == (200000, 128000, ("text", "image"))
    assert facts["command"].status == "deprecated"


def test_the_live_form_is_read_with_its_regions_and_tiers() -> None:
    got = live(LIVE)
    assert prices(got, "claude-sonnet-9") == {
        "input.text.token": Decimal(3),
        "output.text.token": Decimal(15),
        "input.image.image": Decimal("0.0048"),
        "input.text.token;above_tokens=200000": Decimal(6),
        "input.text.token;tier=priority": Decimal(18),
    }
    assert prices(got, "claude-sonnet-9", "us-east-1") == {"input.text.token": Decimal("3.3")}
    assert {s.note for s in got.offers if s.meter.above_tokens} == {"the whole prompt"}
    (fact,) = got.facts
    assert (fact.context, fact.max_output, fact.status, fact.deprecated_on) == (1000000, 64000, "beta", "2027-01-31")
    assert (fact.input_modalities, fact.source_url) == (("text", "image"), "https://docs.example.org/pricing")
    assert got.rejected == {} and got.unread == {}


@pytest.mark.parametrize(
    ("costs", "reason"),
    [
        ({"input_cost_per_smell": 1}, "input_cost_per_smell: no meter for this key"),
        ({"input_cost_per_second": 1}, "input_cost_per_second: no meter for this key"),
        ({"input_cost_per_token": "a"}, "input_cost_per_token: not a number"),
        ({"input_cost_per_token": -1}, "input_cost_per_token: negative"),
        ({"tiered_pricing": 5}, "tiered_pricing: band of another shape"),
        ({"tiered_pricing": {"input": [{"cost_per_token": 1}]}}, "tiered_pricing: band without a threshold"),
        ({"tiered_pricing": {"smell": []}}, "tiered_pricing.smell: no meter for this key"),
    ],
)
def test_a_field_that_is_no_price_costs_only_itself(costs: dict[str, Any], reason: str) -> None:
    got = model({"output_cost_per_token": 1e-6} | costs)
    assert prices(got, "m") == {"output.text.token": Decimal(1)} and got.rejected == {reason: 1}


def test_sizes_of_pictures_and_videos_are_variants() -> None:
    assert prices(model({"output_cost_per_image_4k": 0.2}, "image"), "m") == {
        "output.image.image;variant=4k": Decimal("0.2")
    }
    assert prices(model({"output_cost_per_second_720p": 0.1}, "video"), "m") == {
        "output.video.video_second;variant=720p": Decimal("0.1")
    }


def test_an_odd_file_costs_only_itself_and_a_new_key_is_seen() -> None:
    files = {
        "providers/p/a.yaml": "[1",
        "providers/p/b.yaml": "mode: chat",
        "providers/p/m.yaml": LIVE + "smell: sweet\n",
    }
    got = parse(json.dumps(files).encode(), UNITS)
    assert got.rejected == {"file is not YAML": 1, "model has another shape: model": 1}
    assert got.unread == {"smell": 1} and len(got.offers) == 6


def test_every_model_file_of_the_index_is_asked_for() -> None:
    paths = ["README.md", "providers/p", "providers/p/default.yaml", "providers/p/a/m.yaml"]
    index = json.dumps({"tree": [{"path": p} for p in paths], "truncated": False})
    asked: list[str] = []

    def read(_: str, url: str) -> str:
        asked.append(url)
        return index if url == "index" else LIVE

    assert collect("index", read) == {"providers/p/a/m.yaml": LIVE}
    assert asked == ["index", f"{RAW}/providers/p/a/m.yaml"]
    for broken in ('{"tree": [], "truncated": true}', "[]", "nonsense"):
        with pytest.raises(TransportError, match="truefoundry"):
            collect("index", lambda _name, _url, text=broken: text)  # type: ignore[misc]


@pytest.mark.parametrize("payload", [b"", b"[]", b"{}", b'{"a": 5}', b'{"providers/p/m.yaml": "[1"}'])
def test_a_payload_without_a_model_is_refused_by_name(payload: bytes) -> None:
    with pytest.raises(PayloadError, match="truefoundry"):
        parse(payload, UNITS)


@pytest.mark.mirror
def test_the_whole_stored_table_is_read(mirror: Path) -> None:
    got = parse((mirror / "_derived" / "truefoundry" / "models.json").read_bytes(), UNITS)
    assert (got.entries, len(got.offers), len(got.facts), got.unread) == (1248, 2358, 1233, {})
    assert got.rejected == {
        "no price stated": 336,
        ZERO: 137,
        "defaults of a provider, not a model": 15,
        "input_cost_per_image: the price of a token": 8,
        "output_cost_per_second: repeats another field of its entry": 2,
    }
    assert prices(got, "claude-sonnet-4-5-20250929")["output.text.token;above_tokens=200000"] == Decimal("22.5")
