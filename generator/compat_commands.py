"""`atlas compat`: what two earlier systems would have answered, for comparison and for moving from them."""

import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from generator.compat_compass_commands import compass
from generator.compat_output import AsCsv, contents, show
from generator.compat_tables import (
    inference_atlas_audit_rules,
    inference_atlas_catalogue_tables,
    inference_atlas_plan_tables,
    inference_atlas_rows,
)
from generator.options import AsJson
from generator.places import checkout
from wasm_tools.compat import inference_atlas_records
from wasm_tools.compat.inference_atlas import get_tuning_preset
from wasm_tools.compat.inference_atlas_audit import Questionnaire, audit
from wasm_tools.compat.inference_atlas_catalogue import CatalogueRequest
from wasm_tools.compat.inference_atlas_invoice import Saving, analyse_invoice, savings_rows
from wasm_tools.compat.inference_atlas_plans import PlanRequest, rank_configs
from wasm_tools.compat.inference_atlas_relaxation import rank_with_relaxation
from wasm_tools.workload.traffic import InputError

commands = typer.Typer(name="compat", help="What earlier systems would have said. For comparison, never for a plan.")
inference_atlas = typer.Typer(help="InferenceAtlas at commit 99b8d5b (prices of February 2026, invented capacities).")
commands.add_typer(inference_atlas, name="inference-atlas")
commands.add_typer(compass, name="compass")

PLANS_SHOWN = ("rank", "offering_id", "monthly_cost_usd", "score", "utilization_at_peak", "total_risk")
OFFERS_SHOWN = ("rank", "provider", "sku_name", "unit_name", "normalized_price", "monthly_estimate_usd")
SAVINGS = tuple(f.name for f in fields(Saving))
SAVINGS_SHOWN = ("invoice_line", "best_provider", "best_offering", "estimated_savings_usd", "savings_pct")

TopK = Annotated[int, typer.Option("--top-k", help="How many rows at most.")]
Budget = Annotated[float, typer.Option("--budget", help="Most USD a month; 0 is no budget.")]
Providers = Annotated[list[str] | None, typer.Option("--provider", help="Only this provider; may be repeated.")]
Preset = Annotated[str | None, typer.Option("--preset", help="conservative, balanced or aggressive.")]
CatalogueFile = Annotated[Path, typer.Argument(help="pricing_catalog.json of InferenceAtlas.")]


