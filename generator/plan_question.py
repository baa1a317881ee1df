"""From flags to a question: defaults of use cases and presets, wrong combinations refused, names resolved. Pure."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from generator.mix_file import MixFile, request_classes
from generator.plan_flags import PlanFlags
from generator.plan_names import Names, checked_name, known_name
from generator.plan_workload import slo_of, target_preset, workload_of
from wasm_tools.performance.memory import WEIGHT_BYTES
from wasm_tools.planner.checks import count, share
from wasm_tools.planner.mixed_question import mixed_question
from wasm_tools.planner.question import Limits, Question, Shares, Wishes
from wasm_tools.planner.surcharges import round_trip_ms
from wasm_tools.workload.traffic import InputError, Workload

FAR_BELOW = 1.5  # times the end-to-end bound that the other two allow before a hint is due
# Where the engine's name of a field is not that of the flag.
FLAGS = {
    "prompt_tokens": "--prompt", "output_tokens": "--output", "peak_qps": "--peak", "minimum_class": "--class",
    "cacheable_share": "--cached", "cached_share": "--cached", "batchable_share": "--batch", "batch_share": "--batch",
    "ttft_ms": "--ttft", "itl_ms": "--itl", "e2e_ms": "--e2e", "tokens_per_s": "--tokens-per-second",
    "min_context": "--context", "kinds": "--kind", "precisions": "--precision", "max_tensor_parallel": "--max-tp",
    "usd_per_month": "--budget", "usd_per_hour": "--budget-hour", "usd_per_1k_tokens": "--budget-1k",
    "near_tolerance": "--tolerance", "usd_per_kwh": "--kwh", "providers": "--provider", "gpus": "--gpu",
    "network_ms": "--from", "area": "--from", "domains": "--domain",
}  # fmt: skip
STATED_BY_CLASSES = {
    "--prompt": "prompt", "--output": "output", "--lengths": "lengths", "--cached": "cached", "--slo": "slo",
    "--ttft": "ttft", "--itl": "itl", "--e2e": "e2e", "--percentile": "percentile",
    "--ttft-percentile": "ttft_percentile", "--itl-percentile": "itl_percentile", "--e2e-percentile": "e2e_percentile",
    "--tokens-per-second": "tokens_per_second",
}  # fmt: skip


@contextmanager
def named_flags(own: Mapping[str, str] | None = None) -> Iterator[None]:
    """Within it, a refusal of the engine names the flag instead of the engine's field; `own` are those of a command."""
    try:
        yield
    except InputError as error:
        if error.field.startswith("-"):
            raise
        flag = (
            (own or {}).get(error.field)
            or FLAGS.get(error.field)
            or "--" + error.field.partition("[")[0].replace("_", "-")
        )
        raise InputError(flag, error.message) from None


def question_of(flags: PlanFlags, names: Names, mix: MixFile | None = None) -> Question:
    """The question that the flags ask, about the mix if one is given.

    Raises InputError that names the flag and the remedy.
    """
    flags = with_industry(flags, names)
    _refuse_combinations(flags)
    with named_flags():
        case = names.use_cases[known_name("--use-case", flags.use_case, names.use_cases)] if flags.use_case else None
        target = target_preset(flags, names)
        share("success_rate", flags.success_rate, above=True)
        workload, pattern = workload_of(flags, names, case, target)
        if mix is None:
            asked = Question(workload, slo_of(flags, names, case, target, workload.output_tokens))
        else:
            asked = _mixed(mix, names, flags, workload)
        question = replace(
            asked,
            wishes=Wishes(flags.priority, flags.tolerance, case.id if case else "", _limits(flags, names)),
            shares=Shares(flags.batch, flags.tier, flags.success_rate, flags.retries),
            pattern=pattern,
            inventory=_numbers("--own", flags.own, names),
            place=checked_name("--place", flags.place, names.places) if flags.place else "",
            usd_per_kwh=None if flags.kwh is None else _amount("--kwh", flags.kwh),
            surcharges=not flags.no_surcharges,
        )
        _ = question.mix  # checks the tier and the retries
    return question


