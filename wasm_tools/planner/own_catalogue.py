"""A catalogue with what a reader added: a model, an accelerator, prices, measurements, figures of the own site."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from wasm_tools.performance.prediction import Book
from wasm_tools.planner.catalogue import Catalogue, Deployable
from wasm_tools.planner.deployable_sizes import ENGINE, kv_cache_of, sizes
from wasm_tools.planner.form_checks import checked_record
from wasm_tools.planner.form_fields import ADDED, SITE_VALUES
from wasm_tools.planner.hosting_facts import HostingFacts, NamedValue
from wasm_tools.planner.own_names import OWN_GPU, OWN_MODEL, OWN_PROVIDER
from wasm_tools.planner.own_things import OwnGpu, OwnModel, own_gpu, own_model, own_prices
from wasm_tools.planner.owned import PurchasePrice
from wasm_tools.planner.rentals import Rental

WEIGHTS_ONLY = ("bf16", "int4")  # run on any GPU: 4-bit integers are unpacked to 16 bits


def catalogue_of_form(record: Mapping[str, Any], catalogue: Catalogue) -> Catalogue:
    """The catalogue itself, or with what a form record adds to it; the last one is kept.

    Raises InputError that names the field.
    """
    added = {name: record[name] for name in ADDED if name in record}
    stated = checked_record(added)
    if not stated:
        return catalogue
    return catalogue.extended(json.dumps(added, sort_keys=True), lambda: _extended(stated, catalogue))


def _extended(stated: Mapping[str, Any], base: Catalogue) -> Catalogue:
    model = own_model(stated["own_model"]) if "own_model" in stated else None
    gpu = own_gpu(stated["own_gpu"]) if "own_gpu" in stated else None
    models = base.models | {OWN_MODEL: model.card} if model else base.models  # type: ignore[operator]
    gpus = base.gpus | {OWN_GPU: gpu.card} if gpu else base.gpus  # type: ignore[operator]
    rates, rentals = own_prices(stated.get("own_prices", ()), models, gpus)
    if gpu and gpu.usd_per_hour is not None:
        evidence = f"yours={gpu.usd_per_hour}"
        rentals += (Rental(OWN_PROVIDER, OWN_GPU, OWN_GPU, "global", "rented", gpu.usd_per_hour, evidence),)
    priced = {(r.provider, r.model) for r in rates}
    rented = {(r.provider, r.gpu, r.kind) for r in rentals}
    kept = [r for r in base.rentals if (r.provider, r.gpu, r.kind) not in rented]
    book = _book(base.book, model, gpu)
    deployables = (*base.deployables, *_of_model(model, base, gpu), *_on_gpu(gpu, base))
    measured = "own_measurements" in stated
    if measured:
        from wasm_tools.planner.own_measurements import book_with, deployables_with, own_points  # rarely needed

        points = own_points(stated["own_measurements"], models, gpus)
        book, deployables = book_with(points, book), deployables_with(points, deployables, models, gpus)
    found = replace(
        base,
        models=models,
        gpus=gpus,
        rates=(*(r for r in base.rates if (r.provider, r.model) not in priced), *rates),
        rentals=tuple(sorted([*kept, *rentals], key=lambda r: (r.price, r.provider, r.instance, r.kind, r.count))),
        deployables=deployables,
        book=book,
        hosting=_hosting(base.hosting, stated, gpu),
    )
    if gpu is None and not measured:  # what is known of the other models' configurations holds
        found.prepared.update(base.prepared)
        found.keys.update(base.keys)
    return found


def _of_model(model: OwnModel | None, base: Catalogue, gpu: OwnGpu | None) -> Iterator[Deployable]:
    """The reader's model on every GPU that runs other models at its precision, and on the reader's own."""
    if model is None:
        return
    able = {d.gpu for d in base.deployables if d.precision == model.precision and d.engine == ENGINE}
    cards = [base.gpus[name] for name in sorted(able)]
    if gpu and _runs(gpu, model.precision):
        cards.append(gpu.card)
    shape = model.card.shape
    for card in cards:
        cache = kv_cache_of(model.precision, card)
        for size in sizes(shape, card, model.precision, cache) if shape else ():
            yield Deployable(
                OWN_MODEL, card.id, model.precision, ENGINE, "", size, 1, cache, model.card.hf_repo, "", ""
            )


def _on_gpu(gpu: OwnGpu | None, base: Catalogue) -> Iterator[Deployable]:
    """Every model at every precision of its published weights on the reader's accelerator."""
    if gpu is None:
        return
    weights = {(d.model, d.precision): d for d in _by_engine(base.deployables)}
    for (name, precision), d in sorted(weights.items()):
        shape = base.models[name].shape
        if shape is not None and _runs(gpu, precision):
            cache = kv_cache_of(precision, gpu.card)
            for size in sizes(shape, gpu.card, precision, cache):
                yield Deployable(
                    name, OWN_GPU, precision, ENGINE, "", size, 1, cache, d.checkpoint, "", "", d.quantised
                )


def _by_engine(deployables: Iterable[Deployable]) -> list[Deployable]:
    """Those that nobody measured last, so that published weights go before the weights of a measurement."""
    return sorted(deployables, key=lambda d: (not d.measured_on, d.gpu, d.tensor_parallel))


def _runs(gpu: OwnGpu, precision: str) -> bool:
    """Whether the accelerator computes in the precision, as far as its figures say."""
    if precision in WEIGHTS_ONLY:
        return True
    return bool(gpu.card.fp4_flops if precision in ("fp4", "mxfp4") else gpu.card.fp8_flops)


def _book(book: Book, model: OwnModel | None, gpu: OwnGpu | None) -> Book:
    """The book of predictions with the shape and the card; a shape that is known shares its measurements."""
    if model is not None and model.card.shape is not None:
        shape = model.card.shape
        alike = next((book.architectures[name] for name, s in book.shapes.items() if s == shape), OWN_MODEL)
        shapes = {**book.shapes, OWN_MODEL: shape}
        book = replace(book, shapes=shapes, architectures={**book.architectures, OWN_MODEL: alike})
    return replace(book, gpus={**book.gpus, OWN_GPU: gpu.card}) if gpu else book


def _hosting(facts: HostingFacts, stated: Mapping[str, Any], gpu: OwnGpu | None) -> HostingFacts:
    given = {
        name: NamedValue(Decimal(repr(stated[name])), facts.values[name].unit, False, "your own figure")
        for name in SITE_VALUES
        if name in stated
    }
    found = replace(facts, values={**facts.values, **given})
    if gpu is None or gpu.usd_to_buy is None:
        return found
    price = PurchasePrice(OWN_GPU, gpu.usd_to_buy, 0, "your own price", False)
    return replace(found, purchase={**found.purchase, OWN_GPU: price})
