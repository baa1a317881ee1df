"""The inputs of a question as a report shows them: what was given, what followed from it, and the defaults."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wasm_tools.planner.form_fields import FIELDS, FormField
from wasm_tools.planner.question import Question

LONGEST = 160  # characters of a value; the scenario holds the whole one
LABELS = {
    "qps": "Requests per second, mean",
    "active": "Share of users active at a time",
    "per_minute": "Requests per active user",
    "peak_factor": "Peak",
    "slo": "Experience class",
    "ttft_ms": "Time to first token, at most",
    "itl_ms": "Time between tokens, at most",
    "e2e_ms": "Whole request, at most",
    "ttft_percentile": "Percentile of the first token",
    "itl_percentile": "Percentile between tokens",
    "e2e_percentile": "Percentile of the whole request",
    "class": "Capability class, at least",
    "min_quality": "Quality score, at least",
    "kinds": "Ways to run",
    "max_gpus": "GPUs, at most",
    "max_tp": "GPUs to a replica, at most",
    "budget_hour": "Budget an hour",
    "budget_1k": "Budget per 1,000 tokens",
    "usd_per_kwh": "Electricity",
    "pue": "Power usage effectiveness",
    "rack_usd_per_kw": "Rack space",
    "tolerance": "Tolerance of near misses",
}


@dataclass(frozen=True, slots=True)
class Input:
    """One input: its name and value in words, and whether it was given or a preset or other inputs state it."""

    name: str
    value: str
    origin: str


def inputs_of(form: Mapping[str, Any], question: Question) -> tuple[Input, ...]:
    """What a form record gives, in the order of the form, and the main figures that follow where it is silent."""
    given = [Input(_label(f.name), _value(form[f.name], f), "given") for f in FIELDS if f.name in form]
    return (
        *given,
        *(Input(name, value, "by preset") for field, name, value in _following(question) if field not in form),
    )


def defaults_words(form: Mapping[str, Any]) -> str:
    """The defaults that hold because nothing else was given."""
    left = [f for f in FIELDS if f.name not in form and f.default not in (None, "")]
    return f"Defaults: {'; '.join(f'{_label(f.name).lower()} {_value(f.default, f)}' for f in left)}."


def _following(question: Question) -> Iterator[tuple[str, str, str]]:
    """Field, name and value of what every question has. The peak follows from its factor or pattern, so it is shown."""
    workload, slo = question.workload, question.slo
    yield "prompt_tokens", "Prompt tokens", f"{workload.prompt_tokens:,}"
    yield "output_tokens", "Output tokens", f"{workload.output_tokens:,}"
    yield "qps", LABELS["qps"], f"{workload.qps:,g}"
    yield "peak_qps", "Requests per second, peak", f"{workload.peak_qps:,g}"
    yield "ttft_ms", LABELS["ttft_ms"], f"{slo.ttft_ms:,g} ms"
    yield "itl_ms", LABELS["itl_ms"], f"{slo.itl_ms:,g} ms"
    yield "e2e_ms", LABELS["e2e_ms"], f"{slo.e2e_ms:,.0f} ms"
    yield "percentile", "Percentile", f"{slo.percentile}"
    yield "class", LABELS["class"], workload.minimum_class


def _label(name: str) -> str:
    return LABELS.get(name) or name.replace("_", " ").replace("gpu", "GPU").capitalize().replace("gpu", "GPU")


def _value(value: Any, field: FormField) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        words = f"{value:,.10g}" if isinstance(value, float) else f"{value:,}"
        unit = field.unit.replace("USD", "$")
        return f"{words} {unit}".strip() if unit != "share" else f"{value:.4g} of 1"
    if field.kind in ("object", "rows", "quantiles"):
        text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    elif isinstance(value, Mapping):
        text = ", ".join(f"{name}={number}" for name, number in value.items())
    else:
        text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
