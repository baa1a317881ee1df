"""What the rules look at: documents, the pods in them, and the sets of objects that are applied together."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

# Where each kind keeps a pod: path to its pod spec, path to the labels of the pod (empty: the labels of the object).
_TEMPLATE = (("spec", "template", "spec"), ("spec", "template", "metadata", "labels"))
_GROUP = ("spec", "leaderWorkerTemplate")
_PODS: dict[str, tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]] = {
    **dict.fromkeys(("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job"), (_TEMPLATE,)),
    "Pod": ((("spec",), ("metadata", "labels")),),
    "CronJob": (tuple(("spec", "jobTemplate", *path) for path in _TEMPLATE),),  # type: ignore[dict-item]
    "LeaderWorkerSet": tuple(
        ((*_GROUP, template, "spec"), (*_GROUP, template, "metadata", "labels"))
        for template in ("leaderTemplate", "workerTemplate")
    ),
    "InferenceService": ((("spec", "predictor"), ()),),
    "LLMInferenceService": ((("spec", "template"), ()), (("spec", "worker"), ())),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that a file breaks: the file, the place in it, what is wrong and what to do."""

    rule: str
    path: str
    where: str
    message: str


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a file. `content` is a mapping; `number` counts the documents of the file from 1."""

    path: str
    number: int
    content: Mapping[str, Any]

    @property
    def kind(self) -> str:
        """The kind of a Kubernetes object; empty for other documents."""
        kind = self.content.get("kind")
        return kind if isinstance(kind, str) and isinstance(self.content.get("apiVersion"), str) else ""

    @property
    def name(self) -> str:
        """metadata.name, or an empty text."""
        return text(at(self.content, "metadata", "name"))

    @property
    def labels(self) -> dict[str, str]:
        """metadata.labels that are texts."""
        return pairs(at(self.content, "metadata", "labels"))

    @property
    def annotations(self) -> dict[str, str]:
        """metadata.annotations that are texts."""
        return pairs(at(self.content, "metadata", "annotations"))

    def finding(self, rule: str, where: str, message: str) -> Finding:
        """A finding in this document."""
        return Finding(rule, self.path, ": ".join(filter(None, (f"{self.kind} {self.name}".strip(), where))), message)


@dataclass(frozen=True, slots=True)
class Pod:
    """A pod that an object starts: its spec, its labels, and where the spec is."""

    document: Document
    where: str
    spec: Mapping[str, Any]
    labels: Mapping[str, str]

    @property
    def containers(self) -> list[tuple[str, Mapping[str, Any]]]:
        """The containers with their places; the model of an InferenceService is a container too."""
        found = [(f"{self.where}.containers[{n}]", c) for n, c in enumerate(mappings(self.spec.get("containers")))]
        model = self.spec.get("model")
        return [*found, (f"{self.where}.model", model)] if isinstance(model, Mapping) else found

    @property
    def volumes(self) -> dict[str, Mapping[str, Any]]:
        """The volumes by name."""
        return {text(v.get("name")): v for v in mappings(self.spec.get("volumes"))}


@dataclass(frozen=True, slots=True)
class ObjectSet:
    """Objects that are applied together, so that they may refer to each other."""

    name: str
    documents: tuple[Document, ...]

    def of(self, *kinds: str) -> list[Document]:
        """The objects of these kinds."""
        return [d for d in self.documents if d.kind in kinds]

    def pods(self) -> list[Pod]:
        """The pods that the objects start."""
        return [pod for d in self.documents for pod in pods_of(d)]


def at(value: object, *path: str | int) -> Any:
    """The value at a path of keys and positions; None where there is none."""
    for step in path:
        if isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def text(value: object) -> str:
    """The value when it is a text, else an empty text."""
    return value if isinstance(value, str) else ""


def whole(value: object) -> int | None:
    """The value when it is a whole number or the text of one, else None."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16 else None


def mappings(value: object) -> list[Mapping[str, Any]]:
    """The mappings in a list; empty for anything else."""
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def mapping(value: object) -> Mapping[str, Any]:
    """The value when it is a mapping, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def strings(value: object) -> list[str]:
    """The texts in a list; empty for anything else."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def pairs(value: object) -> dict[str, str]:
    """The entries of a mapping whose values are texts, such as labels."""
    return {k: v for k, v in value.items() if isinstance(v, str)} if isinstance(value, Mapping) else {}


def pods_of(document: Document) -> Iterator[Pod]:
    """The pods that an object starts; KServe adds labels of its own to those of its objects."""
    for spec_path, label_path in _PODS.get(document.kind, ()):
        spec = at(document.content, *spec_path)
        if not isinstance(spec, Mapping):
            continue
        labels = pairs(at(document.content, *label_path)) if label_path else dict(document.labels)
        if document.kind == "InferenceService":
            labels |= pairs(spec.get("labels")) | {
                "serving.kserve.io/inferenceservice": document.name,
                "app": f"isvc.{document.name}-predictor",
                "component": "predictor",
            }
        elif document.kind == "LLMInferenceService":
            labels |= {"app.kubernetes.io/name": document.name, "app.kubernetes.io/part-of": "llminferenceservice"}
        yield Pod(document, ".".join(spec_path), spec, labels)


def children(document: Document) -> set[tuple[str, str]]:
    """Kind and name of what KServe makes of an object."""
    if document.kind == "InferenceService":
        return {(kind, f"{document.name}-predictor") for kind in ("Deployment", "Service")}
    if document.kind == "LLMInferenceService":
        return {("Deployment", f"{document.name}-kserve"), ("Service", f"{document.name}-kserve-workload-svc")}
    return set()


def replicas_of(document: Document) -> int | None:
    """The number of replicas that an object asks for."""
    return whole(at(document.content, "spec", "replicas"))


def nodes_of(document: Document) -> int:
    """The pods that serve one copy of the model together."""
    return whole(at(document.content, *_GROUP, "size")) or 1


def scale_target(scaler: Document) -> tuple[str, str]:
    """Kind and name of what a scaler scales; KEDA takes a Deployment where no kind is given."""
    target = at(scaler.content, "spec", "scaleTargetRef")
    return text(at(target, "kind")) or "Deployment", text(at(target, "name"))
