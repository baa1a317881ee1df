"""Deployables made ready: what of their speed and memory depends on no question, worked out once a catalogue."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from wasm_tools.performance.configuration import ServingConfiguration
from wasm_tools.performance.memory import Room, room
from wasm_tools.performance.prediction import Prepared, Refusal, prepared
from wasm_tools.planner.catalogue import Catalogue, Deployable


@dataclass(frozen=True, slots=True)
class Ready:
    """A deployable and what is known of it before any question. Those of one `key` serve alike: their shape is one."""

    deployable: Deployable
    place: int  # among those of its model
    key: int
    family: tuple[str, str, str]
    prepared: Prepared
    room: Room


@dataclass(frozen=True, slots=True)
class ReadyModel:
    """The deployables of a model in the order of `Deployables.by_width`, apart from those that nothing is known of.

    Models of the same `alike` have the same deployables, place by place.
    """

    able: Sequence[Ready]
    refused: Sequence[tuple[Deployable, str]]  # and why, in words
    alike: int


def ready_of(catalogue: Catalogue, model: str) -> ReadyModel:
    """The deployables of a model, made ready."""
    found: ReadyModel | None = catalogue.prepared.get(model)
    if found is None:
        able: list[Ready] = []
        refused = []
        for d in catalogue.deployables_of_models[model].by_width:
            ready = _ready(d, len(able), catalogue)
            if isinstance(ready, Refusal):
                refused.append((d, ready.reason))
            else:
                able.append(ready)
        alike = tuple([ready.key for ready in able])
        found = catalogue.prepared[model] = ReadyModel(able, refused, _number(catalogue, alike))
    return found


def _number(catalogue: Catalogue, alike: Hashable) -> int:
    """The number of what serves alike: questions look thousands of times, and a number is found faster."""
    return catalogue.keys.setdefault(alike, len(catalogue.keys))


def _ready(d: Deployable, place: int, catalogue: Catalogue) -> Ready | Refusal:
    book = catalogue.book
    configuration = ServingConfiguration(d.model, d.gpu, d.precision, d.engine, d.tensor_parallel, d.expert_parallel)
    found = prepared(configuration, book)
    if isinstance(found, Refusal):
        return found
    of = room(
        book.shapes[d.model], d.precision, book.gpus[d.gpu], d.tensor_parallel, kv_precision=d.kv_cache,
        expert_parallel=d.expert_parallel, runtime=catalogue.policy.runtime,
    )  # fmt: skip
    # Models of one shape serve alike, but for those that were measured themselves: a model's own curves come first.
    siblings = found.siblings
    own = d.model if siblings is not None and any(a.curve.model == d.model for a in siblings.relatives) else ""
    sizes = (d.tensor_parallel, d.expert_parallel)
    alike = (book.architectures[d.model], own, d.gpu, d.precision, d.kv_cache, d.engine, *sizes)
    return Ready(d, place, _number(catalogue, alike), d.family, found, of)
