"""Scenarios side by side: the inputs in which they differ, and their answers figure by figure."""

from collections.abc import Mapping, Sequence
from typing import Any

from wasm_tools.planner.batch import Planned
from wasm_tools.planner.plan import plan_record, significant
from wasm_tools.planner.question import Question
from wasm_tools.planner.scenario import canonical_text, stable
from wasm_tools.workload.traffic import InputError

LEAST, MOST = 2, 6
LOWER_IS_BETTER = (
    "usd_per_month", "usd_per_hour", "usd_per_million_tokens", "usd_per_million_output", "ttft_ms", "itl_ms", "e2e_ms",
    "risk", "gpus", "usd_idle",
)  # fmt: skip
HIGHER_IS_BETTER = ("slo_margin", "score")
FIGURES = (
    "model", "provider", "region", "kind", "usd_per_month", "usd_per_hour", "usd_per_million_tokens",
    "usd_per_million_output", "slo", "slo_margin", "ttft_ms", "itl_ms", "e2e_ms", "evidence", "gpu", "gpus", "replicas",
    "precision", "engine", "utilisation", "usd_idle", "risk", "score", "binds",
)  # fmt: skip


def comparison_record(
    rows: Sequence[Planned], inputs: Sequence[Mapping[str, Any]], defaults: Mapping[str, Any], as_of: str
) -> dict[str, Any]:
    """A JSON-safe record of 2 to 6 scenarios and their answers, in the order given.

    `inputs` are their form records. A row of `inputs` has a value a scenario: where it names none, what follows or is
    the default; null where its form is wrong. A row of `answers` says whether the plans differ in it, what is best, and
    for figures the change against the first scenario as a share.
    """
    checked_number(len(rows))
    plans = [plan_record(row.plan) if row.plan else None for row in rows]
    following = [_following(row.question) if row.question else {} for row in rows]
    names = {name for part in (*inputs, *following) for name in part}
    known = [{**defaults, **follows} if follows else {} for follows in following]
    return {
        "as_of": as_of,
        "names": [row.name for row in rows],
        "ids": [row.id for row in rows],
        "why": [row.why for row in rows],
        "inputs": [_input(name, inputs, known) for name in sorted(names)],
        "answers": [_answer(figure, plans) for figure in FIGURES if any(_says(plan, figure) for plan in plans)],
    }


def checked_number(scenarios: int) -> None:
    """Refuse fewer scenarios than can be compared, and more than fit beside each other."""
    if not LEAST <= scenarios <= MOST:
        raise InputError("scenarios", f"choose {LEAST} to {MOST} scenarios to compare; these are {scenarios}")


def _says(plan: Mapping[str, Any] | None, figure: str) -> bool:
    return plan is not None and plan[figure] not in ("", None)


def _following(question: Question) -> dict[str, Any]:
    """The main figures of a question by the fields that give them where a form says them itself."""
    workload, slo = question.workload, question.slo
    return {
        "prompt_tokens": workload.prompt_tokens,
        "output_tokens": workload.output_tokens,
        "qps": workload.qps,
        "peak_factor": significant(workload.peak_qps / workload.qps, 6),
        "ttft_ms": slo.ttft_ms,
        "itl_ms": slo.itl_ms,
        "e2e_ms": significant(slo.e2e_ms),
        "percentile": slo.percentile,
        "class": workload.minimum_class,
    }


def _input(name: str, inputs: Sequence[Mapping[str, Any]], known: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    pairs = list(zip(inputs, known, strict=True))
    comparable = {
        canonical_text(form.get(name, follows.get(name))) for form, follows in pairs if follows or name in form
    }
    return {
        "field": name,
        "values": [stable(form.get(name, follows.get(name))) for form, follows in pairs],
        "default": [name not in form for form in inputs],
        "differs": len(comparable) > 1,
    }


def _answer(figure: str, plans: Sequence[Mapping[str, Any] | None]) -> dict[str, Any]:
    values = [plan[figure] if plan else None for plan in plans]
    numbers = [_figure(figure, value) for value in values]
    known = [n for n in numbers if n is not None]
    of_plans = [value for plan, value in zip(plans, values, strict=True) if plan]
    differs = any(value != of_plans[0] for value in of_plans)
    best = (max if figure in HIGHER_IS_BETTER else min)(known) if known else None
    first = numbers[0]
    return {
        "figure": figure,
        "values": values,
        "differs": differs,
        "best": [place for place, n in enumerate(numbers) if len(set(known)) > 1 and n == best],
        "change": [
            significant(n / first - 1, 6) if place and n is not None and first else None
            for place, n in enumerate(numbers)
        ],
    }


def _figure(name: str, value: Any) -> float | None:
    """The number behind a figure that has a better end; None for words and for what nobody knows."""
    if value is None or name not in (*LOWER_IS_BETTER, *HIGHER_IS_BETTER):
        return None
    return float(value)
