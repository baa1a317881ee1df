"""What the InferenceAtlas connector promises, on rows written by hand in the shape of its files."""

import csv
import json
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

from generator.sync.price_fields import ZERO
from generator.sync.sources.inference_atlas import COLUMNS, parse
from generator.sync.sources.inference_atlas_words import mode_meanings, unit_meaning, unit_meanings
from generator.sync.statements import Parsed, PayloadError
from wasm_tools.pricing.meters import unit_registry

ROOT = Path(__file__).parents[2]
UNITS = unit_registry(tomllib.loads((ROOT / "data" / "registry" / "units.toml").read_text())["unit"])
FILES = {p.name: p.read_text() for p in sorted((ROOT / "tests" / "payloads" / "inference-atlas").glob("*.csv"))}
DATA = "raw.githubusercontent.com/jayeshsuyal/InferenceAtlas/main/data"
# The spellings of the catalogue of February 2026; a mirror test checks that its files hold no others.
UNIT_SPELLINGS = [
    "1m_tokens", "audio_min", "image", "second", "1M_tokens", "1k_chars", "megapixel", "audio_hour", "minute",
    "per_image", "generation", "video", "per_step", "video_second", "1k_characters", "gpu_hour", "video_minute",
    "1K_tokens", "hour", "check", "per_1k_searches", "request", "1000_chars", "core_second", "GiB_second",
    "output_video_second", "1000_tokens", "1000_prompts", "1M_chars", "1m_chars", "face_month", "compute_second",
    "training_run", "10_seconds", "5sec_video", "1000_requests", "1000_images", "1b_pixels",
]  # fmt: skip
MODE_SPELLINGS = [
    "per_token", "per_minute", "pay_as_you_go", "per_image", "per_second", "per_1m_tokens", "per_character",
    "per_unit", "per_hour", "hourly", "per_video_minute", "per_check", "per_1k_searches", "per_1000_chars",
    "per_1000_requests", "per_core_second", "per_gib_second", "per_1000_tokens", "per_million_chars", "per_1k_tokens",
    "per_1m_input_tokens", "per_1k_output_tokens", "per_output_second", "per_face_month", "per_1000_images",
    "per_output_video_second",
]  # fmt: skip


def body(files: dict[str, str]) -> bytes:
    return json.dumps(files).encode()


@pytest.fixture(scope="module")
def parsed() -> Parsed:
    return parse(body(FILES), UNITS)


def prices(parsed: Parsed, sku: str, provider: str = "") -> dict[str, Decimal]:
    return {str(s.meter): s.price for s in parsed.offers if s.sku == sku and provider in ("", s.provider)}


def rows(*changes: dict[str, str]) -> str:
    """A file of rows that differ from a plain input price in what is given."""
    plain = dict.fromkeys(COLUMNS, "") | {
        "workload_type": "llm", "provider": "p", "billing_type": "per_token", "sku_key": "m_input", "model_key": "m",
        "unit_price_usd": "1.0", "unit_name": "1m_tokens", "region": "global", "source_date": "2026-02-18",
        "confidence": "high",
    }  # fmt: skip
    lines = [",".join(COLUMNS)]
    lines += [",".join((plain | change)[c] for c in COLUMNS) for change in changes]
    return "\n".join(lines) + "\n"


def one(**change: str) -> Parsed:
    return parse(body({"p.csv": rows(change)}), UNITS)


def test_all_38_unit_spellings_have_a_unit_of_ours_or_a_reason() -> None:
    assert len(UNIT_SPELLINGS) == 38 == len(set(UNIT_SPELLINGS))
    assert {spelling for spelling, _ in unit_meanings()} == set(UNIT_SPELLINGS)
    for meaning in unit_meanings().values():
        assert bool(meaning.why_not) != (meaning.unit in UNITS.units and meaning.per > 0)


def test_all_26_billing_modes_go_with_a_unit() -> None:
    assert len(MODE_SPELLINGS) == 26 == len(set(MODE_SPELLINGS))
    assert set(mode_meanings()) == set(MODE_SPELLINGS)
    for meaning in mode_meanings().values():
        assert meaning.units <= {"*", *UNITS.units, *UNIT_SPELLINGS}


