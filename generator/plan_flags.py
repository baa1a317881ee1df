"""The flags of `atlas plan` and `atlas explain`: everything that a question to the planner may state."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from generator.flag_group import with_flags
from wasm_tools.models.cards import CAPABILITY_CLASSES, DOMAINS
from wasm_tools.planner.question import KINDS, PRIORITIES

WORKLOAD, TARGET, ALLOWED, MONEY, OWN, CHOICE = (
    "Workload", "Target", "What a plan may be", "Money", "Own hardware", "How plans are chosen",
)  # fmt: skip


def _flag(name: str, panel: str, text: str) -> Any:
    return typer.Option(name, help=text, rich_help_panel=panel, show_default=False)


@dataclass(frozen=True, slots=True)
class PlanFlags:
    """What was typed, unchecked. None is a flag that was not given; a list is one that may be repeated."""

    use_case: Annotated[
        str | None,
        _flag(
            "--use-case", WORKLOAD, "A use case: its lengths, load, target and least class hold where you say nothing."
        ),
    ] = None
    industry: Annotated[
        str | None,
        _flag(
            "--industry",
            WORKLOAD,
            "An industry: its use case, pattern of a day and recorded lengths hold where you say nothing. software,"
            " customer-service, banking, law, health-care, media.",
        ),
    ] = None
    preset: Annotated[
        list[str] | None,
        _flag(
            "--preset",
            WORKLOAD,
            "Figures of an earlier system, by name. compass-ui, compass-template, compass-doc, compass-poc: lengths and"
            " target by use case; compass-class: its experience class; compass: its peak; ia, ia-react, ia-audit: the"
            " peak of --pattern.",
        ),
    ] = None
    prompt: Annotated[int | None, _flag("--prompt", WORKLOAD, "Prompt tokens of a request. Default: 1024.")] = None
    output: Annotated[int | None, _flag("--output", WORKLOAD, "Output tokens of a request. Default: 1024.")] = None
    lengths: Annotated[
        str | None,
        _flag("--lengths", WORKLOAD, "Recorded lengths with their spread, like azure-2023-conv, instead of the two."),
    ] = None
    mix: Annotated[
        Path | None,
        _flag(
            "--mix",
            WORKLOAD,
            "A TOML file of request classes with shares, each with lengths, target and streaming of its own.",
        ),
    ] = None
    qps: Annotated[float | None, _flag("--qps", WORKLOAD, "Mean requests per second. Default: 1.")] = None
    users: Annotated[
        float | None, _flag("--users", WORKLOAD, "Users who behave as those of --use-case, instead of --qps.")
    ] = None
    peak: Annotated[
        float | None, _flag("--peak", WORKLOAD, "Peak requests per second. Default: of pattern or use case, or twice.")
    ] = None
    pattern: Annotated[
        str | None,
        _flag("--pattern", WORKLOAD, "steady, business-hours, bursty or diurnal. Default: the peak at all times."),
    ] = None
    cached: Annotated[
        float, _flag("--cached", WORKLOAD, "Share of the prompt that was sent before, from 0 to below 1.")
    ] = 0.0
    batch: Annotated[
        float, _flag("--batch", WORKLOAD, "Share of the requests that may wait: batch jobs, quiet hours.")
    ] = 0.0
    slo: Annotated[
        str | None,
        _flag("--slo", TARGET, "Experience class: instant, conversational, interactive (default), deferred, batch."),
    ] = None
    ttft: Annotated[float | None, _flag("--ttft", TARGET, "At most so many ms to the first token.")] = None
    itl: Annotated[float | None, _flag("--itl", TARGET, "At most so many ms between two tokens.")] = None
    e2e: Annotated[
        float | None, _flag("--e2e", TARGET, "At most so many ms for the whole answer. Default: from the other two.")
    ] = None
    percentile: Annotated[
        int | None, _flag("--percentile", TARGET, "Of the requests within the bounds: 50, 90, 95 (default) or 99.")
    ] = None
    ttft_percentile: Annotated[
        int | None, _flag("--ttft-percentile", TARGET, "Another percentile for the first token.")
    ] = None
    itl_percentile: Annotated[
        int | None, _flag("--itl-percentile", TARGET, "Another percentile for the time between tokens.")
    ] = None
    e2e_percentile: Annotated[
        int | None, _flag("--e2e-percentile", TARGET, "Another percentile for the whole answer.")
    ] = None
    tokens_per_second: Annotated[
        float | None, _flag("--tokens-per-second", TARGET, "At least this output speed of the median request.")
    ] = None
    availability: Annotated[
        float | None, _flag("--availability", TARGET, "Share of the time that carries the peak, like 0.999.")
    ] = None
    from_area: Annotated[
        str | None,
        _flag("--from", TARGET, "Area of your users, like europe; with --to the way counts in times on GPUs."),
    ] = None
    to_area: Annotated[str | None, _flag("--to", TARGET, "Area of the machines, like us-east.")] = None
    minimum_class: Annotated[
        str | None,
        _flag(
            "--class",
            TARGET,
            f"Least class: {', '.join(CAPABILITY_CLASSES)}. Default: medium, or any with --model.",
        ),
    ] = None
    min_quality: Annotated[
        float | None, _flag("--min-quality", TARGET, "Least score in the first benchmark of --use-case.")
    ] = None
    context: Annotated[int | None, _flag("--context", TARGET, "Context of at least so many tokens.")] = None
    model: Annotated[list[str] | None, _flag("--model", ALLOWED, "Only this model; may be repeated.")] = None
    open_weights: Annotated[bool, _flag("--open-weights", ALLOWED, "Only models with open weights.")] = False
    domain: Annotated[
        list[str] | None,
        _flag("--domain", ALLOWED, f"Only models said to be made for this; may be repeated: {', '.join(DOMAINS)}."),
    ] = None
    provider: Annotated[list[str] | None, _flag("--provider", ALLOWED, "Only this provider; may be repeated.")] = None
    without_provider: Annotated[
        list[str] | None, _flag("--without-provider", ALLOWED, "Not this provider; may be repeated.")
    ] = None
    gpu: Annotated[list[str] | None, _flag("--gpu", ALLOWED, "Only this GPU; may be repeated.")] = None
    without_gpu: Annotated[list[str] | None, _flag("--without-gpu", ALLOWED, "Not this GPU; may be repeated.")] = None
    region: Annotated[
        list[str] | None,
        _flag("--region", ALLOWED, "Only prices of this region; may be repeated, like global with us-east-1."),
    ] = None
    kind: Annotated[
        list[str] | None, _flag("--kind", ALLOWED, f"Only this way to run; may be repeated: {', '.join(KINDS)}.")
    ] = None
    precision: Annotated[
        list[str] | None, _flag("--precision", ALLOWED, "Only weights in this precision; may be repeated.")
    ] = None
    max_gpus: Annotated[int | None, _flag("--max-gpus", ALLOWED, "At most so many GPUs in all.")] = None
    gpu_limit: Annotated[
        list[str] | None,
        _flag("--gpu-limit", ALLOWED, "At most so many of a type, like h100-sxm=8; may be repeated."),
    ] = None
    max_tp: Annotated[int | None, _flag("--max-tp", ALLOWED, "At most so many GPUs share a layer.")] = None
    confirmed_only: Annotated[
        bool, _flag("--confirmed-only", ALLOWED, "Only capacity that is known to be there: that of --own.")
    ] = False
    budget: Annotated[float | None, _flag("--budget", MONEY, "At most so many US dollars a month.")] = None
    budget_hour: Annotated[float | None, _flag("--budget-hour", MONEY, "At most so many US dollars an hour.")] = None
    budget_1k: Annotated[
        float | None, _flag("--budget-1k", MONEY, "At most so many US dollars for 1,000 tokens in and out.")
    ] = None
    tier: Annotated[str, _flag("--tier", MONEY, "Service tier of an API: standard (default), flex or priority.")] = (
        "standard"
    )
    success_rate: Annotated[
        float, _flag("--success-rate", MONEY, "Share of the attempts at an API that succeed. Default: 1.")
    ] = 1.0
    retries: Annotated[int, _flag("--retries", MONEY, "Further attempts at an API after a failure. Default: 0.")] = 0
    no_surcharges: Annotated[
        bool,
        _flag("--no-surcharges", MONEY, "Do not name data out and storage of weights, which come on top of a cost."),
    ] = False
    own: Annotated[list[str] | None, _flag("--own", OWN, "GPUs that you have, like h100-sxm=8; may be repeated.")] = (
        None
    )
    measured: Annotated[
        list[Path] | None,
        _flag(
            "--measured",
            OWN,
            "Your own measurements, as `atlas observe --outcome` writes them; they go before all others. Repeatable.",
        ),
    ] = None
    kwh: Annotated[str | None, _flag("--kwh", OWN, "Your price of a kWh in US dollars.")] = None
    place: Annotated[
        str | None, _flag("--place", OWN, "Country or state whose electricity price holds, like DEU or US-TX.")
    ] = None
    priority: Annotated[
        str, _flag("--priority", CHOICE, f"What the balanced list weighs most: {', '.join(PRIORITIES)}.")
    ] = "balanced"
    tolerance: Annotated[
        float, _flag("--tolerance", CHOICE, "Share by which a bound may be missed to count as near. Default: 0.2.")
    ] = 0.2
    top: Annotated[
        int, typer.Option("--top", min=1, max=1000, help="Plans to show, beside those that an answer points to.")
    ] = 10


with_plan_flags = with_flags(PlanFlags, "flags")
