"""Tier D: the traffic of a bill on rented, committed or own GPUs, by the planner's prediction.

Only open weights can move; the bill must cover two weeks and say how many calls it holds, or lengths and rates would be
guesses. A bill knows no busy hour: the plan is sized for a peak of two and of four times the mean, which is the range.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from wasm_tools.invoice.cells import Cell
from wasm_tools.invoice.opportunities.hosts import NotComparable
from wasm_tools.invoice.opportunities.other_models import CLASSES
from wasm_tools.invoice.opportunities.savings import ZERO, Item, billed_price, evidence, grade, span
from wasm_tools.invoice.price_book import PriceBook
from wasm_tools.invoice.tariffs import Tariff
from wasm_tools.invoice.usage import decimal_text
from wasm_tools.planner import Catalogue, Limits, Question, Wishes, ranked_plans
from wasm_tools.planner.plan import Plan
from wasm_tools.planner.question import KINDS
from wasm_tools.workload.traffic import InputError, Slo, Workload

COMMIT, SELF_HOST = "commit", "self-host"
DAYS, MONTH_DAYS = 14, Decimal("30.4")
RUN_RATE_USD = Decimal(500)  # a month; ours: below it no GPU of one's own is worth the work of running it
PEAKS = (2, 4)  # times the mean rate; ours: 2 is the median of the use cases
NOT_COMPARED = frozenset({"api", "owned", "spot", "marketplace", "community"})  # what may be taken away, or is yours
TTFT_MS, ITL_MS, E2E_FACTOR = 500.0, 35.0, 1.1  # the experience class "interactive"
ASSUMPTION = "a peak of 2 to 4 times the mean, first token within 500 ms, 35 ms between tokens, at the 95th percentile"
CHANGES = "you run the service: operations, on-call and updates are not in the amount"
VERIFY = "Open the same question in the planner, set your own peak and target, and measure on one rented GPU first."


@dataclass(frozen=True, slots=True)
class Traffic:
    """The calls of one model on a bill: mean lengths in tokens, calls a second, and what they cost a month."""

    model: str
    prompt_tokens: int
    output_tokens: int
    cached_share: float
    per_second: float
    days: int
    usd_per_month: Decimal


def commitment_items(
    cells: Iterable[Cell], book: PriceBook, catalogue: Catalogue, shares: Mapping[str, Decimal]
) -> tuple[list[Item], list[NotComparable]]:
    """The cheapest plan on GPUs for each open model on the bill that it undercuts, and what cannot be planned."""
    products: dict[tuple[str, str, str], list[Cell]] = {}
    for cell in cells:
        own = cell.verdict.tariff
        if own is not None and billed_price(cell) is not None and own.offer.model and cell.key.line_class in CLASSES:
            products.setdefault((own.offer.provider, own.offer.sku, own.offer.model), []).append(cell)
    items, silent = [], []
    for (provider, sku, model), found in sorted(products.items()):
        facts = book.models.models.get(model)
        if facts is None or facts.open_weights != "yes":
            continue
        traffic = traffic_of(found, model)
        plans = traffic if isinstance(traffic, str) else _plans(traffic, catalogue)
        if isinstance(plans, str) or isinstance(traffic, str):
            silent.append(NotComparable(provider, model, sum((c.cost for c in found), ZERO), str(plans)))
            continue
        item = _item(found, provider, sku, traffic, plans, shares)
        if item is not None:
            items.append(item)
    return items, silent


def traffic_of(cells: list[Cell], model: str) -> Traffic | str:
    """The traffic of the cells of one model, or why it is not known."""
    first, last = span(cells)
    days = (date.fromisoformat(last) - date.fromisoformat(first)).days + 1 if first else 0
    if len({c.day for c in cells if c.day}) < DAYS:
        return f"the bill has fewer than {DAYS} days with use of it"
    calls = sum(c.requests or 0 for c in cells)
    if not calls:
        return "the bill does not say how many calls it holds, so their lengths are not known"
    monthly = sum((c.cost for c in cells), ZERO) * MONTH_DAYS / days
    if monthly < RUN_RATE_USD:
        return f"below {RUN_RATE_USD} USD a month"
    output = sum((c.quantity or ZERO for c in cells if c.key.line_class == "output"), ZERO)
    read = sum((c.quantity or ZERO for c in cells if c.key.line_class == "cache_read"), ZERO)
    prompt = sum((c.quantity or ZERO for c in cells if c.key.line_class != "output"), ZERO)
    lengths = [max(1, round(tokens / calls)) for tokens in (prompt, output)]
    cached = float(read / prompt) if prompt else 0.0
    return Traffic(model, lengths[0], lengths[1], min(cached, 0.99), calls / (days * 86_400), days, monthly)


def _plans(traffic: Traffic, catalogue: Catalogue) -> list[Plan] | str:
    """The cheapest plan on GPUs that keeps the target at each peak, or why there is none."""
    found = []
    for peak in PEAKS:
        try:
            ranking = ranked_plans(_question(traffic, peak), catalogue)
        except InputError as error:
            return f"the planner does not know it: {error}"
        able = [plan for _, plan in ranking.plans if plan.slo in ("met", "likely")]
        if not able:
            return "no GPU plan keeps the target"
        found.append(min(able, key=lambda plan: (plan.usd_per_month, plan.id)))
    return found


def _question(traffic: Traffic, peak: int) -> Question:
    rate = traffic.per_second
    e2e = TTFT_MS + max(1, traffic.output_tokens - 1) * ITL_MS * E2E_FACTOR
    limits = Limits(models=(traffic.model,), kinds=tuple(kind for kind in KINDS if kind not in NOT_COMPARED))
    workload = Workload(
        traffic.prompt_tokens, traffic.output_tokens, rate, rate * peak, cacheable_share=traffic.cached_share
    )
    return Question(workload, Slo(TTFT_MS, ITL_MS, e2e), Wishes(limits=limits))


def _item(
    cells: list[Cell], provider: str, sku: str, traffic: Traffic, plans: list[Plan], shares: Mapping[str, Decimal]
) -> Item | None:
    """The saving over the days of the bill between the two peaks; None where the worse one saves nothing."""
    best, worst = plans
    basis = sum((c.cost for c in cells), ZERO)
    scale = traffic.days / MONTH_DAYS
    low, high = (min(basis, basis - plan.usd_per_month * scale) for plan in (worst, best))
    low, high = min(low, high), max(low, high)
    if low <= 0:
        return None
    kind = COMMIT if best.kind.startswith(("reserved", "scheduled")) else SELF_HOST
    tariffs: list[Tariff] = [c.verdict.tariff for c in cells if c.verdict.tariff is not None]
    hardware = best.configuration
    monthly = f"{best.usd_per_month:.2f} to {worst.usd_per_month:.2f}"
    return Item(
        kind, "D", provider, sku, traffic.model, (best.provider, best.sku, traffic.model), sum(c.lines for c in cells),
        basis, low, high, low * shares.get(kind, ZERO), kind,
        f"{decimal_text(basis)} − ({monthly} a month) × {traffic.days} ÷ {MONTH_DAYS}",
        ASSUMPTION, CHANGES, VERIFY, evidence(tariffs), grade(tariffs), span(cells),
        {
            "plan": best.id,
            "kind": best.kind,
            "gpus": f"{hardware.gpus} × {hardware.gpu}" if hardware else "",
            "utilisation": "unknown" if best.utilisation is None else f"{best.utilisation:.0%}",
            "break_even_calls_per_second": f"{_break_even(traffic, best):.3g}",
            "prompt_tokens": str(traffic.prompt_tokens),
            "output_tokens": str(traffic.output_tokens),
            "calls_per_second": f"{traffic.per_second:.3g}",
            "usd_per_month_now": f"{traffic.usd_per_month:.2f}",
            "once_usd": f"{best.once:.2f}",
        },
    )  # fmt: skip


def _break_even(traffic: Traffic, plan: Plan) -> float:
    """Calls a second from which on the plan costs less than what is paid now a call, at its present size."""
    return traffic.per_second * float(plan.usd_per_month / traffic.usd_per_month)
