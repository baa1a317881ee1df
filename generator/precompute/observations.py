"""Which observation belongs to which API rate, and the rows of them that the data pack carries.

Both sides name a provider and an id of that provider; they belong together when provider and region are the
same and the registry's identity rules find one model behind both ids, without a variant on either side. Nothing is
guessed.
"""

from collections.abc import Iterable
from dataclasses import replace

from generator.registry import Registry
from wasm_tools.performance.observations import ApiObservation

RateKey = tuple[str, str, str]  # provider, sku, region


def observations_of_rates(
    registry: Registry, observations: Iterable[ApiObservation], rates: Iterable[RateKey]
) -> dict[RateKey, ApiObservation]:
    """The observation of each rate that has one, under our model id.

    The region has to be the same: one that does not say where it ran (`global`) says nothing about a region, and the
    other way round. Of several ids of one model the rate's own comes first, then the one of most requests.
    """
    seen: dict[RateKey, list[ApiObservation]] = {}
    for o in observations:
        model = registry.plain_model_of(o.provider, o.sku)
        if model:
            seen.setdefault((o.provider, model, o.region), []).append(replace(o, model=model))
    found: dict[RateKey, ApiObservation] = {}
    for provider, sku, region in rates:
        same = seen.get((provider, registry.plain_model_of(provider, sku), region), ())
        ordered = sorted(same, key=lambda o: (o.sku != sku, -o.requests, o.sku))
        if ordered:
            found[provider, sku, region] = ordered[0]
    return found
