"""The fields of an outcome: what a deployment really did, in the form in which measurements are kept.

One table for the record, its check, its JSON Schema and its documentation. An outcome is one window of load on one
deployment; a file holds a list of them: `{"schema": SCHEMA, "outcomes": [...]}`.
"""

from dataclasses import dataclass

from wasm_tools.performance.configuration import ENGINES, PRECISIONS

METRICS = ("ttft", "itl", "tpot", "e2e")
# How requests came: a fixed number in flight, evenly spaced, at random, all at once, or from the users themselves.
ARRIVALS = CLOSED, CONSTANT, POISSON, AT_ONCE, TRAFFIC = ("closed", "constant", "poisson", "all_at_once", "traffic")
SCHEMA = "inference-price-atlas/outcome/1"
MEASURED, SIMULATED = TIERS = ("measured", "simulated")
TEXT, DATE, WHOLE, NUMBER, TIMES, PREDICTION = "text", "date", "integer", "number", "times", "prediction"
MOST_TEXT = 300


@dataclass(frozen=True, slots=True)
class OutcomeField:
    """One field. A field that is not `needed` may be null or empty where nobody knows it; `flag` of `atlas observe`."""

    name: str
    kind: str
    says: str
    unit: str = ""
    needed: bool = False
    least: float = 0.0
    choices: tuple[str, ...] = ()
    flag: str = ""


def _text(name: str, says: str, flag: str = "", needed: bool = False, choices: tuple[str, ...] = ()) -> OutcomeField:
    return OutcomeField(name, TEXT, says, needed=needed, choices=choices, flag=flag)


def _whole(name: str, says: str, unit: str, flag: str = "", least: float = 1, needed: bool = True) -> OutcomeField:
    return OutcomeField(name, WHOLE, says, unit, needed, least, flag=flag)


def _number(name: str, says: str, unit: str, needed: bool = False, flag: str = "") -> OutcomeField:
    return OutcomeField(name, NUMBER, says, unit, needed, flag=flag)


OUTCOME_FIELDS: tuple[OutcomeField, ...] = (
    _text("tier", "whether GPUs answered or a simulator did", "--measured or --simulated", True, TIERS),
    _text("model", "the model; id in models.json", "--model", True),
    _text("checkpoint", "the weights that were served, as a Hugging Face repository", "--checkpoint"),
    _text("served_model", "the name of the model under which the load test asked for it"),
    _text("precision", "of the weights", "--precision", True, PRECISIONS),
    _text("gpu", "the accelerator; id in gpus.json", "--gpu", True),
    _whole("gpus", "of all replicas", "GPUs", "--gpus"),
    _whole("tensor_parallel", "GPUs that share each layer", "GPUs", "--tensor-parallel"),
    _whole("pipeline_parallel", "stages of a replica", "stages", "--pipeline-parallel"),
    _whole("expert_parallel", "GPUs that the experts of a mixture are spread over", "GPUs", "--expert-parallel"),
    _whole("replicas", "copies of the model that shared the load", "replicas", "--replicas"),
    _text("engine", "that served", "--engine", True, ENGINES),
    _text("engine_version", "of the engine", "--engine-version", True),
    _text("arrival", "how requests came: so many in flight, at a constant rate, at random, at once, or from users",
          "--arrival", True, ARRIVALS),
    _number("concurrency", "mean requests in flight", "requests", True, "--concurrency"),
    _number("asked_requests_per_s", "rate at which the client was told to send", "requests/s"),
    _whole("requests", "that were answered", "requests"),
    _whole("errors", "requests that failed", "requests", least=0, needed=False),
    _number("seconds", "length of the window", "s"),
    _number("prompt_tokens", "mean prompt of a request", "tokens", True, "--prompt-tokens"),
    _number("output_tokens", "mean answer of a request", "tokens", True, "--output-tokens"),
    _number("prefix_hits", "share of the prompt tokens that the prefix cache held", "share"),
    _number("requests_per_s", "answered", "requests/s"),
    _number("output_tokens_per_s", "of all replicas", "tokens/s"),
    OutcomeField("times_ms", TIMES, "times by metric: ttft, itl, tpot, e2e", "ms", True),
    OutcomeField("measured_on", DATE, "day of the run", "", True, flag="--measured-on"),
    _text("measured_by", "person or organisation to be named for the figures", "--measured-by", True),
    _text("licence", "SPDX id of the licence under which the figures may be used", "--licence", True),
    _text("source_url", "a page that shows the run", "--source-url"),
    _text("tool", "that measured", "", True),
    _text("tool_version", "of the tool", "--tool-version"),
    _text("written_by", "what wrote this record, with its version", "", True),
    _text("note", "what else has to be known", "--note"),
    OutcomeField("prediction", PREDICTION, "what the plan had predicted; null where no plan is known"),
)  # fmt: skip
OUTCOME_FIELD = {field.name: field for field in OUTCOME_FIELDS}