@inference_atlas.command("plan")
def plan(
    tokens_per_day: Annotated[float, typer.Option("--tokens-per-day", help="Tokens in and out.")],
    bucket: Annotated[str, typer.Option("--bucket", help="7b, 13b, 34b, 70b or 405b.")] = "70b",
    preset: Preset = None,
    traffic: Annotated[str | None, typer.Option("--traffic", help="A pattern that sets --peak-to-avg.")] = None,
    peak_to_avg: Annotated[float | None, typer.Option("--peak-to-avg", help="Default 2.5.")] = None,
    util_target: Annotated[float | None, typer.Option("--util-target", help="Default 0.75.")] = None,
    beta: Annotated[float | None, typer.Option("--beta", help="Scaling penalty, default 0.08.")] = None,
    alpha: Annotated[float | None, typer.Option("--alpha", help="Weight of risk, default 1.")] = None,
    output_token_ratio: Annotated[float, typer.Option("--output-token-ratio")] = 0.30,
    autoscale_inefficiency: Annotated[float, typer.Option("--autoscale-inefficiency")] = 1.15,
    budget: Budget = 0.0,
    provider: Providers = None,
    top_k: TopK = 10,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Rank offerings for a size bucket by cost and risk, as `rank_configs` did."""
    tables = inference_atlas_plan_tables(checkout().registry)
    knobs = get_tuning_preset(preset or "balanced", tables)
    if traffic:
        if traffic not in tables.traffic_peak:
            raise InputError("traffic", f"{traffic!r} is not one of {', '.join(tables.traffic_peak)}")
        knobs["peak_to_avg"] = tables.traffic_peak[traffic]
    given = {"peak_to_avg": peak_to_avg, "util_target": util_target, "beta": beta, "alpha": alpha}
    knobs |= {name: value for name, value in given.items() if value is not None}
    request = PlanRequest(
        tokens_per_day=tokens_per_day,
        model_bucket=bucket,
        **knobs,
        autoscale_inefficiency=autoscale_inefficiency,
        monthly_budget_max_usd=budget,
        output_token_ratio=output_token_ratio,
        top_k=top_k,
        provider_ids=frozenset(provider) if provider else None,
    )
    plans = rank_configs(request, tables)
    records = [inference_atlas_records.plan_record(p, request, tables) for p in plans]
    rows = [inference_atlas_records.plan_csv_row(r) for r in records]
    scaling = inference_atlas_records.plan_scaling(plans[0], request, tables)
    answer = {"mode": inference_atlas_records.LABEL, "plans": records, "scaling": scaling}
    show(answer, inference_atlas_records.PLAN_COLUMNS, rows, as_json, as_csv, PLANS_SHOWN)


@inference_atlas.command("catalogue")
def catalogue(
    file: CatalogueFile,
    workload: Annotated[str, typer.Option("--workload", help="Like llm or speech_to_text.")],
    unit: Annotated[str | None, typer.Option("--unit", help="Only this listed unit, byte by byte.")] = None,
    usage: Annotated[float, typer.Option("--usage", help="Units a month.")] = 0.0,
    budget: Budget = 0.0,
    provider: Providers = None,
    listed: Annotated[bool, typer.Option("--listed", help="Compare listed prices, not converted ones.")] = False,
    unweighted: Annotated[bool, typer.Option("--unweighted", help="No factor for low confidence.")] = False,
    throughput: Annotated[bool, typer.Option("--throughput", help="Count replicas where throughput is known.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Only offers of confirmed capacity.")] = False,
    preset: Preset = None,
    top_k: TopK = 10,
    diagnostics: Annotated[
        bool, typer.Option("--diagnostics", help="Show the reason for each provider instead of offers.")
    ] = False,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Rank the price rows of a workload, relaxing the filters when none fits."""
    tables = inference_atlas_catalogue_tables(checkout().registry)
    presets = tables.presets.get(workload, tables.presets["default"])
    if preset and preset not in presets:
        raise InputError("preset", f"{preset!r} is not one of {', '.join(presets)}")
    knobs = dict(zip(("peak_to_avg", "util_target", "alpha"), presets[preset], strict=True)) if preset else {}
    request = CatalogueRequest(
        workload=tables.workload(workload),
        providers=frozenset(provider) if provider else None,
        unit_name=unit,
        top_k=top_k,
        monthly_budget_max_usd=budget,
        comparator_mode="listed" if listed else "normalized",
        confidence_weighted=not unweighted,
        monthly_usage=usage,
        throughput_aware=throughput,
        strict_capacity_check=strict,
        **knobs,
    )
    found = rank_with_relaxation(inference_atlas_rows(file, tables), request, tables)
    answer = {"mode": inference_atlas_records.LABEL, **inference_atlas_records.catalogue_record(found)}
    if found.offers:
        answer["scaling"] = inference_atlas_records.offer_scaling(found.offers[0])
    columns: Sequence[str] = inference_atlas_records.OFFER_COLUMNS
    shown: Sequence[str] = OFFERS_SHOWN
    rows = [[o[c] for c in columns] for o in answer["offers"]]
    if diagnostics:
        columns = shown = inference_atlas_records.DIAGNOSTIC_COLUMNS
        rows = [[d[c] for c in columns] for d in answer["provider_diagnostics"]]
    show(answer, columns, rows, as_json, as_csv, shown)


@inference_atlas.command("invoice")
def invoice(
    file: CatalogueFile,
    bill: Annotated[Path, typer.Argument(help="CSV of five columns.")],
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Compare each line of a bill with the lowest price row of its workload and unit."""
    tables = inference_atlas_catalogue_tables(checkout().registry)
    found = analyse_invoice(contents(bill), inference_atlas_rows(file, tables), tables)
    savings = savings_rows(found)
    answer = {"mode": inference_atlas_records.LABEL, "summary": found.summary, "savings": savings}
    show(answer, SAVINGS, [list(s.values()) for s in savings], as_json, as_csv, SAVINGS_SHOWN)


@inference_atlas.command("audit")
def cost_audit(
    answers: Annotated[Path, typer.Argument(help="JSON object of answers; names as in the questionnaire.")],
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Score a questionnaire and name up to three levers."""
    try:
        given = json.loads(contents(answers))
        questionnaire = Questionnaire(**{**given, "providers": tuple(given.get("providers", ()))})
    except (ValueError, TypeError, AttributeError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError("answers", f"not a JSON object of known answers ({error})") from None
    found = asdict(audit(questionnaire, inference_atlas_audit_rules(checkout().registry)))
    rows = [[lever["name"], lever["saving_pct"]] for lever in found["levers"]]
    answer = {"mode": inference_atlas_records.LABEL, **found}
    if not as_json and not as_csv:
        Console().print(f"Score {found['score']} of 100, {found['pricing_verdict']}", highlight=False)
    show(answer, ("lever", "saving_pct"), rows, as_json, as_csv)
