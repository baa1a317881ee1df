"""`atlas steps`, `training`, `cluster` and `fine-tuned` on the committed state: sums, reasons, exit codes."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from generator import nightly, steps_commands
from generator.kinds_commands import commands
from wasm_tools.workload.traffic import InputError

TINY = """
[[step]]
id = "embed"
kind = "usage"
stage = 1
workload = "embeddings"
usage = { tokens = 100 }
"""
IMPOSSIBLE = """
[[step]]
id = "answer"
kind = "llm"
stage = 2
prompt_tokens = 1000
output_tokens = 100
models = ["gpt-5"]
kinds = ["rented"]
"""


@pytest.fixture(scope="module", autouse=True)
def read_once() -> Iterator[None]:
    """The state is read once for all tests: the commands only read it."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(nightly, "inputs", cache(nightly.inputs))
        for name in ("planner_catalogue", "usage_packs"):
            patched.setattr(steps_commands, name, _once(getattr(steps_commands, name)))
        yield


def _once(load: Callable[..., Any]) -> Callable[..., Any]:
    kept: list[Any] = []

    def loaded(*arguments: Any) -> Any:
        if not kept:
            kept.append(load(*arguments))
        return kept[0]

    return loaded


def run(*words: str) -> tuple[int, str]:
    shown = CliRunner().invoke(commands, list(words), env={"COLUMNS": "200", "NO_COLOR": "1"})
    if shown.exception is not None and not isinstance(shown.exception, SystemExit):
        raise shown.exception
    return shown.exit_code, shown.stdout


def answer(*words: str, code: int = 0) -> dict[str, Any]:
    found, text = run(*words, "--json")
    record: dict[str, Any] = json.loads(text)
    assert found == code
    return record


def refused(*words: str) -> InputError:
    with pytest.raises(InputError) as found:
        run(*words)
    return found.value


def test_a_pipeline_costs_the_sum_of_its_steps() -> None:
    found = answer("steps", "--preset", "rag", "--users", "500")
    assert found["requests_per_second"] == pytest.approx(500 * 0.2 * 1.0 / 60, abs=1e-4)
    assert found["peak_requests_per_second"] == pytest.approx(2.5 * found["requests_per_second"])
    parts = [Decimal(s["usd_per_month"]) for s in found["steps"]]
    assert len(parts) == 3 and abs(sum(parts) - Decimal(found["usd_per_month"])) <= Decimal("0.02")
    assert sum(s["share"] for s in found["steps"]) == pytest.approx(1, abs=1e-4)
    assert Decimal(found["usd_per_month_unverified"]) <= Decimal(found["usd_per_month"])
    assert found["typical_ms"] is None and found["time_unknown_of"] == ["embed", "rerank"]
    assert all(s["recommended"]["seen"] and s["recommended"]["evidence"] for s in found["steps"])


def test_an_agent_is_held_to_its_share_of_the_whole() -> None:
    found = answer("steps", "--preset", "agent")
    (think,) = found["steps"]
    assert think["bounds_of_a_call"]["e2e_ms"] == pytest.approx(120_000 / 7)
    assert (think["bounds_of_a_call"]["percentile"], found["target"]["percentile_held_by_the_parts"]) == (99, 93)
    assert think["calls_per_second"] == pytest.approx(7 * found["requests_per_second"])
    if found["typical_ms"] is not None:
        assert found["typical_ms"] == pytest.approx(7 * think["typical_ms"])


def test_ensembles_have_different_models() -> None:
    found = answer("steps", "--preset", "ensemble", "--qps", "0.5")
    for pick in ("recommended", "unverified"):
        products = [s[pick]["product"] for s in found["steps"]]
        assert len(set(products)) == len(products) == 4


