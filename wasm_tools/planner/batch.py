"""Several workloads at once: the recommended plan of each, what they cost together, and a budget that they share."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from wasm_tools.planner.catalogue import Catalogue
from wasm_tools.planner.plan import Plan, dollars, plan_record, price_digits
from wasm_tools.planner.question import Question
from wasm_tools.planner.ranking import Answer, answer
from wasm_tools.planner.scenario import stable
from wasm_tools.workload.traffic import InputError

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Planned:
    """A workload with its recommended plan, or with the reason why it has none.

    `id` is that of its inputs. `question` is None where its form asks none; `field` then names what is wrong in it.
    """

    name: str
    id: str
    question: Question | None
    plan: Plan | None
    why: str = ""
    field: str = ""

    @property
    def requests(self) -> Decimal:
        """Requests a month."""
        return self.question.requests_per_month if self.question else Decimal(0)

    @property
    def tokens(self) -> tuple[Decimal, Decimal]:
        """Prompt and output tokens a month."""
        if self.question is None:
            return Decimal(0), Decimal(0)
        workload = self.question.workload
        return self.requests * workload.prompt_tokens, self.requests * workload.output_tokens


def planned(name: str, identifier: str, asked: Callable[[], tuple[Question, Catalogue]]) -> Planned:
    """The workload that `asked` reads from its form, with the plan that is recommended for it."""
    try:
        question, catalogue = asked()
        found = answer(question, catalogue)
    except InputError as error:
        return Planned(name, identifier, None, None, error.message, error.field)
    winner = found.winner
    if winner is None:
        return Planned(name, identifier, question, None, without_plan_words(found))
    return Planned(name, identifier, question, winner.described())


def without_plan_words(found: Answer) -> str:
    """Why nothing is recommended, with what would let a plan in where that is known."""
    able = [c for c in found.candidates if c.qualifies]
    if able:
        cheapest = min(able, key=lambda c: (c.usd_per_month, c.id))
        return (
            f"only plans with conditions meet the target; the cheapest is {cheapest.kind},"
            f" ${cheapest.usd_per_month:,.2f} a month"
        )
    what = "no plan counts as meeting the target" if found.candidates else "no plan is possible"
    if found.relaxation:
        return f"{what}; {found.relaxation.words} lets one in"
    if over := found.excluded.counted("over_budget"):
        return f"{what}; without the budget {over:,} would"
    return what


def batch_record(rows: Sequence[Planned], as_of: str, usd_per_month: float | None = None) -> dict[str, Any]:
    """A JSON-safe record of a batch: each workload, and totals over those that have a plan.

    `usd_per_month` is a budget for all of them together. Sums are those of the amounts that are shown, so that a
    reader who adds them up gets the same.
    """
    have = [row for row in rows if row.plan is not None]
    total = sum((Decimal(dollars(row.plan.usd_per_month)) for row in have if row.plan), Decimal(0))
    missing = [row.name for row in rows if row.plan is None]
    prompt, output = (sum((row.tokens[side] for row in have), Decimal(0)) for side in (0, 1))
    return {
        "as_of": as_of,
        "scenarios": [_row(row) for row in rows],
        "totals": {
            "with_plan": len(have),
            "without_plan": missing,
            "usd_per_month": dollars(total),
            "usd_per_year": dollars(total * 12),
            "requests_per_month": _number(sum((row.requests for row in have), Decimal(0))),
            "prompt_tokens_per_month": _number(prompt),
            "output_tokens_per_month": _number(output),
            "usd_per_million_tokens": price_digits(total / (prompt + output) * MILLION) if prompt + output else None,
            "gpus": _gpus(row.plan for row in have),
        },
        "budget": None if usd_per_month is None else _budget(usd_per_month, total, missing),
    }


def _row(row: Planned) -> dict[str, Any]:
    plan = row.plan
    return {
        "name": row.name,
        "id": row.id,
        "why": row.why,
        "field": row.field,
        "plan": plan_record(plan) if plan else None,
        "usd_per_month": dollars(plan.usd_per_month) if plan else None,
        "requests_per_month": _number(row.requests),
        "prompt_tokens_per_month": _number(row.tokens[0]),
        "output_tokens_per_month": _number(row.tokens[1]),
    }


def _gpus(plans: Iterable[Plan | None]) -> dict[str, int]:
    counted: Counter[str] = Counter()
    for plan in plans:
        if plan and plan.configuration:
            counted[plan.configuration.gpu] += plan.configuration.gpus
    return dict(sorted(counted.items()))


def _budget(usd_per_month: float, total: Decimal, missing: Sequence[str]) -> dict[str, Any]:
    """Whether all workloads fit into one budget; `unknown` while one has no plan and the others fit."""
    left = Decimal(repr(usd_per_month)) - total
    verdict = "exceeded" if left < 0 else "unknown" if missing else "kept"
    shown = dollars(left) if left >= 0 else f"-{dollars(-left)}"
    return {"usd_per_month": dollars(Decimal(repr(usd_per_month))), "left": shown, "verdict": verdict}


def checked_budget(value: object) -> float | None:
    """The shared budget in USD a month, None for none; InputError names the field `budget`."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1e12:
        raise InputError("budget", "enter an amount of money above 0, in dollars a month")
    return float(value)


def _number(value: Decimal) -> Any:
    return stable(float(value))
