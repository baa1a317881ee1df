"""Ways into a plan from outside the cluster, with TLS: Gateway API, Ingress, and a pool that an endpoint picker serves.

Certificates are Secrets that a reader makes; none is shipped.
"""

from wasm_tools.manifests.metadata import metadata, server_selector
from wasm_tools.manifests.numbers import PlanNumbers
from wasm_tools.manifests.placeholders import CANARY_SERVICE, ENDPOINT_PICKER, GATEWAY_CLASS
from wasm_tools.manifests.runtimes import ServingRuntime
from wasm_tools.manifests.serving_spec import ServingSpec
from wasm_tools.manifests.workload import SERVICE_PORT
from wasm_tools.manifests.yaml_text import Plain

_COMPONENT = "routing"
_PATH = "/v1"
_CANARY_SHARE = 10  # of 100 requests
_PICKER_PORT = 9002


def tls_secret(spec: ServingSpec) -> str:
    """The name of the Secret with the certificate of the plan's host."""
    return f"{spec.plan_id}-tls"


def password_secret(spec: ServingSpec) -> str:
    """The name of the Secret with the users of the Ingress and their passwords."""
    return f"{spec.plan_id}-basic-auth"


def gateway(spec: ServingSpec, runtime: ServingRuntime) -> dict[str, Plain]:
    """A Gateway for the plan's host."""
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "Gateway",
        "metadata": metadata(spec, runtime, _COMPONENT),
        "spec": {
            "gatewayClassName": GATEWAY_CLASS,
            "listeners": [
                {
                    "name": "https",
                    "hostname": spec.host,
                    "port": 443,
                    "protocol": "HTTPS",
                    "tls": {"mode": "Terminate", "certificateRefs": [{"kind": "Secret", "name": tls_secret(spec)}]},
                }
            ],
        },
    }


def http_route(spec: ServingSpec, runtime: ServingRuntime, numbers: PlanNumbers) -> dict[str, Plain]:
    """The route from the Gateway to the plan's service."""
    backend: Plain = {"name": spec.plan_id, "port": SERVICE_PORT, "weight": 100}
    return _route(spec, numbers, metadata(spec, runtime, _COMPONENT), [backend])


def canary_route(spec: ServingSpec, numbers: PlanNumbers) -> dict[str, Plain]:
    """A patch of the route that sends a tenth of the requests to another plan."""
    backends: list[Plain] = [
        {"name": spec.plan_id, "port": SERVICE_PORT, "weight": 100 - _CANARY_SHARE},
        {"name": CANARY_SERVICE, "port": SERVICE_PORT, "weight": _CANARY_SHARE},
    ]
    return _route(spec, numbers, {"name": spec.plan_id}, backends)


def pool_route(spec: ServingSpec, numbers: PlanNumbers) -> dict[str, Plain]:
    """A patch of the route that lets the endpoint picker choose the replica."""
    pool: Plain = {"group": "inference.networking.k8s.io", "kind": "InferencePool", "name": spec.plan_id}
    return _route(spec, numbers, {"name": spec.plan_id}, [pool])


def _route(spec: ServingSpec, numbers: PlanNumbers, found: dict[str, Plain], backends: list[Plain]) -> dict[str, Plain]:
    wait = f"{numbers.route_timeout_seconds}s"
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": found,
        "spec": {
            "parentRefs": [{"name": spec.plan_id, "sectionName": "https"}],
            "hostnames": [spec.host],
            "rules": [
                {
                    "matches": [{"path": {"type": "PathPrefix", "value": _PATH}}],
                    "timeouts": {"request": wait, "backendRequest": wait},
                    "backendRefs": backends,
                }
            ],
        },
    }


def ingress(spec: ServingSpec, runtime: ServingRuntime, numbers: PlanNumbers) -> dict[str, Plain]:
    """An Ingress for ingress-nginx; answers stream, so nothing may buffer them."""
    wait = str(numbers.route_timeout_seconds)
    found = metadata(spec, runtime, _COMPONENT)
    found["annotations"] = {
        "nginx.ingress.kubernetes.io/proxy-read-timeout": wait,
        "nginx.ingress.kubernetes.io/proxy-send-timeout": wait,
        "nginx.ingress.kubernetes.io/proxy-buffering": "off",
    }
    backend: Plain = {"service": {"name": spec.plan_id, "port": {"name": "http"}}}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": found,
        "spec": {
            "ingressClassName": "nginx",
            "tls": [{"hosts": [spec.host], "secretName": tls_secret(spec)}],
            "rules": [
                {
                    "host": spec.host,
                    "http": {"paths": [{"path": _PATH, "pathType": "Prefix", "backend": backend}]},
                }
            ],
        },
    }


def ingress_password(spec: ServingSpec) -> dict[str, Plain]:
    """A patch of the Ingress that asks for a user and a password of a Secret."""
    annotations: Plain = {
        "nginx.ingress.kubernetes.io/auth-type": "basic",
        "nginx.ingress.kubernetes.io/auth-secret": password_secret(spec),
        "nginx.ingress.kubernetes.io/auth-realm": "Authentication required",
    }
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": spec.plan_id, "annotations": annotations},
    }


def inference_pool(spec: ServingSpec, runtime: ServingRuntime) -> dict[str, Plain]:
    """The replicas as a pool; the picker is software of its own, and requests pass it by while it is away."""
    return {
        "apiVersion": "inference.networking.k8s.io/v1",
        "kind": "InferencePool",
        "metadata": metadata(spec, runtime, _COMPONENT),
        "spec": {
            "selector": {"matchLabels": server_selector(spec, runtime)},
            "targetPorts": [{"number": runtime.port}],
            "endpointPickerRef": {
                "kind": "Service",
                "name": ENDPOINT_PICKER,
                "port": {"number": _PICKER_PORT},
                "failureMode": "FailOpen",
            },
        },
    }
