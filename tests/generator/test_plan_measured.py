"""`atlas plan --measured` on the committed data: own runs are used and named, or refused with file and reason."""

from pathlib import Path
from typing import Any

import pytest

from tests.generator.plan_runs import answer, read_once, refused
from tests.wasm_tools.outcomes import file_of, run

__all__ = ["read_once"]
ASKED = (
    "--model", "llama-3.1-8b-instruct", "--gpu", "h100-sxm", "--precision", "bf16", "--kind", "rented",
    "--prompt", "1000", "--output", "500", "--qps", "2", "--slo", "deferred", "--top", "100",
)  # fmt: skip


def single(found: dict[str, Any]) -> dict[str, Any]:
    return next(p for p in found["plans"] if p["tensor_parallel"] == 1 and p["engine"] == "trtllm")


def test_own_outcomes_are_used_and_named(tmp_path: Path) -> None:
    """A repository's name is resolved; a plan rests on the run, with its day, version and label."""
    file = tmp_path / "mine.json"
    mine = run(model="meta-llama/Llama-3.1-8B-Instruct", engine="trtllm", engine_version="1.2.0")
    file.write_text(file_of(mine, run(tier="simulated")))
    before, after = single(answer("plan", *ASKED)), single(answer("plan", *ASKED, "--measured", str(file)))
    assert any("your own measurement" in words for words in after["basis"])
    assert not any("your own" in words for words in before["basis"])
    assert (after["measured_on"], after["engine_version"]) == ("2026-11-20", "1.2.0")
    assert after["itl_ms"] != before["itl_ms"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{}", "no outcome file"), (file_of(run(tier="simulated")), "a simulator answered"),
        (file_of(run(tpot=1.0)), "cannot be true"), (file_of(run(gpu="h100-xms")), "h100"),
    ],
)  # fmt: skip
def test_a_refusal_names_flag_file_and_reason(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "o.json").write_text(text)
    message = refused("plan", *ASKED, "--measured", str(tmp_path / "o.json"))
    assert "--measured" in message and "o.json" in message and said in message


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert "absent.json" in refused("plan", *ASKED, "--measured", str(tmp_path / "absent.json"))
