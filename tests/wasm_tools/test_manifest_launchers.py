"""Other ways to run a plan: the same arguments everywhere, split back into the list, valid for the launchers."""

import json
import re
import shlex
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tests.wasm_tools.plan_documents import book, document
from wasm_tools.manifests.bench import bench_files
from wasm_tools.manifests.command_files import command_files
from wasm_tools.manifests.compose import compose_file
from wasm_tools.manifests.deployment import deployment
from wasm_tools.manifests.dstack import dstack_file
from wasm_tools.manifests.numbers import PlanNumbers, plan_numbers
from wasm_tools.manifests.plan_files import plan_files
from wasm_tools.manifests.pod import engine_arguments, runtime_of
from wasm_tools.manifests.runtimes import ServingRuntime
from wasm_tools.manifests.serving_spec import ServingSpec
from wasm_tools.manifests.skypilot import skypilot_file

DOCUMENTS = {
    "vllm": document(),
    "one-gpu": document(tensor_parallel=1, replicas=1, kind="spot"),
    "sglang": document(engine="sglang"),
    "trtllm": document(engine="trtllm", checkpoint="openai/gpt-oss-120b", precision="fp4", model="gpt-oss-120b"),
}
EDIT = re.compile(r"(?:https|s3)://edit-[^\s\"]*|edit-(?!before)[a-z]+(?:-[a-z]+)*(?:\.example\.com)?")
kinds = pytest.mark.parametrize("name", DOCUMENTS)


def made(name: str) -> dict[str, Any]:
    return dict(plan_files(DOCUMENTS[name], book()).files)


def parts(name: str) -> tuple[ServingSpec, ServingRuntime, PlanNumbers]:
    spec = deployment(DOCUMENTS[name], book())
    return spec, runtime_of(spec, book().runtimes), plan_numbers(spec)


def command(name: str) -> list[str]:
    spec, runtime, numbers = parts(name)
    return [*runtime.command, *engine_arguments(spec, runtime, numbers)]


@kinds
def test_every_target_starts_the_server_with_the_same_arguments(name: str) -> None:
    files, expected = made(name), command(name)
    _, runtime, _ = parts(name)
    assert shlex.split(files[f"targets/{runtime.id}-args.txt"].replace("\\\n", "")) == expected
    assert json.loads(files[f"targets/{runtime.id}-args.json"]) == expected
    service = yaml.safe_load(files["targets/compose.yaml"])["services"][runtime.id]
    assert [w.replace("$$", "$") for w in (*service["entrypoint"], *service["command"])] == expected
    assert shlex.split(yaml.safe_load(files["targets/skypilot.yaml"])["run"].splitlines()[-1])[1:] == expected
    assert shlex.split(yaml.safe_load(files["targets/dstack.yml"])["commands"][-1])[1:] == expected
    started = _systemd_words(files[f"targets/{runtime.id}.service"])
    assert [f"--entrypoint={expected[0]}", runtime.image, *expected[1:]] == started[-len(expected) - 1 :]


def _systemd_words(unit: str) -> list[str]:
    (line,) = re.findall(r"^ExecStart=(.*)$", unit.replace("\\\n", " "), re.M)
    words = re.findall(r'"((?:[^"\\]|\\.)*)"', line)
    assert not re.search(r"[%$]", re.sub(r"%%|\$\$", "", line)), "a specifier or a variable to systemd"
    return [json.loads(f'"{w}"').replace("%%", "%").replace("$$", "$") for w in words]


HOSTILE = """say "no" 'x' $HOME ${A} $(id) `id` %h \\ {{ x }} # a: b\n- c 名前"""


