"""What the monthly cost of a plan consists of: tokens by kind, GPU hours at work or idle, power, rack, amortisation."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from wasm_tools.planner.candidate import Candidate
from wasm_tools.planner.catalogue import ApiRate
from wasm_tools.planner.holding import own_cost
from wasm_tools.planner.mixed_question import mean_cost
from wasm_tools.planner.plan import Plan
from wasm_tools.planner.ranking import Answer
from wasm_tools.planner.request_cost import Prices, TokenPrices

OWN_KINDS = ("owned", "bought")
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class CostPart:
    """One part of a plan's cost in USD a month; None where it exists and nobody states its price.

    `name` is prompt, cached, output, working, idle, power, rack, maintenance, amortisation, egress or storage. Those
    that are `beside` are not in the plan's monthly cost.
    """

    name: str
    usd: Decimal | None
    beside: bool = False


def cost_parts(found: Answer, chosen: Candidate, plan: Plan) -> tuple[CostPart, ...]:
    """The parts of a plan's cost; those that are not beside it add up to its monthly cost. Empty ones are left out."""
    parts = [p for p in _parts(found, chosen, plan) if p.usd]
    return (*parts, *(CostPart(c.name, c.usd, True) for c in plan.surcharges if c.usd is None or c.usd))


def _parts(found: Answer, chosen: Candidate, plan: Plan) -> Iterator[CostPart]:
    question = found.question
    if plan.kind == "api":
        rate: ApiRate = chosen.of.rate
        for name in ("prompt", "cached", "output"):
            per_request, _ = mean_cost(_only(rate.prices, name), question.mixes)
            yield CostPart(name, per_request * question.requests_per_month)
    elif plan.kind in OWN_KINDS:
        cost = own_cost(question, found.catalogue, chosen.of[0].sized, plan.kind)
        for name in ("power", "rack", "maintenance", "amortisation") if cost else ():
            yield CostPart(name, getattr(cost, name))
    elif plan.capacity is not None:
        yield CostPart("working", plan.usd_per_month - plan.capacity.usd_idle)
        yield CostPart("idle", plan.capacity.usd_idle)


def _only(prices: Prices, name: str) -> Mapping[str, tuple[TokenPrices, ...]]:
    """The prices with all others set to nothing: a cost is a sum over prices, so this gives the part of one of them.

    Where a cache has no price of its own, its tokens are billed as new ones and stay with the prompt.
    """

    def kept(band: TokenPrices) -> TokenPrices:
        read = band.cache_read
        return replace(
            band,
            input=band.input if name == "prompt" else NOTHING,
            output=band.output if name == "output" else NOTHING,
            cache_read=None if read is None else read if name == "cached" else NOTHING,
        )

    return {tier: tuple(kept(band) for band in bands) for tier, bands in prices.items()}
