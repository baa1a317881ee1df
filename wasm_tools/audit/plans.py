"""Plans under the target of an audit: the planner asked with the load of today and one thing changed."""

from collections.abc import Mapping
from typing import Any

from wasm_tools.ask.catalogue_answers import rental_id
from wasm_tools.audit.finding import Priced, patched_form, priced_plan
from wasm_tools.planner.candidate import QUALIFIED, Candidate
from wasm_tools.planner.catalogue import Catalogue
from wasm_tools.planner.form import question_of_form
from wasm_tools.planner.ranking import Answer, answer

HOSTED = ("rented", "reserved-1y", "reserved-3y", "serverless", "spot", "bought")


def asked(form: Mapping[str, Any], catalogue: Catalogue, **patch: Any) -> Answer:
    """The planner's answer to the form with a patch."""
    return answer(question_of_form(patched_form(form, **patch), catalogue), catalogue)


def cheapest(found: Answer, *statuses: str) -> Priced | None:
    """The cheapest plan with one of the statuses; with any but missed where none is named."""
    c = next((c for c in found.candidates if c.status in (statuses or (*QUALIFIED, "near", "unknown"))), None)
    return None if c is None else priced_plan(c)


def qualified(found: Answer) -> Priced | None:
    """The cheapest plan that meets the target."""
    return cheapest(found, *QUALIFIED)


def fixed_fleet(gpu: str, number: int, kind: str, provider: str | None, catalogue: Catalogue) -> Priced | None:
    """What `number` GPUs cost a month in one form of renting: at the provider, else at the cheapest one that has it."""
    fit = [r for r in catalogue.plain_rentals if r.rental.gpu == gpu and r.rental.kind == kind]
    fit = [r for r in fit if provider in (None, r.provider) and r.rental.count <= number]
    best = min(fit, key=lambda r: (r.month * _paid(number, r.rental.count), r.place), default=None)
    if best is None:
        return None
    r = best.rental
    paid = _paid(number, r.count)
    price = Priced(
        best.month * paid, best.error, rental_id(r),
        f"{paid} × {gpu} at {r.provider}, ${r.price:f} per GPU-hour for 730 h ({kind})", "unknown", "unknown",
        r.evidence, r.provider, "", kind, paid,
    )  # fmt: skip
    return price


def _paid(number: int, machine: int) -> int:
    return -(-number // machine) * machine


def alternatives(form: Mapping[str, Any], model: str, catalogue: Catalogue, shown: int = 12) -> tuple[Priced, ...]:
    """Ways to serve the same model under the same target: the cheapest of each seller and kind, cheapest first."""
    found = asked(form, catalogue, models=[model])
    seen: set[tuple[str, str]] = set()
    picked: list[Candidate] = []
    for c in found.candidates:
        if (c.kind, c.provider) not in seen and c.status != "missed":
            seen.add((c.kind, c.provider))
            picked.append(c)
    return tuple(priced_plan(c) for c in picked[:shown])