@pytest.mark.parametrize(
    ("spelling", "workload", "unit", "per"),
    [
        ("1m_tokens", "llm", "token", 1_000_000),
        ("1M_tokens", "llm", "token", 1_000_000),
        ("minute", "speech-to-text", "audio_second", 60),
        ("audio_min", "speech-to-text", "audio_second", 60),
        ("second", "video", "video_second", 1),
        ("second", "text-to-speech", "audio_second", 1),
        ("1b_pixels", "embeddings", "megapixel", 1000),
    ],
)
def test_a_unit_is_the_same_in_every_spelling_and_what_its_workload_says(
    spelling: str, workload: str, unit: str, per: int
) -> None:
    meaning = unit_meaning(spelling, workload)
    assert meaning is not None and (meaning.unit, meaning.per) == (unit, per)


def test_seconds_and_minutes_of_nothing_in_particular_are_not_guessed() -> None:
    got = one(billing_type="per_second", unit_name="second")
    assert got.offers == [] and sum(got.rejected.values()) == 1
    assert one(billing_type="pay_as_you_go", unit_name="minute").rejected == {"a minute of what is not stated": 1}


def test_pe_10_modalities_are_read_from_the_key_and_never_taken_for_text(parsed: Parsed) -> None:
    assert prices(parsed, "gemini-2.5-flash") == {
        "input.text.token": Decimal("0.3"),
        "input.audio.token": Decimal(1),
        "output.text.token": Decimal("2.5"),
        "output.image.token": Decimal(30),
    }


def test_pe_10_two_rows_for_one_meter_are_both_refused() -> None:
    got = parse(body({"p.csv": rows({}, {"unit_price_usd": "2"}, {"sku_key": "m_output"})}), UNITS)
    assert prices(got, "m") == {"output.text.token": Decimal(1)}
    assert got.rejected == {"1m_tokens: two rows for one meter contradict each other": 2}


def test_pe_11_prices_above_a_context_band_are_not_the_base_price(parsed: Parsed) -> None:
    got = prices(parsed, "gemini-2.5-pro")
    assert (got["input.text.token"], got["output.text.token"]) == (Decimal("1.25"), Decimal(10))
    assert got["input.text.token;above_tokens=200000"] == Decimal("2.5")
    assert got["output.text.token;above_tokens=200000"] == Decimal(15)
    assert got["input.text.token;cache=read;above_tokens=200000"] == Decimal("0.25")


def test_one_price_for_flex_and_batch_is_stated_in_both_tiers(parsed: Parsed) -> None:
    got = prices(parsed, "gemini-2.5-pro")
    assert got["output.text.token;tier=flex;above_tokens=200000"] == Decimal("7.5")
    assert got["output.text.token;tier=batch;above_tokens=200000"] == Decimal("7.5")


def test_pe_33_the_price_of_a_plan_carries_the_plan(parsed: Parsed) -> None:
    got = prices(parsed, "eleven_multilingual_v2")
    assert {m.partition("variant=")[2]: p for m, p in got.items()} == {"starter": 300, "creator": 240, "business": 120}
    assert parsed.rejected["free plan: an allowance, not a price"] == 1


def test_pe_38_a_file_with_shifted_columns_is_refused_whole() -> None:
    shifted = rows({}, {"model_key": "n"}).replace(",global,", ",", 1)
    got = parse(body({"good.csv": rows({"model_key": "good"}), "shifted.csv": shifted}), UNITS)
    assert [s.sku for s in got.offers] == ["good"]
    assert (
        got.rejected == {"file with shifted columns": 1} and got.examples["file with shifted columns"] == "shifted.csv"
    )


def test_pe_39_a_file_that_repeats_another_adds_nothing(parsed: Parsed) -> None:
    twice = parse(body(FILES | {"providers/speech.csv": FILES["speech.csv"]}), UNITS)
    assert [s.price for s in twice.offers] == [s.price for s in parsed.offers]
    assert sum(n for r, n in twice.rejected.items() if r.endswith("repeats another row")) == 9


def test_the_streaming_price_of_deepgram_stands_beside_the_pre_recorded_one(parsed: Parsed) -> None:
    assert prices(parsed, "nova-3") == {
        "input.audio.audio_second;variant=streaming": Decimal("0.462"),
        "input.audio.audio_second;variant=growth-streaming": Decimal("0.39"),
        "input.audio.audio_second": Decimal("0.258"),
    }


