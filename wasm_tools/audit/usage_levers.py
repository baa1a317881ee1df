"""The levers of workloads that are billed by use: pictures, speech, video and the like."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from wasm_tools.audit.finding import NOT_POSSIBLE, UNKNOWN, Finding, Priced, other_offer, unpriced
from wasm_tools.audit.setup import Setup
from wasm_tools.planner.policy import Policy
from wasm_tools.planner.usage import UsageBook, UsageRanking, ranked_usage
from wasm_tools.planner.usage.bills import Entry
from wasm_tools.workload.usage import UsageRequest


def usage_ranking(setup: Setup, book: UsageBook) -> UsageRanking | None:
    """The offers of the workload for the use of a month; None while the use is not known."""
    if setup.usage is None:
        return None
    return ranked_usage(book, UsageRequest(usage=Decimal(repr(setup.usage)), unit=setup.unit))


def priced_entry(entry: Entry, policy: Policy) -> Priced:
    """An offer as a price. Nobody publishes latencies of these workloads in a form that could be held to a target."""
    row = entry.product.first
    error = policy.price_error if row.sources in ("", "1") else policy.agreed_price_error
    return Priced(
        float(entry.usd_per_month), error, f"offer|{row.provider}|{row.sku}|{row.region}",
        f"{row.model or row.sku} at {row.provider}", "unknown", "unknown", f"grade {entry.grade}", row.provider,
        row.model or row.sku, "api",
    )  # fmt: skip


def usage_baseline(setup: Setup, ranking: UsageRanking, policy: Policy) -> Priced | None:
    """The cheapest offer of the model, or product, at the provider."""
    if setup.model is None:
        return None
    for entry in ranking.entries:
        row = entry.product.first
        if setup.model in (row.model, row.sku) and setup.provider in (None, row.provider):
            return priced_entry(entry, policy)
    return None


def usage_levers(setup: Setup, ranking: UsageRanking, now: Priced, policy: Policy) -> Iterator[Finding]:
    """One finding a lever. The same model elsewhere is comparable; another model is another product."""
    for lever in ("tier", "batch"):
        yield unpriced(lever, UNKNOWN, "the ranking by use has standard prices only: look at the offers of the seller")
    for lever, why in (
        ("cache", "nothing is cached in this workload"),
        ("quantisation", "the seller of an API chooses the precision of its weights"),
        ("context", "it is billed by what is made, not by the length of a prompt"),
        ("autoscaling", "an API bills what is used: there is nothing to scale down"),
    ):
        yield unpriced(lever, NOT_POSSIBLE, why)
    yield unpriced("hardware", UNKNOWN, "no source states how much of this model a GPU makes an hour")
    yield unpriced("commitment", UNKNOWN, "no source states contract prices; ask the seller at your volume")
    same = [
        e for e in ranking.entries if e.product.first.model == now.model and now.provider != e.product.first.provider
    ]
    if not same:
        yield unpriced("alternatives", NOT_POSSIBLE, "nobody else in the catalogue sells this model by this unit")
    else:
        then = priced_entry(same[0], policy)
        comparable = replace(then, status="likely")  # a seller of the same model; the target holds for text alone
        why = "the same model at another seller, whose latencies are not published"
        yield replace(other_offer("alternatives", now, comparable, why, setup.spend_usd), priced=then)
    others = [e for e in ranking.entries if e.product.first.model != now.model]
    if others:
        then = priced_entry(others[0], policy)
        yield Finding(
            "other_models", UNKNOWN, "the cheapest model of the workload; nothing tells whether its results will do",
            now.usd - then.usd, priced=then,
        )  # fmt: skip
