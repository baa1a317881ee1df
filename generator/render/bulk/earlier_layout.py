"""Our prices and plans in the columns of InferenceAtlas, so that a script that reads its files can read ours.

Only names and units change; the prices are those of offers.csv. Read `confidence` as our grade, `risk_overload` and
`risk_complexity` as our premiums of these names, and `total_risk` as the sum of all our premiums.
"""

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from generator.places import checkout
from generator.render.api_file import API, ApiFile, table_file
from generator.render.api_table import ApiTable, Cell, Column, compact_json, csv_bytes
from generator.render.once import once
from generator.render.page import SiteData
from generator.render.records.all_records import records_of
from generator.tables import TableError
from wasm_tools.planner import Ranking
from wasm_tools.planner.diagnostics import Diagnosis, diagnostics_rows
from wasm_tools.planner.plan import Plan, dollars, significant
from wasm_tools.pricing.meters import UnitRegistry, parse_meter, price_text

FOLDER, GROUP = "inference-atlas/", "layouts"
PLANS, DIAGNOSES = "ranked plans of a use case", "providers of a use case"
CATALOGUE_COLUMNS = (
    Column("provider", "text", "who bills, by its name of a provider where it has one"),
    Column("sku_key", "text", "our model id at the provider, a colon, the meter"),
    Column("sku_name", "text", "the model id and the meter in words"),
    Column("billing_mode", "text", "its word for the way of billing"),
    Column("model_key", "text", "our canonical model, or the model id where that is unresolved"),
    Column("unit_price_usd", "decimal", "price", "USD per unit_name"),
    Column("unit_name", "text", "its name of the billed unit"),
    Column("region", "text", "where the price holds"),
    Column("source_date", "date", "newest date on which a source that states this price was read"),
    Column("confidence", "text", "official, high, medium and low for our grades A to D"),
    Column("source_kind", "text", "normalized: reconciled from several lists"),
    Column("source_url", "text", "the provider's price page"),
)
RANKED_COLUMNS = (
    Column("rank", "integer", "rank by monthly cost among all possible plans"),
    Column("provider_id", "text", "who bills; id in providers.json"),
    Column("provider_name", "text", "its name"),
    Column("offering_id", "text", "stable id of the plan"),
    Column("billing_mode", "text", "per_token, autoscale_hourly for serverless, dedicated_hourly for all other GPUs"),
    Column("confidence", "text", "met, likely, near or unknown: how surely the plan keeps the target"),
    Column("monthly_cost_usd", "decimal", "cost of a month of 730 hours", "USD"),
    Column("score", "decimal", "the cost with all premiums on it", "USD"),
    Column("utilization_at_peak", "number", "peak load as a share of what the replicas can carry"),
    Column("risk_overload", "number", "premium for a load close to the limit, as a share of the cost"),
    Column("risk_complexity", "number", "premium for many GPUs, as a share of the cost"),
    Column("total_risk", "number", "all premiums together, as a share of the cost"),
    Column("why", "text", "the figures behind the plan"),
)
DIAGNOSIS_COLUMNS = (
    Column("provider", "text", "id in providers.json"),
    Column("status", "text", "included, not_selected or excluded"),
    Column("reason", "text", "what its nearest offer fails on"),
)
MODES = {"api": "per_token", "serverless": "autoscale_hourly"}


@dataclass(frozen=True, slots=True)
class Layout:
    """The names of its catalogue. `units` by our workload and unit: its workload and unit, how many of ours, mode."""

    schema_version: str
    source_kind: str
    confidence: Mapping[str, str]
    providers: Mapping[str, str]
    units: Mapping[tuple[str, str], tuple[str, str, int, str]]


def layout_of(path: Path) -> Layout:
    """The layout in a file; raises TableError naming the file and what is wrong."""
    try:
        record = tomllib.loads(path.read_text(encoding="utf-8"))
        units = {
            (u["workload"], u["unit"]): (u["theirs"], u["unit_name"], u["quantity"], u["billing_mode"])
            for u in record["unit"]
        }
        providers = {ours: theirs for theirs, ours in record["providers"].items()}
        return Layout(record["schema_version"], record["source_kind"], record["confidence"], providers, units)
    except (OSError, KeyError, tomllib.TOMLDecodeError) as error:
        raise TableError(f"{path}: {error}") from None


