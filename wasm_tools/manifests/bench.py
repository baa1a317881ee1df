"""Proof that a deployment is what was planned: load tests at the plan's lengths and rate, and what to expect."""

import json
import math
import shlex
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from wasm_tools.manifests.numbers import PlanNumbers
from wasm_tools.manifests.runtimes import ServingRuntime
from wasm_tools.manifests.serving_spec import ServingSpec
from wasm_tools.manifests.workload import SERVICE_PORT
from wasm_tools.manifests.yaml_text import Plain, yaml_text

GUIDELLM_VERSION = "0.8.1"
PYTHON_IMAGE = "python:3.13-slim"
TEST_SECONDS = 300  # of load: long enough for a queue to build, short enough to pay for
_JOB_HEADER = "# The load test inside the cluster: kubectl apply -f guidellm-job.yaml, then kubectl logs -f job/NAME\n"
_SHELL = "#!/bin/sh\nset -eu\n"
_URL = 'url="${1:-http://127.0.0.1:%d}"\n'


def bench_files(
    spec: ServingSpec, runtime: ServingRuntime, numbers: PlanNumbers, plan: Mapping[str, Any]
) -> dict[str, str]:
    """The files below `bench/`; `plan` is the record whose bands say how far off a prediction may be."""
    return {
        "bench/bench.sh": _vllm_bench(spec, runtime, numbers),
        "bench/guidellm.sh": _guidellm(spec, runtime, numbers),
        "bench/guidellm-job.yaml": _JOB_HEADER + yaml_text(_guidellm_job(spec, numbers)),
        "bench/smoke.sh": _smoke(spec, runtime),
        "bench/expected.json": json.dumps(_expected(spec, numbers, plan), indent=1, allow_nan=False) + "\n",
    }


def asked_name(spec: ServingSpec, runtime: ServingRuntime) -> str:
    """The name of the model under which clients ask for it."""
    return spec.model_repo if runtime.names_model_by_repository else spec.served_name


def _vllm_bench(spec: ServingSpec, runtime: ServingRuntime, numbers: PlanNumbers) -> str:
    """Poisson arrivals at the planned peak; goodput counts requests within all three bounds."""
    bounds = {"ttft": numbers.ttft_s, "tpot": numbers.itl_s, "e2el": numbers.e2e_s}
    goodput = [f"{name}:{_ms(seconds)}" for name, seconds in bounds.items()]
    words = [
        "--backend=openai", "--endpoint=/v1/completions",
        f"--model={asked_name(spec, runtime)}", f"--tokenizer={spec.model_repo}",
        "--dataset-name=random", f"--random-input-len={spec.prompt_tokens}",
        f"--random-output-len={spec.output_tokens}", "--ignore-eos",
        f"--request-rate={numbers.peak_qps}", f"--num-prompts={_requests(numbers)}",
        "--percentile-metrics=ttft,tpot,itl,e2el", f"--metric-percentiles=50,{numbers.percentile}",
        "--save-result", "--result-filename=measured.json",
    ]  # fmt: skip
    said = "# The planned peak for five minutes; compare measured.json with expected.json. Usage: bench.sh [URL]\n"
    command = ["vllm", "bench", "serve", '--base-url="$url"', *map(shlex.quote, words), "--goodput", *goodput]
    return _SHELL + said + _URL % runtime.port + " \\\n  ".join(["exec " + " ".join(command[:3]), *command[3:]]) + "\n"


def _ms(seconds: str) -> str:
    whole = f"{Decimal(seconds) * 1000:f}"
    return whole.rstrip("0").rstrip(".") if "." in whole else whole


def _requests(numbers: PlanNumbers) -> int:
    return max(20, math.ceil(Decimal(numbers.peak_qps) * TEST_SECONDS))


def _guidellm_words(spec: ServingSpec, numbers: PlanNumbers) -> list[str]:
    """A constant rate: its Poisson profile sends more than it is asked for."""
    return [
        "--profile", f"kind=constant,rate={numbers.peak_qps}",
        "--constraint", f"kind=max_duration,seconds={TEST_SECONDS}",
        "--data",
        f"kind=synthetic_text,prompt_tokens={spec.prompt_tokens},output_tokens={spec.output_tokens}",
    ]  # fmt: skip


