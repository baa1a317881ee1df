"""The weights of a configuration: what its precision is stored as, and which published repository has it.

Benchmarks often name the base repository for runs at a lower precision. A `Checkpoint` names the published one, with
the reason: `measured` where the benchmark's own configuration says what it ran, `published` where nobody does and a
repository of that precision was chosen, `native` where the named repository is stored so.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wasm_tools.manifests.runtimes import ManifestError

# The precision of each storage format.
PRECISION_OF = {"fp8": "fp8", "nvfp4": "fp4", "mxfp4": "fp4", "int4": "int4"}
# Repository names say how the weights are stored: …-FP8, …-NVFP4.
_NAMED = {
    "fp8": "fp8",
    "nvfp4": "nvfp4",
    "mxfp4": "mxfp4",
    "fp4": "nvfp4",
    "int4": "int4",
    "awq": "int4",
    "gptq": "int4",
}


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The checkpoint of a repository that a benchmark names, at one precision. No `engines` are all engines.

    `serves` is the model of these weights, with its name, where it is another one than the benchmark set says.
    """

    measured: str
    precision: str
    engines: tuple[str, ...]
    repo: str
    storage: str
    serves: str
    serves_name: str
    remote_code: bool
    kv_cache: str  # what these weights are made for; empty: not said
    basis: str


@dataclass(frozen=True, slots=True)
class PublishedWeights:
    """A repository of a known precision and storage; no `storage` is 16 bits."""

    repo: str
    precision: str
    storage: str


@dataclass(frozen=True, slots=True)
class Weights:
    """What to load. `stored` is empty for 16 bits; `basis` is empty when the benchmark names these weights."""

    repository: str
    stored: str
    serves: str = ""
    serves_name: str = ""
    remote_code: bool = False
    kv_cache: str = "auto"
    basis: str = ""


def is_measured(plan: Mapping[str, Any]) -> bool:
    """Whether this very configuration was run somewhere."""
    return bool(plan["engine_version"] or plan["measured_on"])


def weights_of(
    plan: Mapping[str, Any], hf_repo: str, rows: Sequence[Checkpoint], published: Iterable[PublishedWeights]
) -> Weights:
    """The weights of a plan's configuration; raises ManifestError when those that are named have another precision.

    `published` are repositories of a known precision, which modelled configurations run. `hf_repo` is the repository of
    the model itself: benchmarks sometimes name another organisation for it.
    """
    checkpoint, precision = plan["checkpoint"], plan["precision"]
    row = _row(plan, rows) if is_measured(plan) else None
    if row is not None:
        basis = "" if row.basis == "native" else row.basis
        return Weights(
            row.repo, row.storage, row.serves, row.serves_name, row.remote_code, row.kv_cache or "auto", basis
        )
    known = next((r for r in published if (r.repo, r.precision) == (checkpoint, precision)), None)
    if known is not None:
        same = next((r for r in rows if r.repo == known.repo), None)
        remote, kv_cache = (same.remote_code, same.kv_cache or "auto") if same else (False, "auto")
        return Weights(known.repo, known.storage, remote_code=remote, kv_cache=kv_cache)
    repository = checkpoint
    if hf_repo.rpartition("/")[2] == repository.rpartition("/")[2]:
        repository = hf_repo
    stored = _stored(repository, rows)
    if stored and PRECISION_OF[stored] != precision:
        raise ManifestError(
            f"it was measured at {precision}, but the weights that the source names are {PRECISION_OF[stored]}"
        )
    return Weights(repository, stored)


def weights_note(plan: Mapping[str, Any], weights: Weights, model: str) -> str:
    """Where the weights come from when the benchmark does not name them; empty when it does. `model` is its name."""
    checkpoint, precision, repository = plan["checkpoint"], plan["precision"], weights.repository
    said = {
        "": "",
        "measured": f"The benchmark set names {checkpoint}; it was run at {precision} with {repository}.",
        "published": f"The benchmark names {checkpoint} and not the weights that it ran at {precision};"
        f" {repository} is published at that precision and was chosen for this manifest.",
    }[weights.basis]
    if not weights.serves:
        return said
    return f"{said} These are weights of {weights.serves_name}, not of {model}; the architecture is the same."


def _row(plan: Mapping[str, Any], rows: Iterable[Checkpoint]) -> Checkpoint | None:
    """The row for the engine, else the one for all engines."""
    fitting = [r for r in rows if (r.measured, r.precision) == (plan["checkpoint"], plan["precision"])]
    return next((r for r in fitting if plan["engine"] in r.engines), next((r for r in fitting if not r.engines), None))


def _stored(repository: str, rows: Iterable[Checkpoint]) -> str:
    """How a repository is stored by registry or by its name; empty for 16 bits."""
    words = repository.rpartition("/")[2].lower().split("-")
    by_name = next((storage for word, storage in _NAMED.items() if word in words), "")
    return next((r.storage for r in rows if r.repo == repository), by_name)
