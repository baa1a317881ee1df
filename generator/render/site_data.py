"""Everything that the views read, gathered from a run's inputs and results."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from generator.nightly import Inputs
from generator.precompute.catalogue import published_offers
from generator.precompute.run import Precomputed
from generator.render.page import SiteData
from generator.run_log import Record


def site_data(at: Inputs, results: Precomputed, bundle: Mapping[str, Any], run: tuple[Record, ...] = ()) -> SiteData:
    """Everything the views read, with names resolved through the registry. `run` are the records of the run's log."""
    published = published_offers(at.registry, at.state.offers, at.as_of)
    offers = (replace(o, model=at.registry.model_of(o.provider, o.sku)) for o in published)
    rentals = (replace(g, gpu=at.registry.gpu_of(g.gpu_name)) for g in at.state.gpu_offers)
    return SiteData(
        registry=at.registry,
        state=at.state,
        results=results,
        offers=tuple(sorted(offers, key=lambda o: o.key)),
        rentals=tuple(sorted(rentals, key=lambda g: g.key)),
        as_of=at.as_of,
        bundle=bundle,
        run=run,
    )
