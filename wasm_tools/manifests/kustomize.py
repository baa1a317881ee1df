"""Kustomize folders of a plan: a base, components to choose from, and two overlays that choose.

A kustomization may load folders above it but not single files, so what base and simulator share has its own folder.
Files named `patch-*.yaml` are changes of objects of the base; they hold the changed fields only.
"""

from dataclasses import dataclass, field

from wasm_tools.manifests.alerts import prometheus_rule
from wasm_tools.manifests.dashboard import dashboard_config
from wasm_tools.manifests.leader_worker import leader_worker_set
from wasm_tools.manifests.monitors import pod_monitor, service_monitor
from wasm_tools.manifests.numbers import PlanNumbers
from wasm_tools.manifests.policy import namespace, network_policy, resource_quota, role, role_binding
from wasm_tools.manifests.routes import (
    canary_route,
    gateway,
    http_route,
    inference_pool,
    ingress,
    ingress_password,
    pool_route,
)
from wasm_tools.manifests.runtimes import ServingRuntime
from wasm_tools.manifests.scaling import pod_autoscaler, scaled_object
from wasm_tools.manifests.serving_spec import ServingSpec
from wasm_tools.manifests.simulator import simulator_config, simulator_deployment, simulator_namespace
from wasm_tools.manifests.workload import (
    deployment,
    disruption_budget,
    key_required,
    service,
    service_account,
    service_of_type,
    single_node_claim,
    single_node_pods,
    volume_claim,
)
from wasm_tools.manifests.yaml_text import Plain

type Object = dict[str, Plain]

_ROOT = "kustomize"


@dataclass(frozen=True, slots=True)
class Component:
    """An optional part: objects that it adds and changes that it makes."""

    adds: dict[str, Object] = field(default_factory=dict)  # by file name without its ending
    changes: dict[str, Object] = field(default_factory=dict)


def common(spec: ServingSpec, runtime: ServingRuntime) -> dict[str, Object]:
    """What every way of running the plan has."""
    return {
        "serviceaccount": service_account(spec, runtime),
        "service": service(spec, runtime),
        "poddisruptionbudget": disruption_budget(spec, runtime),
    }


def base(spec: ServingSpec, runtime: ServingRuntime, numbers: PlanNumbers) -> dict[str, Object]:
    """The cache, where the plan brings its own, and the replicas."""
    cache = {} if spec.cache_claim else {"persistentvolumeclaim": volume_claim(spec, runtime, numbers)}
    if numbers.replica_nodes > 1:
        return {**cache, "leaderworkerset": leader_worker_set(spec, runtime, numbers)}
    return {**cache, "deployment": deployment(spec, runtime, numbers)}


def components(
    spec: ServingSpec, runtime: ServingRuntime, numbers: PlanNumbers, dashboard: str
) -> dict[str, Component]:
    """The optional parts that fit the plan, by the name of their folder; `dashboard` is the text of its JSON."""
    one_node = numbers.replica_nodes == 1
    found = {}
    if runtime.metrics:
        monitor = {"servicemonitor": service_monitor} if one_node else {"podmonitor": pod_monitor}
        found["monitoring"] = Component(
            {name: build(spec, runtime) for name, build in monitor.items()}
            | {
                "prometheusrule": prometheus_rule(spec, runtime, numbers),
                "dashboard": dashboard_config(spec, runtime, dashboard),
            }
        )
        found["autoscaling-keda"] = Component({"scaledobject": scaled_object(spec, runtime, numbers)})
        found["autoscaling-hpa"] = Component({"horizontalpodautoscaler": pod_autoscaler(spec, runtime, numbers)})
    found |= {
        "gateway-api": Component({"gateway": gateway(spec, runtime), "httproute": http_route(spec, runtime, numbers)}),
        "canary": Component(changes={"httproute": canary_route(spec, numbers)}),
        "inference-pool": Component(
            {"inferencepool": inference_pool(spec, runtime)}, {"httproute": pool_route(spec, numbers)}
        ),
        "ingress": Component({"ingress": ingress(spec, runtime, numbers)}),
        "ingress-password": Component(changes={"ingress": ingress_password(spec)}),
        "service-loadbalancer": Component(changes={"service": service_of_type(spec, "LoadBalancer")}),
        "service-nodeport": Component(changes={"service": service_of_type(spec, "NodePort")}),
        "tenancy": Component(
            {
                "resourcequota": resource_quota(spec, runtime, numbers),
                "role": role(spec, runtime),
                "rolebinding": role_binding(spec, runtime),
            }
        ),
    }
    if one_node:
        found["networkpolicy"] = Component({"networkpolicy": network_policy(spec, runtime)})
        if runtime.api_key_variable:
            found["api-key"] = Component(changes={"deployment": key_required(spec, runtime)})
        if not spec.cache_claim:
            found["cache-single-node"] = Component(
                changes={
                    "persistentvolumeclaim": single_node_claim(spec),
                    "deployment": single_node_pods(spec, runtime),
                }
            )
    return found


