"""Helm values for the vLLM production stack (chart 0.1.12), without its scaling: its schema refuses a list there."""

from wasm_tools.manifests.numbers import PlanNumbers
from wasm_tools.manifests.pod import SECRET_KEY, SECRET_NAME, engine_arguments
from wasm_tools.manifests.runtimes import ServingRuntime
from wasm_tools.manifests.serving_spec import ServingSpec
from wasm_tools.manifests.yaml_text import Plain, yaml_text

# Arguments that the chart writes itself, from its own fields.
_OF_THE_CHART = (
    "--host=", "--port=", "--tensor-parallel-size=", "--max-model-len=", "--max-num-seqs=",
    "--gpu-memory-utilization=", "--revision=",
)  # fmt: skip
_HEADER = """\
# helm install NAME vllm/vllm-stack -f values-production-stack.yaml
# Scaling is left out: use kustomize/components/autoscaling-keda, whose target is the chart's Deployment then.
"""
_UTILISATION = "--gpu-memory-utilization="


def helm_values(spec: ServingSpec, runtime: ServingRuntime, numbers: PlanNumbers) -> dict[str, str]:
    """The values file; nothing for another engine, which the chart does not serve."""
    if runtime.id != "vllm":
        return {}
    arguments = engine_arguments(spec, runtime, numbers)
    repository, _, tag = runtime.image.rpartition(":")
    own: list[Plain] = [a for a in arguments[1:] if not a.startswith(_OF_THE_CHART)]
    config: dict[str, Plain] = {
        "tensorParallelSize": spec.gpus,
        "maxModelLen": spec.max_model_len,
        "maxNumSeqs": spec.max_num_seqs,
        "extraArgs": own,
    }
    used = next((a.removeprefix(_UTILISATION) for a in arguments if a.startswith(_UTILISATION)), "")
    if used:
        config["gpuMemoryUtilization"] = used
    model: dict[str, Plain] = {
        "name": spec.plan_id,
        "repository": repository,
        "tag": tag,
        "modelURL": spec.model_repo,
        **({"modelRevision": spec.revision} if spec.revision else {}),
        "replicaCount": numbers.min_replicas,
        "requestCPU": numbers.cpus,
        "requestMemory": f"{numbers.host_memory_gib}Gi",
        "limitMemory": f"{numbers.host_memory_gib}Gi",
        "requestGPU": spec.gpus,
        "requestGPUType": spec.gpu_resource,
        "pvcStorage": f"{numbers.cache_gib}Gi",
        "pvcAccessMode": ["ReadWriteMany"],
        "vllmConfig": config,
        "env": [{"name": name, "value": value} for name, value in runtime.environment.items()],
        "hf_token": {"secretName": SECRET_NAME, "secretKey": SECRET_KEY},
        "nodeSelectorTerms": [
            {"matchExpressions": [{"key": spec.node_label_key, "operator": "In", "values": [spec.node_label]}]}
        ],
        "tolerations": [{"key": spec.gpu_resource, "operator": "Exists", "effect": "NoSchedule"}],
        "keda": {"enabled": False},
    }
    if numbers.shm_gib:
        model["shmSize"] = f"{numbers.shm_gib}Gi"
    probe: dict[str, Plain] = {"initialDelaySeconds": 15, "periodSeconds": 10}
    engine: dict[str, Plain] = {
        "modelSpec": [model],
        "containerPort": runtime.port,
        "startupProbe": {
            **probe,
            "failureThreshold": numbers.startup_failures,
            "httpGet": {"path": runtime.ready_path, "port": runtime.port},
        },
    }
    return {"helm/values-production-stack.yaml": _HEADER + yaml_text({"servingEngineSpec": engine})}
