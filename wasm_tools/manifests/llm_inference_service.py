"""KServe LLMInferenceService of a plan: KServe's presets serve, the plan's values are laid over them.

The preset adds port, served name and tensor parallelism itself. It evaluates its arguments in a shell, so each is
quoted for one. It would start its own image, which carries an older engine, as a user that the plan's image does not
have. Its probes know whether TLS is on, so only their budget is set.
"""

import shlex

from wasm_tools.manifests.metadata import labels, plan_annotations
from wasm_tools.manifests.numbers import PlanNumbers
from wasm_tools.manifests.pod import (
    container_security,
    engine_arguments,
    environment,
    literal,
    pod,
    resources,
)
from wasm_tools.manifests.runtimes import ServingRuntime
from wasm_tools.manifests.serving_spec import ServingSpec
from wasm_tools.manifests.sizes import STARTUP_PERIOD_SECONDS
from wasm_tools.manifests.yaml_text import Plain

ARGUMENTS_VARIABLE = "VLLM_ADDITIONAL_ARGS"
_BY_PRESET = ("--served-model-name=", "--host=", "--port=", "--tensor-parallel-size=", "--revision=")


def llm_inference_service(spec: ServingSpec, runtime: ServingRuntime, numbers: PlanNumbers) -> dict[str, Plain]:
    """The LLMInferenceService of a plan of fixed size; KServe scales it only with a variant autoscaler of its own."""
    given = [a for a in engine_arguments(spec, runtime, numbers)[1:] if not a.startswith(_BY_PRESET)]
    # Variables in it belong to Kubernetes first, so a dollar sign is doubled.
    more: Plain = {"name": ARGUMENTS_VARIABLE, "value": literal(shlex.join(given))}
    container: dict[str, Plain] = {
        "name": "main",
        "image": runtime.image,
        "env": [*environment(runtime), more],
        "resources": resources(spec, "", numbers),
        "startupProbe": {"periodSeconds": STARTUP_PERIOD_SECONDS, "failureThreshold": numbers.startup_failures},
        "securityContext": container_security(runtime),
    }
    revision = f":{spec.revision}" if spec.revision else ""
    shm: list[Plain] = []
    if numbers.shm_gib:
        shm = [{"name": "dshm", "emptyDir": {"medium": "Memory", "sizeLimit": f"{numbers.shm_gib}Gi"}}]
    template = pod(spec, runtime, container, shm)
    if not shm:
        del template["volumes"]
    return {
        "apiVersion": "serving.kserve.io/v1alpha2",
        "kind": "LLMInferenceService",
        "metadata": {
            "name": spec.plan_id,
            "labels": labels(spec, runtime, "predictor"),
            "annotations": plan_annotations(spec, runtime),
        },
        "spec": {
            "model": {"uri": f"hf://{spec.model_repo}{revision}", "name": spec.served_name},
            "replicas": numbers.min_replicas,
            "parallelism": {"tensor": spec.gpus},
            "router": {"gateway": {}, "route": {}, "scheduler": {}},
            "template": template,
        },
    }
