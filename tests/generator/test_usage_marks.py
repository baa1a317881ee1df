"""Marks on prices of other workloads: what is set aside, and what is not believed; the registry files; the command."""

import csv
import io
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from generator.places import checkout
from generator.precompute.usage import usage_packs
from generator.precompute.usage_marks import Context, set_aside, suspicion, usage_rules
from generator.registry import Registry, load_registry
from generator.sync.state import Snapshot, State
from generator.sync.statements import SkuFacts
from generator.usage_commands import commands
from wasm_tools.planner.usage import ranked_usage, read_usage_book
from wasm_tools.pricing.meters import parse_meter
from wasm_tools.pricing.offers import Offer, parse_evidence
from wasm_tools.workload.traffic import InputError
from wasm_tools.workload.usage import UsageRequest

FOLDER = checkout().registry
AS_OF = "2026-11-20"
HOUR = "input.audio.audio_second"


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry(FOLDER)


def snapshot(name: str, observed: str) -> Snapshot:
    return Snapshot(**{**json.loads((checkout().state / "snapshots.json").read_text())[name], "observed_at": observed})


SNAPSHOTS = {
    "litellm": snapshot("litellm", AS_OF), "truefoundry": snapshot("truefoundry", "2026-02-06"),
    "llmrates": snapshot("llmrates", "2026-08-22"), "inference-atlas": snapshot("inference-atlas", "2026-02-27"),
}  # fmt: skip


@pytest.fixture
def context(registry: Registry) -> Context:
    return Context(registry, usage_rules(FOLDER), SNAPSHOTS, {}, AS_OF)


def offer(
    sku: str, meter: str, price: str = "1", evidence: str = "litellm=1", provider: str = "fal", region: str = "global"
) -> Offer:
    return Offer(
        provider,
        sku,
        "",
        "",
        parse_meter(meter),
        region,
        Decimal(price),
        parse_evidence(evidence),
    )


@pytest.mark.parametrize(
    ("workload", "sku", "meter", "kind"),
    [
        ("speech-to-text", "whisper-large-v3-turbo", HOUR, ""),
        ("speech-to-text", "whisper-large-v3-turbo", f"{HOUR};tier=batch", "tier"),
        ("speech-to-text", "universal", f"{HOUR};variant=addon", "add_on"),
        ("speech-to-text", "scribe", f"{HOUR};variant=business", "plan"),
        ("speech-to-text", "@cf/pipecat-ai/smart-turn-v2", HOUR, "other_task"),
        ("realtime", "gpt-realtime", "input.audio.token;cache=read", "cache"),
        ("embeddings", "gemini", "input.text.token;above_tokens=200000", "band"),
        ("embeddings", "qwen3-embedding-4b-batch", "input.text.token", "tier"),
        ("image", "gpt-image-2", "output.image.image;variant=1024x1024-medium", ""),
        ("image", "openai/gpt-image-2/edit", "output.image.image", "other_task"),
        ("image", "imagen-1", "output.image.image;variant=upscaling", "other_task"),
        ("image", "imagen-product", "output.image.image;variant=premium", ""),
        ("video", "wan2.7-t2v", "output.video.video_second;variant=720p", ""),
        ("video", "wan2.7-videoedit", "output.video.video_second;variant=720p", "other_task"),
        ("moderation", "llama-prompt-guard-2-22m", "input.text.token", "other_task"),
        ("moderation", "custom", "input.any.training_second", "training"),
    ],
)
def test_what_is_no_complete_product_is_set_aside(
    workload: str, sku: str, meter: str, kind: str, context: Context
) -> None:
    assert set_aside(context, workload, offer(sku, meter))[0] == kind


def test_retired_free_government_and_subscription_prices_are_set_aside(context: Context) -> None:
    retired = replace(context, facts={("fal", "old"): SkuFacts(provider="fal", sku="old", retires_on=AS_OF)})
    assert set_aside(retired, "image", offer("old", "output.image.image"))[0] == "ended"
    assert set_aside(context, "image", offer("x", "output.image.image", "0"))[0] == "free"
    assert set_aside(context, "image", offer("x", "output.image.image", region="us-gov-west-1"))[0] == "condition"
    assert set_aside(context, "image", offer("x", "output.image.image", provider="nobody"))[0] == "unreviewed"