def test_a_hostile_name_reaches_the_server_as_it_is() -> None:
    spec, runtime, numbers = parts("vllm")
    spec = replace(spec, served_name=HOSTILE)
    argument = f"--served-model-name={HOSTILE}"
    compose = yaml.safe_load(compose_file(spec, runtime, numbers)["targets/compose.yaml"])
    assert argument.replace("$", "$$") in compose["services"]["vllm"]["command"]
    sky = yaml.safe_load(skypilot_file(spec, runtime, numbers)["targets/skypilot.yaml"])
    stack = yaml.safe_load(dstack_file(spec, runtime, numbers)["targets/dstack.yml"])
    assert argument in shlex.split(sky["run"])
    assert argument in shlex.split(stack["commands"][0])
    files = command_files(spec, runtime, numbers)
    assert argument in shlex.split(files["targets/vllm-args.txt"].replace("\\\n", ""))
    assert argument in json.loads(files["targets/vllm-args.json"])
    assert argument in _systemd_words(files["targets/vllm.service"])


@kinds
def test_replicas_and_gpus_are_those_of_the_plan(name: str) -> None:
    files, (spec, runtime, numbers) = made(name), parts(name)
    sky, stack = yaml.safe_load(files["targets/skypilot.yaml"]), yaml.safe_load(files["targets/dstack.yml"])
    policy = sky["service"]["replica_policy"]
    assert sky["resources"]["accelerators"] == f"H100:{spec.gpus}"
    assert (policy["min_replicas"], policy["max_replicas"]) == (spec.replicas, numbers.max_replicas)
    assert policy["target_qps_per_replica"] == float(numbers.replica_qps)
    assert stack["resources"]["gpu"] == {"name": "H100", "count": spec.gpus, "memory": "80GB"}
    assert stack["replicas"] == f"{spec.replicas}..{numbers.max_replicas}"
    assert stack["scaling"]["target"] == float(numbers.replica_qps)
    assert (sky["resources"]["use_spot"], stack["spot_policy"]) == (spec.spot, "spot" if spec.spot else "on-demand")
    devices = yaml.safe_load(files["targets/compose.yaml"])["services"][runtime.id]["deploy"]["resources"]
    assert devices["reservations"]["devices"][0]["count"] == spec.gpus


def test_an_engine_that_reads_a_file_gets_it_everywhere() -> None:
    files, (_, runtime, _) = made("trtllm"), parts("trtllm")
    options = json.loads(files["targets/engine-options.json"])
    assert options["kv_cache_config"]["enable_block_reuse"] is False
    compose = yaml.safe_load(files["targets/compose.yaml"])
    assert json.loads(compose["configs"]["engine-options"]["content"].replace("$$", "$")) == options
    for commands in (
        yaml.safe_load(files["targets/skypilot.yaml"])["run"].splitlines(),
        yaml.safe_load(files["targets/dstack.yml"])["commands"],
    ):
        written = shlex.split(commands[1])
        assert json.loads(written[2]) == options
        assert written[-1] == runtime.options_path


def test_a_gpu_that_a_launcher_does_not_know_is_left_out_with_the_reason() -> None:
    files = plan_files(document(gpu="h20", model="llama-3.3-70b-instruct"), book()).files
    assert not {"targets/skypilot.yaml", "targets/dstack.yml"} & set(files)
    assert "its catalogues have no name for this GPU" in files["README.md"]


def test_the_values_of_the_chart_lose_no_argument() -> None:
    spec, runtime, numbers = parts("vllm")
    model = yaml.safe_load(made("vllm")["helm/values-production-stack.yaml"])["servingEngineSpec"]["modelSpec"][0]
    config = model["vllmConfig"]
    restored = {
        spec.model_repo, "--host=0.0.0.0", f"--port={runtime.port}", *config["extraArgs"],
        f"--tensor-parallel-size={config['tensorParallelSize']}", f"--max-model-len={config['maxModelLen']}",
        f"--max-num-seqs={config['maxNumSeqs']}", f"--gpu-memory-utilization={config['gpuMemoryUtilization']}",
    }  # fmt: skip
    assert restored == set(engine_arguments(spec, runtime, numbers))
    assert (model["replicaCount"], model["requestGPU"], model["tag"]) == (3, 2, "v0.33.0")
    assert "helm/values-production-stack.yaml" not in made("sglang")


