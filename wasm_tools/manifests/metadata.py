"""Labels and annotations of a plan's objects: who belongs together, and what plan they come from."""

from wasm_tools.manifests.runtimes import ServingRuntime
from wasm_tools.manifests.serving_spec import ServingSpec
from wasm_tools.manifests.yaml_text import Plain

ANNOTATIONS = "inference-price-atlas/"
NODE_LABEL, LEADER = ANNOTATIONS + "node", "leader"


def selector(spec: ServingSpec, runtime: ServingRuntime) -> dict[str, Plain]:
    """The two labels that never change with a version: all pods of a plan."""
    return {"app.kubernetes.io/name": runtime.id, "app.kubernetes.io/instance": spec.plan_id}


def server_selector(spec: ServingSpec, runtime: ServingRuntime) -> dict[str, Plain]:
    """The pods of a plan that answer requests: of a replica on several nodes only the first does."""
    leader: dict[str, Plain] = {NODE_LABEL: LEADER} if spec.pipeline_parallel > 1 else {}
    return {**selector(spec, runtime), **leader}


def labels(spec: ServingSpec, runtime: ServingRuntime, component: str) -> dict[str, Plain]:
    """Labels of one object: the selector, and what part of the plan it is."""
    return {
        **selector(spec, runtime),
        "app.kubernetes.io/component": component,
        "app.kubernetes.io/part-of": "inference-price-atlas",
        "app.kubernetes.io/version": runtime.version,
    }


def metadata(
    spec: ServingSpec, runtime: ServingRuntime, component: str, suffix: str = "", annotated: bool = False
) -> dict[str, Plain]:
    """Metadata of an object named after the plan; the objects that run it are annotated with the plan."""
    found: dict[str, Plain] = {"name": spec.plan_id + suffix, "labels": labels(spec, runtime, component)}
    if annotated:
        found["annotations"] = plan_annotations(spec, runtime)
    return found


def plan_annotations(spec: ServingSpec, runtime: ServingRuntime) -> dict[str, Plain]:
    """What the plan is, where its price comes from and what its times rest on; nothing that is not known."""
    stated = {
        "model": spec.model_repo,
        "precision": spec.precision,
        "engine": f"{runtime.name} {runtime.version}",
        "plan-url": spec.plan_url,
        "dataset-date": spec.dataset_date,
        "usd-per-hour": spec.usd_per_hour,
        "usd-per-replica-hour": spec.usd_per_replica_hour,
        "price-source": spec.price_source,
        "price-date": spec.price_date,
        "rental": spec.rental,
        "gpu": spec.gpu_name,
        "slo": spec.slo,
        "evidence": spec.evidence,
        "weights": spec.weights_note,
        "remote-code": "the container runs code of the model's repository" if spec.trust_remote_code else "",
        "clients-ask-for": spec.model_repo if runtime.names_model_by_repository else "",
        "metrics": runtime.metrics_path,
        "left-to-engine": runtime.left_to_engine,
    }
    return {ANNOTATIONS + name: value for name, value in stated.items() if value}