def _guidellm(spec: ServingSpec, runtime: ServingRuntime, numbers: PlanNumbers) -> str:
    said = f"# GuideLLM {GUIDELLM_VERSION} (pip install guidellm=={GUIDELLM_VERSION}). Usage: guidellm.sh [URL]\n"
    words = " ".join(map(shlex.quote, _guidellm_words(spec, numbers)))
    return f'{_SHELL}{said}{_URL % runtime.port}exec guidellm run --backend "kind=openai_http,target=$url" {words}\n'


def _guidellm_job(spec: ServingSpec, numbers: PlanNumbers) -> Plain:
    """The same inside the cluster, against the plan's Service."""
    target = f"kind=openai_http,target=http://{spec.plan_id}:{SERVICE_PORT}"
    words = ["guidellm", "run", "--backend", target, *_guidellm_words(spec, numbers)]
    command = f"pip install --quiet --user guidellm=={GUIDELLM_VERSION} && exec python -m {shlex.join(words)}"
    labels: dict[str, Plain] = {
        "app.kubernetes.io/name": "guidellm",
        "app.kubernetes.io/instance": f"{spec.plan_id}-bench",
        "app.kubernetes.io/part-of": "inference-price-atlas",
    }
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": f"{spec.plan_id}-bench", "namespace": spec.namespace, "labels": labels},
        "spec": {
            "backoffLimit": 0,
            "ttlSecondsAfterFinished": 86400,
            "template": {
                "metadata": {"labels": labels},
                "spec": {
                    "restartPolicy": "Never",
                    "automountServiceAccountToken": False,
                    "securityContext": {
                        "runAsNonRoot": True,
                        "runAsUser": 1000,
                        "seccompProfile": {"type": "RuntimeDefault"},
                    },
                    "containers": [
                        {
                            "name": "guidellm",
                            "image": PYTHON_IMAGE,
                            "command": ["sh", "-c", command],
                            "env": [{"name": "HOME", "value": "/tmp"}],
                            "workingDir": "/tmp",
                            "resources": {"requests": {"cpu": "2", "memory": "4Gi"}, "limits": {"memory": "8Gi"}},
                            "securityContext": {
                                "allowPrivilegeEscalation": False,
                                "capabilities": {"drop": ["ALL"]},
                            },
                        }
                    ],
                },
            },
        },
    }


def _smoke(spec: ServingSpec, runtime: ServingRuntime) -> str:
    """One question with a short answer; a failure ends with a status above 0."""
    body = {
        "model": asked_name(spec, runtime),
        "messages": [{"role": "user", "content": "Say hello."}],
        "max_tokens": 8,
    }
    said = "# One short answer shows that the server works. Usage: smoke.sh [URL]; a key in API_KEY\n"
    call = (
        "curl --fail --silent --show-error --max-time 60 \\\n"
        '  --header "Content-Type: application/json" --header "Authorization: Bearer ${API_KEY:-none}" \\\n'
        f'  --data {shlex.quote(json.dumps(body))} \\\n  "$url/v1/chat/completions"\necho\n'
    )
    ready = f'curl --fail --silent --max-time 10 "$url{runtime.ready_path}"\necho\n'
    return _SHELL + said + _URL % runtime.port + ready + call


def _expected(spec: ServingSpec, numbers: PlanNumbers, plan: Mapping[str, Any]) -> dict[str, Any]:
    """Predicted times with the ends of their 90 % bands, and the bounds; nothing is expected to the millisecond."""
    targets = spec.targets
    if targets is None:  # numbers cannot be had without targets
        return {}
    first, gap = plan["ttft_band"] or [1.0, 1.0], plan["itl_band"] or [1.0, 1.0]
    whole = [min(first[0], gap[0], 1.0), max(first[1], gap[1], 1.0)]
    predicted = {
        "ttft_ms": (targets.predicted_ttft_ms, first, targets.ttft_ms),
        "itl_ms": (targets.predicted_itl_ms, gap, targets.itl_ms),
        "e2e_ms": (targets.predicted_e2e_ms, whole, targets.e2e_ms),
    }
    return {
        "percentile": numbers.percentile,
        "requests_per_second": numbers.peak_qps,
        "prompt_tokens": spec.prompt_tokens,
        "output_tokens": spec.output_tokens,
        "evidence": spec.evidence,
        "times": {
            name: {
                "predicted": value,
                "low": float(f"{value * band[0]:.4g}"),
                "high": float(f"{value * band[1]:.4g}"),
                "bound": bound,
            }
            for name, (value, band, bound) in predicted.items()
        },
    }