@kinds
def test_tests_ask_for_the_planned_load_and_expect_what_was_predicted(name: str) -> None:
    files, (spec, runtime, numbers) = made(name), parts(name)
    words = shlex.split(files["bench/bench.sh"].replace("\\\n", ""), comments=True)
    assert {"--random-input-len=1024", "--random-output-len=256", "--request-rate=9.0", "ttft:500", "tpot:50"} <= {
        *words
    }
    assert "kind=constant,rate=9.0" in shlex.split(files["bench/guidellm.sh"], comments=True)
    job = yaml.safe_load(files["bench/guidellm-job.yaml"])
    assert f"http://{spec.plan_id}:" in job["spec"]["template"]["spec"]["containers"][0]["command"][2]
    expected = json.loads(files["bench/expected.json"])
    ttft = expected["times"]["ttft_ms"]
    assert (ttft["low"], ttft["predicted"], ttft["high"], ttft["bound"]) == (127.4, 212.3, 360.9, 500.0)
    asked = spec.model_repo if runtime.names_model_by_repository else spec.served_name
    assert f'"model": "{asked}"' in files["bench/smoke.sh"]
    assert bench_files(spec, runtime, numbers, DOCUMENTS[name]["plan"])["bench/bench.sh"] == files["bench/bench.sh"]


@kinds
@pytest.mark.native("starts a shell")
def test_scripts_are_valid_for_a_plain_shell(name: str) -> None:
    shell = shutil.which("sh")
    assert shell
    for path, text in made(name).items():
        if path.endswith(".sh"):
            run = subprocess.run([shell, "-n"], input=text, text=True, capture_output=True, check=False)
            assert run.returncode == 0, f"{path}: {run.stderr}"


def test_the_export_has_the_names_of_the_earlier_system() -> None:
    record = json.loads(made("vllm")["compass/recommendation.json"])
    assert record["gpu_config"] == {
        "gpu_type": "NVIDIA-H100-80GB-HBM3", "gpu_count": 6, "tensor_parallel": 2, "replicas": 3,
    }  # fmt: skip
    assert record["slo_targets"] == {"ttft_p95_target_ms": 500, "itl_p95_target_ms": 50, "e2e_p95_target_ms": 15000}
    assert (record["predicted_ttft_p95_ms"], record["cost_per_month_usd"], record["meets_slo"]) == (212, 10906.2, True)
    files = plan_files(document(slo={"percentile": 99}), book()).files
    assert "compass/recommendation.json" not in files, "its names say p95"


@kinds
def test_every_text_to_edit_is_listed(name: str) -> None:
    files = made(name)
    listed = set(re.findall(r"^\| `([^`]*)` \|", files["README.md"], re.M))
    found = {
        word
        for path, text in files.items() if path != "README.md"
        for word in EDIT.findall(text)
    }  # fmt: skip
    assert {w for w in found if not any(w != x and w in x for x in found)} <= listed
    assert all(any(word in text for path, text in files.items() if path != "README.md") for word in listed)


SCHEMAS = {
    "targets/compose.yaml": "compose-spec.json",
    "targets/skypilot.yaml": "skypilot-0.14.1-task.schema.json",
    "targets/dstack.yml": "dstack-0.22.5-service.schema.json",
    "helm/values-production-stack.yaml": "../helm/vllm-production-stack/values.schema.json",
}


@pytest.mark.mirror
@kinds
def test_files_are_valid_for_the_launchers(name: str, upstream: Path) -> None:
    folder = upstream / "manifests" / "schemas"
    for path, schema in SCHEMAS.items():
        if path not in made(name):
            continue
        value = yaml.safe_load(made(name)[path])
        validator = jsonschema.Draft202012Validator(json.loads((folder / schema).read_text(encoding="utf-8")))
        assert [f"{e.json_path}: {e.message}" for e in validator.iter_errors(value)] == [], path
        if path.endswith("skypilot.yaml"):
            for part in ("service", "resources"):
                own = json.loads((folder / f"skypilot-0.14.1-{part}.schema.json").read_text(encoding="utf-8"))
                found = jsonschema.Draft202012Validator(own).iter_errors(value[part])
                assert [f"{e.json_path}: {e.message}" for e in found] == [], part
