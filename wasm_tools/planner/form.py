"""From a form record to a question: the same for the page, the address, scenarios and the command.

What a record leaves out is that of its use case, else that of the standard lengths, class and load, else the default of
the field. Single values go before standard ones. Every refusal names a field of the form.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Any

from wasm_tools.performance.lengths import Lengths
from wasm_tools.planner.catalogue import Catalogue
from wasm_tools.planner.form_checks import checked_record
from wasm_tools.planner.form_fields import FIELD_OF_INPUT, FIELDS
from wasm_tools.planner.form_lengths import side_lengths
from wasm_tools.planner.own_names import OWN_GPU, OWN_MODEL
from wasm_tools.planner.presets import START, Case, Presets, SloClass
from wasm_tools.planner.question import Limits, Question, Shares, Wishes, checked_names
from wasm_tools.planner.surcharges import round_trip_ms
from wasm_tools.workload.patterns import ArrivalPattern, peak_factor
from wasm_tools.workload.traffic import InputError, Slo, Workload, class_slo, qps_of_users

USERS, ACTIVE, PER_MINUTE = 1000, 0.2, 0.4  # of the use case "chatbot", where users are given without a use case


@contextmanager
def named_fields() -> Iterator[None]:
    """Within it, a refusal of the engine names the field of the form instead of the engine's input."""
    try:
        yield
    except InputError as error:
        name = error.field.partition("[")[0]
        raise InputError(FIELD_OF_INPUT.get(name, name), error.message) from None


def question_of_form(record: Mapping[str, Any], catalogue: Catalogue) -> Question:
    """The question that a form record asks of a catalogue; InputError names the field that is wrong and the remedy."""
    stated = checked_record(record)
    _check_names(stated, catalogue)
    presets = catalogue.presets
    with named_fields():
        case: Case | None = _preset("use_case", stated.get("use_case"), presets.use_cases)
        workload, pattern = _workload(stated, presets, case)
        question = Question(
            workload,
            _slo(stated, presets, case, workload.output_tokens),
            Wishes(
                stated.get("priority", "balanced"), stated.get("tolerance", 0.2), case.id if case else "",
                _limits(stated),
            ),
            Shares(
                workload.batchable_share, stated.get("tier", "standard"), stated.get("success_rate", 1.0),
                stated.get("retries", 0),
            ),
            pattern=pattern,
            inventory=stated.get("inventory", ()),
            place=stated.get("place", ""),
            usd_per_kwh=_exact(stated.get("usd_per_kwh")),
            surcharges=stated.get("surcharges", True),
        )  # fmt: skip
        _ = question.mix  # checks tier and retries
        return replace(question, network_ms=_way(stated, catalogue))


def _preset(field: str, name: str | None, known: Mapping[str, Any]) -> Any:
    if name is None:
        return None
    checked_names(field, (name,), known)
    return known[name]


def _check_names(stated: Mapping[str, Any], catalogue: Catalogue) -> None:
    """Refuse names that the catalogue does not have, with the nearest that it has."""
    known: dict[str, Callable[[], Collection[str]]] = {
        "models": lambda: {*catalogue.models, *_own(stated, "own_model", OWN_MODEL)},
        "gpus": lambda: {*catalogue.gpus, *_own(stated, "own_gpu", OWN_GPU)},
        "providers": lambda: {r.provider for r in catalogue.rates} | {r.provider for r in catalogue.rentals},
        "regions": lambda: {r.region for r in catalogue.rates} | {r.region for r in catalogue.rentals},
        "areas": lambda: {area for pair in catalogue.hosting.latencies for area in pair},
        "places": lambda: catalogue.hosting.electricity,
    }
    for field in FIELDS:
        if field.of in known and field.name in stated:
            value = stated[field.name]
            names = (value,) if field.kind == "choice" else dict(value) if field.kind == "counts" else value
            checked_names(field.name, tuple(names), known[field.of]())


def _own(stated: Mapping[str, Any], field: str, name: str) -> tuple[str, ...]:
    return (name,) if field in stated else ()


def _standard(field: str, stated: Mapping[str, Any], of_case: str | None, known: Mapping[str, Any]) -> Any:
    """The standard value that a record names, else that of its use case, else the first; None where there is none."""
    return _preset(field, stated.get(field), known) or known.get(of_case or START[field])


def _workload(stated: Mapping[str, Any], presets: Presets, case: Case | None) -> tuple[Workload, ArrivalPattern | None]:
    profile = _standard("profile", stated, case.profile if case else None, presets.profiles)
    recorded = _preset("lengths", stated.get("lengths"), presets.lengths)
    prompt = side_lengths("prompt", stated, recorded and recorded.prompt, profile and profile.prompt_tokens)
    output = side_lengths("output", stated, recorded and recorded.output, profile and profile.output_tokens)
    qps, digits = _mean_rate(stated, presets, case)
    pattern: ArrivalPattern | None = _preset("pattern", stated.get("pattern"), presets.patterns)
    batchable = stated.get("batchable_share", 0.0)
    peak, pattern = _peak(stated, presets, case, qps, digits, pattern, batchable)
    workload = Workload(
        max(1, round(prompt.mean)),
        max(1, round(output.mean)),
        qps,
        peak,
        _least_class(stated, case),
        lengths=Lengths(prompt, output) if prompt.cv or output.cv else None,
        arrival_cv=pattern.arrival_cv if pattern else 1.0,
        cacheable_share=stated.get("cacheable_share", 0.0),
        batchable_share=batchable,
    )
    return workload, pattern