def test_a_step_without_an_answer_ends_with_code_4_and_its_reasons(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(TINY + IMPOSSIBLE, encoding="utf-8")
    found = answer("steps", str(file), "--qps", "0.1", code=4)
    assert found["usd_per_month"] is None and found["steps"][0]["usd_per_month"] is not None
    assert found["steps"][1]["why_none"]
    code, text = run("steps", str(file), "--qps", "0.1")
    assert code == 4 and "Together, recommended: unknown, because a step has no answer" in text
    code, text = run("steps", str(file), "--qps", "0.1", "--csv")
    embed, nothing = csv.DictReader(io.StringIO(text))
    assert embed["usd_per_month"] and not nothing["usd_per_month"] and nothing["why_none"]


def test_markup_in_a_title_is_text(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('title = "[red]x[/red] [bold"\n' + TINY, encoding="utf-8")
    code, text = run("steps", str(file))
    assert code == 0 and "[red]x[/red] [bold" in text


def test_contradictions_and_unknown_names_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(TINY, encoding="utf-8")
    assert refused("steps").field == refused("steps", str(file), "--preset", "rag").field == "--preset"
    assert "rag, cascade, ensemble, agent, voice" in refused("steps", "--preset", "rug").message
    assert refused("steps", "--preset", "rag", "--users", "5", "--qps", "1").field == "--users"
    assert refused("steps", str(file), "--users", "5").field == "--users"
    assert refused("steps", "--preset", "rag", "--qps", "2", "--peak", "1").field == "peak_qps"
    assert refused("training", "--tokens", "1e9").field == "--parameters"
    assert refused("training", "--parameters", "8e9", "--model", "qwen3-32b").field == "--parameters"
    assert refused("training", "--parameters", "nan").field == "--parameters"
    assert refused("training", "--model", "gpt-5").field == "--model"
    assert refused("training", "--parameters", "8e9", "--mfu", "1.2").field == "mfu"
    assert refused("cluster", "--gpu", "h1000").field == "--gpu"
    assert refused("cluster", "--gpu", "h100-sxm", "--hours", "-1").field == "hours"
    assert refused("cluster", "--gpu", "h100-sxm", "--interconnect", "wifi").field == "interconnect"
    assert refused("cluster", "--gpu", "h100-sxm", "--kind", "stolen").field == "--kind"
    assert refused("fine-tuned", "gpt-4.1x").field == "MODEL"
    assert refused("fine-tuned", "gpt-4.1", "--prompt", "0").field == "--prompt"
    assert refused("fine-tuned", "gpt-4.1", "--qps", "inf").field == "--qps"


def test_a_training_run_costs_gpu_hours_times_the_price() -> None:
    found = answer("training", "--parameters", "8e9", "--tokens", "1e9", "--gpus", "8", "--gpu", "h100-sxm")
    gpu_hours = 6 * 8e9 * 1e9 / (0.4 * 989e12) / 3600
    assert found["mfu"] == 0.4 and "2407.21783" in found["mfu_source"]
    for offer in found["offers"]:
        assert offer["hours"] >= gpu_hours / 8 - 1e-6 and offer["gpus_paid"] >= 8
        if "commitment" in " ".join(offer["words"]):
            continue
        least = float(offer["usd_per_gpu_hour"]) * offer["gpus_paid"] * gpu_hours / 8
        most = float(offer["usd_per_gpu_hour"]) * offer["gpus_paid"] * (gpu_hours / 8 + 1)
        assert least <= float(offer["usd"]) + 0.01 and float(offer["usd"]) <= most + 0.01
    costs = [Decimal(o["usd"]) for o in found["offers"]]
    assert costs == sorted(costs)
    assert found["at_half_the_mfu"]["hours"] == pytest.approx(2 * gpu_hours / 8)


def test_a_model_too_large_for_the_gpus_is_left_out_with_the_reason() -> None:
    words = ("training", "--model", "qwen3-235b-a22b", "--gpus", "8", "--gpu", "h100-sxm")
    found = answer(*words, code=4)
    assert any("optimiser state need at least" in reason for reason in found["left_out"])
    code, text = run(*words)
    assert code == 4 and "nothing is possible" in text and "left out" in text


def test_cluster_offers_are_sorted_dated_and_one_a_provider_gpu_and_kind() -> None:
    words = ("cluster", "--gpu", "H100 SXM", "--gpus", "64", "--hours", "720", "--interconnect", "network")
    found = answer(*words)
    offers = found["offers"]
    assert [Decimal(o["usd"]) for o in offers] == sorted(Decimal(o["usd"]) for o in offers)
    assert len({(o["provider"], o["gpu"], o["kind"]) for o in offers}) == len(offers) >= 3
    assert all(o["machine"] > 1 and o["seen"] and o["sources"] and o["gpu"] == "h100-sxm" for o in offers)
    kept = found["cheapest_kept"]
    assert kept == next(o for o in offers if o["kept"] == "yes")
    assert Decimal(kept["usd"]) == Decimal(kept["usd_per_gpu_hour"]) * kept["gpus_paid"] * 720
    assert {o["kind"] for o in offers if o["kept"] == "no"} <= {"spot", "community", "marketplace", "scheduled"}
    code, text = run(*words, "--csv")
    assert code == 0 and [r["usd"] for r in csv.DictReader(io.StringIO(text))] == [o["usd"] for o in offers]
    code, text = run(*words)
    assert "no whole machines that could be joined by a network" in text
    only = answer(*words, "--kind", "rented")
    assert {o["kind"] for o in only["offers"]} == {"rented"}


def test_no_machine_holds_eighty_gpus() -> None:
    found = answer("cluster", "--gpu", "h100-sxm", "--gpus", "80", "--interconnect", "machine", code=4)
    assert found["offers"] == [] and found["cheapest_kept"] is None
    assert "the GPUs are not known to stand in one machine" in found["left_out"]


def test_a_fine_tune_costs_the_difference_of_the_prices() -> None:
    """3 and 12 $/1M instead of 2 and 8 for 1,024 tokens each way, 2,628,000 times; 3 epochs at 25 $/1M."""
    found = answer("fine-tuned", "gpt-4.1", "--qps", "1", "--training-tokens", "1000000", "--epochs", "3")
    own = next(o for o in found["offers"] if o["sku"] == "ft:gpt-4.1-2025-04-14")
    assert own["usd_more_a_month"] == str(Decimal(1024 + 4 * 1024) * 2_628_000 / 1_000_000)
    assert Decimal(own["usd_a_month"]) == Decimal(own["usd_more_a_month"]) * 3
    assert (own["more"], own["usd_training"]) == ("+50%", "75.00")
    elsewhere = [o for o in found["offers"] if o["provider"] == "azure"]
    assert elsewhere and elsewhere[0]["usd_a_month"] is None
    assert "no source states what the use of the fine-tuned model costs" in elsewhere[0]["words"]
    assert found["offers"].index(own) < found["offers"].index(elsewhere[0])


def test_what_is_retired_or_never_tuned_ends_with_code_4() -> None:
    assert answer("fine-tuned", "o4-mini", code=4)["left_out"] == {"retired by the provider": 2}
    assert answer("fine-tuned", "claude-opus-5", code=4)["offers"] == []
