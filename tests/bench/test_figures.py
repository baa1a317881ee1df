"""The record of the benchmarks: what a script hands over, how it is kept, and the page that is made of it."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.bench import __main__ as runner
from tests.bench.figures import Figure, figure, read_figures
from tests.bench.record import Run, page, read_record, write_record

RUN = Run("2026-11-20", "abc", "a machine", "CPython 3.13.0", 12.0, 0, (Figure("one answer", 24.4, "ms", at_most=60),))


def test_every_benchmark_hands_over_figures() -> None:
    scripts = sorted(Path(runner.__file__).parent.glob("bench_*.py"))
    assert len(scripts) > 20
    assert [p.name for p in scripts if "figure(" not in p.read_text(encoding="utf-8")] == []


def test_a_figure_is_kept_only_where_a_run_asks_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ATLAS_FIGURES", raising=False)
    figure("alone", 1, "s")
    monkeypatch.setenv("ATLAS_FIGURES", str(tmp_path / "figures.jsonl"))
    figure("ours", 2, "s", at_most=3, against=(8, "theirs"))
    figure("bytes", 5, "B", at_least=6)
    found = read_figures(tmp_path / "figures.jsonl")
    assert found == [Figure("ours", 2, "s", 3, None, 0.25, "theirs"), Figure("bytes", 5, "B", None, 6)]
    assert [f.holds() for f in found] == [True, False]
    assert read_figures(tmp_path / "nothing.jsonl") == []


def test_a_value_that_is_no_number_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATLAS_FIGURES", str(tmp_path / "figures.jsonl"))
    with pytest.raises(ValueError, match="Out of range float values"):
        figure("none", float("nan"), "s")


def test_the_page_names_machine_versions_limits_and_ratios() -> None:
    broken = Figure("slow | step", 1234.5, "s", at_most=2, ratio=0.5, reference="theirs")
    text = page({"bench_a_b": RUN, "bench_c": replace(RUN, figures=(broken,), load=3.14)})
    assert "2 figures of 2 benchmarks; 2 have a limit, and 1 of them break it" in text
    assert "## A b\n\n2026-11-20, commit abc, 12 s. a machine; CPython 3.13.0." in text
    assert "| one answer | 24.4 ms | ≤ 60 |  |" in text
    assert "| slow / step | 1,234 s | ≤ 2, **broken** | 0.5 × theirs |" in text
    assert "early" not in text and "12 s, with a load of 3.1 from before." in text


def test_a_run_that_ends_early_says_so() -> None:
    assert "ended early, with exit code 1" in page({"bench_a": replace(RUN, code=1, figures=())})


def test_the_runner_keeps_the_figures_of_benchmarks_that_it_does_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "RECORD", tmp_path / "figures.json")
    monkeypatch.setattr(runner, "PAGE", tmp_path / "page.md")
    monkeypatch.setenv("PYTHONPATH", str(runner.ROOT))
    for name, value, code in (("new", 3, 0), ("kept", 1, 0), ("bad", 7, 1)):
        (tmp_path / f"bench_{name}.py").write_text(
            "import sys\nfrom tests.bench.figures import figure\n"
            f"figure('{name}', {value}, 's', at_most=5)\nsys.exit({code})\n"
        )
    write_record(tmp_path / "figures.json", {"bench_kept": RUN, "bench_gone": RUN})
    assert runner.main(["new"], tmp_path) == 0
    runs = read_record(tmp_path / "figures.json")
    assert runs["bench_kept"] == RUN and "bench_gone" not in runs
    assert runs["bench_new"].figures == (Figure("new", 3, "s", at_most=5),)
    assert runner.main(["bad"], tmp_path) == 1
    assert (tmp_path / "page.md").read_text().count("**broken**") == 1
    with pytest.raises(SystemExit, match="no benchmark is called like other"):
        runner.main(["other"], tmp_path)


def test_the_committed_page_is_that_of_the_committed_record() -> None:
    runs = read_record(runner.RECORD)
    assert runs and json.loads(runner.RECORD.read_text(encoding="utf-8"))
    assert runner.PAGE.read_text(encoding="utf-8") == page(runs)
