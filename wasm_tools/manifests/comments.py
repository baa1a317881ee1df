"""What the fields of a plan's files are for, in one line each, by kind and field. They are written above the fields."""

from collections.abc import Mapping

from wasm_tools.manifests.yaml_text import Plain

_ARGUMENTS = {
    "--served-model-name": "The name clients ask for, and the label of every metric.",
    "--tensor-parallel-size": "GPUs that share each layer; equal to the GPUs requested below.",
    "--max-model-len": "Longest prompt and answer together, with room for the chat template.",
    "--max-num-seqs": "Requests that run at once, as in the prediction.",
    "--max-num-batched-tokens": "Tokens of one step, as in the prediction.",
    "--gpu-memory-utilization": "The share of GPU memory from which the plan's KV cache follows.",
    "--kv-cache-dtype": "The type that was priced; fp8 halves the KV cache.",
    "--enable-prefix-caching": "On, because the price counts on shared prefixes.",
    "--no-enable-prefix-caching": "Off, because the price does not count on shared prefixes.",
    "--shutdown-timeout": "Seconds for requests in flight to end before the server stops.",
    "--disable-access-log-for-endpoints": "Probes and scrapes would fill the log.",
    "--max-num-queued-reqs": "Requests in flight, running included; above it clients get status 503.",
    "--max-num-queued-tokens": "Prompt tokens that can be read within the bound on the first token.",
    "--custom-histogram-buckets": "Edges on the bounds of the plan, so that alerts read exact shares.",
    "--trust-remote-code": "Runs code of the model's repository, without which this model does not load.",
    "--nnodes": "Set by LeaderWorkerSet, like the rank and the address of the first node.",
    "--headless": "Only the first node answers requests.",
}
_CONTAINER = {
    "image": "A fixed version: flags and metric names change between releases.",
    "env.valueFrom": "For gated models; the pod starts without the Secret too.",
    "resources": "Equal GPU and memory on both sides; no processor limit, which would only slow the scheduler.",
    "startupProbe": "Twice the cold start that was assumed; a liveness probe alone would kill a model while it loads.",
    "readinessProbe": "The list of models answers only when the model is loaded.",
    "livenessProbe": "After the start only: whether the engine is alive.",
    "lifecycle": "Time for the endpoint to be removed everywhere before the server stops to accept.",
    "securityContext": "No privileges, and only capabilities that the image is known to need.",
    **{f"args.{flag}": text for flag, text in _ARGUMENTS.items()},
}
_POD = {
    "automountServiceAccountToken": "The server does not talk to Kubernetes.",
    "terminationGracePeriodSeconds": "The wait before the stop, the requests in flight, and a margin.",
    "nodeSelector": "The GPU that was priced, as GPU feature discovery labels it; other clouds use other keys.",
    "tolerations": "GPU nodes usually keep other pods away.",
    "securityContext": "The user that the image has, where one is known.",
    "topologySpreadConstraints": "Replicas on different nodes where there are any.",
    "volumes.emptyDir.medium": "Shared memory for the GPUs of a replica; it counts against the memory limit.",
    "volumes.persistentVolumeClaim": "Weights and compiled kernels, so that a restart is short.",
}


def _under(path: str, fields: Mapping[str, str]) -> dict[str, str]:
    return {f"{path}.{name}": text for name, text in fields.items()}


def _pod_at(path: str, container: str = "containers") -> dict[str, str]:
    return _under(path, _POD) | _under(f"{path}.{container}", _CONTAINER)


