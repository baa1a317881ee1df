"""Deployables made ready: what of their speed and memory depends on no question, worked out once a catalogue."""

from collections.abc import Sequence
from dataclasses import dataclass

from wasm_tools.performance.configuration import ServingConfiguration
from wasm_tools.performance.memory import Room, room
from wasm_tools.performance.prediction import Prepared, Refusal, prepared
from wasm_tools.planner.catalogue import Catalogue, Deployable

Key = tuple[str, str, str, str, int, int]  # architecture, GPU, precision, engine, tensor and expert parallelism


@dataclass(frozen=True, slots=True)
class Ready:
    """A deployable and what is known of it before any question. Those of one `key` serve alike: their shape is one."""

    deployable: Deployable
    key: Key
    family: tuple[str, str, str]
    prepared: Prepared | Refusal
    room: Room | None  # None where there is no prediction


def ready_of(catalogue: Catalogue, model: str) -> Sequence[Ready]:
    """The deployables of a model, in the order of `Deployables.by_width`."""
    found: Sequence[Ready] | None = catalogue.prepared.get(model)
    if found is None:
        deployables = catalogue.deployables_of_models[model].by_width
        found = catalogue.prepared[model] = [_ready(d, catalogue) for d in deployables]
    return found


def _ready(d: Deployable, catalogue: Catalogue) -> Ready:
    book = catalogue.book
    configuration = ServingConfiguration(d.model, d.gpu, d.precision, d.engine, d.tensor_parallel, d.expert_parallel)
    key = (book.architectures[d.model], d.gpu, d.precision, d.engine, d.tensor_parallel, d.expert_parallel)
    found, of = prepared(configuration, book), None
    if not isinstance(found, Refusal):
        of = room(
            book.shapes[d.model], d.precision, book.gpus[d.gpu], d.tensor_parallel, kv_precision=d.kv_cache,
            expert_parallel=d.expert_parallel, runtime=catalogue.policy.runtime,
        )  # fmt: skip
    return Ready(d, key, d.family, found, of)
