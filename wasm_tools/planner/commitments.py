"""Commitments and purchases against the recommended plan over the months: what has been paid until then."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from wasm_tools.planner.candidate import Candidate
from wasm_tools.planner.hosting import break_even_month
from wasm_tools.planner.plan import Plan
from wasm_tools.planner.ranking import Answer

MONTHS = 36


@dataclass(frozen=True, slots=True)
class Commitment:
    """The cheapest plan of one kind that is paid or owed from the first day, and when it overtakes the recommended one.

    `paid` is USD paid or owed at the beginning of each month from 0 to 36; a commitment that has ended is renewed.
    `month` is None where it never does: a commitment has to within its own term, as renewing it costs as much again.
    """

    plan: Plan
    term_months: int  # 0 for a purchase
    month: Decimal | None
    paid: tuple[Decimal, ...]


def commitments(found: Answer, best: Plan) -> tuple[Commitment, ...]:
    """One for each kind with a first payment, the one that overtakes `best` first; those that never do at the end."""
    terms = found.catalogue.hosting.terms
    every = []
    for candidate in _cheapest_of_kinds(found.candidates):
        plan = candidate.described()
        if plan.once and plan.id != best.id:
            term = terms[plan.kind].months if plan.kind in terms else 0
            month = break_even_month(plan.once, plan.running, best.usd_per_month)
            late = month is None or (term and month > term)
            every.append(Commitment(plan, term, None if late else month, tuple(_paid(plan, term))))
    return tuple(sorted(every, key=lambda c: (c.month is None, c.month or Decimal(0), c.plan.usd_per_month, c.plan.id)))


def paid_monthly(plan: Plan) -> tuple[Decimal, ...]:
    """What a plan without a first payment has cost at the beginning of each month."""
    return tuple(plan.usd_per_month * month for month in range(MONTHS + 1))


def _cheapest_of_kinds(candidates: Iterable[Candidate]) -> Iterator[Candidate]:
    seen: set[str] = set()
    for c in candidates:  # ascending in cost
        if c.qualifies and c.kind not in seen:
            seen.add(c.kind)
            yield c


def _paid(plan: Plan, term: int) -> Iterator[Decimal]:
    for month in range(MONTHS + 1):
        begun = 1 if not term else -(-MONTHS // term) if month == MONTHS else month // term + 1
        yield plan.once * begun + plan.running * month