def with_industry(flags: PlanFlags, names: Names) -> PlanFlags:
    """The flags with what their industry says where they say nothing; raises InputError for one that is unknown.

    Lengths that are given in any other way, of one side too, leave out those of the industry.
    """
    if flags.industry is None:
        return flags
    industries = {row.id: row for row in names.registry.industries}
    row = industries[known_name("--industry", flags.industry, industries)]
    sets = [p for p in flags.preset or () if p not in names.peaks]
    silent = flags.prompt is None and flags.output is None and flags.mix is None and not sets and not flags.use_case
    return replace(
        flags,
        use_case=flags.use_case or row.use_case,
        pattern=flags.pattern or row.pattern,
        lengths=flags.lengths or (row.lengths or None if silent else None),
    )


def with_way(question: Question, flags: PlanFlags, latencies: Mapping[tuple[str, str], float]) -> Question:
    """The question with the network round trip between the two areas of the flags, where they name any.

    `latencies` are median round trips in ms. Raises InputError that names the flag and the remedy.
    """
    if flags.from_area is None or flags.to_area is None:
        return question
    areas = sorted({area for pair in latencies for area in pair})
    here, there = known_name("--from", flags.from_area, areas), known_name("--to", flags.to_area, areas)
    with named_flags():
        return replace(question, network_ms=round_trip_ms(latencies, here, there))


def _mixed(mix: MixFile, names: Names, flags: PlanFlags, plain: Workload) -> Question:
    """The question about a mix at the load of the plain workload."""
    try:
        classes = request_classes(mix, names, flags.availability)
        return mixed_question(classes, plain.qps, plain.peak_qps, plain.minimum_class, arrival_cv=plain.arrival_cv)
    except InputError as error:
        if error.field == "--mix":
            raise
        raise InputError("--mix", error.message) from None


def hints(question: Question) -> tuple[str, ...]:
    """What is no fault, but perhaps not what was meant."""
    if question.classes:
        number = len(question.classes)
        classes = f"{number} classes" if number > 1 else "one class"
        return (f"a mix of {classes}; times are those of the class with the least to spare",)
    slo, found = question.slo, []
    together = slo.ttft_ms + (question.workload.output_tokens - 1) * slo.itl_ms
    if together > FAR_BELOW * slo.e2e_ms:
        found.append(
            f"the end-to-end bound of {slo.e2e_ms:,.0f} ms decides nearly alone: the bounds on the first token and"
            f" between tokens would allow {together:,.0f} ms together"
        )
    return tuple(found)


def _refuse_combinations(flags: PlanFlags) -> None:
    f = flags
    bounds = [name for name, bound in (("--ttft", f.ttft), ("--itl", f.itl), ("--e2e", f.e2e)) if bound is not None]
    sets = [p for p in f.preset or () if p.startswith("compass-")]
    known = {kind for kind in f.kind or () if kind == "owned"}
    refusals = (
        (f.users is not None and f.qps is not None, "--users", "the load is given twice; leave out --qps or --users"),
        (f.users is not None and not f.use_case, "--users", "how often users ask is known by use case: add --use-case,"
         " or give --qps"),
        (f.lengths is not None and (f.prompt is not None or f.output is not None), "--lengths", "recorded lengths have"
         " their own means; leave out --prompt and --output"),
        (f.slo is not None and bool(bounds), "--slo", f"the class and {' and '.join(bounds)} both set the target; leave"
         " out one of them"),
        (f.slo is not None and bool(sets), "--slo", f"the class and --preset {' '.join(sets)} both set the target;"
         " leave out one of them"),
        (f.min_quality is not None and not f.use_case, "--min-quality", "which benchmark counts is known by use case:"
         " add --use-case"),
        (f.retries != 0 and f.success_rate == 1, "--retries", "what never fails is never tried again; add"
         " --success-rate"),
        (f.kwh is not None and f.place is not None, "--kwh", "your own price and that of a place exclude each other;"
         " leave out --place"),
        (f.confirmed_only and not f.own, "--confirmed-only", "no source states free machines or rate limits, so only"
         " your own GPUs are certain: add --own, like --own h100-sxm=8"),
        (bool(known) and not f.own, "--kind", "owned needs the GPUs that you have: add --own, like --own h100-sxm=8"),
    )  # fmt: skip
    _refuse_beside_mix(flags)
    for wrong, flag, message in refusals:
        if wrong:
            raise InputError(flag, message)


