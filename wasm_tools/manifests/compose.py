"""Docker Compose: one replica on one machine."""

from wasm_tools.manifests.command_files import options_text
from wasm_tools.manifests.numbers import PlanNumbers
from wasm_tools.manifests.pod import engine_arguments
from wasm_tools.manifests.runtimes import ServingRuntime
from wasm_tools.manifests.serving_spec import ServingSpec
from wasm_tools.manifests.yaml_text import Plain, yaml_text

_HEADER = """\
# One replica on one machine: docker compose -f compose.yaml up -d
# Needs the NVIDIA container toolkit. A gated model: HF_TOKEN=... before it.
"""
_COMMENTS = {
    "services.vllm.command": "as on Kubernetes; every length and limit is the plan's",
    "volumes": "weights and compiled kernels stay here between starts",
}
_ANSWERS = "import urllib.request as r; r.urlopen('http://127.0.0.1:{port}{path}', timeout=4)"  # no curl in some images


def compose_file(spec: ServingSpec, runtime: ServingRuntime, numbers: PlanNumbers) -> dict[str, str]:
    """The Compose file; the container runs as the image's own user, whose cache is a named volume."""
    environment: dict[str, Plain] = {name: _literal(value) for name, value in runtime.environment.items()}
    service: dict[str, Plain] = {
        "image": runtime.image,
        "entrypoint": [_literal(word) for word in runtime.command],
        "command": [_literal(argument) for argument in engine_arguments(spec, runtime, numbers)],
        "environment": {**environment, "HF_TOKEN": "${HF_TOKEN:-}"},
        "ports": [f"{runtime.port}:{runtime.port}"],
        "volumes": [f"cache:{runtime.cache_path}"],
        "restart": "unless-stopped",
        "stop_grace_period": f"{numbers.grace_seconds}s",
        "healthcheck": {
            "test": ["CMD", "python3", "-c", _ANSWERS.format(port=runtime.port, path=runtime.ready_path)],
            "interval": "10s",
            "timeout": "5s",
            "retries": 3,
            "start_period": f"{numbers.startup_failures * 10}s",
        },
        "deploy": {
            "resources": {
                "reservations": {"devices": [{"driver": "nvidia", "count": spec.gpus, "capabilities": ["gpu"]}]}
            }
        },
    }
    document: dict[str, Plain] = {"name": spec.plan_id, "services": {runtime.id: service}, "volumes": {"cache": {}}}
    if numbers.shm_gib:
        service["shm_size"] = f"{numbers.shm_gib}gb"
    if options := options_text(spec, runtime):
        service["configs"] = [{"source": "engine-options", "target": runtime.options_path}]
        document["configs"] = {"engine-options": {"content": _literal(options)}}
    return {"targets/compose.yaml": _HEADER + yaml_text(document, _COMMENTS)}


def _literal(text: str) -> str:
    """A text that Compose passes on as it is: `$` would begin a variable."""
    return text.replace("$", "$$")