def _mean_rate(stated: Mapping[str, Any], presets: Presets, case: Case | None) -> tuple[float, int]:
    """Requests per second, and to how many digits they are rounded: of users to four, as the use cases are."""
    load = _preset("load", stated.get("load"), presets.loads)
    if "qps" in stated or load:
        return stated.get("qps", load and load.qps), 6
    if any(name in stated for name in ("users", "active", "per_minute")) or case:
        users, active, per_minute = (case.users, case.active, case.per_minute) if case else (USERS, ACTIVE, PER_MINUTE)
        rate = qps_of_users(
            stated.get("users", users), stated.get("active", active), stated.get("per_minute", per_minute)
        )
        return round(rate, 4) or rate, 4
    start = presets.loads.get(START["load"])
    if start is None:
        raise InputError("qps", "enter a number of requests a second")
    return start.qps, 6


def _peak(
    stated: Mapping[str, Any],
    presets: Presets,
    case: Case | None,
    qps: float,
    digits: int,
    pattern: ArrivalPattern | None,
    batchable: float,
) -> tuple[float, ArrivalPattern | None]:
    """The peak in requests per second, and the pattern with that peak."""
    factor: float | None = stated.get("peak_factor")
    if pattern is None:
        load = _preset("load", stated.get("load"), presets.loads)
        start = presets.loads.get(START["load"])
        standard = load or case or start
        if factor is None and standard is None:
            raise InputError("peak_factor", "enter how many times the average the peak is")
        factor = standard.peak_factor if factor is None and standard else factor
        peak = qps * (factor or 1)
        return max(qps, round(peak, digits)) or peak, None
    if factor is None:
        return qps * peak_factor(pattern, batchable), pattern
    if factor < max(pattern.hourly):
        raise InputError(
            "peak_factor",
            f"{factor:g} times the average are below the busiest hour of {pattern.id} with {max(pattern.hourly):g};"
            " raise the peak or choose no pattern",
        )
    return qps * factor, replace(pattern, peak_factor=factor)


def _least_class(stated: Mapping[str, Any], case: Case | None) -> str:
    """A model that was named needs no class to recommend it."""
    if "class" in stated:
        return str(stated["class"])
    if "models" in stated or "own_model" in stated:
        return "small"
    return case.minimum_class if case else START["class"]


def _slo(stated: Mapping[str, Any], presets: Presets, case: Case | None, output_tokens: int) -> Slo:
    base: SloClass | None = _standard("slo", stated, case.slo if case else None, presets.slo_classes)
    ttft = stated.get("ttft_ms", base and base.ttft_ms)
    itl = stated.get("itl_ms", base and base.itl_ms)
    if base is None and not {"ttft_ms", "itl_ms", "e2e_ms"} <= stated.keys():
        raise InputError("ttft_ms", "enter a time in ms for each of the three bounds")
    e2e: float = stated.get("e2e_ms") or class_slo(ttft, itl, base.e2e_factor if base else 1, output_tokens).e2e_ms
    if e2e < ttft:
        raise InputError(
            "e2e_ms", f"{e2e:g} ms for the whole answer are below the {ttft:g} ms to its first token; raise it"
        )
    return Slo(
        ttft, itl, e2e, stated.get("percentile", base.percentile if base else 95), stated.get("ttft_percentile"),
        stated.get("itl_percentile"), stated.get("e2e_percentile"), stated.get("tokens_per_second"),
        stated.get("availability"),
    )  # fmt: skip


def _limits(stated: Mapping[str, Any]) -> Limits:
    return Limits(
        models=stated.get("models", _own(stated, "own_model", OWN_MODEL)),
        without_models=stated.get("without_models", ()),
        providers=stated.get("providers", ()),
        without_providers=stated.get("without_providers", ()),
        gpus=stated.get("gpus", ()),
        without_gpus=stated.get("without_gpus", ()),
        regions=stated.get("regions", ()),
        without_regions=stated.get("without_regions", ()),
        kinds=stated.get("kinds", ()),
        precisions=stated.get("precisions", ()),
        domains=stated.get("domains", ()),
        gpu_limits=stated.get("gpu_limits", ()),
        max_gpus=stated.get("max_gpus"),
        max_tensor_parallel=stated.get("max_tp"),
        min_context=stated.get("context"),
        min_quality=stated.get("min_quality"),
        usd_per_month=stated.get("budget"),
        usd_per_hour=stated.get("budget_hour"),
        usd_per_1k_tokens=stated.get("budget_1k"),
        open_weights_only=stated.get("open_weights", False),
        confirmed_only=stated.get("confirmed_only", False),
    )


def _way(stated: Mapping[str, Any], catalogue: Catalogue) -> float:
    """The network round trip between the two areas, where any are named."""
    here, there = stated.get("from_area"), stated.get("to_area")
    if here is None or there is None:
        return 0.0
    return round_trip_ms(catalogue.hosting.latencies, here, there)


def _exact(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(repr(value))
