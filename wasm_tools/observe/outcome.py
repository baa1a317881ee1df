"""Outcomes: an observation with what ran, who measured and under which licence, in the form of the benchmark data."""

from collections.abc import Mapping
from typing import Any

from wasm_tools.observe.expected import Expected
from wasm_tools.observe.observed import Observed, Times, part
from wasm_tools.outcomes.fields import CLOSED, MEASURED, OUTCOME_FIELDS, SIMULATED
from wasm_tools.outcomes.reading import checked_outcome, nothing_known
from wasm_tools.planner.plan import significant
from wasm_tools.workload.traffic import InputError

OF_PLAN = (
    "model", "gpu", "gpus", "replicas", "tensor_parallel", "expert_parallel", "checkpoint", "precision", "engine",
    "engine_version",
)  # fmt: skip


def outcome_record(
    seen: Observed, stated: Mapping[str, Any], plan: Mapping[str, Any], expected: Expected | None, written_by: str
) -> dict[str, Any]:
    """The outcome of an observation, checked. What is `stated` goes before what the file shows, that before the `plan`
    (a parsed plan.json, or nothing). Raises InputError that names every field that is missing with its flag.
    """
    known: dict[str, Any] = {
        name: value for name in OF_PLAN if (value := part(plan, "plan").get(name)) not in (None, "")
    }
    known |= {name: value for name, value in _seen(seen).items() if value is not None and value != ""}
    known |= {name: value for name, value in stated.items() if value not in (None, "")}
    if seen.simulated and known.get("tier") == MEASURED:
        raise InputError("tier", f"this file is no measurement: {seen.simulated}; say --simulated")
    _count_gpus(known, stated)
    known["written_by"] = written_by
    if expected is not None:
        known["prediction"] = {
            f"{name}_ms": {"percentile": of.percentile, "predicted": of.predicted, "low": of.low, "high": of.high}
            for name, of in expected.times.items()
        }
    missing = [f for f in OUTCOME_FIELDS if f.needed and known.get(f.name) in (None, "", {})]
    if missing:
        told = ", ".join(f"{f.name} ({f.flag})" if f.flag else f.name for f in missing)
        raise InputError(missing[0].name, f"the outcome lacks {told}: the file does not say it, so you have to")
    return checked_outcome({f.name: known.get(f.name, nothing_known(f)) for f in OUTCOME_FIELDS}, "")


def _seen(seen: Observed) -> dict[str, Any]:
    """What the observation itself tells. In a closed loop the requests in flight are those that the client kept."""
    kept = seen.streams if seen.arrival == CLOSED and seen.streams else seen.concurrency
    numbers = {
        "concurrency": kept, "asked_requests_per_s": seen.asked_per_s, "seconds": seen.seconds,
        "prompt_tokens": seen.prompt_tokens, "output_tokens": seen.output_tokens, "prefix_hits": seen.prefix_hits,
        "requests_per_s": seen.requests_per_s, "output_tokens_per_s": seen.output_tokens_per_s,
    }  # fmt: skip
    return {
        "tier": SIMULATED if seen.simulated else None,
        "served_model": seen.model,
        "arrival": seen.arrival,
        "requests": seen.requests,
        "errors": seen.errors,
        "times_ms": {name: _times_record(of) for name, of in seen.times.items()},
        "measured_on": seen.day,
        "tool": seen.tool,
        "tool_version": seen.tool_version,
        "gpus": seen.gpus,
        **{name: None if value is None else significant(value) for name, value in numbers.items()},
    }


def _times_record(of: Times) -> dict[str, Any]:
    return {
        "mean": None if of.mean is None else significant(of.mean),
        "percentiles": {str(p): significant(v) for p, v in sorted(of.percentiles.items())},
        "between": {str(p): list(ends) for p, ends in sorted(of.between.items())},
        "method": of.method,
    }


def _count_gpus(known: dict[str, Any], stated: Mapping[str, Any]) -> None:
    """One stage and no spread experts unless somebody says otherwise; GPUs and replicas follow from each other."""
    known.setdefault("pipeline_parallel", 1)
    known.setdefault("expert_parallel", 1)
    tensor, stages = known.get("tensor_parallel"), known["pipeline_parallel"]
    if not (isinstance(tensor, int) and isinstance(stages, int) and tensor > 0 and stages > 0):
        return
    gpus, replicas = known.get("gpus"), known.get("replicas")
    if stated.get("gpus") and not stated.get("replicas"):
        known["replicas"] = max(1, gpus // (tensor * stages)) if isinstance(gpus, int) else 1
    elif isinstance(replicas, int) and not stated.get("gpus"):
        known["gpus"] = replicas * tensor * stages
