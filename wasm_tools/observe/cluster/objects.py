"""Objects of a cluster as kubectl prints them, by kind, and careful looks into them: any field may hold anything."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wasm_tools.observe.observed import part
from wasm_tools.workload.traffic import InputError

FIELD = "kubectl"
COMMAND = (
    "kubectl get deployments,statefulsets,pods,horizontalpodautoscalers,nodes,events -o json"
    " (add inferenceservices,leaderworkersets where they are installed)"
)
WORKLOADS = ("Deployment", "StatefulSet", "LeaderWorkerSet")
KINDS = (*WORKLOADS, "Pod", "Node", "Event", "InferenceService", "HorizontalPodAutoscaler")
MOST = 50_000  # objects
LONGEST_NAME, LONGEST_MESSAGE = 253, 400

Object = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Objects:
    """The objects of the known kinds, and how many there are of others."""

    of: Mapping[str, Sequence[Object]]
    others: Mapping[str, int]

    def __getitem__(self, kind: str) -> Sequence[Object]:
        return self.of.get(kind, ())


def is_kubectl(given: Any) -> bool:
    """Whether this is what kubectl prints: a list of objects, or a single one of a known kind."""
    if not isinstance(given, Mapping) or not isinstance(given.get("apiVersion"), str):
        return False
    return isinstance(given.get("items"), list) or given.get("kind") in KINDS


def read_objects(given: Mapping[str, Any]) -> Objects:
    """The objects of a list or a single one; InputError where none of a known kind is among them."""
    items = given.get("items", [given])
    if not isinstance(items, list) or len(items) > MOST:
        raise InputError(FIELD, f"give a list of at most {MOST:,} objects, like {COMMAND}")
    found: dict[str, list[Object]] = {}
    others: Counter[str] = Counter()
    for item in items:
        kind = item.get("kind") if isinstance(item, Mapping) else None
        if isinstance(kind, str) and kind in KINDS:
            found.setdefault(kind, []).append(item)
        else:
            others[words(kind, 63) or "no object"] += 1
    if not found:
        raise InputError(FIELD, f"no object of a known kind ({', '.join(KINDS)}) is in it; give {COMMAND}")
    return Objects(found, dict(others.most_common(20)))


def words(given: Any, most: int = LONGEST_MESSAGE) -> str:
    """A text in one line without signs that a terminal or a reader would not see; empty for what is no text."""
    if not isinstance(given, str):
        return ""
    cut = given[: most + 1]
    plain = "".join(c if c.isprintable() else " " for c in cut).strip()
    return plain if len(cut) <= most else f"{plain[: most - 1]}…"


def count(given: Any) -> int | None:
    """A whole number from 0 up; None for what is none, which is not the same as 0."""
    if isinstance(given, bool) or not isinstance(given, int | str):
        return None
    text = str(given)
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 9 else None


def name_of(item: Object) -> tuple[str, str]:
    """Namespace and name."""
    metadata = part(item, "metadata")
    return words(metadata.get("namespace"), LONGEST_NAME), words(metadata.get("name"), LONGEST_NAME)


def rows(given: Any) -> Iterator[Mapping[str, Any]]:
    """The objects in a list; nothing for what is no list."""
    if isinstance(given, list):
        yield from (row for row in given if isinstance(row, Mapping))


def conditions(item: Object) -> Iterator[tuple[str, str, str, str]]:
    """Type, status, reason and message of each condition of an object's status."""
    for row in rows(part(item, "status").get("conditions")):
        yield (
            words(row.get("type"), 80),
            words(row.get("status"), 20),
            words(row.get("reason"), 80),
            words(row.get("message")),
        )