def test_what_is_charged_on_top_is_not_a_price_of_transcription(parsed: Parsed) -> None:
    assert prices(parsed, "universal") == {"input.audio.audio_second": Decimal("0.15")}
    assert prices(parsed, "sentiment_addon") == {"input.audio.audio_second;variant=addon": Decimal("0.02")}


def test_a_tool_that_makes_audio_is_no_transcriber(parsed: Parsed) -> None:
    (statement,) = [s for s in parsed.offers if s.sku == "eleven_voice_isolator"]
    assert (statement.workload, str(statement.meter)) == ("text-to-speech", "output.audio.audio_second;variant=pro")


def test_a_price_after_a_volume_is_not_offered_to_the_first_buyer(parsed: Parsed) -> None:
    assert prices(parsed, "rekog_detectlabels") == {
        "input.image.image": Decimal("0.001"),
        "input.image.image;variant=volume_4": Decimal("0.00025"),
    }
    assert {s.region for s in parsed.offers if s.provider == "aws_rekognition"} == {"us-east-1"}


def test_one_rate_for_all_tokens_holds_in_both_directions_and_says_so(parsed: Parsed) -> None:
    got = [s for s in parsed.offers if s.sku == "fireworks/llama-v3p1-8b-instruct"]
    assert {str(s.meter): s.price for s in got} == {
        "input.text.token": Decimal("0.2"), "output.text.token": Decimal("0.2"),
    }  # fmt: skip
    assert all("one rate for input and output for models of its size" in s.note for s in got)


def test_averages_and_prices_without_a_direction_are_left_out(parsed: Parsed) -> None:
    assert prices(parsed, "Qwen/Qwen3-Coder-Next") == {} == prices(parsed, "made-up/model")
    assert parsed.rejected["average of an input and an output rate"] == 1
    assert parsed.rejected["direction is not stated"] == 1


def test_other_units_come_on_their_display_scale(parsed: Parsed) -> None:
    assert prices(parsed, "fal-ai/kling-video/v2/master/text-to-video") == {
        "output.video.video_second": Decimal("0.28")
    }
    assert prices(parsed, "fal-ai/ideogram/v3") == {"output.image.image;variant=turbo": Decimal("0.03")}
    assert prices(parsed, "dall-e-3") == {"output.image.image;variant=1024x1024-hd": Decimal("0.08")}
    assert prices(parsed, "deepseek-r1") == {"output.text.token": Decimal(10)}
    assert prices(parsed, "voyage_multimodal_3_5") == {"input.image.megapixel": Decimal("0.0006")}
    assert prices(parsed, "text-embeddings") == {"input.text.character;tier=batch": Decimal("0.02")}
    assert prices(parsed, "multimodalembedding") == {"input.video.video_second;variant=plus": Decimal("0.002")}
    assert prices(parsed, "veo-3")["output.video.video_second;variant=no_audio"] == Decimal("0.2")
    assert prices(parsed, "claude-opus-4-6") == {"input.text.token;cache=write_1h": Decimal(10)}


def test_rented_machines_are_left_to_the_rental_source(parsed: Parsed) -> None:
    assert not [s for s in parsed.offers if s.provider in ("modal", "runpod")]
    assert parsed.rejected["rented hardware: a rental price"] == 1
    assert parsed.rejected["rented GPU: a rental price"] == 1
    assert parsed.rejected["storage of face data by the month"] == 1


def test_confidence_and_day_of_a_row_are_kept(parsed: Parsed) -> None:
    (fal,) = [s for s in parsed.offers if s.sku == "fal-ai/ideogram/v3"]
    assert fal.note == "confidence vendor_list, of 2025-05-15"
    assert fal.source_url and fal.field == "image"
    assert parsed.as_of == "2026-02-20"


