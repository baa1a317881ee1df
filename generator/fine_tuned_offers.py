"""Fine-tuned models of one base as the catalogue has them: price of use beside the base, price of training, sources."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from generator.nightly import Inputs
from generator.precompute.catalogue import published_offers
from generator.precompute.hosting_offers import fine_tuned_rates, training_rates
from generator.sync.facts import facts_of_skus
from wasm_tools.planner.fine_tuning import FineTunedRate, TrainingRate
from wasm_tools.planner.question import checked_names
from wasm_tools.pricing.meters import Meter
from wasm_tools.pricing.offers import Offer

USE = Meter("input", "text", "token")
BY_TOKEN = Meter("input", "text", "token", variant="training")
BY_HOUR = Meter("input", "any", "training_second")


@dataclass(frozen=True, slots=True)
class FineTune:
    """One base model that a provider fine-tunes; None where no source states a price. `retires_on` is of the base."""

    provider: str
    sku: str
    base: str
    use: FineTunedRate | None
    training: TrainingRate | None
    usd_per_hour: Decimal | None  # of training, where that is how it is billed
    sources: tuple[str, ...]
    seen: str
    retires_on: str


def fine_tunes(at: Inputs, asked: str) -> tuple[tuple[FineTune, ...], Counter[str]]:
    """The fine-tunes of a model (an id, an alias or a provider's own id), and what was left out.

    Raises InputError for a name that nobody has.
    """
    offers = published_offers(at.registry, at.state.offers, at.as_of)
    known = at.registry.model_of("", asked)
    if not known and all(o.sku != asked for o in offers):
        checked_names("MODEL", [asked], at.registry.cards)
    facts, left_out = facts_of_skus(at.state.facts, at.registry.source), Counter[str]()

    def wanted(provider: str, base: str) -> bool:
        return base == asked or bool(known and at.registry.model_of(provider, base) == known)

    by_key = {(o.provider, o.sku, o.meter): o for o in offers if o.meter in (USE, BY_TOKEN, BY_HOUR)}
    used = {(r.provider, r.base): r for r in fine_tuned_rates(offers) if wanted(r.provider, r.base)}
    trained = {(t.provider, t.sku): t for t in training_rates(offers) if wanted(t.provider, t.sku)}
    hourly = {(p, sku): o.price for (p, sku, meter), o in by_key.items() if meter == BY_HOUR and wanted(p, sku)}
    found = []
    for provider, base in sorted(used.keys() | trained.keys() | hourly.keys()):
        key, rate = (provider, base), used.get((provider, base))
        sku = rate.sku if rate else base
        said = [facts[provider, name] for name in {sku, base} if (provider, name) in facts]
        retires = min((f.retires_on for f in said if f.retires_on), default="")
        if any(f.status == "dead" for f in said) or (retires and retires <= at.as_of):
            left_out["retired by the provider"] += 1
            continue
        behind = [by_key.get((provider, sku, USE)) if rate else None]
        behind += [by_key.get((*key, meter)) for meter in (BY_TOKEN, BY_HOUR)]
        sources = _sources(o for o in behind if o)
        dates = (at.state.snapshots[s].observed_at for s in sources if s in at.state.snapshots)
        found.append(
            FineTune(
                provider, sku, base, rate, trained.get(key), hourly.get(key), sources, max(dates, default=""), retires
            )
        )
    return tuple(found), left_out


def _sources(offers: Iterable[Offer]) -> tuple[str, ...]:
    return tuple(sorted({e.source for o in offers for e in o.evidence if not e.absent_since}))
