"""What is not known about a setup, and the question that would close each gap; what decides most comes first."""

from collections.abc import Iterator
from dataclasses import dataclass

from wasm_tools.audit.setup import LLM, Setup

_EVERY = (
    ("model", "Which model answers today?", "nothing can be compared without it"),
    ("spend_usd", "What does it cost a month, in US dollars?", "what you pay may differ from the list"),
)
_TEXT = (
    ("input_tokens", "How many prompt tokens a month?", "the load, and so every price, follows from it"),
    ("output_tokens", "How many output tokens a month?", "output costs several times as much as input"),
    ("requests", "How many requests a month?", "the length of a prompt decides latency, memory and price bands"),
    ("traffic", "How does the load go over the day?", "the peak decides how many GPUs are needed"),
    ("slo", "How fast must an answer be?", "a plan counts only under the same target"),
    ("cached_share", "What share of the prompt tokens is read from a cache today?", "none is assumed"),
    ("cacheable_share", "What share of the prompt tokens repeats?", "a cache pays for that share alone"),
    ("batchable_share", "What share of the requests may wait for hours?", "batch prices hold for those alone"),
)
_API = (("provider", "Who sells it to you?", "the lowest price of the model is assumed"),)
_GPUS = (
    ("gpu", "Which GPU is it?", "prices and speed depend on it"),
    ("gpu_count", "How many GPUs run?", "without it there is no baseline"),
    ("procurement", "How are they paid: on demand, spot or reserved?", "on demand is assumed"),
    ("provider", "Who rents them to you?", "the lowest price of the market is taken as today's"),
    ("precision", "In which precision do the weights run?", "any is assumed"),
    ("autoscaling", "Do replicas follow the load?", "a fixed number is assumed"),
)
_USE = (
    ("usage", "How much is made a month?", "every price is by that amount"),
    ("provider", "Who sells it to you?", "the lowest price of the model is assumed"),
)


@dataclass(frozen=True, slots=True)
class Gap:
    """A field that nobody answered, the question to ask, and why it matters."""

    field: str
    question: str
    why: str


def data_gaps(setup: Setup) -> tuple[Gap, ...]:
    """The gaps of a setup in the order in which closing them helps."""
    known = {"spend_usd"} if setup.gpu_usd_hour and setup.gpu_count else set()
    return tuple(Gap(*row) for row in _asked(setup) if getattr(setup, row[0]) is None and row[0] not in known)


def _asked(setup: Setup) -> Iterator[tuple[str, str, str]]:
    yield from _EVERY
    if setup.workload != LLM:
        yield from _USE
        return
    if setup.deployment is None:
        yield "deployment", "Is it an API, or GPUs of your own choice?", "the levers are different ones"
    if setup.deployment == "gpus":
        yield from _GPUS
    yield from _TEXT
    if setup.deployment != "gpus":
        yield from _API
