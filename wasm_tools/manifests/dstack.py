"""dstack: a service on its fleets and cloud backends."""

from decimal import Decimal

from wasm_tools.manifests.command_files import options_text, shell_command
from wasm_tools.manifests.numbers import PlanNumbers
from wasm_tools.manifests.runtimes import ServingRuntime
from wasm_tools.manifests.serving_spec import ServingSpec
from wasm_tools.manifests.written_options import with_options
from wasm_tools.manifests.yaml_text import Plain, yaml_text

_HEADER = """\
# dstack apply -f dstack.yml
# HF_TOKEN is taken from your shell: export HF_TOKEN= for open models.
"""
_COMMENTS = {
    "resources.disk.size": "the weights and the image",
    "scaling.target": "requests/s that one replica serves within the bounds",
    "spot_policy": "as the plan was priced",
}


def dstack_file(spec: ServingSpec, runtime: ServingRuntime, numbers: PlanNumbers) -> dict[str, str]:
    """The service configuration; nothing for a GPU whose name dstack's catalogue does not have."""
    if not spec.dstack_gpu:
        return {}
    run = with_options(runtime, options_text(spec, runtime), "exec " + shell_command(spec, runtime, numbers))
    resources: dict[str, Plain] = {
        "gpu": {"name": spec.dstack_gpu, "count": spec.gpus, "memory": f"{spec.gpu_memory_gb}GB"},
        "memory": f"{numbers.host_memory_gib}GB..",
        "disk": {"size": f"{numbers.cache_gib + 60}GB.."},  # the image takes about 30 GB, unpacked beside its layers
    }
    if numbers.shm_gib:
        resources["shm_size"] = f"{numbers.shm_gib}GB"
    service: dict[str, Plain] = {
        "type": "service",
        "name": spec.plan_id,
        "image": runtime.image,
        "env": [*(f"{name}={value}" for name, value in runtime.environment.items()), "HF_TOKEN"],
        "commands": list[Plain](run),
        "port": runtime.port,
        "model": spec.model_repo if runtime.names_model_by_repository else spec.served_name,
        "probes": [{"type": "http", "url": runtime.ready_path, "timeout": "5s", "interval": "10s"}],
        "spot_policy": "spot" if spec.spot else "on-demand",
        "resources": resources,
    }
    if numbers.max_replicas > numbers.min_replicas:
        service["replicas"] = f"{numbers.min_replicas}..{numbers.max_replicas}"
        service["scaling"] = {
            "metric": "rps",
            "target": Decimal(numbers.replica_qps),
            "scale_up_delay": numbers.scale_up_seconds,
            "scale_down_delay": 900,
        }
    else:
        service["replicas"] = numbers.min_replicas
    return {"targets/dstack.yml": _HEADER + yaml_text(service, _COMMENTS)}
