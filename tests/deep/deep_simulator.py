"""The simulated server under real clients: what they measure is what the open-loop model said before the run.

`make test-deep` runs it; eleven minutes. It proves queueing model and simulator, not predictions about GPUs. GuideLLM
takes part where the variable GUIDELLM names its program: it needs PyTorch, so it is not installed for this test alone.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.deep import model_folder
from tests.deep.processes import fetched, free_port, running, until
from tests.deep.tools import front_end, stub_python

PROMPT, OUTPUT, MODEL = 256, 32, "llama-3.1-8b-instruct"
PLAN = ("--prompt", str(PROMPT), "--output", str(OUTPUT), "--qps", "4", "--slo", "batch", "--kind", "rented")
ATLAS = (sys.executable, "-m", "generator.cli", "simulate", *PLAN, "--model", MODEL, "--gpu", "l4")
LOADS = {4.0: 480, 8.0: 800, 11.0: 880}  # requests by rate: sampling moves the p95 of so many by 3 %
LAG = "atlas_simulator:event_loop_lag_seconds"
LAG_S, WITHIN = 0.002, 0.1
WARM_UP = 16
GUIDELLM_PROMPT = 800  # tokens of the generated tokenizer; the simulator's rule counts about 256 of its own in them
RUN_S = 300


@dataclass(frozen=True, slots=True)
class Machine:
    """The running server, and where files go."""

    address: str
    folder: Path
    model: Path


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    folder, port = tmp_path_factory.mktemp("simulator"), free_port()
    subprocess.run([stub_python(), model_folder.__file__, folder / "model"], check=True, timeout=60)
    address = f"http://127.0.0.1:{port}"
    with running([*ATLAS, "--serve", "--port", str(port)], folder / "server.log"):
        until(lambda: fetched(f"{address}/health", 2)[0] == 200, 90, "the simulated server answers")
        yield Machine(address, folder, folder / "model")


def late(machine: Machine) -> tuple[float, float]:
    """Looks at the event loop so far, and those that were late by more than 2 ms."""
    text = fetched(f"{machine.address}/metrics", 5)[1].decode()
    (within,) = re.findall(rf'^{LAG}_bucket\{{.*le="{LAG_S}"\}} (\S+)$', text, re.MULTILINE)
    (whole,) = re.findall(rf"^{LAG}_count\{{.*\}} (\S+)$", text, re.MULTILINE)
    return float(whole), float(whole) - float(within)


def expected(machine: Machine, rate: float, arrival_cv: int) -> dict[str, Any]:
    """The prediction, on disk before the run."""
    said = machine.folder / f"expected-{rate:g}-{arrival_cv}.json"
    words = ["--rate", str(rate), "--arrival-cv", str(arrival_cv), "--expect", str(said)]
    subprocess.run([*ATLAS, *words], check=True, timeout=120)
    return dict(json.loads(said.read_text(encoding="utf-8")))


def judged(machine: Machine, before: tuple[float, float], said: dict[str, Any], seen: dict[str, float]) -> None:
    """Fails for an invalid run and for a figure more than a tenth off; writes both into the file of DEEP_RECORD."""
    looks, too_late = (now - then for now, then in zip(late(machine), before, strict=True))
    wanted = {f"{name}_{p}": said[f"{name}_ms"][p] for name in ("ttft", "itl") for p in ("p50", "p95")}
    if record := os.environ.get("DEEP_RECORD"):
        found = {"rate": said["requests_per_second"], "cv": said["arrival_cv"], "late": too_late / looks,
                 "expected": wanted, "seen": seen}  # fmt: skip
        with Path(record).open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(found) + "\n")
    assert too_late <= 0.01 * looks, f"invalid: the event loop was late in {100 * too_late / looks:.1f} % of the looks"
    assert seen == pytest.approx(wanted, rel=WITHIN)


@pytest.mark.parametrize("rate", LOADS)
def test_vllm_bench_measures_what_was_predicted(machine: Machine, rate: float) -> None:
    said, before = expected(machine, rate, 1), late(machine)
    result = machine.folder / f"vllm-{rate:g}.json"
    words = ["--backend", "openai", "--base-url", machine.address, "--model", MODEL, "--tokenizer", machine.model]
    words += ["--dataset-name", "random", f"--random-input-len={PROMPT}", f"--random-output-len={OUTPUT}"]
    words += ["--ignore-eos", "--prompt-token-ids", f"--request-rate={rate}", f"--num-prompts={LOADS[rate]}"]
    words += [f"--num-warmups={WARM_UP}", "--disable-tqdm", "--percentile-metrics=ttft,tpot,itl,e2el"]
    words += ["--metric-percentiles=50,95", "--save-result", "--save-detailed"]
    words += ["--result-dir", machine.folder, "--result-filename", result.name]
    subprocess.run([front_end(), "bench", "serve", *words], check=True, timeout=RUN_S, stdout=subprocess.DEVNULL)
    found = json.loads(result.read_text(encoding="utf-8"))
    assert (found["completed"], found["failed"]) == (LOADS[rate], 0)
    names = {"ttft": "ttft", "itl": "tpot"}  # tpot: the mean gap of a request, which the engine predicts
    seen = {f"{ours}_{p}": found[f"{p}_{theirs}_ms"] for ours, theirs in names.items() for p in ("p50", "p95")}
    judged(machine, before, said, seen)


@pytest.mark.parametrize("rate", LOADS)
def test_guidellm_measures_what_was_predicted(machine: Machine, rate: float) -> None:
    program = os.environ.get("GUIDELLM")
    if not program:
        pytest.skip("GUIDELLM names no program: pip install guidellm==0.8.1 into an environment of its own")
    said, before = expected(machine, rate, 0), late(machine)
    result = machine.folder / f"guidellm-{rate:g}.json"
    words = ["--backend", f"kind=openai_http,target={machine.address},model={MODEL}"]
    words += ["--profile", f"kind=constant,rate={rate:g}", "--constraint", f"kind=max_requests,count={LOADS[rate]}"]
    words += ["--tokenizer", f"kind=huggingface_auto,model={machine.model}"]
    words += ["--data", f"kind=synthetic_text,prompt_tokens={GUIDELLM_PROMPT},output_tokens={OUTPUT}"]
    words += ["--output", f"kind=json,path={result}", "--disable-console"]
    subprocess.run([program, "run", *words], check=True, timeout=RUN_S)
    report = json.loads(result.read_text(encoding="utf-8"))
    times = report["benchmarks"][0]["metrics"]
    assert times["prompt_token_count"]["successful"]["mean"] == pytest.approx(PROMPT, rel=0.05)
    names = {"ttft": "time_to_first_token_ms", "itl": "inter_token_latency_ms"}
    seen = {
        f"{ours}_{p}": times[theirs]["successful"]["percentiles"][p]
        for ours, theirs in names.items()
        for p in ("p50", "p95")
    }
    judged(machine, before, said, seen)
