"""`atlas manifests`: files of a plan from a file or from flags, all of them or none."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from generator import manifest_commands
from generator.failure import RunError
from tests.wasm_tools.plan_documents import API_PLAN, PLAN, QUESTION, book, document
from wasm_tools.manifests.plan_files import plan_files
from wasm_tools.workload.traffic import InputError

runner = CliRunner()


def run(*arguments: str) -> dict[str, Any]:
    result = runner.invoke(manifest_commands.commands, [*arguments, "--json"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    """What `atlas plan --json` printed."""
    path = tmp_path / "plans.json"
    plans = [{**PLAN, "rank": 1}, {**API_PLAN, "rank": 2}]
    path.write_text(json.dumps({"as_of": "2026-11-26", "question": QUESTION, "plans": plans}), encoding="utf-8")
    return path


def read(folder: Path) -> dict[str, str]:
    return {p.relative_to(folder).as_posix(): p.read_text(encoding="utf-8") for p in folder.rglob("*") if p.is_file()}


def test_a_folder_holds_the_files_of_the_chosen_plan(listed: Path, tmp_path: Path) -> None:
    out = tmp_path / "deploy"
    made = plan_files(document(), book())
    answer = run("1", "--plan", str(listed), "--out", str(out))
    assert answer == {"plan": PLAN["id"], "path": str(out / made.folder), "files": list(made.files)}
    assert read(out / made.folder) == made.files
    assert (out / made.folder / "bench/smoke.sh").stat().st_mode & 0o111
    assert [p.name for p in out.iterdir()] == [made.folder], "nothing else is left"
    again = run("--plan", str(out / made.folder / "plan.json"), "--out", str(tmp_path / "again"))
    assert read(Path(again["path"])) == made.files


def test_an_archive_has_the_bytes_of_the_site(listed: Path, tmp_path: Path) -> None:
    answer = run("1", "--plan", str(listed), "--out", str(tmp_path), "--zip")
    assert Path(answer["path"]).read_bytes() == plan_files(document(), book()).zip
    assert zipfile.is_zipfile(answer["path"])


def test_an_api_plan_gives_the_configuration_of_a_proxy(listed: Path, tmp_path: Path) -> None:
    answer = run(API_PLAN["id"], "--plan", str(listed), "--out", str(tmp_path))
    assert "litellm.yaml" in answer["files"]


def test_what_is_there_is_replaced_with_force_only(listed: Path, tmp_path: Path) -> None:
    arguments = ("1", "--plan", str(listed), "--out", str(tmp_path / "deploy"))
    folder = Path(run(*arguments)["path"])
    (folder / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="--force"):
        run(*arguments)
    assert (folder / "mine.txt").exists()
    run(*arguments, "--force")
    assert read(folder) == plan_files(document(), book()).files
    with pytest.raises(InputError, match="--force"):
        for _ in range(2):
            run(*arguments, "--zip")


def test_nothing_is_written_when_the_plan_cannot_be_deployed(tmp_path: Path) -> None:
    path, out = tmp_path / "plan.json", tmp_path / "deploy"
    path.write_text(json.dumps(document(gpu="mi300x")), encoding="utf-8")
    with pytest.raises(RunError, match="no node label is known"):
        run("--plan", str(path), "--out", str(out))
    assert not out.exists()


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        (["3", "--plan", "{listed}"], RunError, "no plan '3'"),
        (["--plan", "{listed}"], RunError, "holds 2 plans"),
        (["--plan", "missing.json"], InputError, "cannot be read"),
        (["1", "--plan", "{listed}", "--use-case", "chatbot"], InputError, "holds the question already"),
    ],
)
def test_a_wrong_call_is_refused_in_words(
    arguments: list[str], error: type[Exception], says: str, listed: Path, tmp_path: Path
) -> None:
    with pytest.raises(error, match=says):
        run(*(a.format(listed=listed) for a in arguments), "--out", str(tmp_path / "out"))
    assert not (tmp_path / "out").exists()
