"""What runs today, as its operator describes it, and the form record of the planner that it makes."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, get_args

from wasm_tools.planner.checks import above_zero, count, share
from wasm_tools.planner.presets import START, Presets
from wasm_tools.planner.question import checked_names
from wasm_tools.workload.traffic import MIN_QPS, SECONDS_PER_MONTH, InputError

LLM = "llm"
DEPLOYMENTS = ("api", "gpus")
PROCUREMENTS = {"on_demand": "rented", "spot": "spot", "reserved-1y": "reserved-1y", "reserved-3y": "reserved-3y"}
YES_NO = ("yes", "no")


@dataclass(frozen=True, slots=True)
class Setup:
    """The answers; None is "I don't know". Tokens, requests, usage and spend are a month's, spend is USD.

    `cached_share` and `batch_share` are what holds today, `cacheable_share` and `batchable_share` what could: of the
    prompt tokens that repeat, and of the requests that may wait for hours.
    """

    workload: str = LLM
    deployment: str | None = None
    model: str | None = None
    provider: str | None = None
    spend_usd: float | None = None
    input_tokens: float | None = None
    output_tokens: float | None = None
    requests: float | None = None
    use_case: str | None = None
    slo: str | None = None
    traffic: str | None = None
    cached_share: float | None = None
    cacheable_share: float | None = None
    batch_share: float | None = None
    batchable_share: float | None = None
    gpu: str | None = None
    gpu_count: int | None = None
    gpu_usd_hour: float | None = None
    procurement: str | None = None
    precision: str | None = None
    autoscaling: str | None = None
    usage: float | None = None
    unit: str | None = None

    def __post_init__(self) -> None:
        for name in ("spend_usd", "input_tokens", "output_tokens", "requests", "gpu_usd_hour", "usage"):
            if (value := getattr(self, name)) is not None:
                above_zero(name, value)
        for name in ("cached_share", "cacheable_share", "batch_share", "batchable_share"):
            if (value := getattr(self, name)) is not None:
                share(name, value)
                if value == 1 and name.startswith("cache"):
                    raise InputError(name, "some of each prompt is new; give a share below 1")
        if self.gpu_count is not None:
            count("gpu_count", self.gpu_count)
        for name, allowed in (
            ("deployment", DEPLOYMENTS), ("procurement", tuple(PROCUREMENTS)), ("autoscaling", YES_NO)
        ):  # fmt: skip
            value = getattr(self, name)
            if value is not None and value not in allowed:
                raise InputError(name, f"{value!r} is not one of {', '.join(allowed)}")
        for now, could in (("cached_share", "cacheable_share"), ("batch_share", "batchable_share")):
            a, b = getattr(self, now), getattr(self, could)
            if a is not None and b is not None and b < a:
                raise InputError(could, f"{b:g} is below the {a:g} of today; raise it or lower {now}")

    @property
    def kind(self) -> str:
        """How the GPUs of today are paid, as a kind of plan; on demand where nobody says."""
        return PROCUREMENTS[self.procurement or "on_demand"]


def read_setup(given: object, workloads: Mapping[str, Any]) -> Setup:
    """The setup of a record such as `{"model": …, "input_tokens": …}`; InputError names a field that is wrong."""
    if not isinstance(given, Mapping):
        raise InputError("setup", "give an object with the fields of an audit")
    known = {f.name: f for f in fields(Setup)}
    checked_names("setup", tuple(map(str, given)), known)
    answered = {name: value for name, value in given.items() if value is not None and value != ""}
    for name, value in answered.items():
        kinds = get_args(known[name].type) or (known[name].type,)
        if str in kinds and not isinstance(value, str):
            raise InputError(name, f"{value!r} is not a text")
    setup = Setup(**answered)
    if setup.workload not in (LLM, *workloads):
        raise InputError("workload", f"{setup.workload!r} is not one of {', '.join((LLM, *workloads))}")
    if not answered.keys() - {"workload"}:
        raise InputError("setup", "nothing is described yet; start with the model and what it costs a month")
    return setup


@dataclass(frozen=True, slots=True)
class Load:
    """The load as a form record of the planner, and what of it was assumed, in words."""

    form: Mapping[str, Any]
    assumed: tuple[str, ...]


def load_of(setup: Setup, presets: Presets) -> Load | None:
    """The load of a setup; None without tokens of both directions or requests, as nothing can be priced then."""
    case = presets.use_cases.get(setup.use_case or "")
    if setup.use_case is not None and case is None:
        checked_names("use_case", (setup.use_case,), presets.use_cases)
    if setup.input_tokens is None or setup.output_tokens is None:
        return None
    profile = presets.profiles[case.profile if case else START["profile"]]
    assumed: list[str] = []
    requests = setup.requests
    if requests is None:
        requests = max(1.0, setup.input_tokens / profile.prompt_tokens)
        assumed.append(f"{requests:,.0f} requests a month: prompts of {profile.prompt_tokens:,} tokens are assumed")
    qps = max(MIN_QPS, requests / SECONDS_PER_MONTH)
    form: dict[str, Any] = {
        "qps": qps,
        "prompt_tokens": max(1, round(setup.input_tokens / requests)),
        "output_tokens": max(1, round(setup.output_tokens / requests)),
        "class": "small",
    }
    if setup.use_case:
        form["use_case"] = setup.use_case
    if setup.slo:
        form["slo"] = setup.slo
    elif not case:
        assumed.append(f"the target of the class {START['slo']}")
    if setup.traffic:
        form["pattern"] = setup.traffic
    else:
        assumed.append("a peak as usual for such a load, carried at all times")
    if setup.cached_share:
        form["cacheable_share"] = setup.cached_share
    if setup.batch_share:
        form["batchable_share"] = setup.batch_share
    return Load(form, tuple(assumed))
