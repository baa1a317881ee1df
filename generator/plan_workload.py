"""From flags to a workload and its target: use cases and presets of earlier systems fill in what was not said. Pure."""

from dataclasses import replace

from generator.plan_flags import PlanFlags
from generator.plan_names import Names, TargetPreset, known_name
from generator.registry import SloClass, UseCase
from wasm_tools.workload.patterns import ArrivalPattern, peak_factor
from wasm_tools.workload.traffic import InputError, Slo, Workload, class_slo, qps_of_users

TOKENS, QPS, PEAK_FACTOR, SLO_CLASS, CAPABILITY = 1024, 1.0, 2.0, "interactive", "medium"


def workload_of(
    flags: PlanFlags, names: Names, case: UseCase | None, target: TargetPreset | None
) -> tuple[Workload, ArrivalPattern | None]:
    """The workload that the flags state, the use case or the preset where they are silent, and its pattern."""
    lengths = names.lengths[known_name("--lengths", flags.lengths, names.lengths)] if flags.lengths else None
    profile = names.profiles[case.profile] if case else None
    if lengths:
        prompt, output = round(lengths.prompt.mean), round(lengths.output.mean)
    else:
        default = profile.prompt_tokens if profile else TOKENS, profile.output_tokens if profile else TOKENS
        if target and target.prompt_tokens and target.output_tokens:
            default = target.prompt_tokens, target.output_tokens
        prompt = default[0] if flags.prompt is None else flags.prompt
        output = default[1] if flags.output is None else flags.output
    qps = _mean_rate(flags, case)
    pattern = names.patterns[known_name("--pattern", flags.pattern, names.patterns)] if flags.pattern else None
    peak, pattern = _peak(flags, names, case, qps, pattern)
    workload = Workload(
        prompt,
        output,
        qps,
        peak,
        _least_class(flags, case),
        lengths=lengths,
        arrival_cv=pattern.arrival_cv if pattern else 1.0,
        cacheable_share=flags.cached,
        batchable_share=flags.batch,
    )
    return workload, pattern


def _least_class(flags: PlanFlags, case: UseCase | None) -> str:
    """A model that was named needs no class to recommend it."""
    if flags.minimum_class is not None:
        return flags.minimum_class
    if flags.model:
        return "small"
    return case.minimum_class if case else CAPABILITY


def _mean_rate(flags: PlanFlags, case: UseCase | None) -> float:
    if flags.qps is not None:
        return flags.qps
    if case is None:
        return QPS
    users = case.users if flags.users is None else flags.users
    rate = qps_of_users(users, case.active_fraction, case.requests_per_active_user_per_minute)
    return round(rate, 4) or rate  # the figure of the use case's page


def _peak(
    flags: PlanFlags, names: Names, case: UseCase | None, qps: float, pattern: ArrivalPattern | None
) -> tuple[float, ArrivalPattern | None]:
    """The peak in requests per second, and the pattern with that peak."""
    factor = _preset_peak(flags, names)
    if pattern is None:
        if flags.peak is not None:
            return flags.peak, None
        factor = factor or (case.peak_factor if case else PEAK_FACTOR)
        return round(qps * factor, 4) or qps * factor, None
    if flags.peak is not None:
        factor = flags.peak / qps if qps > 0 else None
    if factor is not None:
        if factor < max(pattern.hourly):
            raise InputError(
                "--peak" if flags.peak is not None else "--preset",
                f"{qps * factor:g} requests/s are below the busiest hour of {pattern.id} with"
                f" {qps * max(pattern.hourly):g}; raise the peak or leave out --pattern",
            )
        pattern = replace(pattern, peak_factor=factor)
    peak = flags.peak if flags.peak is not None else qps * peak_factor(pattern, flags.batch)
    return peak, pattern


def target_preset(flags: PlanFlags, names: Names) -> TargetPreset | None:
    """Lengths and bounds of the preset that the flags name, if any."""
    known = sorted({name for name, _ in names.targets} | set(names.peaks))
    for preset in flags.preset or ():
        known_name("--preset", preset, known)
    chosen = [p for p in flags.preset or () if p not in names.peaks]
    if len(chosen) > 1:
        raise InputError("--preset", f"{chosen[0]} and {chosen[1]} both set the target; leave out one of them")
    if not chosen:
        return None
    if not flags.use_case:
        raise InputError("--preset", f"{chosen[0]} has a target for each use case: add --use-case")
    found = names.targets.get((chosen[0], flags.use_case))
    if found is None:
        able = ", ".join(case for name, case in names.targets if name == chosen[0])
        raise InputError("--preset", f"{chosen[0]} has none for {flags.use_case}; it has {able}")
    return found


def _preset_peak(flags: PlanFlags, names: Names) -> float | None:
    chosen = [p for p in flags.preset or () if p in names.peaks]
    if not chosen:
        return None
    if len(chosen) > 1:
        raise InputError("--preset", f"{chosen[0]} and {chosen[1]} both set the peak; leave out one of them")
    if flags.peak is not None:
        raise InputError("--peak", f"--preset {chosen[0]} sets the peak, too; leave out one of them")
    factors = names.peaks[chosen[0]]
    for key in (flags.pattern or "", flags.use_case or ""):
        if key in factors:
            return factors[key]
    raise InputError("--preset", f"{chosen[0]} has a peak for {', '.join(factors)}: name one as pattern or use case")


def slo_of(
    flags: PlanFlags, names: Names, case: UseCase | None, target: TargetPreset | None, output_tokens: int
) -> Slo:
    """The target: single bounds before those of preset, class and use case; what is left follows from the lengths."""
    chosen = flags.slo or (case.slo_class if case else SLO_CLASS)
    base: SloClass = names.classes[known_name("--slo", chosen, names.classes)]
    preset = target or base
    ttft = preset.ttft_ms if flags.ttft is None else flags.ttft
    itl = preset.itl_ms if flags.itl is None else flags.itl
    e2e = flags.e2e
    if e2e is None and target and flags.ttft is None and flags.itl is None:
        e2e = target.e2e_ms
    if e2e is None:
        e2e = class_slo(ttft, itl, base.e2e_factor, output_tokens).e2e_ms
    slo = Slo(
        ttft, itl, e2e, preset.percentile if flags.percentile is None else flags.percentile, flags.ttft_percentile,
        flags.itl_percentile, flags.e2e_percentile, flags.tokens_per_second, flags.availability,
    )  # fmt: skip
    if slo.e2e_ms < slo.ttft_ms:
        raise InputError(
            "--e2e",
            f"{slo.e2e_ms:g} ms for the whole answer are below the {slo.ttft_ms:g} ms to its first token; raise --e2e"
            " or lower --ttft",
        )
    return slo
