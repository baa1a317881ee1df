"""`atlas validate`: any folder gets an answer, also one that is hostile; nothing outside it is read."""

import json
import os
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from generator.cli import app
from generator.validate.checking import checked_files
from generator.validate.reading import MOST_BYTES, FolderError, read_folder
from tests.generator.earlier_manifests import files

CONFIG = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: one\ndata:\n  a: "1"\n'


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["validate", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def messages(text: str) -> list[str]:
    return [f"{f.rule} {f.where}: {f.message}" for f in checked_files({"a.yaml": text}).findings]


def write(folder: Path, content: dict[str, str]) -> None:
    for name, text in content.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def test_a_correct_folder_has_no_problem(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": CONFIG})
    code, output = run(str(tmp_path))
    assert code == 0
    assert output == "1 files, 1 objects checked; no plan.json, so no numbers of a plan: no problem\n"


def test_problems_are_listed_with_rule_file_and_place(tmp_path: Path) -> None:
    write(tmp_path, files())
    code, output = run(str(tmp_path))
    assert code == 1
    assert "MF-08 " in output and "autoscaling.yaml: HorizontalPodAutoscaler" in output


def test_json_is_one_object_with_every_finding(tmp_path: Path) -> None:
    write(tmp_path, files())
    code, output = run(str(tmp_path), "--json")
    found = json.loads(output)
    assert code == 1
    assert found["files"] == 3 and found["objects"] == 5 and found["plan_id"] is None
    assert found["checked_with"]["KServe"] == "0.20.0" and "1.30" in found["checked_with"]["Kubernetes"]
    assert {f["rule"] for f in found["findings"]} >= {"MF-08", "MF-12", "MF-25"}
    assert all(set(f) == {"rule", "path", "where", "message"} for f in found["findings"])


def test_kinds_without_a_schema_are_named(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": CONFIG.replace("v1", "example.org/v1").replace("ConfigMap", "Thing")})
    code, output = run(str(tmp_path))
    assert code == 0
    assert "no schema here for example.org/v1 Thing" in output


@pytest.mark.parametrize(
    ("name", "said"), [("missing", "does not exist"), ("file", "is no folder"), ("empty", "no file")]
)
def test_what_is_no_folder_of_manifests_is_an_error_with_a_remedy(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "empty").mkdir()
    code, output = run(str(tmp_path / name))
    assert code == 2
    assert said in output


def test_help_names_exit_codes() -> None:
    code, output = run("--help")
    assert code == 0
    assert "Exit code 1" in " ".join(output.split())


def test_binary_and_huge_files_are_findings(tmp_path: Path) -> None:
    (tmp_path / "zero.yaml").write_bytes(b"a: \x00\n")
    (tmp_path / "latin.yaml").write_bytes(b"a: \xe9\n")
    (tmp_path / "huge.yaml").write_bytes(b"#" * (MOST_BYTES + 1))
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    found = {f.path: f.message for f in read_folder(tmp_path).findings}
    assert set(found) == {"zero.yaml", "latin.yaml", "huge.yaml"}
    assert "zero bytes" in found["zero.yaml"] and "UTF-8" in found["latin.yaml"] and "4,000,001" in found["huge.yaml"]


def test_links_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    write(inside, {"a.yaml": CONFIG})
    write(outside, {"secret.yaml": "key: hidden words\n"})
    (inside / "link.yaml").symlink_to(outside / "secret.yaml")
    (inside / "folder").symlink_to(outside)
    (inside / "loop").symlink_to(inside)
    (inside / "dangling.yaml").symlink_to(tmp_path / "nothing")
    found = read_folder(inside)
    assert [d.path for d in found.documents] == ["a.yaml"]
    assert {f.path for f in found.findings} == {"link.yaml", "dangling.yaml"}
    assert "hidden" not in repr(found)


def test_a_pipe_is_no_file_and_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    (finding,) = read_folder(tmp_path).findings
    assert finding.message == "no ordinary file"


def test_a_bomb_of_aliases_stays_small_and_is_found() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    started = time.monotonic()
    found = messages("\n".join(lines) + "\n")
    assert time.monotonic() - started < 2
    assert any("alias" in m for m in found)


@pytest.mark.parametrize("text", ["[" * 100_000, "{a: " * 50_000, "- " * 100_000, "? " * 50_000])
def test_deep_nesting_is_a_finding_and_no_crash(text: str) -> None:
    assert any(m.startswith("MF-01") for m in messages(text))


def test_deep_json_is_a_finding_and_no_crash(tmp_path: Path) -> None:
    write(tmp_path, {"a.json": "[" * 200_000, "plan.json": "{}"})
    assert [f.path for f in read_folder(tmp_path).findings] == ["a.json"]


def test_an_alias_is_read_and_reported() -> None:
    text = CONFIG.replace("name: one", "name: &n one\n  labels: {app: *n}")
    assert messages(text) == [
        "MF-01 metadata.labels.app: an alias of a value elsewhere is not read by every tool; write the value out"
    ]


@pytest.mark.parametrize("word", ["off", "yes", "No", "y", "1e-05", "12:30:00", "0o14", "014", "1_000", "2026-11-26"])
def test_scalars_that_two_readers_understand_differently_need_quotes(word: str) -> None:
    (found,) = messages(CONFIG.replace('"1"', word))
    assert found.startswith("MF-01 data.a: ") and "quotes" in found
    assert messages(CONFIG.replace('"1"', f'"{word}"')) == []


def test_key_given_twice_is_found() -> None:
    assert messages(CONFIG + '  a: "2"\n') == ["MF-01 data: the key 'a' is there twice"]


def test_tags_make_no_objects() -> None:
    tag, schema = messages(CONFIG.replace('"1"', "!!python/object/apply:os.system [x]"))
    assert tag.startswith("MF-01 data.a: the tag") and "['x']" in schema


def test_template_of_another_tool_is_no_yaml() -> None:
    assert messages("a: {{ .Values.a }}\nb: {{ include }\n")[0].startswith("MF-01")


def test_members_of_a_list_are_checked() -> None:
    text = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: A_b}\n"
    assert [m for m in messages(text) if m.startswith("MF-03")]


def test_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("generator.validate.reading.MOST_FILES", 3)
    write(tmp_path, {f"{n}.yaml": CONFIG for n in range(4)})
    with pytest.raises(FolderError, match="more than 3 files"):
        read_folder(tmp_path)


def test_folder_of_plans_is_checked_plan_by_plan(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write(tmp_path / name, {**files(), "plan.json": "{}"})
    code, output = run(str(tmp_path))
    assert code == 1
    for name in ("one", "two"):
        assert any(line.startswith(f"{name}: MF-08 ") for line in output.splitlines())
    assert [f["folder"] for f in json.loads(run(str(tmp_path), "--json")[1])["folders"]] == ["one", "two"]
    write(tmp_path, {"b.yaml": CONFIG})
    assert "one: " not in run(str(tmp_path))[1], "with other files beside them it is a folder as any other"
