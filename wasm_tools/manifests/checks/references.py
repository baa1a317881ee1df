"""MF-05 selectors, MF-06 ports, MF-07 references: what one object says of another."""

from collections.abc import Iterator, Mapping
from typing import Any

from wasm_tools.manifests.checks.parts import Document, Finding, ObjectSet, Pod, at, children, mappings, pairs, text
from wasm_tools.manifests.checks.view import View
from wasm_tools.manifests.placeholders import PLACEHOLDERS

_INSTANCE = "app.kubernetes.io/instance"
# kind -> path of the labels by which it picks pods
_PICKS_PODS = {
    "Service": ("spec", "selector"),
    "PodDisruptionBudget": ("spec", "selector", "matchLabels"),
    "NetworkPolicy": ("spec", "podSelector", "matchLabels"),
    "PodMonitor": ("spec", "selector", "matchLabels"),
    "InferencePool": ("spec", "selector", "matchLabels"),
}
_TEMPLATED = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet")


def selector_findings(view: View) -> Iterator[Finding]:
    """MF-05: selectors pick the pods beside them, and nothing of another deployment."""
    for found in view.sets:
        pods = found.pods()
        for pod in pods:
            yield from _own_selectors(pod)
        for document in found.documents:
            if document.kind in _PICKS_PODS and pods:
                path = _PICKS_PODS[document.kind]
                selected = [p.labels for p in pods]
                yield from _picks(document, ".".join(path), at(document.content, *path), selected, "pod")
            elif document.kind == "ServiceMonitor" and (services := found.of("Service")):
                labels = at(document.content, "spec", "selector", "matchLabels")
                yield from _picks(document, "spec.selector", labels, [s.labels for s in services], "Service")


def _own_selectors(pod: Pod) -> Iterator[Finding]:
    document = pod.document
    if document.kind in _TEMPLATED:
        labels = at(document.content, "spec", "selector", "matchLabels")
        yield from _picks(document, "spec.selector.matchLabels", labels, [pod.labels], "pod of its own")
    for number, spread in enumerate(mappings(pod.spec.get("topologySpreadConstraints"))):
        where = f"{pod.where}.topologySpreadConstraints[{number}].labelSelector"
        labels = at(spread, "labelSelector", "matchLabels")
        yield from _picks(document, where, labels, [pod.labels], "pod of its own")


def _picks(
    document: Document, where: str, labels: object, candidates: list[Mapping[str, str]], what: str
) -> Iterator[Finding]:
    if document.kind == "Service" and labels is None:
        return  # a Service without a selector has its endpoints from elsewhere
    labels = pairs(labels)
    if not labels:
        yield document.finding("MF-05", where, "an empty selector picks everything of the namespace; give labels")
        return
    fitting = [c for c in candidates if labels.items() <= c.items()]
    shown = ", ".join(f"{k}={v}" for k, v in labels.items())
    if not fitting:
        yield document.finding("MF-05", where, f"no {what} has the labels {shown}")
    elif _INSTANCE in fitting[0] and _INSTANCE not in labels and "serving.kserve.io/inferenceservice" not in labels:
        yield document.finding("MF-05", where, f"{shown} also fits other deployments; add {_INSTANCE}")


def port_findings(view: View) -> Iterator[Finding]:
    """MF-06: named ports exist where they are looked for, and routes ask Services for ports that they have."""
    for found in view.sets:
        pods = found.pods()
        for pod in pods:
            yield from _probe_ports(pod)
        for service in found.of("Service"):
            yield from _target_ports(service, [p for p in pods if _selects(service, p.labels)])
        for monitor in found.of("ServiceMonitor"):
            labels = pairs(at(monitor.content, "spec", "selector", "matchLabels"))
            ports = [_port_names(s) for s in found.of("Service") if labels.items() <= s.labels.items()]
            yield from _monitor_ports(monitor, "endpoints", ports, "Service")
        for monitor in found.of("PodMonitor"):
            labels = pairs(at(monitor.content, "spec", "selector", "matchLabels"))
            chosen = [_container_ports(p) for p in pods if labels.items() <= p.labels.items()]
            yield from _monitor_ports(monitor, "podMetricsEndpoints", chosen, "pod")
        services = {s.name: s for s in found.of("Service")}
        for route, where, name, port in _backends(found):
            if name in services and port not in _port_names(services[name]) | _port_numbers(services[name]):
                yield route.finding("MF-06", where, f"Service {name} has no port {port}")


def _probe_ports(pod: Pod) -> Iterator[Finding]:
    for where, container in pod.containers:
        names = {text(p.get("name")) for p in mappings(container.get("ports"))}
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            for way in ("httpGet", "tcpSocket"):
                port = at(container, probe, way, "port")
                if isinstance(port, str) and not port.isdigit() and port not in names:
                    yield pod.document.finding("MF-06", f"{where}.{probe}", f"the container has no port {port!r}")


def _selects(service: Document, labels: Mapping[str, str]) -> bool:
    selector = pairs(at(service.content, "spec", "selector"))
    return bool(selector) and selector.items() <= labels.items()


def _container_ports(pod: Pod) -> set[str]:
    return {text(p.get("name")) for _, c in pod.containers for p in mappings(c.get("ports"))}