def chosen(found: dict[str, Component]) -> list[str]:
    """The components of the production overlay."""
    return [name for name in ("monitoring", "autoscaling-keda", "gateway-api") if name in found]


def production(
    spec: ServingSpec, runtime: ServingRuntime, numbers: PlanNumbers, found: dict[str, Component]
) -> list[Object]:
    """The objects of the production overlay, each in its namespace."""
    inside = [*common(spec, runtime).values(), *base(spec, runtime, numbers).values()]
    for name in chosen(found):
        inside += found[name].adds.values()
    return [namespace(spec, runtime, spec.namespace), *(_placed(o, spec.namespace) for o in inside)]


def _placed(content: Object, where: str) -> Object:
    meta = content["metadata"]
    if not isinstance(meta, dict):
        raise TypeError("an object has metadata")
    name, *rest = meta.items()
    return {**content, "metadata": dict([name, ("namespace", where), *rest])}


def kustomize_files(
    spec: ServingSpec, runtime: ServingRuntime, numbers: PlanNumbers, found: dict[str, Component]
) -> dict[str, Object]:
    """All files of the kustomize folder by path."""
    shared, own = common(spec, runtime), base(spec, runtime, numbers)
    files = _folder(f"{_ROOT}/common", shared, _kustomization(resources=_names(shared)))
    files |= _folder(f"{_ROOT}/base", own, _kustomization(resources=["../common", *_names(own)]))
    for name, part in found.items():
        patches = {f"patch-{kind}": change for kind, change in part.changes.items()}
        head = _kustomization("Component", resources=_names(part.adds), patches=[f"{n}.yaml" for n in patches])
        files |= _folder(f"{_ROOT}/components/{name}", {**part.adds, **patches}, head)
    overlays = {"production": ("base", spec.namespace, chosen(found))}
    if runtime.simulator:
        simulated: dict[str, Object] = {
            "configmap": simulator_config(spec, runtime, numbers),
            "deployment": simulator_deployment(spec, runtime, numbers),
        }
        head = _kustomization(resources=["../common", *_names(simulated)])
        files |= _folder(f"{_ROOT}/base-simulator", simulated, head)
        monitored = [name for name in ("monitoring",) if name in found]
        overlays["simulator"] = ("base-simulator", simulator_namespace(spec), monitored)
    for name, (under, where, parts) in overlays.items():
        head = _kustomization(
            where=where,
            resources=["namespace.yaml", f"../../{under}"],
            components=[f"../../components/{part}" for part in parts],
        )
        files |= _folder(f"{_ROOT}/overlays/{name}", {"namespace": namespace(spec, runtime, where)}, head)
    return files


def _folder(path: str, content: dict[str, Object], head: Object) -> dict[str, Object]:
    return {f"{path}/kustomization.yaml": head, **{f"{path}/{name}.yaml": found for name, found in content.items()}}


def _names(content: dict[str, Object]) -> list[str]:
    return [f"{name}.yaml" for name in content]


def _kustomization(
    kind: str = "Kustomization",
    where: str = "",
    resources: list[str] | None = None,
    components: list[str] | None = None,
    patches: list[str] | None = None,
) -> Object:
    version = "v1beta1" if kind == "Kustomization" else "v1alpha1"
    head: Object = {"apiVersion": f"kustomize.config.k8s.io/{version}", "kind": kind}
    if where:
        head["namespace"] = where
    if resources:
        head["resources"] = list(resources)
    if components:
        head["components"] = list(components)
    if patches:
        head["patches"] = [{"path": path} for path in patches]
    return head
