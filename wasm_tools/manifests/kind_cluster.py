"""A cluster on one's own machine, in which the simulator variant of a plan runs without a GPU."""

import shlex

from wasm_tools.manifests.serving_spec import ServingSpec
from wasm_tools.manifests.simulator import simulator_namespace
from wasm_tools.manifests.workload import SERVICE_PORT

KIND_NODE = "kindest/node:v1.34.0"
_SCRIPT = """\
#!/bin/sh
# Tries the plan without a GPU: a local cluster with the simulator. Needs Docker, kind and kubectl.
# It has no Prometheus operator and no KEDA, so the simulator alone is applied. Remove: kind delete cluster --name NAME
set -eu
cd "$(dirname "$0")/.."
name={name}
namespace={namespace}
kind get clusters | grep -qx "$name" || kind create cluster --name "$name" --image {image} --wait 120s
in_kind() {{ kubectl --context "kind-$name" --namespace "$namespace" "$@"; }}
in_kind get namespace "$namespace" >/dev/null 2>&1 || in_kind create namespace "$namespace"
in_kind apply -k kustomize/base-simulator
in_kind rollout status "deployment/$name" --timeout=300s
in_kind port-forward "service/$name" {port}:{port} &
forward=$!
trap 'kill "$forward"' EXIT
sleep 3
sh bench/smoke.sh http://127.0.0.1:{port}
"""


def kind_script(spec: ServingSpec) -> dict[str, str]:
    """The script that makes the cluster, applies the simulator and asks it one question through the Service's port."""
    script = _SCRIPT.format(
        name=shlex.quote(spec.plan_id),
        namespace=shlex.quote(simulator_namespace(spec)),
        image=KIND_NODE,
        port=SERVICE_PORT,
    )
    return {"kind/kind.sh": script}
