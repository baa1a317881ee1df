"""The core names of the InferenceAtlas library over the frozen mode; tables and rows are passed in, nothing is read.

Not offered: its copilot helpers, its network adapters, its writers of reports.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from wasm_tools.compat import inference_atlas_plans as plans
from wasm_tools.compat.inference_atlas_catalogue import CatalogueRequest, RankedOffer, rank_offers
from wasm_tools.compat.inference_atlas_invoice import InvoiceAnswer, analyse_invoice
from wasm_tools.compat.inference_atlas_tables import CatalogueRow, CatalogueTables, PlanTables
from wasm_tools.workload.traffic import InputError

capacity = plans.capacity
compute_monthly_cost = plans.monthly_cost


def rank_configs(tables: PlanTables, **knobs: Any) -> list[plans.Plan]:
    """Plans of `PlanRequest(**knobs)`, best first."""
    return plans.rank_configs(plans.PlanRequest(**knobs), tables)


def enumerate_configs(
    model_bucket: str, tables: PlanTables, output_token_ratio: float = 0.30
) -> list[plans.Configuration]:
    """Every configuration of a bucket, before feasibility."""
    bucket = model_bucket.strip().lower().removeprefix("bucket_")
    return list(plans.configurations(bucket, output_token_ratio, tables))


def risk_score(provided: float | None, required: float, gpus: int, tables: PlanTables) -> tuple[float, float, float]:
    """Overload, complexity and total risk; `provided` None is a price without a stated cap."""
    rules = tables.risk
    overload = rules.per_token_overload if provided is None else rules.overload(provided, required)
    return overload, rules.complexity(gpus), rules.total(overload, rules.complexity(gpus))


def get_tuning_preset(name: str, tables: PlanTables) -> dict[str, float]:
    """The knobs of a preset (IA-03)."""
    if name not in tables.presets:
        raise InputError("preset", f"{name!r} is not one of {', '.join(tables.presets)}")
    return dict(zip(("peak_to_avg", "util_target", "beta", "alpha"), tables.presets[name], strict=True))


def get_provider_compatibility(model_bucket: str, tables: PlanTables) -> dict[str, bool]:
    """Each provider, and whether it serves the bucket."""
    return plans.compatible_providers(model_bucket, tables)


def get_catalog_v2_rows(rows: Iterable[CatalogueRow], workload_type: str | None = None) -> list[CatalogueRow]:
    """The rows of a workload, or all."""
    return [r for r in rows if workload_type is None or r.workload == workload_type]


def rank_catalog_offers(
    rows: Sequence[CatalogueRow], tables: CatalogueTables, **filters: Any
) -> tuple[list[RankedOffer], int]:
    """Offers of `CatalogueRequest(**filters)` and how many were left out."""
    return rank_offers(rows, CatalogueRequest(**filters), tables)


def normalize_unit_price_for_workload(
    workload_type: str, unit_name: str, unit_price_usd: float, tables: CatalogueTables
) -> float | None:
    """The price in the comparator of the workload, None where the unit is not comparable."""
    return tables.comparator_price(workload_type, unit_name, unit_price_usd)


def analyze_invoice_csv(data: bytes, rows: Iterable[CatalogueRow], tables: CatalogueTables) -> InvoiceAnswer:
    """Savings of an invoice against the rows."""
    return analyse_invoice(data, rows, tables)
