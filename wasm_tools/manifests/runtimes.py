"""Serving runtimes: the container of each engine and the arguments that make it run as the plan was priced."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

_FIELD = re.compile(r"\{([a-z_]+)\}")


class ManifestError(ValueError):
    """A manifest that cannot be written; the message names the field and the remedy."""


@dataclass(frozen=True, slots=True)
class ServingRuntime:
    """One engine in one version. `user` and `group` are None while nobody has checked the users of its image."""

    id: str
    name: str
    version: str
    image: str
    gpu_resources: tuple[str, ...]
    port: int
    command: tuple[str, ...]
    arguments: tuple[str, ...]
    optional: Mapping[str, str]
    kv_cache: Mapping[str, str]
    environment: Mapping[str, str]
    ready_path: str
    live_path: str
    cache_path: str
    queue_metric: str
    source: str
    reserved_in_name: str = ""  # characters that the engine refuses in a served name
    user: int | None = None
    group: int | None = None

    def kv_cache_type(self, kind: str) -> str:
        """The engine's name of a KV-cache type; raises ManifestError for one that it does not have."""
        if kind not in self.kv_cache:
            raise ManifestError(f"kv_cache: {kind!r} is not one of {', '.join(self.kv_cache)} for {self.name}")
        return self.kv_cache[kind]

    def argument_list(self, values: Mapping[str, str]) -> list[str]:
        """The arguments with `values` filled in; optional ones only where their value is not empty."""
        chosen = [*self.arguments, *(a for name, a in self.optional.items() if values.get(name))]
        return [_FIELD.sub(lambda m: values[m.group(1)], argument) for argument in chosen]


@dataclass(frozen=True, slots=True)
class ServingRuntimes:
    """All runtimes by engine id, and the engines that get no manifest with the reason why."""

    runtimes: Mapping[str, ServingRuntime]
    refused: Mapping[str, str] = field(default_factory=dict)

    def runtime(self, engine: str) -> ServingRuntime:
        """The runtime of an engine; raises ManifestError with the reason when there is none."""
        if engine in self.runtimes:
            return self.runtimes[engine]
        raise ManifestError(
            self.refused.get(engine, f"engine {engine!r} has no manifest; there are {', '.join(sorted(self.runtimes))}")
        )


def serving_runtimes(registry: Mapping[str, Iterable[Mapping[str, Any]]]) -> ServingRuntimes:
    """The runtimes of a parsed `serving_runtimes.toml`; raises ManifestError for an entry that is wrong."""
    runtimes = {}
    for record in registry["runtime"]:
        values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in record.items()}
        try:
            runtime = ServingRuntime(**values)
        except TypeError as error:
            raise ManifestError(f"serving runtime {record.get('id')!r}: {error}") from None
        tag = runtime.image.rpartition(":")[2]
        if not tag or "/" in tag or tag.startswith("latest"):
            raise ManifestError(f"serving runtime {runtime.id!r}: image {runtime.image!r} needs a fixed tag")
        runtimes[runtime.id] = runtime
    return ServingRuntimes(runtimes, {r["id"]: str(r["reason"]) for r in registry.get("refused", ())})