def _refuse_beside_mix(flags: PlanFlags) -> None:
    """Refuse what the classes of a mix state themselves, and a way with one end."""
    if (flags.from_area is None) != (flags.to_area is None):
        given, missing = ("--from", "--to") if flags.to_area is None else ("--to", "--from")
        raise InputError(given, f"a way has two ends; add {missing}")
    if flags.mix is None:
        return
    silent = PlanFlags()
    for flag, name in STATED_BY_CLASSES.items():
        if getattr(flags, name) != getattr(silent, name):
            raise InputError(flag, f"the classes of --mix state this for themselves; leave out {flag}")
    sets = [p for p in flags.preset or () if p.startswith("compass-")]
    if sets:
        raise InputError("--preset", f"{sets[0]} sets lengths or a target, and so does --mix; leave out one of them")
    if flags.batch:
        raise InputError("--batch", "which class of --mix may wait is not known; plan those requests by themselves")


def _limits(flags: PlanFlags, names: Names) -> Limits:
    registry = names.registry
    providers, gpus = registry.provider_of, registry.gpu_of
    for precision in flags.precision or ():
        known_name("--precision", precision, WEIGHT_BYTES)

    def provider(name: str) -> str:
        row = providers(name)
        return row.id if row and name not in names.providers else name

    return Limits(
        models=_resolved("--model", flags.model, lambda n: registry.model_of("", n), registry.model),
        providers=_resolved("--provider", flags.provider, provider, names.providers),
        without_providers=_resolved("--without-provider", flags.without_provider, provider, names.providers),
        gpus=_resolved("--gpu", flags.gpu, gpus, registry.gpu),
        without_gpus=_resolved("--without-gpu", flags.without_gpu, gpus, registry.gpu),
        regions=_resolved("--region", flags.region, str, names.regions),
        kinds=tuple(flags.kind or ()),
        precisions=tuple(flags.precision or ()),
        domains=tuple(flags.domain or ()),
        gpu_limits=_numbers("--gpu-limit", flags.gpu_limit, names, least=0),
        max_gpus=flags.max_gpus,
        max_tensor_parallel=flags.max_tp,
        min_context=flags.context,
        min_quality=flags.min_quality,
        usd_per_month=flags.budget,
        usd_per_hour=flags.budget_hour,
        usd_per_1k_tokens=flags.budget_1k,
        open_weights_only=flags.open_weights,
        confirmed_only=flags.confirmed_only,
    )


def _resolved(
    flag: str, given: Sequence[str] | None, ours: Callable[[str], str], known: Collection[str]
) -> tuple[str, ...]:
    """Our ids of the names that were typed."""
    return tuple(checked_name(flag, ours(name) or name, known) for name in given or ())


def _numbers(flag: str, given: Sequence[str] | None, names: Names, least: int = 1) -> tuple[tuple[str, int], ...]:
    """GPUs and numbers out of texts like `h100-sxm=8`."""
    found: dict[str, int] = {}
    for text in given or ():
        name, _, number = text.partition("=")
        if not number.strip().isdecimal():
            raise InputError(flag, f"{text!r} is not a GPU and a whole number, like h100-sxm=8")
        gpu = checked_name(flag, names.registry.gpu_of(name.strip()) or name.strip(), names.registry.gpu)
        count(flag, int(number), least)
        if gpu in found:
            raise InputError(flag, f"{gpu} is given twice; give the sum once")
        found[gpu] = int(number)
    return tuple(found.items())


def _amount(flag: str, text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("nan")
    if not amount.is_finite() or amount < 0:
        raise InputError(flag, f"{text!r} is not a price of 0 or more, like 0.12")
    return amount
