"""A question as a JSON-safe record: what was asked, as `atlas plan --json` prints it and a bundle keeps it."""

import math
from dataclasses import asdict
from typing import Any

from wasm_tools.performance.lengths import TokenSpread, lengths_of
from wasm_tools.planner.question import Question
from wasm_tools.workload.mixes import RequestClass
from wasm_tools.workload.traffic import Slo


def question_record(question: Question) -> dict[str, Any]:
    """Workload, target and what else a plan rests on. Whole numbers are integers, on whichever side they were made.

    The longest lengths are those of the longest class; where lengths are spread, their 99th percentile.
    """
    w = question.workload
    lengths = [c.lengths for c in question.classes] or [lengths_of(w)]
    record = {
        "prompt_tokens": w.prompt_tokens,
        "output_tokens": w.output_tokens,
        "longest_prompt_tokens": max(_longest(one.prompt) for one in lengths),
        "longest_output_tokens": max(_longest(one.output) for one in lengths),
        "qps": w.qps,
        "peak_qps": w.peak_qps,
        "cacheable_share": w.cacheable_share,
        "minimum_class": w.minimum_class,
        "pattern": question.pattern.id if question.pattern else "",
        "use_case": question.wishes.use_case,
        "slo": _slo_record(question.slo),
        "network_ms": question.network_ms,
        "classes": [_class_record(c) for c in question.classes],
    }
    return {name: _plain(value) for name, value in record.items()}


def _longest(spread: TokenSpread) -> int:
    return math.ceil(spread.quantiles[-1])


def _slo_record(slo: Slo) -> dict[str, Any]:
    return {name: _plain(value) for name, value in asdict(slo).items()}


def _class_record(one: RequestClass) -> dict[str, Any]:
    bounds = _slo_record(one.slo)
    return {
        "id": one.id,
        "share": one.share,
        "prompt_tokens": one.lengths.prompt.mean,
        "output_tokens": one.lengths.output.mean,
        "streaming": one.streaming,
        "cached": one.cacheable_share,
        "slo": bounds if one.streaming else {**bounds, "ttft_ms": None, "itl_ms": None},
    }


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value
