"""Findings: what one lever would cost against what runs today, and the verdict that the evidence allows."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from wasm_tools.ask.catalogue_answers import plan_offer_id
from wasm_tools.planner.candidate import QUALIFIED, Candidate

SAVES, COSTS_MORE, NOT_POSSIBLE, UNKNOWN, IN_USE = VERDICTS = (
    "saves", "costs more", "not possible", "unknown", "in use",
)  # fmt: skip
REVOCABLE = ("spot", "marketplace", "community")


@dataclass(frozen=True, slots=True)
class Priced:
    """A monthly cost in USD with the relative half-width of its error, where it came from, and whether it holds."""

    usd: float
    error: float
    offer: str  # id of the offer in the catalogue; empty for own hardware
    what: str  # the configuration in words
    status: str  # of the target: met, likely, near, unknown, missed; of latency alone
    latency: str  # evidence tier of the latency
    price_evidence: str
    provider: str = ""
    model: str = ""
    kind: str = ""
    gpus: int = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """One lever. `low` and `high` bound the saving in USD a month; None where nothing can be priced.

    `per_tenth` is the saving for each tenth of a share that nobody has stated, `asks` the field that would settle it.
    """

    lever: str
    verdict: str
    why: str
    saving: float | None = None
    low: float | None = None
    high: float | None = None
    priced: Priced | None = None
    per_tenth: float | None = None
    asks: str = ""


def priced_plan(c: Candidate) -> Priced:
    """A candidate of the planner as a price."""
    plan = c.described()
    conf = plan.configuration
    what = f"{plan.model} at {plan.provider}" if conf is None else (
        f"{plan.model} in {conf.precision} on {conf.gpus} × {conf.gpu}"
        + (f" at {plan.provider}" if plan.provider else "")
        + f", {conf.replicas} replicas of {conf.tensor_parallel}"
    )  # fmt: skip
    evidence = plan.prediction.evidence if plan.prediction else "unknown"
    return Priced(
        float(plan.usd_per_month), c.cost_error, plan_offer_id(plan), f"{what} ({plan.kind})", c.status, evidence,
        plan.price_evidence, plan.provider, plan.model, plan.kind, conf.gpus if conf else 0,
    )  # fmt: skip


def unpriced(lever: str, verdict: str, why: str, asks: str = "") -> Finding:
    """A finding without an amount."""
    return Finding(lever, verdict, why, asks=asks)


def same_offer(lever: str, now: Priced, then: Priced, why: str) -> Finding:
    """The same offer used otherwise: its price is as wrong before as after, so the error scales the difference."""
    saving = now.usd - then.usd
    half = abs(saving) * now.error
    verdict = SAVES if saving > 0.005 else COSTS_MORE if saving < -0.005 else UNKNOWN
    return Finding(lever, verdict, why if verdict != UNKNOWN else f"it changes nothing: {why}", saving, saving - half,
                   saving + half, then)  # fmt: skip


def other_offer(lever: str, now: Priced, then: Priced, why: str, paid: float | None = None) -> Finding:
    """Another offer: both prices may be wrong, each its own way. `paid` is what is really paid, where it is stated."""
    saving = now.usd - then.usd
    half = now.usd * now.error + then.usd * then.error
    if then.offer == now.offer and abs(saving) < 0.005:
        return Finding(lever, NOT_POSSIBLE, f"{why}; this is what runs today", 0.0, 0.0, 0.0, then)
    made = Finding(lever, UNKNOWN, why, saving, saving - half, saving + half, then)
    if then.status in ("near", "missed"):
        return replace(made, verdict=NOT_POSSIBLE, why=f"{why}; it misses the target")
    if saving + half < 0:
        return replace(made, verdict=COSTS_MORE)
    if paid is not None and then.usd * (1 - then.error) > paid:
        return replace(made, verdict=COSTS_MORE, why=f"{why}; you pay less than the catalogue says")
    if then.kind in REVOCABLE:
        return replace(made, why=f"{why}; capacity that can be taken away keeps no target by itself")
    if then.status not in QUALIFIED:
        return replace(made, why=f"{why}; nobody has published latencies that show whether it meets the target")
    if saving - half <= 0:
        return replace(made, why=f"{why}; the error of both prices is wider than the difference")
    return replace(made, verdict=SAVES)


def by_share(lever: str, tenth: Finding, asks: str, of: str) -> Finding:
    """What a tenth of an unknown share would bring: no verdict before the share is known."""
    return Finding(
        lever, UNKNOWN, f"the share of {of} is not known", per_tenth=tenth.saving, asks=asks, priced=tenth.priced
    )


def patched_form(form: Mapping[str, Any], **patch: Any) -> dict[str, Any]:
    """A form record with some fields set; None clears one."""
    return {name: value for name, value in {**form, **patch}.items() if value is not None}
