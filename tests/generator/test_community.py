"""Contributed measurements: what is taken, what is refused and why, and what the calibration makes of them."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from generator import benchmark_commands, nightly
from generator.benchmarks.community import (
    CommunityError,
    contributions,
    load_community,
    load_rules,
    outcome_id,
    write_contributions,
)
from generator.benchmarks.compass_rows import compass_rows
from generator.benchmarks.plausible_tables import committed_rows, judged
from generator.calibrate.commands import _loaded as loaded
from generator.calibrate.community import community_points
from generator.calibrate.points import known_shapes
from generator.calibrate.shipped import calibration_text, load_calibration, shipped
from generator.cli import app
from generator.places import Places, checkout
from generator.registry import Registry, load_registry
from generator.render.pages import data_sources
from generator.render.templates import article_of, environment
from generator.sync.state import load_state
from tests.generator.rendered_pages import TEMPLATES
from tests.generator.small_site import small_site
from tests.wasm_tools.outcomes import file_of, run
from wasm_tools.performance.added_measurements import classes_of, with_added
from wasm_tools.performance.prediction import book
from wasm_tools.performance.siblings import COMMUNITY

PLACES = checkout()
REAL = Path(__file__).parents[1] / "payloads" / "observed"
TODAY = "2026-11-27"
CONTEXT = (
    "--model", "meta-llama/Llama-3.1-8B-Instruct", "--gpu", "h100-sxm", "--gpus", "1", "--tensor-parallel", "1",
    "--engine", "vllm", "--engine-version", "0.33.0", "--precision", "bf16", "--measured-by", "A tester", "--licence",
    "CC-BY-4.0", "--tool-version", "0.33.0",
)  # fmt: skip


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry(PLACES.registry)


def judge(text: str, registry: Registry, taken: tuple[str, ...] = ()) -> list[list[str]]:
    rules = load_rules(PLACES.registry / "community.toml")
    return [[str(r) for r in c.refusals] for c in contributions(text, registry, rules, taken, TODAY)]


def command(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(words))
    raised = "" if isinstance(result.exception, SystemExit | None) else str(result.exception)
    return result.exit_code, result.output + raised


def test_a_run_whose_figures_fit_together_is_taken_under_a_name_of_its_content(
    registry: Registry, tmp_path: Path
) -> None:
    rules = load_rules(PLACES.registry / "community.toml")
    given = contributions(file_of(run(model="Meta-Llama/Llama-3.1-8B-Instruct")), registry, rules, (), TODAY)
    assert given[0].refusals == () and given[0].outcome["model"] == "llama-3.1-8b-instruct"
    (path,) = write_contributions(tmp_path / "community", given)
    assert path.name.startswith("llama-3.1-8b-instruct-h100-sxm-")
    (found,) = load_community(tmp_path / "community").values()
    assert found == given[0].outcome and not list(path.parent.glob("*.new"))
    (again,) = judge(file_of(run(licence="MIT", measured_by="Somebody else")), registry, (path.stem,))
    assert len(again) == 1 and "is here already" in again[0]
    path.write_text(path.read_text().replace('"mean": 12.0', '"mean": 11.9'))
    with pytest.raises(CommunityError, match="not that of its name"):
        load_community(tmp_path / "community")


@pytest.mark.parametrize("client", ["guidellm-0.8.1", "vllm-rs-0.33.0"])
def test_what_a_simulator_answered_is_refused_as_simulated(client: str, tmp_path: Path) -> None:
    """Parity CO-R02, on the real reports of two load tests of a simulated server."""
    out = tmp_path / "outcome.json"
    code, said = command("observe", str(REAL / f"{client}.json"), "--outcome", str(out), "--simulated", *CONTEXT)
    assert code == 0, said
    assert json.loads(out.read_text())["outcomes"][0]["tier"] == "simulated"
    code, said = command("benchmarks", "add", str(out), "--dry-run", "--json")
    (found,) = json.loads(said)["outcomes"]
    assert code == 4 and "tier" in {r["field"] for r in found["refusals"]}


def test_an_outcome_says_whether_it_was_measured_or_is_not_written(tmp_path: Path) -> None:
    out = tmp_path / "outcome.json"
    for tier in ((), ("--measured", "--simulated")):
        code, said = command("observe", str(REAL / "guidellm-0.8.1.json"), "--outcome", str(out), *tier, *CONTEXT)
        assert code and "--measured or --simulated" in said and not out.exists()
    code, said = command("observe", str(REAL / "guidellm-0.8.1.json"), "--measured")
    assert code and "--outcome" in said


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"model": "nobody-knows-1b"}, "model"), ({"gpu": "h100-xms"}, "gpu"), ({"licence": "all mine"}, "licence"),
        ({"tool": "a stopwatch"}, "tool"), ({"tool_version": ""}, "tool_version"), ({"requests": 99}, "requests"),
        ({"source_url": "http://x.example"}, "source_url"), ({"measured_on": "2026-11-28"}, "measured_on"),
        ({"measured_on": "2020-01-01"}, "measured_on"), ({"errors": 100}, "errors"), ({"gpus": 2}, "gpus"),
        ({"tpot": 2.0}, "tpot"), ({"prompt_tokens": 2e5}, "prompt_tokens"), ({"concurrency": 64.0}, "concurrency"),
        ({"tensor_parallel": 3, "gpus": 3}, "tensor_parallel"), ({"model": "llama-3.1-405b-instruct"}, "gpus"),
        ({"served_model": "Qwen/Qwen3-32B"}, "served_model"),
    ],
    ids=str,
)  # fmt: skip
def test_each_reason_names_the_field_and_a_remedy(changed: dict[str, Any], field: str, registry: Registry) -> None:
    (found,) = judge(file_of(run(**changed)), registry)
    named = [r for r in found if r.startswith(f"{field}: ")]
    assert named and all("; " in r for r in named)


def test_the_same_run_twice_in_a_file_is_one(registry: Registry) -> None:
    first, second = judge(file_of(run(), run()), registry)
    assert first == [] and "is here already" in second[0]


def test_a_file_is_taken_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "registry").symlink_to(PLACES.registry)
    monkeypatch.setattr(benchmark_commands, "checkout", lambda: Places(tmp_path))
    file = tmp_path / "o.json"
    file.write_text(file_of(run(), run(requests=5)))
    code, said = command("benchmarks", "add", str(file))
    assert code == 4 and "nothing was written" in said and load_community(Places(tmp_path).community) == {}
    file.write_text(file_of(run(), run(concurrency=15.0)))
    assert command("benchmarks", "add", str(file), "--dry-run")[0] == 0
    assert load_community(Places(tmp_path).community) == {}
    assert command("benchmarks", "add", str(file))[0] == 0
    assert len(load_community(Places(tmp_path).community)) == 2
    assert command("benchmarks", "add", str(file))[0] == 4  # a second time


def points_of(folder: Path, registry: Registry) -> Any:
    return community_points(folder, known_shapes(registry), registry.gpu_cards)


def test_calibration_takes_the_community_as_a_class_of_its_own(tmp_path: Path, registry: Registry) -> None:
    """The rows of a folder join; constants and published points keep every byte; what cannot be true stays out."""
    good, wrong, simulated = run(), run(tpot=2.0), run(tier="simulated")
    for outcome in (good, wrong, simulated):
        (tmp_path / f"{outcome_id(outcome)}.json").write_text(file_of(outcome))
    found = points_of(tmp_path, registry)
    assert len(found.points) == 1 and {"cannot be true" in r or "simulator" in r for _, r in found.left_out} == {True}
    before = load_calibration(PLACES.state / "calibration.json")
    of = book(before, known_shapes(registry), registry.gpu_cards)
    after = with_added(of, found.points, COMMUNITY, 1.4142).calibration
    assert classes_of(after)[COMMUNITY] == 1 and classes_of(before)[COMMUNITY] == 0
    old, new = (json.loads(calibration_text(c)) for c in (before, after))
    kept = {json.dumps(g[:4]): g[4] for g in new.pop("groups")}
    for group in old.pop("groups"):
        assert kept[json.dumps(group[:4])][: len(group[4])] == group[4]
    assert old == new


def test_an_empty_folder_gives_the_committed_calibration_byte_for_byte(tmp_path: Path, registry: Registry) -> None:
    assert points_of(tmp_path / "absent", registry).points == ()
    none = points_of(tmp_path, registry).points
    silicon, other, world = loaded(PLACES)
    text = calibration_text(shipped(silicon, other, world, none))
    assert text == (PLACES.state / "calibration.json").read_text(encoding="utf-8")


def test_committed_tables_are_judged_and_what_cannot_be_true_is_listed(registry: Registry) -> None:
    """Ten points of Qwen3-235B-FP8 claim one H200, whose 141 GB cannot hold 235 GB of weights: the source's error."""
    found = judged(committed_rows(registry, load_state(PLACES.state), PLACES.registry))
    assert found.rows["state"] > 2000 and found.rows["inferencemax.csv"] > 300 and found.rows["mlperf.csv"] > 200
    assert {(d.table, d.field) for d in found.doubtful} == {("state", "gpus")}
    assert all(d.row.startswith("Qwen/Qwen3-235B-A22B-FP8 fp8, 1 × h200_sxm") for d in found.doubtful)