@pytest.mark.parametrize(
    ("evidence", "why"),
    [
        ("litellm=1 llmrates=1", ""),
        ("litellm=1 llmrates=1.9", ""),
        ("litellm=1 llmrates=2", "multiple"),
        ("litellm=1 truefoundry=1", ""),  # one family; its newest word counts
        ("inference-atlas=1", "not for more than"),
        ("litellm=1!2026-10-01", "lacks it"),
    ],
)
def test_a_price_is_doubted_for_its_evidence(evidence: str, why: str, context: Context) -> None:
    one = offer("whisper", HOUR, evidence=evidence)
    reason = suspicion(context, [one])(one)[1]
    assert why in reason
    assert bool(why) == bool(reason)


def test_a_model_that_its_provider_gives_up_may_not_win(context: Context) -> None:
    old = replace(context, facts={("fal", "old"): SkuFacts(provider="fal", sku="old", status="deprecated")})
    one = offer("old", HOUR, evidence="litellm=1 llmrates=1")
    assert suspicion(old, [one])(one)[1] == "deprecated by its provider"


def test_a_size_in_the_name_of_a_sku_is_a_variant(registry: Registry) -> None:
    state = State()
    state.snapshots = SNAPSHOTS
    named = offer("low/1024-x-1024/openai/gpt-image-2", "output.image.image")
    state.offers = [replace(named, workload="image")]
    book = read_usage_book(usage_packs(registry, state, FOLDER, AS_OF)["image"])
    assert [r.meter for r in book.rows] == ["output.image.image;variant=1024x1024-low"]
    assert len(ranked_usage(book, UsageRequest(unit="images_1024_low")).entries) == 1


def test_the_registry_files_fit_together(registry: Registry) -> None:
    rules = usage_rules(FOLDER)
    for workload in rules.workloads:
        comparators = {c["id"]: c for c in rules.of("comparator", workload)}
        default = next(w["default"] for w in rules.comparators["workload"] if w["id"] == workload)
        assert default in comparators
        names = [unit for c in comparators.values() for unit in c["units"]]
        assert len(names) == len(set(names)), f"{workload}: a unit would choose two rankings"
        leads = [m for c in comparators.values() for m in c["parts"][0]["meters"]]
        assert len(leads) == len(set(leads)), f"{workload}: a meter leads two rankings"
        for c in comparators.values():
            assert c["usage_unit"] in c["units"]
            assert c["usage_source"]
            for part in c["parts"]:
                for meter in part["meters"]:
                    registry.units.unit(parse_meter(meter))
        for block in (*rules.of("conversion", workload), *rules.of("throughput", workload)):
            assert block["comparator"] in comparators
            assert block["source"]
        assert {p["id"] for p in rules.presets["preset"] if p["workload"] in (workload, "*")} >= {"balanced"}
    assert set(rules.presets["grades"]) == set("ABCD")


def test_the_command_prints_json_csv_and_a_reason_for_every_provider() -> None:
    run = CliRunner().invoke(commands, ["stt", "--usage", "1,000", "--unit", "audio_hours", "--json", "--limit", "3"])
    record = json.loads(run.stdout)
    assert record["usage"] == {"amount": "1000", "unit": "audio_hours", "source": "asked for"}
    assert len(record["offers"]) == 3
    table = CliRunner().invoke(commands, ["image", "--csv", "--limit", "2"]).stdout
    assert len(list(csv.DictReader(io.StringIO(table)))) == 2
    lines = CliRunner().invoke(commands, ["image", "--diagnostics"]).stdout
    found = list(csv.DictReader(io.StringIO(lines)))
    assert len(found) > 20
    assert all((r["offers"] == "0") == bool(r["reason"]) for r in found)


def test_a_private_price_joins_the_ranking(tmp_path: Path) -> None:
    overlay = tmp_path / "ours.toml"
    overlay.write_text(
        """
        [[provider]]
        id = "acme"
        name = "Acme"

        [[price]]
        provider = "acme"
        sku = "acme-ears"
        workload = "speech-to-text"
        meter = "input.audio.audio_second"
        price = "0.021"
        """
    )
    arguments = ["stt", "--overlay", str(overlay), "--csv", "--limit", "1"]
    (found,) = csv.DictReader(io.StringIO(CliRunner().invoke(commands, arguments).stdout))
    assert (found["provider"], found["unit_price_usd"]) == ("acme", "0.021")


def test_the_command_names_the_wrong_input() -> None:
    for arguments, field in (
        (["llm"], "workload"),
        (["stt", "--usage", "x"], "usage"),
        (["tts", "--unit", "x"], "unit"),
    ):
        error = CliRunner().invoke(commands, arguments).exception
        assert isinstance(error, InputError)
        assert error.field == field
