"""The page of observations makes outcome files: of what was read, stated and planned; or says what is missing."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.wasm_tools.catalogues import catalogue
from wasm_tools.methods import observe_outcome
from wasm_tools.outcomes.reading import read_outcomes
from wasm_tools.workload.traffic import InputError

REAL = Path(__file__).parents[1] / "payloads" / "observed" / "vllm-rs-0.33.0.json"
STATED = {
    "tier": "simulated", "model": "open-70b", "gpu": "h100-sxm", "gpus": "4", "tensor_parallel": " 2 ",
    "engine": "vllm", "engine_version": "0.33.0", "precision": "fp8", "measured_by": "A tester", "licence": "MIT",
    "tool_version": "0.33.0", "arrival": "", "source_url": "",
}  # fmt: skip


def made(stated: dict[str, str], **params: Any) -> dict[str, Any]:
    given = {"files": [(REAL.name, REAL.read_bytes())], "stated": stated, "by": "a test", **params}
    return observe_outcome.answer(given, {"planner": catalogue()})


def test_the_fields_of_the_page_make_an_outcome_file() -> None:
    found = made(STATED)
    (outcome,) = read_outcomes(found["text"])
    assert (found["count"], found["tier"]) == (1, "simulated")
    assert (outcome["gpus"], outcome["replicas"], outcome["written_by"], outcome["arrival"]) == (
        4,
        2,
        "a test",
        "poisson",
    )


def test_a_plan_among_the_files_fills_the_empty_fields() -> None:
    plan = {"model": "open-70b", "gpu": "h100-sxm", "tensor_parallel": 2, "replicas": 1, "precision": "fp8",
            "engine": "vllm", "ttft_ms": 50.0, "ttft_band": [0.5, 2.0]}  # fmt: skip
    document = {"question": {"slo": {"percentile": 95}}, "plan": plan}
    files = [(REAL.name, REAL.read_bytes()), ("plan.json", json.dumps(document).encode())]
    empty = dict.fromkeys(("model", "gpu", "gpus", "tensor_parallel", "precision", "engine"), "")
    (outcome,) = read_outcomes(made(STATED | empty, files=files)["text"])
    assert (outcome["model"], outcome["gpus"]) == ("open-70b", 2)
    assert outcome["prediction"]["ttft_ms"]["high"] == 100.0
    with pytest.raises(InputError, match="lacks model, precision, gpu"):
        made(STATED | empty, files=files, against="none")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"tier": ""}, "tier"), ({"gpus": "many"}, "gpus"), ({"gpu": "h100"}, "gpu"), ({"model": "nobody"}, "model"),
        ({"wings": "2"}, "wings"), ({"precision": "fp2"}, "precision"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_and_no_flag_of_the_command(changed: dict[str, str], field: str) -> None:
    with pytest.raises(InputError) as caught:
        made(STATED | changed)
    assert caught.value.field == field and "--" not in caught.value.message


def test_without_a_measurement_there_is_no_outcome() -> None:
    with pytest.raises(InputError, match="nothing came out"):
        made(STATED, files=[])
