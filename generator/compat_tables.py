"""Loads the frozen tables of InferenceAtlas from `data/registry/compat`, and its catalogue from a file."""

import json
import math
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from generator.tables import TableError, read_rows
from wasm_tools.compat.inference_atlas_audit import AuditRules
from wasm_tools.compat.inference_atlas_legacy import LegacyRules, Pattern
from wasm_tools.compat.inference_atlas_tables import CatalogueRow, CatalogueTables, Offering, PlanTables, RiskRules

_OFFERINGS = ("provider", "offering", "mode", "gpu", "gpu_counts", "model_refs", "price_usd")


def frozen_rules(path: Path) -> dict[str, Any]:
    """A TOML file of frozen constants; raises TableError."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TableError(f"{path}: cannot be read as TOML ({error})") from None


def inference_atlas_plan_tables(registry: Path) -> PlanTables:
    """The offerings, buckets, capacities and presets of `rank_configs`; raises TableError."""
    folder = registry / "compat"
    rules = frozen_rules(folder / "inference_atlas.toml")
    return PlanTables(
        provider_names={
            r["provider"]: r["name"] for r in read_rows(folder / "inference_atlas_providers.csv", ("provider", "name"))
        },
        offerings=[
            Offering(
                provider=r["provider"],
                offering=r["offering"],
                mode=r["mode"],
                gpu=r["gpu"],
                gpu_counts=tuple(int(n) for n in r["gpu_counts"].split()),
                model_refs=tuple(r["model_refs"].split()),
                price_usd=float(r["price_usd"]),
            )
            for r in read_rows(folder / "inference_atlas_offerings.csv", _OFFERINGS)
        ],
        buckets={
            r["model"]: r["bucket"] for r in read_rows(folder / "inference_atlas_models.csv", ("model", "bucket"))
        },
        capacity={
            (r["bucket"], r["gpu"]): float(r["tokens_per_second"])
            for r in read_rows(folder / "inference_atlas_capacity.csv", ("bucket", "gpu", "tokens_per_second"))
        },
        risk=RiskRules(**rules["risk"]),
        days=rules["month"]["days"],
        hours_per_day=rules["month"]["hours_per_day"],
        presets={name: tuple(knobs) for name, knobs in rules["plan_presets"].items()},
        traffic_peak=rules["traffic_peak"],
    )


def inference_atlas_catalogue_tables(registry: Path) -> CatalogueTables:
    """The conversions, multipliers and presets of the catalogue ranking; raises TableError."""
    rules = frozen_rules(registry / "compat" / "inference_atlas.toml")
    risk, confidence = rules["catalogue_risk"], rules["confidence"]
    return CatalogueTables(
        risk=RiskRules(**rules["risk"]),
        comparator=rules["comparator"],
        multiplier=confidence["multiplier"],
        multiplier_otherwise=confidence["multiplier_otherwise"],
        throughput_per_hour={u: float(f) for f, units in rules["throughput_per_hour"].items() for u in units},
        plain_risk=tuple(risk["plain"]),
        no_usage_risk=tuple(risk["no_usage"]),
        unknown_risk=tuple(risk["unknown"]),
        workload_aliases=rules["workload_aliases"],
        hours=rules["month"]["days"] * rules["month"]["hours_per_day"],
        presets={w: {n: tuple(k) for n, k in by.items()} for w, by in rules["catalogue_presets"].items()},
    )


def inference_atlas_rows(path: Path, tables: CatalogueTables) -> list[CatalogueRow]:
    """The rows of its `pricing_catalog.json`, workloads made canonical; raises TableError for another file."""
    try:
        return [catalogue_row(r, tables) for r in json.loads(path.read_bytes())["rows"]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise TableError(f"{path}: not a pricing_catalog.json of InferenceAtlas ({error!r})") from None


def catalogue_row(row: Mapping[str, Any], tables: CatalogueTables) -> CatalogueRow:
    """One row of the catalogue file; raises ValueError for a price that is not above 0."""
    if not 0 < float(row["unit_price_usd"]) < math.inf:
        raise ValueError(f"{row['sku_name']} has no price above 0")
    return CatalogueRow(
        provider=row["provider"],
        workload=tables.workload(row["workload_type"]),
        sku_name=row["sku_name"],
        billing_mode=row["billing_mode"],
        unit_price_usd=float(row["unit_price_usd"]),
        unit_name=row["unit_name"],
        confidence=row["confidence"],
        **{
            name: row.get(name, "")
            for name in ("sku_key", "model_key", "region", "source_kind", "source_url", "source_date")
        },
        throughput=row.get("throughput_value"),
        throughput_unit=row.get("throughput_unit"),
        previous_unit_price_usd=row.get("previous_unit_price_usd"),
        price_change_abs_usd=row.get("price_change_abs_usd"),
        price_change_pct=row.get("price_change_pct"),
    )


def inference_atlas_legacy_rules(registry: Path) -> LegacyRules:
    """Constants of the recommender before `rank_configs`; raises TableError."""
    rules = dict(frozen_rules(registry / "compat" / "inference_atlas.toml")["legacy"])
    return LegacyRules(patterns={n: Pattern(*p) for n, p in rules.pop("patterns").items()}, **rules)


def inference_atlas_audit_rules(registry: Path) -> AuditRules:
    """Constants of the cost audit; raises TableError."""
    rules = frozen_rules(registry / "compat" / "inference_atlas.toml")
    return AuditRules(**rules["audit"], hours_per_month=rules["audit_month"]["hours"])
