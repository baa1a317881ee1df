"""`atlas audit`: answers by flags, a file and plain words; four forms of output; the earlier score labelled."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from generator import audit_commands, nightly
from generator.audit_commands import commands
from tests.wasm_tools.ask_books import inputs, planned
from wasm_tools.workload.traffic import InputError

FLAGS = [
    "--set", "deployment=api", "--set", "model=gpt-4o", "--set", "provider=openai", "--set", "input_tokens=4e9",
    "--set", "output_tokens=1e9", "--set", "spend_usd=20000",
]  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def read_once() -> Iterator[None]:
    """State and catalogue are read once for all tests: the command only reads them."""
    with pytest.MonkeyPatch.context() as patched:
        at = inputs()
        packs = audit_commands.usage_packs(at.registry, at.state, at.places.registry, at.as_of)
        patched.setattr(nightly, "inputs", lambda *_, **__: at)
        patched.setattr(audit_commands, "planner_catalogue", lambda *_: planned())
        patched.setattr(audit_commands, "usage_packs", lambda *_: packs)
        yield


def run(*arguments: str) -> str:
    result = CliRunner(env={"COLUMNS": "160"}).invoke(commands, list(arguments))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


def test_forms_of_output_tell_the_same_levers() -> None:
    record = json.loads(run(*FLAGS, "--format", "json"))
    names = [f["lever"] for f in record["levers"]]
    assert record["now"]["stated_usd"] == 20_000
    assert [row["lever"] for row in csv.DictReader(io.StringIO(run(*FLAGS, "--format", "csv")))] == names
    table, markdown = run(*FLAGS), run(*FLAGS, "--format", "markdown")
    for name in names:
        assert name.replace("_", " ") in table
        assert f"| {name.replace('_', ' ')} |" in markdown
    assert "Alternatives under the same target" in table
    assert "inference_atlas_score" not in record


def test_steps_of_a_file_and_the_earlier_score_that_is_only_shown(tmp_path: Path) -> None:
    file = tmp_path / "mix.toml"
    file.write_text(
        '[[steps]]\ndeployment = "api"\nmodel = "gpt-4o"\ninput_tokens = 1e9\noutput_tokens = 1e9\nspend_usd = 20000\n'
        'traffic = "steady"\nprocurement = "on_demand"\nprecision = "bf16"\ncached_share = 0.0\n'
        '[[steps]]\nworkload = "image"\nmodel = "flux-pro-1.1"\nusage = 1000\nunit = "images"\n'
    )
    steps = json.loads(run("--file", str(file), "--format", "json", "--legacy-score"))["steps"]
    assert steps[0]["inference_atlas_score"]["score"] == 45  # the first vector of the earlier audit
    assert "comparison" in steps[0]["inference_atlas_score"]["why"]
    assert steps[1]["now"]["catalogue"]["what"].startswith("flux-pro-1.1")


def test_plain_words_describe_what_runs() -> None:
    record = json.loads(
        run("llama 3.3 70b on our own 8 H100s, 5 requests per second, 1000 tokens in and 300 out", "--format", "json")
    )
    assert record["setup"]["gpu_count"] == 8
    assert record["setup"]["model"] == "llama-3.3-70b-instruct"
    assert record["setup"]["requests"] == pytest.approx(5 * 730 * 3600)


def test_wrong_answers_name_their_field(tmp_path: Path) -> None:
    for arguments, words in (
        (("--set", "model"), "FIELD=VALUE"), (("--set", "spend_usd=much"), "spend_usd"), ((), "nothing is described"),
        (("--format", "xml"), "table"), (("--file", str(tmp_path / "none.json")), "cannot be read"),
    ):  # fmt: skip
        with pytest.raises(Exception, match=words):
            run(*arguments)


def test_a_bill_is_audited_model_by_model() -> None:
    bill = Path(__file__).parents[1] / "payloads" / "invoices" / "azure_cost_openai_2026-09.csv"
    record = json.loads(run("--bill", str(bill), "--format", "json").splitlines()[-1])
    assert record["now"]["stated_usd"] == pytest.approx(13 * 365 / 12, rel=1e-5)
    assert record["now"]["catalogue"]["usd"] == pytest.approx(record["now"]["stated_usd"], rel=0.01)


def test_what_is_stated_besides_a_bill_holds() -> None:
    bill = str(Path(__file__).parents[1] / "payloads" / "invoices" / "azure_cost_openai_2026-09.csv")
    record = json.loads(run("--bill", bill, "--set", "spend_usd=500", "--format", "json").splitlines()[-1])
    assert record["now"]["stated_usd"] == 500


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--bill", "nowhere.csv"], "nowhere.csv"),
        (["--bill", __file__], "missing columns"),
        (["--bill", __file__, "--file", "x.json"], "not both"),
    ],
)
def test_a_bill_that_says_nothing_is_refused_in_words(words: list[str], said: str) -> None:
    with pytest.raises(InputError, match=said):
        run(*words)
