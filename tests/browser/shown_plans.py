"""What the planner's page has to show of a ranking."""

import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from generator.render.plan_answers import shown_plans
from wasm_tools.planner import Catalogue, read_catalogue
from wasm_tools.planner.ranking import PLANS_SHOWN


def site_catalogue(site: Path) -> Catalogue:
    """The planner's catalogue of a built site, out of its data pack."""
    (pack,) = (site / "assets" / "engine").glob("planner-*.json.gz")
    return read_catalogue(json.loads(gzip.decompress(pack.read_bytes())))


def expected_rows(ranking: Mapping[str, Any], catalogue: Catalogue) -> list[list[str]]:
    """Id and monthly cost of each row."""
    shown = shown_plans(ranking, PLANS_SHOWN, catalogue.policy.recommendable)
    return [[p["id"], p["usd_per_month"]] for p in shown]
