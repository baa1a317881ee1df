"""Serving runtimes: the container of each engine and the arguments that make it run as the plan was priced."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from wasm_tools.manifests.yaml_text import Plain

_FIELD = re.compile(r"\{([a-z_]+)\}")
# What a plan may state. An engine that has no argument for a stated value would run something else than was priced.
_STATED = ("revision", "quantization", "max_num_batched_tokens", "expert_parallel", "trust_remote_code")


class ManifestError(ValueError):
    """A manifest that cannot be written; the message names the field and the remedy."""


@dataclass(frozen=True, slots=True)
class Tuning:
    """Options that an engine's own guide asks for with some checkpoints on some GPUs."""

    repositories: tuple[str, ...]
    node_labels: tuple[str, ...]
    options: Mapping[str, Any]
    source: str


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
    optional: Mapping[str, str | tuple[str, ...]]
    prefix_caching: Mapping[str, str]  # how it is switched on and off
    kv_cache: Mapping[str, str]
    environment: Mapping[str, str]
    ready_path: str
    live_path: str
    metrics_path: str
    cache_path: str
    source: str
    metrics: Mapping[str, str] = field(default_factory=dict)  # series by what they mean
    unmonitored: str = ""  # why it has no metrics here, in words
    multi_node: tuple[str, ...] = ()  # arguments of a replica on several nodes; empty: it runs on one
    follower: tuple[str, ...] = ()  # arguments of all nodes of a replica but the first
    api_key_variable: str = ""  # environment variable with the key that clients have to send; empty: it has none
    reserved_in_name: str = ""  # characters that the engine refuses in a served name
    names_model_by_repository: bool = False  # it has no argument for the served name
    llm_inference_service: bool = False  # KServe's LLMInferenceService runs it
    storage_runtime: str = ""  # KServe's own runtime of the engine, for models from storage; empty: it has none
    storage_format: str = ""
    storage_command: tuple[str, ...] = ()
    simulator: str = ""  # image of a server with the same API and metrics that needs no GPU
    simulator_user: int = 0
    user: int | None = None
    group: int | None = None
    expert_parallel: Literal["", "all", "divisor"] = ""  # sizes it takes: none, all GPUs of a replica, any divisor
    on_load: Mapping[str, str] = field(default_factory=dict)  # precision: its name of the quantisation while loading
    stored: Mapping[str, str] = field(default_factory=dict)  # storage: what has to be said of weights stored so
    batched_tokens: int = 0  # tokens a step where the plan states none; 0: prompts are split, its default will do
    options: Mapping[str, Any] = field(default_factory=dict)  # content of its options file
    options_path: str = ""
    tuned: tuple[Tuning, ...] = ()
    left_to_engine: str = ""  # what the manifest cannot set, in words

    @property
    def queue_metric(self) -> str:
        """Requests that wait; empty: it has no such number, so its replicas cannot be scaled on it."""
        return self.metrics.get("waiting", "")

    def kv_cache_type(self, kind: str) -> str:
        """The engine's name of a KV-cache type; raises ManifestError for one that it does not have."""
        if kind not in self.kv_cache:
            raise ManifestError(f"kv_cache: {kind!r} is not one of {', '.join(self.kv_cache)} for {self.name}")
        return self.kv_cache[kind]

    def quantization_name(self, stored: str, precision: str) -> str:
        """What the engine has to be told of the weights: nothing, their storage, or the precision to make on loading.

        `stored` is empty for weights of 16 bits. Raises ManifestError when it cannot make the precision while loading.
        """
        if stored or precision in ("bf16", "fp16"):
            return self.stored.get(stored, "")
        if precision not in self.on_load:
            raise ManifestError(
                f"it was measured at {precision}, which {self.name} cannot make while loading, and no checkpoint"
                " of that precision is known"
            )
        return self.on_load[precision]

    def expert_parallel_size(self, size: int, gpus: int) -> str:
        """The size as text, empty for none; raises ManifestError for one that the engine cannot run."""
        if size == 1:
            return ""
        if not self.expert_parallel:
            raise ManifestError(f"expert_parallel: {self.name} has no setting for it here")
        if self.expert_parallel == "all" and size != gpus:
            raise ManifestError(
                f"expert_parallel: {self.name} spreads experts over all {gpus} GPUs of a replica, not over {size}"
            )
        return str(size)

    def argument_list(self, values: Mapping[str, str]) -> list[str]:
        """The arguments with `values` filled in; optional ones only where their value is not empty."""
        used = {name for argument in self.arguments for name in _FIELD.findall(argument)}
        for name in _STATED:
            if values.get(name) and name not in self.optional and name not in used:
                raise ManifestError(f"{name}: {self.name} has no argument for {values[name]!r}")
        chosen = list(self.arguments)
        for name, argument in self.optional.items():
            if values.get(name):
                chosen += argument if isinstance(argument, tuple) else (argument,)
        return [item for argument in chosen for item in _items(argument, values)]

    def options_of(self, values: Mapping[str, str], repository: str, node_label: str) -> dict[str, Plain]:
        """The options file with `values` filled in, and what the engine's guide asks for with these weights and GPU."""
        options = _resolved(self.options, values)
        for tuning in self.tuned:
            if repository in tuning.repositories and node_label in tuning.node_labels:
                options = _merged(options, _resolved(tuning.options, values))
        return options


