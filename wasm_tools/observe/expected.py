"""What was predicted: `bench/expected.json` of a bundle, or a plan as the planner or `atlas plan --json` writes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wasm_tools.observe.observed import number, part, whole
from wasm_tools.workload.traffic import InputError

FIELD = "expected"
TIMES = ("ttft", "itl", "e2e")


@dataclass(frozen=True, slots=True)
class ExpectedTime:
    """A predicted time in ms at a percentile, the ends of its 90 % band, and the bound of the target."""

    percentile: int
    predicted: float
    low: float
    high: float
    bound: float | None


@dataclass(frozen=True, slots=True)
class Expected:
    """A prediction; what a file does not tell is None. The rate is that of the planned peak."""

    times: Mapping[str, ExpectedTime]
    requests_per_s: float | None = None
    prompt_tokens: float | None = None
    output_tokens: float | None = None
    replicas: int | None = None
    replica_requests_per_s: float | None = None  # that one replica serves within the target
    usd_per_hour: float | None = None
    gpus: int | None = None
    utilisation: float | None = None  # of the planned capacity at the planned peak


def is_prediction(given: Any) -> bool:
    """Whether a parsed file looks like one that holds a prediction."""
    return isinstance(given, Mapping) and (bool(part(given, "times")) or bool(plan_in(given)))


def plan_in(given: Any) -> Mapping[str, Any]:
    """The document of a plan.json, or of the recommended (else the first) plan of `atlas plan --json`; else empty."""
    if not part(given, "question"):
        return {}
    if plan := part(given, "plan"):
        return {"question": part(given, "question"), "plan": plan}
    plans = given.get("plans")
    rows = [row for row in plans if isinstance(row, Mapping)] if isinstance(plans, list) else []
    chosen = next((row for row in rows if row.get("id") == given.get("recommended")), rows[0] if rows else None)
    return {} if chosen is None else {"question": given["question"], "plan": chosen}


def expected_of(given: Any) -> Expected:
    """The prediction in a parsed file; InputError says which files hold one."""
    if isinstance(given, Mapping) and part(given, "times"):
        return _of_bundle(given)
    if document := plan_in(given):
        return _of_plan(part(document, "plan"), part(document, "question"))
    raise InputError(FIELD, "this holds no prediction: give bench/expected.json or plan.json of a plan's files")


def _of_bundle(given: Mapping[str, Any]) -> Expected:
    level = _level(given.get("percentile"))
    times = {
        name: _time(level, row.get("predicted"), row.get("low"), row.get("high"), row.get("bound"), name)
        for name in TIMES
        if (row := part(given, "times", f"{name}_ms"))
    }
    return Expected(
        times,
        number(given.get("requests_per_second"), "requests_per_second"),
        number(given.get("prompt_tokens"), "prompt_tokens"),
        number(given.get("output_tokens"), "output_tokens"),
    )


def _of_plan(plan: Mapping[str, Any], question: Mapping[str, Any]) -> Expected:
    """The band of the whole answer is the wider of the bands of its parts, as in the files of a plan."""
    slo, times = part(question, "slo"), {}
    bands = {name: _band(plan.get(f"{name}_band"), name) for name in ("ttft", "itl")}
    bands["e2e"] = (min(bands["ttft"][0], bands["itl"][0]), max(bands["ttft"][1], bands["itl"][1]))
    for name in TIMES:
        predicted = number(plan.get(f"{name}_ms"), f"{name}_ms")
        if predicted is not None:
            level = _level(slo.get(f"{name}_percentile") or slo.get("percentile"))
            low, high = (predicted * f for f in bands[name])
            times[name] = _time(level, predicted, low, high, slo.get(f"{name}_ms"), name)
    return Expected(
        times,
        number(question.get("peak_qps"), "peak_qps"),
        number(question.get("prompt_tokens"), "prompt_tokens"),
        number(question.get("output_tokens"), "output_tokens"),
        whole(plan.get("replicas"), "replicas"),
        number(plan.get("replica_requests_per_second"), "replica_requests_per_second"),
        number(plan.get("usd_per_hour"), "usd_per_hour"),
        whole(plan.get("gpus"), "gpus"),
        number(plan.get("utilisation"), "utilisation"),
    )


def _time(level: int, predicted: Any, low: Any, high: Any, bound: Any, name: str) -> ExpectedTime:
    values = [number(v, f"{name}_ms") for v in (predicted, low, high)]
    if values[0] is None or values[1] is None or values[2] is None or not values[1] <= values[0] <= values[2]:
        raise InputError(f"{name}_ms", "give predicted, low and high, in this order of size: low, predicted, high")
    return ExpectedTime(level, values[0], values[1], values[2], number(bound, f"{name}_ms bound"))


def _level(given: Any) -> int:
    value = whole(given, "percentile")
    if value is None or not 1 <= value <= 99:
        raise InputError("percentile", f"{str(given)[:40]!r} is no percentile from 1 to 99")
    return value


def _band(given: Any, name: str) -> tuple[float, float]:
    if given is None:
        return 1.0, 1.0
    if not isinstance(given, list) or len(given) != 2:
        raise InputError(f"{name}_band", "give the two factors of the band")
    low, high = number(given[0], f"{name}_band"), number(given[1], f"{name}_band")
    if low is None or high is None:
        raise InputError(f"{name}_band", "give the two factors of the band")
    return low, high