_BEHAVIOR = {
    "scaleUp.policies.periodSeconds": "A cold start: the replica before is ready by then.",
    "scaleDown.stabilizationWindowSeconds": "Slow to shrink: a replica takes long to come back.",
}
_BY_PATH = {
    "helm/prometheus-adapter-values.yaml": {
        "rules": "Values for the Helm chart prometheus-adapter; merge the rules of all your plans.",
    },
    "monitoring/rules.yml": {
        "groups": "For a Prometheus without the operator; with it, the same rules are a PrometheusRule.",
    },
    "monitoring/rules_test.yml": {"rule_files": "promtool test rules rules_test.yml"},
}
_BY_KIND: dict[str, dict[str, str]] = {
    "Kustomization": {
        "namespace": "Where all objects go; change it together with namespace.yaml.",
        "components": "Optional parts; the folder components has more.",
    },
    "Deployment": {
        "metadata.annotations": "The plan that this deploys, and where its price comes from.",
        "spec.replicas": "As many as were priced.",
        "spec.progressDeadlineSeconds": "Longer than the start may take.",
        "spec.strategy": "One after the other: a surge pod would need a spare GPU.",
        "spec.selector": "Labels that do not change with a version.",
        **_pod_at("spec.template.spec"),
    },
    "LeaderWorkerSet": {
        "metadata.annotations": "The plan that this deploys, and where its price comes from.",
        "spec.replicas": "As many as were priced; each is a group of pods.",
        "spec.rolloutStrategy": "One after the other: a surge replica would need spare nodes.",
        "spec.leaderWorkerTemplate.size": "Nodes of a replica.",
        "spec.leaderWorkerTemplate.restartPolicy": "A replica that loses a node cannot go on.",
        **_pod_at("spec.leaderWorkerTemplate.leaderTemplate.spec"),
        **_pod_at("spec.leaderWorkerTemplate.workerTemplate.spec"),
    },
    "InferenceService": {
        "metadata.annotations": "The mode of KServe, and the plan that this deploys.",
        "spec.predictor.minReplicas": "As many as were priced.",
        "spec.predictor.deploymentStrategy": "One after the other: a surge pod would need a spare GPU.",
        "spec.predictor.autoScaling": "Scaled on requests that wait; edit the address of your Prometheus.",
        "spec.predictor.model.storageUri": "Edit: where your model is stored.",
        "spec.predictor.model.command": "The runtime of KServe names an interpreter that the image does not have.",
        **_pod_at("spec.predictor"),
        **_under("spec.predictor.model", _CONTAINER),
    },
    "LLMInferenceService": {
        "metadata.annotations": "The plan that this deploys.",
        "spec.replicas": "As many as were priced.",
        "spec.router": "Gateway, route and endpoint picker by KServe's presets.",
        "spec.template.containers.env.value": "A variable; the arguments are read by a shell, so each is quoted.",
        **_pod_at("spec.template"),
    },
    "Service": {"spec.selector": "Labels that do not change with a version."},
    "PersistentVolumeClaim": {
        "spec.accessModes": "Shared by all replicas; where no class can do this, take the component cache-single-node.",
        "spec.resources": "One and a half times the weights.",
    },
    "PodDisruptionBudget": {
        "spec.maxUnavailable": "A drain takes one pod at a time; a minimum equal to the replicas would block it.",
        "spec.unhealthyPodEvictionPolicy": "Pods that do not work may always go.",
    },
    "ScaledObject": {
        "spec.scaleTargetRef": "Use this or the HorizontalPodAutoscaler, never both.",
        "spec.minReplicaCount": "Never below what was priced.",
        "spec.maxReplicaCount": "Twice the plan, or what the peak needs.",
        "spec.fallback": "When Prometheus does not answer: the plan, or more if there are more.",
        "spec.triggers.metadata.serverAddress": "Edit: the address of your Prometheus.",
        "spec.triggers.metadata.ignoreNullValues": "No answer is an error, not an empty queue.",
        **_under("spec.advanced.horizontalPodAutoscalerConfig.behavior", _BEHAVIOR),
    },
    "HorizontalPodAutoscaler": {
        "spec.scaleTargetRef": "Use this or KEDA's ScaledObject, never both.",
        "spec.minReplicas": "Never below what was priced.",
        "spec.maxReplicas": "Twice the plan, or what the peak needs.",
        "spec.metrics": "By prometheus-adapter, with the rules of helm/prometheus-adapter-values.yaml.",
        **_under("spec.behavior", _BEHAVIOR),
    },
    "ServiceMonitor": {
        "metadata.labels": "Your Prometheus may select monitors by a label of its own: add it here.",
        "spec.endpoints.relabelings": "The label by which rules, dashboard and scaler find the plan.",
    },
    "PodMonitor": {
        "metadata.labels": "Your Prometheus may select monitors by a label of its own: add it here.",
        "spec.podMetricsEndpoints.relabelings": "The label by which rules, dashboard and scaler find the plan.",
    },
    "PrometheusRule": {
        "metadata.labels": "Your Prometheus may select rules by a label of its own: add it here.",
        "spec.groups": "The same as monitoring/rules.yml, which monitoring/rules_test.yml tests.",
    },
    "Gateway": {
        "spec.gatewayClassName": "Edit: the class of your cluster.",
        "spec.listeners.hostname": "Edit: the name under which clients reach the service.",
        "spec.listeners.tls": "The certificate is a Secret that you make.",
    },
    "HTTPRoute": {
        "spec.rules.timeouts": "Long answers stream for minutes.",
        "spec.rules.backendRefs.weight": "Shares of the requests.",
    },
    "Ingress": {
        "metadata.annotations": "For ingress-nginx: long answers, and no buffer before a stream.",
        "spec.tls": "The certificate is a Secret that you make.",
    },
    "InferencePool": {
        "spec.endpointPickerRef": "Edit: the picker is software of its own that you install.",
        "spec.targetPorts": "The port of the server, not of the service.",
    },
    "NetworkPolicy": {
        "spec.ingress": "From this namespace, from labelled ones, and from Prometheus.",
        "spec.egress": "Name service, and HTTPS for the download of the model.",
    },
    "ResourceQuota": {"spec.hard": "What the plan takes at its largest, and a benchmark beside it."},
    "Component": {"patches": "Changes of objects that a base or a component brings which is listed before this one."},
    "RoleBinding": {"subjects": "Edit: the people who operate the plan."},
    "Namespace": {"metadata.labels": "Pods with more privileges are refused."},
}


def comments_of(path: str, content: Plain) -> Mapping[str, str]:
    """The comments of an object by its kind, of another file by its path."""
    kind = content.get("kind") if isinstance(content, dict) else None
    return _BY_KIND.get(kind, {}) if isinstance(kind, str) else _BY_PATH.get(path, {})