def _items(argument: str, values: Mapping[str, str]) -> list[str]:
    """An argument as it is written: a bare list of edges as one item an edge, an empty setting not at all."""
    filled = _filled(argument, values)
    if _FIELD.fullmatch(argument) and argument.endswith("_edges}"):
        return filled.split(",")
    return [filled] if filled else []


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _FIELD.sub(lambda m: values[m.group(1)], text)


def _resolved(options: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, Plain]:
    """Options with `{names}` filled in; a value that is a whole number or a truth value then becomes one."""
    resolved: dict[str, Plain] = {}
    for name, value in options.items():
        if isinstance(value, Mapping):
            resolved[name] = _resolved(value, values)
        elif isinstance(value, str):
            text = _filled(value, values)
            resolved[name] = int(text) if text.isdecimal() else {"true": True, "false": False}.get(text, text)
        else:
            resolved[name] = value
    return resolved


def _merged(under: dict[str, Plain], over: dict[str, Plain]) -> dict[str, Plain]:
    """Both, table by table; `over` wins."""
    merged = dict(under)
    for name, value in over.items():
        below = merged.get(name)
        merged[name] = _merged(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


@dataclass(frozen=True, slots=True)
class ServingRuntimes:
    """All runtimes by engine id."""

    runtimes: Mapping[str, ServingRuntime]

    def runtime(self, engine: str) -> ServingRuntime:
        """The runtime of an engine; raises ManifestError with the reason when there is none."""
        if engine in self.runtimes:
            return self.runtimes[engine]
        raise ManifestError(f"engine {engine!r} has no manifest; there are {', '.join(sorted(self.runtimes))}")


def serving_runtimes(registry: Mapping[str, Iterable[Mapping[str, Any]]]) -> ServingRuntimes:
    """The runtimes of a parsed `serving_runtimes.toml`; raises ManifestError for an entry that is wrong."""
    runtimes = {}
    for record in registry["runtime"]:
        try:
            tuned = tuple(Tuning(**_frozen(entry)) for entry in record.get("tuned", ()))
            optional = _frozen(record["optional"])
            runtime = ServingRuntime(**{**_frozen(record), "optional": optional, "tuned": tuned})
        except TypeError as error:
            raise ManifestError(f"serving runtime {record.get('id')!r}: {error}") from None
        tag = runtime.image.rpartition(":")[2]
        if not tag or "/" in tag or tag.startswith("latest"):
            raise ManifestError(f"serving runtime {runtime.id!r}: image {runtime.image!r} needs a fixed tag")
        if bool(runtime.options) != bool(runtime.options_path):
            raise ManifestError(f"serving runtime {runtime.id!r}: give options and options_path, or neither")
        if runtime.expert_parallel not in ("", "all", "divisor"):
            raise ManifestError(f"serving runtime {runtime.id!r}: expert_parallel is all, divisor or left out")
        if (runtime.expert_parallel != "") != ("expert_parallel" in runtime.optional):
            raise ManifestError(f"serving runtime {runtime.id!r}: give expert_parallel and its argument, or neither")
        if set(runtime.prefix_caching) != {"on", "off"}:
            raise ManifestError(f"serving runtime {runtime.id!r}: prefix_caching says how it is switched on and off")
        if bool(runtime.metrics) == bool(runtime.unmonitored):
            raise ManifestError(
                f"serving runtime {runtime.id!r}: give metrics, or say in unmonitored why there are none"
            )
        runtimes[runtime.id] = runtime
    return ServingRuntimes(runtimes)


def _frozen(record: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in record.items()}