def test_rows_of_compass_that_cannot_be_true_are_found_when_the_file_is_fed(tmp_path: Path, registry: Registry) -> None:
    """Parity CO-R05: what does not fit, a clamp at 5 ms, and p95 below p90."""
    plain = {
        "model_hf_repo": "meta-llama/Llama-3.3-70B-Instruct", "hardware": "H100", "hardware_count": 4,
        "prompt_tokens": 512, "output_tokens": 256, "requests_per_second": 1.0, "ttft_p90": 90.0, "ttft_p95": 95.0,
    }  # fmt: skip
    rows = [plain | {"itl_p95": 5.0 if n < 20 else 20.0 + n} for n in range(25)]
    rows += [plain | {"model_hf_repo": "moonshotai/Kimi-K2-Thinking", "hardware": "H200", "hardware_count": 1}]
    rows += [plain | {"ttft_p95": 89.0}]
    file = tmp_path / "compass.json"
    file.write_text(json.dumps({"benchmarks": rows}))
    found = judged(compass_rows(file, registry, PLACES.registry / "weights.csv"))
    assert ("all rows", "itl p95") in {(d.row, d.field) for d in found.doubtful}
    assert any(d.field == "gpus" and "kimi" in d.row.lower() for d in found.doubtful)
    assert any(d.field == "ttft" and "p95 89 ms is below p90" in d.reason for d in found.doubtful)
    code, said = command("benchmarks", "check", str(file))
    assert code == 4 and "cannot be true" in said


def test_health_lists_measured_points_that_cannot_be_true(registry: Registry) -> None:
    from generator.health import untrue_points

    at = nightly.inputs(PLACES, None, offline=True)
    found = untrue_points(at.registry, at.state, PLACES.registry)
    assert found["count"] == 10 and "H200" in found["examples"][0]


def test_who_contributed_is_named_among_the_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the licence and the number of runs; without any, the page has no such part."""

    def shown(*outcomes: dict[str, Any]) -> str:
        monkeypatch.setattr(data_sources, "load_community", lambda _: {str(n): o for n, o in enumerate(outcomes)})
        (page,) = data_sources.pages(small_site())
        return article_of(environment(TEMPLATES), small_site().as_of)(page)

    found = " ".join(shown(run(), run(), run(measured_by="<b>Lab</b>", licence="MIT")).split())
    assert "A tester: 2 runs, CC-BY-4.0" in found and "&lt;b&gt;Lab&lt;/b&gt;: 1 run, MIT" in found
    assert "community" not in shown()