def earlier_files(data: SiteData) -> Iterator[ApiFile]:
    """The catalogue as its JSON and by workload as its CSV; the ranked plans of each use case."""
    rows = catalogue_rows(data)
    yield ApiFile(
        f"{API}{FOLDER}pricing_catalog.json",
        compact_json(_catalogue(rows, data)),
        "Prices in the layout of InferenceAtlas",
        "Every price that its catalogue has a place for, as its pricing_catalog.json.",
        GROUP,
        len(rows),
        schema=f"{API}schemas/earlier-catalogue.schema.json",
    )
    for workload in sorted({row["workload_type"] for row in rows}):
        cells = [_cells(row) for row in rows if row["workload_type"] == workload]
        title = f"{workload.replace('_', ' ').capitalize()} prices in the layout of InferenceAtlas"
        says = "The columns of its catalogue export."
        table = ApiTable(f"{FOLDER}{workload}_pricing_catalog", title, says, CATALOGUE_COLUMNS, cells)
        yield table_file(table, "csv", csv_bytes(table), GROUP)
    names = {p.id: p.name for p in data.registry.providers}
    for case in data.results.cases:
        tables = case_tables(case.case.id, case.case.title, case.ranking, case.diagnoses, names)
        for table, group in zip(tables, (PLANS, DIAGNOSES), strict=True):
            yield table_file(table, "csv", csv_bytes(table), group)


@once
def catalogue_rows(data: SiteData) -> tuple[dict[str, Any], ...]:
    """The rows of offers.csv as rows of its catalogue; those of other units and those at 0 are left out."""
    layout = layout_of(checkout().registry / "compat" / "inference_atlas_layout.toml")
    offers = records_of(data).published.offers
    pages = {p.id: p.url for p in data.registry.providers}
    rows = (dict(zip(offers.names, row, strict=True)) for row in offers.rows)
    return tuple(found for row in rows if (found := _row(row, layout, pages, data.registry.units)) is not None)


def _row(
    offer: Mapping[str, Any], layout: Layout, pages: Mapping[str, str], units: UnitRegistry
) -> dict[str, Any] | None:
    meter, price = parse_meter(offer["meter"]), Decimal(offer["price"])
    names = layout.units.get((offer["workload"], meter.unit))
    if names is None or not price:
        return None
    workload, unit_name, quantity, mode = names
    return {
        "provider": layout.providers.get(offer["provider"], offer["provider"]),
        "workload_type": workload,
        "sku_key": f"{offer['sku']}:{meter}",
        "sku_name": f"{offer['sku']}, {offer['meter_words']}",
        "model_key": offer["model"] or offer["sku"],
        "billing_mode": mode,
        "unit_price_usd": price * quantity / units.unit(meter).per,
        "unit_name": unit_name,
        "region": offer["region"],
        "source_url": pages.get(offer["provider"], ""),
        "source_date": offer["observed_at"],
        "confidence": layout.confidence[offer["grade"]],
        "source_kind": layout.source_kind,
    }


def _cells(row: Mapping[str, Any]) -> tuple[Cell, ...]:
    return tuple(price_text(row[c.name]) if c.kind == "decimal" else row[c.name] for c in CATALOGUE_COLUMNS)


def _catalogue(rows: Iterable[Mapping[str, Any]], data: SiteData) -> dict[str, Any]:
    """The record of its file; prices are numbers there."""
    layout = layout_of(checkout().registry / "compat" / "inference_atlas_layout.toml")
    written = [dict(row) | {"unit_price_usd": float(row["unit_price_usd"])} for row in rows]
    providers = Counter(row["provider"] for row in written)
    return {
        "schema_version": layout.schema_version,
        "generated_at_utc": f"{data.as_of}T00:00:00+00:00",
        "providers_synced": sorted(providers),
        "row_count": len(written),
        "connector_counts": dict(sorted(providers.items())),
        "rows": written,
    }


def case_tables(
    case: str, title: str, ranking: Ranking, diagnoses: Sequence[Diagnosis], names: Mapping[str, str]
) -> Iterator[ApiTable]:
    """`ranked_results.csv` and `provider_diagnostics.csv` of a use case."""
    plans = [_ranked(rank, plan, names) for rank, plan in ranking.plans]
    folder = f"{FOLDER}{case}/"
    title = f"{title} in the layout of InferenceAtlas"
    yield ApiTable(
        f"{folder}ranked_results",
        title,
        "Ranked plans of a use case in the columns of InferenceAtlas.",
        RANKED_COLUMNS,
        plans,
    )
    rows = list(diagnostics_rows(diagnoses))
    says = "What became of every provider, in the columns of InferenceAtlas."
    yield ApiTable(f"{folder}provider_diagnostics", f"{title}: providers", says, DIAGNOSIS_COLUMNS, rows)


def _ranked(rank: int, plan: Plan, names: Mapping[str, str]) -> tuple[Cell, ...]:
    risks = dict(plan.risks)
    return (
        rank,
        plan.provider,
        names.get(plan.provider, plan.provider),
        plan.id,
        MODES.get(plan.kind, "dedicated_hourly"),
        plan.slo,
        dollars(plan.usd_per_month),
        dollars(plan.usd_per_month * (1 + Decimal(repr(plan.risk)))),
        None if plan.utilisation is None else significant(plan.utilisation),
        significant(risks.get("overload", 0.0)),
        significant(risks.get("complexity", 0.0)),
        significant(plan.risk),
        "; ".join(plan.reasons),
    )
