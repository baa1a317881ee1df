"""A ranking as rows of ready strings: what a plan is, costs and reaches, and the reasons behind it."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from generator.registry import Profile, SloClass
from generator.render.formats import (
    milliseconds,
    missing,
    money,
    percent,
    plural,
    rate,
    seconds,
    signed_percent,
)
from generator.render.site_index import SiteIndex
from wasm_tools.planner import Ranking
from wasm_tools.planner.plan import Configuration, Plan, dollars
from wasm_tools.workload.traffic import HOURS_PER_MONTH, Slo, Workload

KINDS = {"api": "API", "rented": "rented", "spot": "spot"}
ENGINES = {"vllm": "vLLM", "sglang": "SGLang", "trtllm": "TensorRT-LLM"}
MARGIN_PIXELS = 40  # width of a full margin bar


def manifest_link(plan: Plan) -> str:
    """The site path of a plan's manifest; empty where there is none."""
    try:
        from generator.render.manifests import manifest_path
    except ImportError:  # the tables are complete without it
        return ""
    path: str | None = manifest_path(plan)
    return path or ""


def plan_table(name: str, caption: str, ranking: Ranking, index: SiteIndex, shown: int) -> dict[str, Any]:
    """The table of the first `shown` plans of a ranking; `name` is its id on the page."""
    plans = ranking.plans[:shown]
    # The ranking keeps the cheapest dependable plan in its list: it must not fall off the shorter one of a page.
    first = cheapest_dependable(ranking)
    if first is not None and first not in plans:
        plans = (*plans[: shown - 1], first)
    return {
        "id": name,
        "caption": caption,
        "rows": [plan_row(rank, plan, index) for rank, plan in plans],
        "possible": ranking.possible,
        "excluded": excluded_rows(ranking.excluded),
        "left_out": f"{sum(n for _, n in ranking.excluded):,}",
    }


def cheapest_dependable(ranking: Ranking) -> tuple[int, Plan] | None:
    """The cheapest plan whose target is met by measurement on machines that nobody can take away, with its rank."""
    return next(((rank, p) for rank, p in ranking.plans if p.slo == "met" and p.kind != "spot"), None)


def plan_row(rank: int, plan: Plan, index: SiteIndex) -> dict[str, Any]:
    """One plan as ready strings. Without measured times there is one cell that says so, not five dashes."""
    grade = index.grade_of_plan(plan)
    return {
        "id": plan.id,
        "usd": dollars(plan.usd_per_month),
        "rank": rank,
        "model": index.model_name(plan.model),
        "model_href": f"models/{plan.model}/",
        "machine": machine_words(plan.configuration, index),
        "engine": engine_words(plan.configuration),
        "provider": index.provider_name(plan.provider),
        "provider_href": f"providers/{plan.provider}/",
        "kind": KINDS[plan.kind],
        "month": month_words(plan),
        "bound": bound_words(plan),
        "per_million": money(plan.usd_per_million_output),
        "met": plan.slo == "met",
        "times": plan_times(plan),
        "grade": grade.letter,
        "grade_reason": grade.reason,
        "sku": plan.sku if plan.region in ("", "global") else f"{plan.sku}, {plan.region}",
        "reasons": plan.reasons,
        "manifest": manifest_link(plan),
    }


def month_words(plan: Plan) -> str:
    """The monthly cost: `$412`, or `≤ $412` where a harder measurement stands for the workload."""
    limit = "≤ " if plan.prediction is not None and plan.prediction.evidence == "anchored" else ""
    return limit + money(plan.usd_per_month)


def bound_words(plan: Plan) -> str:
    """Why the cost is an upper bound, or nothing."""
    c = plan.configuration
    if c is None or plan.prediction is None or plan.prediction.evidence != "anchored":
        return ""
    return f"upper bound: measured on {c.measured_prompt_tokens:,} → {c.measured_output_tokens:,} tokens"


