"""What one self-hosted plan deploys, checked before anything is written."""

import math
import re
from dataclasses import asdict, dataclass
from decimal import Decimal, InvalidOperation

from wasm_tools.manifests.names import HOST_NAME, LABEL_KEY, LABEL_VALUE, NAMESPACE, OBJECT_NAME, PLAN_ID, plan_id
from wasm_tools.manifests.placeholders import HOST
from wasm_tools.manifests.runtimes import ManifestError
from wasm_tools.manifests.targets import Targets

_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}(?:/[A-Za-z0-9][A-Za-z0-9._-]{0,95})?")
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
# What may change from night to night without being another deployment: it must not change the plan's id.
_OBSERVED = (
    "plan_id",
    "plan_url",
    "dataset_date",
    "usd_per_hour",
    "usd_per_replica_hour",
    "price_source",
    "price_date",
    "evidence",
    "weights_note",
    "gpu_name",
    "gpu_memory_gb",
    "skypilot_gpu",
    "dstack_gpu",
    "model_context",
    "namespace",
    "host",
)
# Fields that came later: where they say nothing, a deployment keeps the id that it had before.
_SAYS_NOTHING = {
    "expert_parallel": 1,
    "trust_remote_code": False,
    "prefix_caching": False,
    "pipeline_parallel": 1,
    "targets": None,
    "spot": False,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ServingSpec:
    """One deployment: a model on a number of equal replicas of one engine.

    `plan_id` is derived from all that is deployed when it is left empty; price, date, URL and evidence do not count,
    so that a new price updates a deployment instead of making a second one. Where it is deployed does not count either.
    Raises ManifestError naming the field.
    """

    model_repo: str  # Hugging Face id of the checkpoint
    served_name: str
    engine: str  # id of a serving runtime
    node_label: str  # value of the node label that names the GPU
    gpus: int  # of one node of a replica: tensor parallelism
    replicas: int
    max_replicas: int
    prompt_tokens: int  # longest prompt and longest output of the workload
    output_tokens: int
    max_model_len: int
    max_num_seqs: int
    weights_gib: float  # of one replica, over all its GPUs
    precision: str
    plan_id: str = ""
    gpu_resource: str = "nvidia.com/gpu"
    node_label_key: str = "nvidia.com/gpu.product"
    revision: str = ""  # commit of the checkpoint
    quantization: str = ""  # engine's name of a quantisation that it has to be told; empty: it finds out itself
    expert_parallel: int = 1  # GPUs of a replica that share out the experts of a layer; 1: each has a part of them all
    trust_remote_code: bool = False  # run code of the checkpoint's repository
    kv_cache: str = "auto"  # auto: the model's own type; fp8
    max_num_batched_tokens: int = 0  # 0: the engine's default
    drain_seconds: int = 60  # at least the duration of a slow request
    cache_claim: str = ""  # PersistentVolumeClaim for weights; empty: an emptyDir that is filled at every start
    prometheus_url: str = "http://prometheus-operated.monitoring.svc:9090"  # read only when replicas may grow
    rental: str = ""  # where the plan was priced: provider and instance
    plan_url: str = ""
    dataset_date: str = ""
    usd_per_hour: str = ""
    slo: str = ""
    evidence: str = ""
    weights_note: str = ""  # why these weights, where the measurement does not name them
    prefix_caching: bool = False  # on when the price counts on shared prefixes
    pipeline_parallel: int = 1  # nodes of a replica
    spot: bool = False  # priced for capacity that can be taken away
    targets: Targets | None = None  # what the plan was priced for; None: a KServe service alone
    gpu_name: str = ""
    gpu_memory_gb: int = 0
    skypilot_gpu: str = ""  # its name at these launchers; empty: unknown
    dstack_gpu: str = ""
    usd_per_replica_hour: str = ""
    price_source: str = ""
    price_date: str = ""
    model_context: int = 0  # tokens that the model was made for; 0: unknown
    namespace: str = ""  # empty: the plan id
    host: str = HOST  # under which clients reach the service

    def __post_init__(self) -> None:
        for name in ("gpus", "replicas", "max_replicas", "prompt_tokens", "output_tokens", "max_num_seqs"):
            _require_count(name, getattr(self, name), 1)
        _require_count("max_num_batched_tokens", self.max_num_batched_tokens, 0)
        _require_count("drain_seconds", self.drain_seconds, 1)
        _require_count("expert_parallel", self.expert_parallel, 1)
        _require_count("pipeline_parallel", self.pipeline_parallel, 1)
        _require_count("model_context", self.model_context, 0)
        if self.gpus % self.expert_parallel:
            raise ManifestError(f"expert_parallel: {self.expert_parallel} does not divide the {self.gpus} GPUs")
        _require_count("max_model_len", self.max_model_len, self.prompt_tokens + self.output_tokens)
        if 0 < self.model_context < self.max_model_len:
            raise ManifestError(f"max_model_len: {self.max_model_len} is above the {self.model_context} of the model")
        if self.max_replicas < self.replicas:
            raise ManifestError(f"max_replicas: {self.max_replicas} is below the {self.replicas} replicas of the plan")
        if isinstance(self.weights_gib, bool) or not 0 < self.weights_gib < math.inf:
            raise ManifestError(f"weights_gib: {self.weights_gib!r} is not a size above 0")
        _require_match("model_repo", self.model_repo, _REPOSITORY, "an id such as org/name")
        _require_match("node_label", self.node_label, LABEL_VALUE, "a node label value of at most 63 characters")
        _require_match("node_label_key", self.node_label_key, LABEL_KEY, "a label key")
        _require_match("gpu_resource", self.gpu_resource, LABEL_KEY, "a resource name such as nvidia.com/gpu")
        for name, pattern, what in (
            ("revision", _WORD, "a commit, tag or branch"),
            ("quantization", _WORD, "a quantisation method"),
            ("cache_claim", OBJECT_NAME, "the name of a PersistentVolumeClaim"),
            ("namespace", NAMESPACE, "at most 63 of a-z, 0-9 and hyphen, no hyphen first or last"),
            ("host", HOST_NAME, "a host name such as llm.example.com"),
            ("plan_id", PLAN_ID, "2 to 40 of a-z, 0-9 and hyphen, a letter first, no hyphen last"),
        ):
            if value := getattr(self, name):
                _require_match(name, value, pattern, what)
        if not self.served_name.strip():
            raise ManifestError("served_name: give the name under which clients ask for the model")
        _require_price("usd_per_hour", self.usd_per_hour)
        _require_price("usd_per_replica_hour", self.usd_per_replica_hour)
        if not self.plan_id:
            object.__setattr__(self, "plan_id", self._derived_id())
        if not self.namespace:
            object.__setattr__(self, "namespace", self.plan_id)

    def _derived_id(self) -> str:
        content = {
            name: value
            for name, value in asdict(self).items()
            if name not in _OBSERVED and (name not in _SAYS_NOTHING or value != _SAYS_NOTHING[name])
        }
        content["weights_gib"] = repr(float(self.weights_gib))
        return plan_id([self.model_repo.rpartition("/")[2], self.engine], content)


def _require_count(name: str, value: object, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ManifestError(f"{name}: {value!r} is not a whole number of at least {least}")


def _require_match(name: str, value: str, pattern: re.Pattern[str], what: str) -> None:
    if not pattern.fullmatch(value):
        raise ManifestError(f"{name}: {value!r} is not {what}")


def _require_price(name: str, text: str) -> None:
    try:
        valid = not text or (Decimal(text).is_finite() and Decimal(text) >= 0 and "e" not in text.lower())
    except InvalidOperation:
        valid = False
    if not valid:
        raise ManifestError(f"{name}: {text!r} is not a price in plain digits")
