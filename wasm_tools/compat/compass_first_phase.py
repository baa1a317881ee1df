"""The first published phase of Compass, as its document describes it: p90, one estimate of the whole answer, a budget.

A row passes when its p90 of TTFT and TPOT and the estimate TTFT + min(20, answer) · TPOT · 1.2 keep the template's
bounds. A strict budget takes the cheapest, a flexible one the middle by cost, none the fastest. How many replicas a
load needs is not described, so the cost is that of one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from wasm_tools.compat.compass_tables import CompassTables, Preset
from wasm_tools.workload.traffic import InputError

PRESET = "compass-poc"
POINT = (150, 200)  # prompt and answer of its only benchmark point
COUNTED_TOKENS, SLACK = 20, 1.2
BUDGETS = STRICT, FLEXIBLE, NONE = ("strict", "flexible", "none")


@dataclass(frozen=True, slots=True)
class FirstPhaseRow:
    """A benchmark row: p90 times in ms of one replica of `count` GPUs at mean lengths in tokens."""

    model: str
    gpu: str
    count: int
    prompt_tokens: int
    output_tokens: int
    ttft_ms: float
    tpot_ms: float


@dataclass(frozen=True, slots=True)
class FirstPhaseOption:
    """A row that keeps the bounds, with the estimate of the whole answer and the cost of one replica."""

    row: FirstPhaseRow
    e2e_ms: float
    usd_per_hour: float


def whole_answer_ms(ttft_ms: float, tpot_ms: float, output_tokens: int) -> float:
    """Its estimate of a whole answer: no more than 20 tokens of it count."""
    return ttft_ms + min(COUNTED_TOKENS, output_tokens) * tpot_ms * SLACK


def passing(
    rows: Iterable[FirstPhaseRow], template: Preset, tables: CompassTables, point: tuple[int, int] = POINT
) -> list[FirstPhaseOption]:
    """The rows of the benchmark point that keep the template's bounds, cheapest first."""
    prices = {word.lower(): g.base_usd_hour for g in tables.gpus for word in (g.name, *g.aliases)}
    found = []
    for row in rows:
        if (row.prompt_tokens, row.output_tokens) != point:
            continue
        e2e = whole_answer_ms(row.ttft_ms, row.tpot_ms, template.output_tokens or 0)
        kept = (row.ttft_ms, template.ttft_ms), (row.tpot_ms, template.itl_ms), (e2e, template.e2e_ms)
        price = prices.get(row.gpu.lower())
        if price is not None and all(bound is None or value <= bound for value, bound in kept):
            found.append(FirstPhaseOption(row, e2e, row.count * price))
    return sorted(found, key=lambda o: (o.usd_per_hour, o.e2e_ms, o.row.model, o.row.gpu, o.row.count))


def chosen(options: Sequence[FirstPhaseOption], budget: str) -> FirstPhaseOption | None:
    """The one that a budget takes out of options in order of cost; of two in the middle the dearer one.

    Raises InputError for another budget.
    """
    if budget not in BUDGETS:
        raise InputError("budget", f"{budget!r} is not one of {', '.join(BUDGETS)}")
    if not options:
        return None
    if budget == STRICT:
        return options[0]
    if budget == FLEXIBLE:
        return options[len(options) // 2]
    return min(options, key=lambda o: (o.e2e_ms, o.usd_per_hour))
