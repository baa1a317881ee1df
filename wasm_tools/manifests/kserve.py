"""KServe InferenceServices of a plan: one that loads the model by itself, one that KServe gives it from storage.

KServe runs them in Standard mode: a Deployment and a Service named `<plan id>-predictor`. A plan of fixed size has no
autoscaler; one that may grow is scaled by KEDA on waiting requests, because processor load says nothing about decoding.
Unproven: no cluster has run these objects. Their schema is checked, the controllers' behaviour is read from source.
"""

from wasm_tools.manifests.metadata import ANNOTATIONS, labels, plan_annotations, selector
from wasm_tools.manifests.numbers import WAITING_PER_REPLICA, PlanNumbers, plan_numbers
from wasm_tools.manifests.placeholders import STORAGE_URI
from wasm_tools.manifests.pod import (
    SECRET_KEY,
    SECRET_NAME,
    engine_arguments,
    engine_container,
    literal,
    pod,
    pod_annotations,
    runtime_of,
    spread,
    volumes,
)
from wasm_tools.manifests.runtimes import ManifestError, ServingRuntime, ServingRuntimes
from wasm_tools.manifests.scaling import behavior, selected
from wasm_tools.manifests.serving_spec import ServingSpec
from wasm_tools.manifests.sizes import cold_start_seconds
from wasm_tools.manifests.yaml_text import Plain, yaml_text

KSERVE_VERSION = "0.20.0"
CONTAINER = "kserve-container"
PREDICTOR = "-predictor"  # KServe's suffix to the names of what it makes of a service
_STORAGE_PORT = 8080  # of KServe's own runtime for vLLM
_GIVEN_BY_STORAGE = ("--host=", "--port=", "--revision=")
_HEADER = f"""\
# One deployable plan of the Inference Price Atlas.
# Needs KServe {KSERVE_VERSION} or newer, and node labels that name the GPU (GPU feature discovery writes them).
# Gated model: kubectl create secret generic {SECRET_NAME} --from-literal={SECRET_KEY}=...
# Check first: kubectl apply --dry-run=server -f inferenceservice.yaml
"""


def bundle(spec: ServingSpec, runtimes: ServingRuntimes) -> dict[str, str]:
    """The files of a plan by path; raises ManifestError for an engine without a runtime, YamlError for bad text."""
    service = inference_service(spec, runtimes)
    return {f"{spec.plan_id}/kserve/inferenceservice.yaml": _HEADER + yaml_text(service)}


def inference_service(spec: ServingSpec, runtimes: ServingRuntimes) -> dict[str, Plain]:
    """The InferenceService object of a plan; raises ManifestError when its engine or GPU has no runtime."""
    runtime = runtime_of(spec, runtimes)
    if spec.pipeline_parallel > 1:
        raise ManifestError("pipeline_parallel: a KServe service runs a replica on one node here; give 1")
    numbers = plan_numbers(spec) if spec.targets else None
    container = engine_container(spec, runtime, CONTAINER, spec.cache_claim, numbers)
    body = pod(spec, runtime, container, volumes(spec, runtime, spec.cache_claim, numbers))
    return _service(spec, runtime, numbers, body)


def storage_service(spec: ServingSpec, runtime: ServingRuntime, numbers: PlanNumbers) -> dict[str, Plain]:
    """The InferenceService whose model KServe loads from storage, for models that no public registry has.

    The command is written out because KServe's runtime names an interpreter that the image does not have.
    """
    container = engine_container(spec, runtime, CONTAINER, "", numbers)
    given = [a for a in engine_arguments(spec, runtime, numbers)[1:] if not a.startswith(_GIVEN_BY_STORAGE)]
    model: dict[str, Plain] = {
        "modelFormat": {"name": runtime.storage_format},
        "runtime": runtime.storage_runtime,
        "storageUri": STORAGE_URI,
        **{key: container[key] for key in ("image", "imagePullPolicy")},
        "command": list(runtime.storage_command),
        "args": [literal(a) for a in given],
        **{key: container[key] for key in ("env", "resources")},
        **{key: _at_port(container[key]) for key in ("startupProbe", "readinessProbe", "livenessProbe")},
        **{key: container[key] for key in ("lifecycle", "securityContext", "volumeMounts")},
    }
    body = pod(spec, runtime, model, volumes(spec, runtime, "", numbers))
    del body["containers"]
    return _service(spec, runtime, numbers, {**body, "model": model})


def _service(
    spec: ServingSpec, runtime: ServingRuntime, numbers: PlanNumbers | None, body: dict[str, Plain]
) -> dict[str, Plain]:
    most = numbers.max_replicas if numbers and runtime.metrics else spec.max_replicas
    grows = most > spec.replicas
    edit = {ANNOTATIONS + "edit-before-applying": "spec.predictor.autoScaling: serverAddress of your Prometheus"}
    options = pod_annotations(spec, runtime)
    predictor: dict[str, Plain] = {
        **({"annotations": options} if options else {}),
        "minReplicas": spec.replicas,
        "maxReplicas": most,
        # A surge pod would need a spare GPU.
        "deploymentStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}},
        **body,
    }
    if most > 1:
        predictor["topologySpreadConstraints"] = spread(selector(spec, runtime))
    if grows:
        predictor["autoScaling"] = _auto_scaling(spec, runtime)
    return {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": {
            "name": spec.plan_id,
            "labels": labels(spec, runtime, "predictor"),
            "annotations": {
                "serving.kserve.io/deploymentMode": "Standard",
                "serving.kserve.io/autoscalerClass": "keda" if grows else "none",
                **plan_annotations(spec, runtime),
                **(edit if grows else {}),
            },
        },
        "spec": {"predictor": predictor},
    }


def _auto_scaling(spec: ServingSpec, runtime: ServingRuntime) -> Plain:
    """KEDA through KServe, which reads `target.value` only and lets KEDA average it over the replicas."""
    by_pod = f'{{pod=~"{spec.plan_id}{PREDICTOR}-.*"}}'
    query = f"sum({runtime.queue_metric}{selected(spec) if spec.targets else by_pod})"
    return {
        "metrics": [
            {
                "type": "External",
                "external": {
                    "metric": {"backend": "prometheus", "serverAddress": spec.prometheus_url, "query": query},
                    "target": {"type": "Value", "value": str(WAITING_PER_REPLICA)},
                },
            }
        ],
        "behavior": behavior(cold_start_seconds(spec.weights_gib)),
    }


def _at_port(probe: Plain) -> Plain:
    if not isinstance(probe, dict) or not isinstance(get := probe["httpGet"], dict):
        raise TypeError("a probe asks over HTTP")
    return {**probe, "httpGet": {**get, "port": _STORAGE_PORT}}
