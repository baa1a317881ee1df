"""What Prometheus scrapes of a plan, and the label by which its series are told from those of other plans."""

from wasm_tools.manifests.metadata import metadata, selector, server_selector
from wasm_tools.manifests.runtimes import ServingRuntime
from wasm_tools.manifests.serving_spec import ServingSpec
from wasm_tools.manifests.yaml_text import Plain

_COMPONENT = "monitoring"


def service_monitor(spec: ServingSpec, runtime: ServingRuntime) -> dict[str, Plain]:
    """Every pod behind the plan's service."""
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "ServiceMonitor",
        "metadata": metadata(spec, runtime, _COMPONENT),
        "spec": {
            "selector": {"matchLabels": selector(spec, runtime)},
            "endpoints": [{"port": "http", **_scrape(spec, runtime)}],
        },
    }


def pod_monitor(spec: ServingSpec, runtime: ServingRuntime, suffix: str = "") -> dict[str, Plain]:
    """The pods themselves, where only some of them serve or a service that is not ours stands before them."""
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PodMonitor",
        "metadata": metadata(spec, runtime, _COMPONENT, suffix),
        "spec": {
            "selector": {"matchLabels": server_selector(spec, runtime)},
            "podMetricsEndpoints": [{"port": "http", **_scrape(spec, runtime)}],
        },
    }


def _scrape(spec: ServingSpec, runtime: ServingRuntime) -> dict[str, Plain]:
    return {
        "path": runtime.metrics_path,
        "interval": "15s",
        "scrapeTimeout": "10s",
        "relabelings": [{"action": "replace", "targetLabel": "plan", "replacement": spec.plan_id}],
    }