def test_what_notes_say_beside_a_price_is_kept(parsed: Parsed) -> None:
    facts = {f.sku: f for f in parsed.facts}
    assert facts["fireworks/deepseek-v3p1"].context == 163840
    assert facts["fireworks/deepseek-v3p1"].tokens_per_second == 351
    assert prices(parsed, "fireworks/glm-5")["input.text.token;cache=read"] == Decimal("0.2")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"unit_name": "1m_words"}, "unit 1m_words is not in the table"),
        ({"billing_type": "per_moon"}, "billing mode per_moon is not in the table"),
        ({"billing_type": "per_character"}, "billing mode per_character does not go with 1m_tokens"),
        ({"workload_type": "dancing"}, "workload dancing is not in the table"),
        ({"unit_price_usd": "much"}, "1m_tokens: not a number"),
        ({"unit_price_usd": "-1"}, "1m_tokens: negative"),
        ({"unit_price_usd": "sNaN"}, "1m_tokens: not a finite number"),
        ({"unit_price_usd": "0"}, ZERO),
    ],
)
def test_a_row_that_is_no_price_costs_only_itself(change: dict[str, str], reason: str) -> None:
    got = parse(body({"p.csv": rows(change, {"model_key": "good"})}), UNITS)
    assert [s.sku for s in got.offers] == ["good"] and got.rejected == {reason: 1}


def test_a_new_column_is_seen() -> None:
    text = rows({}).replace("confidence", "confidence,smell", 1).replace("high", "high,sweet", 1)
    assert parse(body({"p.csv": text}), UNITS).unread == {"smell": 1}


@pytest.mark.parametrize("payload", [b"", b"[]", b"{}", b'{"a.csv": 5}', body({"a.csv": "x,y\n1,2\n"})])
def test_a_payload_without_a_price_list_is_refused_by_name(payload: bytes) -> None:
    with pytest.raises(PayloadError, match="inference-atlas"):
        parse(payload, UNITS)


@pytest.fixture(scope="module")
def stored(mirror: Path) -> dict[str, str]:
    folder = mirror / DATA / "providers_csv"
    return {p.name: p.read_text() for p in sorted(folder.glob("*.csv"))}


@pytest.mark.mirror
def test_the_whole_catalogue_is_read(stored: dict[str, str]) -> None:
    got = parse(body(stored), UNITS)
    assert (got.entries, len(got.offers), len(got.facts), got.unread) == (761, 819, 435, {})
    assert got.rejected == {
        "rented hardware: a rental price": 41,
        "rented GPU: a rental price": 5,
        "free plan: an allowance, not a price": 9,
        "storage of face data by the month": 1,
        "training, not inference": 1,
        "average of an input and an output rate": 1,
        "image: repeats another row": 1,
        "1M_tokens: repeats another row": 1,
        "1K_tokens: repeats another row": 1,
        "output_video_second: repeats another row": 1,
    }
    assert prices(got, "gemini-2.5-flash")["input.text.token"] == Decimal("0.3")
    assert prices(got, "gemini-2.5-pro")["output.text.token"] == Decimal(10)
    assert prices(got, "gpt-4o") == {
        "input.text.token": Decimal("2.5"), "output.text.token": Decimal(10),
        "input.text.token;cache=read": Decimal("1.25"),
    }  # fmt: skip
    assert prices(got, "gpt-5-image")["output.text.token"] == Decimal(10)  # part of the name, not a modality


@pytest.mark.mirror
def test_the_tables_hold_every_spelling_of_the_stored_files(stored: dict[str, str]) -> None:
    read = [row for text in stored.values() for row in csv.DictReader(text.splitlines())]
    assert {row["unit_name"] for row in read} == set(UNIT_SPELLINGS)
    assert {row["billing_type"] for row in read} == set(MODE_SPELLINGS)


@pytest.mark.mirror
def test_pe_38_the_two_collecting_files_are_refused(mirror: Path, stored: dict[str, str]) -> None:
    collecting = ("master_ai_pricing_dataset_16_providers.csv", "ai_pricing_final_4_providers.csv")
    got = parse(body(stored | {name: (mirror / DATA / name).read_text() for name in collecting}), UNITS)
    assert (len(got.offers), got.rejected["file with shifted columns"]) == (819, 2)


@pytest.mark.mirror
def test_pe_39_the_folder_of_repetitions_adds_nothing(mirror: Path, stored: dict[str, str]) -> None:
    again = sorted((mirror / DATA / "providers_csv" / "providers").glob("*.csv"))
    got = parse(body(stored | {f"providers/{p.name}": p.read_text() for p in again}), UNITS)
    assert (len(again), len(got.offers)) == (13, 819)
    assert not [r for r in got.rejected if "contradict" in r]
