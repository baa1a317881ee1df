"""What the rules know about engines, GPUs and scalers: tables of facts, read elsewhere and passed in."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from wasm_tools.manifests.runtimes import ServingRuntimes


@dataclass(frozen=True, slots=True)
class MetricFacts:
    """A metric of the engine: its type, its own labels (empty: unknown) and the family of its histogram edges."""

    type: str
    labels: frozenset[str] = frozenset()
    edges: str = ""

    def series(self, name: str) -> tuple[str, ...]:
        """The names under which a metric `name` of this type is scraped."""
        if self.type == "histogram":
            return tuple(f"{name}_{part}" for part in ("bucket", "sum", "count"))
        return (f"{name}_total",) if self.type == "counter" else (name,)


@dataclass(frozen=True, slots=True)
class TriggerFacts:
    """The metadata keys of a KEDA trigger."""

    keys: frozenset[str]
    required: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Facts of the pinned releases. `flags` and `metrics` are those of vLLM, `edges` its default histogram edges."""

    runtimes: ServingRuntimes
    flags: Mapping[str, str]  # option -> bool, int, float, json or text
    metrics: Mapping[str, MetricFacts]
    edges: Mapping[str, tuple[str, ...]]
    triggers: Mapping[str, TriggerFacts]
    gpu_labels: Mapping[str, int]  # value of the node label -> bytes of memory of one GPU
    label_keys: frozenset[str] = field(default=frozenset({"nvidia.com/gpu.product"}))


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFacts:
    """What a plan says that its files must keep. 0 or an empty text: unknown, so not checked."""

    plan_id: str = ""
    gpus: int = 0  # of one replica
    replicas: int = 0
    prompt_tokens: int = 0  # of the longest request
    output_tokens: int = 0
    model_context: int = 0
    max_model_len: int = 0
    max_num_seqs: int = 0
    max_num_batched_tokens: int = 0
    weights_gib: float = 0.0
    cold_start_seconds: int = 0
    slow_request_seconds: float = 0.0
    percentile: int = 0
    trust_remote_code: bool = False
    prefix_caching: bool | None = None
    cache_claim: str = ""  # a PersistentVolumeClaim that is there already