def plan_times(plan: Plan) -> dict[str, Any] | None:
    """The estimated p95 times of a plan as strings, with margin and load; None where nothing was measured."""
    p = plan.prediction
    if p is None:
        return None
    margin, load = plan.slo_margin, plan.utilisation
    return {
        "ttft": milliseconds(p.ttft_ms),
        "itl": milliseconds(p.itl_ms),
        "e2e": seconds(p.e2e_ms),
        "margin": missing("not computed") if margin is None else signed_percent(margin),
        "margin_width": round(min(max(margin or 0.0, 0.0), 1.0) * MARGIN_PIXELS),
        "load": missing("not computed") if load is None else percent(load),
        "evidence": p.evidence,
    }


def gpu_words(gpu: str, index: SiteIndex) -> str:
    """The name of a GPU without its vendor, which its page says: `H100 SXM 80GB`."""
    row = index.data.registry.gpu[gpu]
    return row.name.removeprefix(row.vendor).strip() or row.name


def machine_words(configuration: Configuration | None, index: SiteIndex) -> str:
    """What runs the model: `2 × H100 SXM 80GB`, `3 replicas of 2 × H100 SXM 80GB`; empty for an API."""
    c = configuration
    if c is None:
        return ""
    replica = f"{c.tensor_parallel} × {gpu_words(c.gpu, index)}"
    return replica if c.replicas == 1 else f"{c.replicas:,} replicas of {replica}"


def engine_words(configuration: Configuration | None) -> str:
    """How it is run: `fp8, vLLM 0.19.0`; empty for an API."""
    c = configuration
    return f"{c.precision}, {ENGINES.get(c.engine, c.engine)} {c.engine_version}".strip() if c else ""


def excluded_rows(excluded: Iterable[tuple[str, int]]) -> list[dict[str, Any]]:
    """What could not become a plan, by reason, the most frequent first."""
    return [{"reason": r, "count": n} for r, n in sorted(excluded, key=lambda e: (-e[1], e[0]))]


def bounds_words(slo: Slo) -> str:
    """The bounds of a target in one line."""
    return (
        f"TTFT ≤ {milliseconds(slo.ttft_ms)} ms, ITL ≤ {milliseconds(slo.itl_ms)} ms,"
        f" E2E ≤ {seconds(slo.e2e_ms)} s at p{slo.percentile}"
    )


def load_words(workload: Workload) -> str:
    """The rates of a workload in one line."""
    return f"{rate(workload.qps)} requests/s on average, {rate(workload.peak_qps)} at peak"


def length_words(profile: Profile) -> str:
    """Prompt and output length: `512 → 256 tokens`."""
    return f"{profile.prompt_tokens:,} → {profile.output_tokens:,} tokens"


def assumptions(workload: Workload, slo: Slo, slo_class: SloClass, index: SiteIndex) -> list[str]:
    """What a ranking takes for granted, with the numbers it uses."""
    catalogue = index.data.results.catalogue
    requests = plural(round(workload.requests_per_month), "request")
    return [
        f"Every request has {workload.prompt_tokens:,} prompt tokens and {workload.output_tokens:,} output tokens;"
        f" {load_words(workload)}; {requests} in a month of {HOURS_PER_MONTH} hours.",
        f"{slo_class.title}: {bounds_words(slo)}.",
        "APIs are priced at the standard tier without cache or batch discount. Nobody measured their latency for us,"
        " so their target is not verified.",
        f"Rented GPUs run all month, with enough replicas that the peak loads each to no more than"
        f" {percent(catalogue.utilisation_cap)} of its measured rate.",
        f"Times are measured means × {catalogue.tails.ttft:g} (TTFT) and × {catalogue.tails.itl:g} (ITL) to"
        f" estimate the 95th percentile, from {catalogue.tails.source}.",
    ]


def source_uses(rankings: Iterable[Ranking], index: SiteIndex) -> list[dict[str, Any]]:
    """The sources behind the prices of the plans shown, with the date each was last read, most used first."""
    used: Counter[str] = Counter()
    for ranking in rankings:
        for _, plan in ranking.plans:
            used.update({e.partition("=")[0] for e in plan.price_evidence.split()})
    registry, snapshots = index.data.registry, index.data.state.snapshots
    return [
        {"id": s, "title": registry.source[s].title, "observed": snapshots[s].observed_at, "plans": n}
        for s, n in sorted(used.items(), key=lambda u: (-u[1], u[0]))
    ]
