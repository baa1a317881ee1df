"""What the OpenLIT connector promises, on entries written by hand in its shape with their real prices."""

import json
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from generator.sync.price_fields import ZERO
from generator.sync.sources.openlit import parse, sellers
from generator.sync.statements import Parsed, PayloadError
from wasm_tools.pricing.meters import unit_registry

ROOT = Path(__file__).parents[2]
UNITS = unit_registry(tomllib.loads((ROOT / "data" / "registry" / "units.toml").read_text())["unit"])
ROWS = ROOT / "tests" / "payloads" / "openlit.json"


@pytest.fixture(scope="module")
def parsed() -> Parsed:
    return parse(ROWS.read_bytes(), UNITS)


def prices(parsed: Parsed, provider: str, sku: str) -> dict[str, Decimal]:
    return {str(s.meter): s.price for s in parsed.offers if (s.provider, s.sku) == (provider, sku)}


def test_pe_29_a_price_per_thousand_is_stated_per_million(parsed: Parsed) -> None:
    assert prices(parsed, "openai", "gpt-4o") == {
        "input.text.token": Decimal("2.5"),
        "output.text.token": Decimal(10),
        "input.text.token;cache=read": Decimal("1.25"),
    }
    assert prices(parsed, "anthropic", "claude-opus-4-7")["input.text.token;cache=write"] == Decimal("6.25")
    assert prices(parsed, "openai", "text-embedding-3-small") == {"input.text.token": Decimal("0.02")}


def test_speech_is_by_the_character_and_transcription_by_the_second(parsed: Parsed) -> None:
    assert prices(parsed, "openai", "tts-1") == {"input.text.character": Decimal(15)}
    assert prices(parsed, "groq", "whisper-large-v3") == {"input.audio.audio_second": Decimal("0.110999988")}


def test_pe_32_the_labels_of_assemblyai_are_stated_as_listed(parsed: Parsed) -> None:
    """LiteLLM has 0.12 for best and 0.37 for nano an hour; which of the two lists is swapped is not ours to say."""
    assert round(prices(parsed, "assemblyai", "best")["input.audio.audio_second"], 2) == Decimal("0.37")
    assert round(prices(parsed, "assemblyai", "nano")["input.audio.audio_second"], 2) == Decimal("0.12")


def test_audio_in_characters_is_not_guessed(parsed: Parsed) -> None:
    assert prices(parsed, "elevenlabs", "eleven_english_sts_v2") == {}
    assert parsed.rejected["audio: the unit is not stated"] == 1


def test_pictures_have_size_and_quality_or_are_by_the_megapixel(parsed: Parsed) -> None:
    assert prices(parsed, "openai", "dall-e-3") == {
        "output.image.image;variant=1024x1024-standard": Decimal("0.04"),
        "output.image.image;variant=1024x1792-hd": Decimal("0.12"),
    }
    assert prices(parsed, "together", "black-forest-labs/FLUX.1-dev") == {"output.image.megapixel": Decimal("0.025")}


def test_who_sells_a_name_is_read_from_the_table(parsed: Parsed) -> None:
    assert prices(parsed, "azure", "gpt-4")["input.text.token"] == Decimal(30)
    assert prices(parsed, "deepseek", "deepseek-chat") and prices(
        parsed, "together", "deepseek-ai/deepseek-llm-67b-chat"
    )
    assert prices(parsed, "groq", "openai/gpt-oss-120b")["output.text.token"] == Decimal("0.6")
    assert parsed.rejected["the table of sellers lacks this name"] == 1
    assert len({s.prefix for s in sellers()}) == len(sellers())


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"promptPrice": "1", "completionPrice": 1}, "promptPrice: not a number"),
        ({"promptPrice": -1, "completionPrice": 1}, "promptPrice: negative"),
        ({"promptPrice": 0, "completionPrice": 1}, ZERO),
    ],
)
def test_a_field_that_is_no_price_costs_only_itself(value: Any, reason: str) -> None:
    got = parse(json.dumps({"chat": {"gpt-x": value}}).encode(), UNITS)
    assert [str(s.meter) for s in got.offers] == ["output.text.token"] and got.rejected == {reason: 1}


def test_new_keys_and_categories_are_seen() -> None:
    got = parse(b'{"chat": {"gpt-x": {"promptPrice": 1, "smellPrice": 1}, "gpt-y": 5}, "dance": {}}', UNITS)
    assert got.unread == {"chat.smellPrice": 1, "dance": 1}
    assert got.rejected == {"chat: entry has another shape": 1}


@pytest.mark.parametrize("payload", [b"", b"[]", b"{}", b'{"chat": 5}'])
def test_a_payload_without_categories_is_refused_by_name(payload: bytes) -> None:
    with pytest.raises(PayloadError, match="openlit"):
        parse(payload, UNITS)


@pytest.mark.mirror
def test_the_whole_file_is_read(mirror: Path) -> None:
    path = mirror / "raw.githubusercontent.com" / "openlit" / "openlit" / "main" / "assets" / "pricing.json"
    got = parse(path.read_bytes(), UNITS)
    assert (got.entries, len(got.offers), got.unread) == (227, 537, {})
    assert got.rejected == {"audio: the unit is not stated": 2}
    assert prices(got, "openai", "gpt-4o")["input.text.token"] == Decimal("2.5")
    assert prices(got, "xai", "grok-4.3")["output.text.token"] == Decimal("2.5")
