"""Everything that the files of a reader say together: each recognised by what it holds, refused in words else."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from wasm_tools.observe.cluster.objects import is_kubectl, read_objects
from wasm_tools.observe.cluster.remedies import Remedy
from wasm_tools.observe.cluster.status import cluster_status
from wasm_tools.observe.expected import Expected, expected_of, is_prediction, plan_in
from wasm_tools.observe.observed import Observed, significant_or_none
from wasm_tools.observe.reading import json_of, observations_in, text_of
from wasm_tools.observe.record import observed_record
from wasm_tools.observe.replan import planner_question
from wasm_tools.observe.sweep import sweep_record
from wasm_tools.workload.traffic import InputError

OBSERVED, PREDICTION, CLUSTER, REFUSED = "observed", "prediction", "cluster", "refused"
MOST_LEVELS = 200
OF_WHOLE_FILES = ("file", "expected", "kubectl")  # fields of a refusal that say no more than the name of the file


@dataclass(slots=True)
class Read:
    """What the files hold, and a row a file of what became of it."""

    files: list[dict[str, Any]] = field(default_factory=list)
    levels: list[tuple[str, Observed]] = field(default_factory=list)
    predictions: list[tuple[str, Any]] = field(default_factory=list)  # name and parsed content
    clusters: list[tuple[str, Any]] = field(default_factory=list)


def read_files(files: Iterable[tuple[str, bytes]]) -> Read:
    """Each file by its content; what is wrong with one stops no other."""
    found = Read()
    for name, content in files:
        try:
            kind, what, number = _read(name, content, found)
            found.files.append({"name": name, "kind": kind, "what": what, "levels": number, "message": ""})
        except InputError as error:
            said = error.message if error.field in OF_WHOLE_FILES else str(error)
            found.files.append({"name": name, "kind": REFUSED, "what": "", "levels": 0, "message": said})
    return found


def _read(name: str, content: bytes, found: Read) -> tuple[str, str, int]:
    text = text_of(content)
    if text.lstrip()[:1] in ("{", "["):
        given = json_of(text)
        if is_kubectl(given):
            objects = read_objects(given)
            found.clusters.append((name, objects))
            return CLUSTER, "kubectl", sum(map(len, objects.of.values()))
        if is_prediction(given):
            expected_of(given)
            found.predictions.append((name, given))
            return PREDICTION, "plan.json" if plan_in(given) else "expected.json", 0
        seen = observations_in(given)
    else:
        seen = observations_in(text)
    if len(found.levels) + len(seen) > MOST_LEVELS:
        raise InputError("file", f"more than {MOST_LEVELS} load levels at once; give fewer files")
    found.levels += [(name, one) for one in seen]
    return OBSERVED, seen[0].tool, len(seen)


def report(read: Read, remedies: Sequence[Remedy], prediction: tuple[str, Any] | None) -> dict[str, Any]:
    """A JSON-safe record of what was read, held against a prediction (its name and content) if there is one."""
    expected = None if prediction is None else expected_of(prediction[1])
    levels = [{"file": name, **observed_record(seen, expected)} for name, seen in read.levels]
    return {
        "files": read.files,
        "prediction": None if prediction is None or expected is None else _prediction(*prediction, expected),
        "levels": levels,
        "sweep": sweep_record(levels, expected) if levels else None,
        "clusters": [{"file": name, **cluster_status(objects, remedies, expected)} for name, objects in read.clusters],
    }


def _prediction(name: str, given: Any, expected: Expected) -> dict[str, Any]:
    """What was predicted in short, and the document that the planner can be asked with again where there is one."""
    document = plan_in(given)
    return {
        "name": name,
        "requests_per_s": significant_or_none(expected.requests_per_s),
        "prompt_tokens": significant_or_none(expected.prompt_tokens),
        "output_tokens": significant_or_none(expected.output_tokens),
        "replicas": expected.replicas,
        "gpus": expected.gpus,
        "usd_per_hour": significant_or_none(expected.usd_per_hour),
        "document": planner_question(document) if document else None,
    }