def _port_names(service: Document) -> set[object]:
    return {text(p.get("name")) for p in mappings(at(service.content, "spec", "ports"))}


def _port_numbers(service: Document) -> set[object]:
    return {p.get("port") for p in mappings(at(service.content, "spec", "ports"))}


def _target_ports(service: Document, pods: list[Pod]) -> Iterator[Finding]:
    for number, port in enumerate(mappings(at(service.content, "spec", "ports"))):
        target = port.get("targetPort")
        named = isinstance(target, str) and not target.isdigit()
        if named and pods and not any(target in _container_ports(p) for p in pods):
            message = f"no container has a port {target!r}"
            yield service.finding("MF-06", f"spec.ports[{number}].targetPort", message)


def _monitor_ports(monitor: Document, field: str, ports: list[Any], what: str) -> Iterator[Finding]:
    for number, endpoint in enumerate(mappings(at(monitor.content, "spec", field))):
        name = text(endpoint.get("port"))
        if name and ports and not any(name in known for known in ports):
            message = f"no {what} that it picks has a port {name!r}"
            yield monitor.finding("MF-06", f"spec.{field}[{number}].port", message)


def _backends(found: ObjectSet) -> Iterator[tuple[Document, str, str, object]]:
    """Route, place, name and port of each Service that a route or an Ingress sends requests to."""
    for route in found.of("HTTPRoute", "GRPCRoute"):
        for r, rule in enumerate(mappings(at(route.content, "spec", "rules"))):
            for b, backend in enumerate(mappings(rule.get("backendRefs"))):
                if backend.get("kind", "Service") == "Service" and "namespace" not in backend:
                    where = f"spec.rules[{r}].backendRefs[{b}]"
                    yield route, where, text(backend.get("name")), backend.get("port")
    for ingress in found.of("Ingress"):
        for r, rule in enumerate(mappings(at(ingress.content, "spec", "rules"))):
            for p, path in enumerate(mappings(at(rule, "http", "paths"))):
                service = at(path, "backend", "service")
                port = at(service, "port", "name") or at(service, "port", "number")
                yield ingress, f"spec.rules[{r}].http.paths[{p}]", text(at(service, "name")), port


def reference_findings(view: View) -> Iterator[Finding]:
    """MF-07: what an object names is there: volumes, their sources, accounts, Services of routes.

    A Secret is never among the files; one that a pod cannot start without is named in a README.
    """
    for found in view.sets:
        named = {(d.kind, d.name) for d in found.documents} | {c for d in found.documents for c in children(d)}
        named |= {("PersistentVolumeClaim", view.plan.cache_claim)}
        pods = found.pods()
        for pod in pods:
            yield from _mounts(pod)
            for where, kind, name in _named_by(pod):
                announced = kind == "Secret" and any(name in t for p, t in view.texts.items() if p.endswith(".md"))
                if name and (kind, name) not in named and not announced:
                    yield pod.document.finding("MF-07", where, f"{kind} {name} is not among the files applied with it")
        if pods:
            for route, where, name, _ in _backends(found):
                if ("Service", name) not in named and name not in PLACEHOLDERS:
                    yield route.finding("MF-07", where, f"Service {name} is not among the files applied with it")
        for binding in found.of("RoleBinding", "ClusterRoleBinding"):
            for number, subject in enumerate(mappings(binding.content.get("subjects"))):
                name = text(subject.get("name"))
                if subject.get("kind") == "ServiceAccount" and ("ServiceAccount", name) not in named:
                    yield binding.finding("MF-07", f"subjects[{number}]", f"ServiceAccount {name} is not there")


def _mounts(pod: Pod) -> Iterator[Finding]:
    for where, container in pod.containers:
        for number, mount in enumerate(mappings(container.get("volumeMounts"))):
            if text(mount.get("name")) not in pod.volumes:
                message = f"no volume is named {mount.get('name')!r}"
                yield pod.document.finding("MF-07", f"{where}.volumeMounts[{number}]", message)


def _named_by(pod: Pod) -> Iterator[tuple[str, str, str]]:
    """Place, kind and name of what a pod needs before it starts; what it may do without is left out."""
    yield f"{pod.where}.serviceAccountName", "ServiceAccount", text(pod.spec.get("serviceAccountName"))
    for name, volume in pod.volumes.items():
        where = f"{pod.where}.volumes ({name})"
        for field, kind, key in (
            ("configMap", "ConfigMap", "name"),
            ("secret", "Secret", "secretName"),
            ("persistentVolumeClaim", "PersistentVolumeClaim", "claimName"),
        ):
            source = volume.get(field)
            if isinstance(source, Mapping) and source.get("optional") is not True:
                yield where, kind, text(source.get(key))
    for where, container in pod.containers:
        for number, variable in enumerate(mappings(container.get("env"))):
            for field, kind in (("secretKeyRef", "Secret"), ("configMapKeyRef", "ConfigMap")):
                source = at(variable, "valueFrom", field)
                if isinstance(source, Mapping) and source.get("optional") is not True:
                    yield f"{where}.env[{number}]", kind, text(source.get("name"))
