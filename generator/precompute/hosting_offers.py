"""What state says about hosting: rentals of every kind, and prices of fine-tuned models and their training."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from generator.registry import Registry
from generator.sync.state import Snapshot
from wasm_tools.planner.fine_tuning import FineTunedRate, TrainingRate
from wasm_tools.planner.rentals import Rental, Term
from wasm_tools.pricing.meters import Meter
from wasm_tools.pricing.offers import GpuOffer, Offer, evidence_text

KNOWN = {"yes": True, "no": False, "": None}
FINE_TUNED = "ft:"  # how providers write a fine-tuned model: ft:<base model>


def rentals(
    registry: Registry,
    offers: Iterable[GpuOffer],
    snapshots: Mapping[str, Snapshot],
    terms: Mapping[str, Term],
    stale_days: int,
    as_of: str,
    unplanned: Counter[str],
) -> Iterator[Rental]:
    """Rentable GPUs: of one provider, GPU, kind and size of machine the cheapest region, since nobody asks for one.

    Prices of unknown GPUs, on unknown terms or without the machine around the GPU, and prices that nobody has seen for
    `stale_days`, are counted in `unplanned`.
    """
    of_commitment = {t.commitment: t for t in terms.values()}
    seen = {name: date.fromisoformat(s.observed_at) for name, s in snapshots.items()}
    today = date.fromisoformat(as_of)
    cheapest: dict[tuple[str, str, str, int], tuple[GpuOffer, str, date]] = {}
    for o in sorted(offers, key=lambda o: o.key):
        gpu, term = registry.gpu_of(o.gpu_name), of_commitment.get(o.commitment)
        if not gpu:
            unplanned["rented GPU not registered"] += 1
            continue
        if not term or not o.price or o.currency != "USD":
            unplanned["rental terms, price or currency not usable"] += 1
            continue
        if o.host_included == "no":
            unplanned["GPU price without the machine"] += 1
            continue
        limit = term.max_age_days or stale_days
        last = max((seen[e.source] for e in o.evidence if e.price == o.price and not e.absent_since), default=date.min)
        if (today - last).days > limit:
            unplanned[f"rental price not seen for more than {limit} days"] += 1
            continue
        key = (o.provider, gpu, term.kind, o.count)
        if key not in cheapest or o.price < cheapest[key][0].price:
            old = (today - last).days > stale_days
            cheapest[key] = (o, f"this price was last seen on {last.isoformat()}" if old else "", last)
    for (provider, gpu, kind, count), (o, note, last) in cheapest.items():
        evidence = evidence_text(replace(e, field="") for e in o.evidence)
        said = (e.source for e in o.evidence if e.price == o.price and not e.absent_since)
        families = {registry.source[s].family for s in said}
        yield Rental(
            provider, o.instance, gpu, o.region, kind, o.price, evidence, count, o.host_included,
            KNOWN[o.per_second], KNOWN[o.scale_to_zero], len(families), note, (today - last).days,
        )  # fmt: skip


def fine_tuned_rates(offers: Iterable[Offer]) -> list[FineTunedRate]:
    """What providers charge for using a fine-tuned model, beside the price of its base; only where both are stated."""
    prices: dict[tuple[str, str], dict[str, Decimal]] = {}
    for o in offers:
        if o.meter == Meter(o.meter.direction, "text", "token"):
            prices.setdefault((o.provider, o.sku), {})[o.meter.direction] = o.price
    rates = []
    for (provider, sku), price in sorted(prices.items()):
        base = prices.get((provider, sku.removeprefix(FINE_TUNED)), {})
        if sku.startswith(FINE_TUNED) and {"input", "output"} <= price.keys() and {"input", "output"} <= base.keys():
            own, plain = (price["input"], price["output"]), (base["input"], base["output"])
            rates.append(FineTunedRate(provider, sku, sku.removeprefix(FINE_TUNED), *own, *plain))
    return rates


def training_rates(offers: Iterable[Offer]) -> list[TrainingRate]:
    """What providers charge for a token of training data."""
    training = Meter("input", "text", "token", variant="training")
    return sorted(
        (TrainingRate(o.provider, o.sku, o.price) for o in offers if o.meter == training),
        key=lambda r: (r.provider, r.sku),
    )
