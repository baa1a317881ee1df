"""MF-20 start, MF-21 end, MF-22 shared memory, MF-24 rights of a pod that serves a model."""

from collections.abc import Iterator, Mapping
from typing import Any

from wasm_tools.manifests.checks.engine_flags import parallel_size
from wasm_tools.manifests.checks.names import quantity_bytes
from wasm_tools.manifests.checks.parts import Finding, Pod, at, mapping, mappings, text, whole
from wasm_tools.manifests.checks.servers import Server
from wasm_tools.manifests.checks.view import View

_DEADLINE, _GRACE, _PROBE_PERIOD, _PROBE_FAILURES = 600, 30, 10, 3  # seconds and counts where nothing is said
_PRESET_SHM = "dshm"  # the volume that the preset of an LLMInferenceService mounts at /dev/shm
_MARGIN = 15  # seconds between the end of the drain and the kill


def _serving(view: View) -> Iterator[tuple[Server, Pod, Mapping[str, Any]]]:
    """The engines that Kubernetes starts on a GPU."""
    for server in view.servers:
        limits = mapping(at(server.container, "resources", "limits"))
        if server.pod is not None and server.container is not None and view.gpu_resources & limits.keys():
            yield server, server.pod, server.container


def start_findings(view: View) -> Iterator[Finding]:
    """MF-20: a startup probe gives the weights time to load, and the rollout waits for it."""
    for server, pod, container in _serving(view):
        probe = container.get("startupProbe")
        if pod.document.kind == "LeaderWorkerSet" and not _serves_requests(server):
            continue
        if not isinstance(probe, Mapping):
            message = "without a startup probe the liveness probe kills the server while it loads the weights"
            yield server.finding("MF-20", message, "startupProbe")
            continue
        period = whole(probe.get("periodSeconds")) or _PROBE_PERIOD
        failures = whole(probe.get("failureThreshold")) or _PROBE_FAILURES
        budget = (whole(probe.get("initialDelaySeconds")) or 0) + period * failures
        if budget < 2 * view.plan.cold_start_seconds:
            message = f"{budget} s are below twice the {view.plan.cold_start_seconds} s of a cold start"
            yield server.finding("MF-20", message, "startupProbe")
        if pod.document.kind == "Deployment":
            deadline = whole(at(pod.document.content, "spec", "progressDeadlineSeconds")) or _DEADLINE
            if deadline <= budget:
                message = f"progressDeadlineSeconds {deadline} ends before the {budget} s of the startup probe"
                yield server.finding("MF-20", message)


def _serves_requests(server: Server) -> bool:
    return server.value("--headless") is None and bool(mappings(at(server.container, "ports")))


def end_findings(view: View) -> Iterator[Finding]:
    """MF-21: requests in flight end before the pod is killed."""
    for server, pod, container in _serving(view):
        hook = at(container, "lifecycle", "preStop")
        wait = whole(at(hook, "sleep", "seconds"))
        command = at(hook, "exec", "command")
        if wait is None and isinstance(command, list):
            wait = next((whole(w) for part in command for w in text(part).split() if w.isdigit()), 0)
        if wait is None and (pod.document.kind == "LLMInferenceService" or not _serves_requests(server)):
            wait = 0  # the preset brings its own, and a pod without an endpoint needs none
        if wait is None:
            message = "without a preStop sleep the pod gets requests while it ends"
            yield server.finding("MF-21", message, "lifecycle")
            wait = 0
        drain = server.role("drain_seconds")
        if drain is None and "drain_seconds" in " ".join(server.runtime.arguments) and _serves_requests(server):
            yield server.finding("MF-21", "without --shutdown-timeout the server drops requests in flight")
        seconds = whole(drain) or 0
        if drain is not None and seconds < view.plan.slow_request_seconds:
            message = f"a drain of {seconds} s is below the {view.plan.slow_request_seconds:g} s of a slow request"
            yield server.finding("MF-21", message)
        grace = whole(pod.spec.get("terminationGracePeriodSeconds"))
        grace = _GRACE if grace is None else grace
        if grace < wait + seconds + _MARGIN:
            message = f"{grace} s are below {wait} (preStop) + {seconds} (drain) + {_MARGIN}"
            yield server.finding("MF-21", message, "terminationGracePeriodSeconds")


def memory_findings(view: View) -> Iterator[Finding]:
    """MF-22: processes of one model share memory at /dev/shm, inside the memory limit."""
    for server, pod, container in _serving(view):
        if parallel_size(server) < 2:
            continue
        mount = next((m for m in mappings(container.get("volumeMounts")) if m.get("mountPath") == "/dev/shm"), None)
        name = text(mount.get("name")) if mount else _PRESET_SHM if pod.document.kind == "LLMInferenceService" else ""
        source = at(pod.volumes.get(name), "emptyDir")
        if not isinstance(source, Mapping) or source.get("medium") != "Memory":
            message = "several GPUs need an emptyDir with medium Memory at /dev/shm; 64 MB are too little for NCCL"
            yield server.finding("MF-22", message, "volumeMounts")
            continue
        size = quantity_bytes(source.get("sizeLimit"))
        limit = quantity_bytes(at(container, "resources", "limits", "memory"))
        if size is not None and limit is not None and size >= limit:
            yield server.finding("MF-22", "/dev/shm counts as memory and takes the whole limit", "resources.limits")


def rights_findings(view: View) -> Iterator[Finding]:
    """MF-24: a user that the image knows, no privileges, no token of the cluster."""
    for server, pod, container in _serving(view):
        own, shared = (mapping(c.get("securityContext")) for c in (container, pod.spec))
        user = whole(own.get("runAsUser", shared.get("runAsUser")))
        if own.get("privileged") is True or own.get("allowPrivilegeEscalation") is not False:
            yield server.finding("MF-24", "set allowPrivilegeEscalation to false", "securityContext")
        if server.runtime.user is not None and user != server.runtime.user:
            known = f"{server.runtime.user} is the user of the image"
            found = "it runs as root" if user in (None, 0) else f"the image has no user {user}"
            yield server.finding("MF-24", f"{found}; {known}", "securityContext.runAsUser")
        if server.runtime.user is not None and own.get("runAsNonRoot", shared.get("runAsNonRoot")) is not True:
            yield server.finding("MF-24", "set runAsNonRoot", "securityContext")
        if pod.spec.get("automountServiceAccountToken") is not False:
            yield server.finding("MF-24", "the pod gets a token of the cluster; automountServiceAccountToken: false")
