"""What the optional components of a plan are for, and what each needs first: for the README of a bundle."""

from collections.abc import Iterable

from wasm_tools.manifests.policy import CLIENTS_LABEL
from wasm_tools.manifests.routes import password_secret, tls_secret
from wasm_tools.manifests.serving_spec import ServingSpec
from wasm_tools.manifests.workload import key_secret


def component_notes(spec: ServingSpec, names: Iterable[str]) -> dict[str, str]:
    """One line of Markdown for each of the components named, in the order of this table."""
    create = f"kubectl --namespace {spec.namespace} create secret"
    certificate = f"`{create} tls {tls_secret(spec)} --cert=FILE --key=FILE`"
    notes = {
        "monitoring": "scrape, rules and dashboard; needs the Prometheus operator and Grafana's sidecar",
        "autoscaling-keda": "replicas follow the requests that wait and run; needs KEDA 2.20 or newer",
        "autoscaling-hpa": "the same with prometheus-adapter and `helm/prometheus-adapter-values.yaml`;"
        " never together with autoscaling-keda",
        "gateway-api": f"a Gateway and a route with TLS; first {certificate}",
        "canary": "a tenth of the requests to another plan; after gateway-api",
        "inference-pool": "an endpoint picker chooses the replica; after gateway-api, needs the inference extension",
        "ingress": f"for ingress-nginx instead of a Gateway; first {certificate}",
        "ingress-password": "asks for user and password; after ingress, first"
        f" `{create} generic {password_secret(spec)} --from-file=auth` with a file of htpasswd",
        "api-key": f"clients send a key; first `{create} generic {key_secret(spec)} --from-literal=key=...`",
        "service-loadbalancer": "an address outside the cluster from the cloud",
        "service-nodeport": "a port on every node",
        "cache-single-node": "for storage classes without ReadWriteMany: all replicas on one node",
        "networkpolicy": f"requests from this namespace, from `monitoring` and from those labelled `{CLIENTS_LABEL}:"
        ' "true"` only',
        "tenancy": "a quota of the plan's size, and rights for the people who operate it",
    }
    chosen = set(names)
    return {name: note for name, note in notes.items() if name in chosen}
