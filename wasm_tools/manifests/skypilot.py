"""SkyPilot: a SkyServe service on whichever cloud has the GPUs."""

from decimal import Decimal

from wasm_tools.manifests.command_files import options_text, shell_command
from wasm_tools.manifests.numbers import PlanNumbers
from wasm_tools.manifests.runtimes import ServingRuntime
from wasm_tools.manifests.serving_spec import ServingSpec
from wasm_tools.manifests.written_options import with_options
from wasm_tools.manifests.yaml_text import Plain, yaml_text

_HEADER = """\
# sky serve up skypilot.yaml --secret HF_TOKEN
# One cloud only: add `infra: <cloud>` to the resources.
"""
_COMMENTS = {
    "secrets": "empty for open models; --secret HF_TOKEN takes the one of your shell",
    "resources.disk_size": "GB: the weights and the image",
    "service.readiness_probe.initial_delay_seconds": "twice the expected start",
    "service.replica_policy.target_qps_per_replica": "what one replica serves within the bounds",
}


def skypilot_file(spec: ServingSpec, runtime: ServingRuntime, numbers: PlanNumbers) -> dict[str, str]:
    """The task with its service section; nothing for a GPU whose name SkyPilot's catalogues do not have."""
    if not spec.skypilot_gpu:
        return {}
    run = with_options(runtime, options_text(spec, runtime), "exec " + shell_command(spec, runtime, numbers))
    environment: dict[str, Plain] = dict(runtime.environment)
    policy: dict[str, Plain] = {
        "min_replicas": numbers.min_replicas,
        "max_replicas": numbers.max_replicas,
        "target_qps_per_replica": Decimal(numbers.replica_qps),
        "upscale_delay_seconds": 60,
        "downscale_delay_seconds": 900,
    }
    probe: dict[str, Plain] = {
        "path": runtime.ready_path,
        "initial_delay_seconds": numbers.startup_failures * 10,
        "timeout_seconds": 5,
    }
    task: dict[str, Plain] = {
        "name": spec.plan_id,
        "resources": {
            "accelerators": f"{spec.skypilot_gpu}:{spec.gpus}",
            "image_id": f"docker:{runtime.image}",
            "ports": runtime.port,
            "memory": f"{numbers.host_memory_gib}+",
            "disk_size": numbers.cache_gib + 60,  # the image takes about 30 GB, unpacked beside its layers
            "use_spot": spec.spot,
        },
        "envs": environment,
        "secrets": {"HF_TOKEN": ""},
        "service": {"readiness_probe": probe, "replica_policy": policy, "load_balancing_policy": "least_load"},
        "run": "\n".join(run) + "\n",
    }
    return {"targets/skypilot.yaml": _HEADER + yaml_text(task, _COMMENTS)}
