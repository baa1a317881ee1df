"""Scalers of a plan: KEDA on Prometheus, or the autoscaler of Kubernetes with prometheus-adapter. Only one at a time.

Both scale on requests that wait and requests that run; how busy a GPU is says nothing about decoding. They never go
below the replicas that were priced.
"""

from wasm_tools.manifests.metadata import metadata
from wasm_tools.manifests.numbers import LONGEST_POLICY_SECONDS, PlanNumbers
from wasm_tools.manifests.runtimes import ServingRuntime
from wasm_tools.manifests.serving_spec import ServingSpec
from wasm_tools.manifests.yaml_text import Plain

_POLL_SECONDS = 15  # as often as Prometheus scrapes
_LOADS = ("waiting", "running")


def selected(spec: ServingSpec, matchers: str = "") -> str:
    """The label matchers of a plan's series; the monitors set the label `plan`."""
    return f'{{plan="{spec.plan_id}"{matchers and "," + matchers}}}'


def scale_target(spec: ServingSpec) -> dict[str, Plain]:
    """What is scaled: the Deployment of the plan, or its LeaderWorkerSet."""
    if spec.pipeline_parallel > 1:
        return {"apiVersion": "leaderworkerset.x-k8s.io/v1", "kind": "LeaderWorkerSet", "name": spec.plan_id}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "name": spec.plan_id}


def behavior(cold_start_seconds: int) -> dict[str, Plain]:
    """One replica more in a cold start, so that one is ready before the next is asked for; one less in ten minutes."""
    one_pod: dict[str, Plain] = {"type": "Pods", "value": 1}
    period = min(cold_start_seconds, LONGEST_POLICY_SECONDS)
    return {
        "scaleUp": {"stabilizationWindowSeconds": 60, "policies": [{**one_pod, "periodSeconds": period}]},
        "scaleDown": {"stabilizationWindowSeconds": 900, "policies": [{**one_pod, "periodSeconds": 600}]},
    }


def scaled_object(spec: ServingSpec, runtime: ServingRuntime, numbers: PlanNumbers) -> dict[str, Plain]:
    """KEDA's ScaledObject: the trigger that asks for more replicas wins."""
    return {
        "apiVersion": "keda.sh/v1alpha1",
        "kind": "ScaledObject",
        "metadata": metadata(spec, runtime, "autoscaling"),
        "spec": {
            "scaleTargetRef": scale_target(spec),
            "pollingInterval": _POLL_SECONDS,
            "minReplicaCount": numbers.min_replicas,
            "maxReplicaCount": numbers.max_replicas,
            "fallback": {
                "failureThreshold": 3,
                "replicas": numbers.min_replicas,
                "behavior": "currentReplicasIfHigher",
            },
            "advanced": {"horizontalPodAutoscalerConfig": {"behavior": behavior(numbers.scale_up_seconds)}},
            "triggers": [_trigger(spec, runtime, load, numbers) for load in _LOADS],
        },
    }


def _trigger(spec: ServingSpec, runtime: ServingRuntime, load: str, numbers: PlanNumbers) -> Plain:
    return {
        "type": "prometheus",
        "name": load,
        "metricType": "AverageValue",
        "metadata": {
            "serverAddress": spec.prometheus_url,
            "query": f"sum({runtime.metrics[load]}{selected(spec)})",
            "threshold": _threshold(load, numbers),
            "ignoreNullValues": "false",
        },
    }


def _threshold(load: str, numbers: PlanNumbers) -> str:
    return str(numbers.waiting_per_replica if load == "waiting" else numbers.running_per_replica)


def pod_autoscaler(spec: ServingSpec, runtime: ServingRuntime, numbers: PlanNumbers) -> dict[str, Plain]:
    """The HorizontalPodAutoscaler on the metrics that the adapter's rules name."""
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": metadata(spec, runtime, "autoscaling"),
        "spec": {
            "scaleTargetRef": scale_target(spec),
            "minReplicas": numbers.min_replicas,
            "maxReplicas": numbers.max_replicas,
            "behavior": behavior(numbers.scale_up_seconds),
            "metrics": [
                {
                    "type": "Pods",
                    "pods": {
                        "metric": {"name": _adapter_name(spec, load)},
                        "target": {"type": "AverageValue", "averageValue": _threshold(load, numbers)},
                    },
                }
                for load in _LOADS
            ],
        },
    }


def adapter_values(spec: ServingSpec, runtime: ServingRuntime) -> dict[str, Plain]:
    """Helm values of prometheus-adapter: rules that give the autoscaler its metrics, named after the plan.

    The adapter serves the whole cluster and takes one rule a name, so two plans must not share names.
    """
    by_object: Plain = {name: {"resource": name} for name in ("namespace", "pod")}
    rules: list[Plain] = [
        {
            "seriesQuery": runtime.metrics[load] + selected(spec, 'namespace!="",pod!=""'),
            "resources": {"overrides": by_object},
            "name": {"as": _adapter_name(spec, load)},
            "metricsQuery": f'sum(<<.Series>>{{<<.LabelMatchers>>,plan="{spec.plan_id}"}}) by (<<.GroupBy>>)',
        }
        for load in _LOADS
    ]
    return {"rules": {"custom": rules}}


def _adapter_name(spec: ServingSpec, load: str) -> str:
    return f"{spec.plan_id.replace('-', '_')}_requests_{load}"
