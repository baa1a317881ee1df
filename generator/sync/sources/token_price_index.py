"""token-price-index publishes one JSON list of prices in USD per **thousand** tokens (PE-29), of four origins.

Only two origins are read: rows taken from the AWS price list (`aws-pricelist`, standard on-demand tokens of one region)
and from Azure's retail prices (`azure-retail`); the rest copies LiteLLM and OpenRouter, which are sources of their own.
The provider is who bills, `hyperscaler`. Names of the price list become the provider's model ids by a table,
data/registry/token_price_index_models.csv; a name that it lacks keeps its own spelling.

Azure rows are the trap. An id is the name of one meter, `gpt-4.1-inp-glbl`: the model, a direction, and the scope of
the deployment (global, data zone, regional). The prices beside it come from *all* meters of that model in that region,
the last one read per direction, so that the id names the scope of neither: `gpt-4.1-inp-glbl` costs 2 in one region
and 2.20 in another, and an input price may stand beside the output price of another scope. What the rows do say is
used: a model whose rows all name one scope has that scope; else the lowest price of all regions is that of global
deployments, which cost the same everywhere, and a higher one is that of a data zone or a region, stated for the Azure
region. A row with two such prices that are not raised by one factor has them from two scopes, and neither is stated.

`context_window` was joined in from other lists by family name and is not used.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from generator.places import checkout
from generator.sync.price_fields import EntryPrices, json_payload, number_problem
from generator.sync.statements import Parsed, PayloadError
from generator.sync.workload_names import workload_of
from generator.tables import read_rows
from wasm_tools.pricing.meters import Meter, UnitRegistry

SOURCE = "token-price-index"
AWS, AZURE = "aws-pricelist", "azure-retail"
COPIES = {"litellm": "copy of LiteLLM", "openrouter": "copy of OpenRouter"}
PER = 1000  # tokens, and pictures
MODEL_COLUMNS = ("origin", "name", "sku", "checked")
ZONE_COLUMNS = ("region", "zone")
INPUT, OUTPUT = "input_per_1k", "output_per_1k"
_METERS = {
    INPUT: Meter("input", "text", "token"),
    OUTPUT: Meter("output", "text", "token"),
    "cached_input_per_1k": Meter("input", "text", "token", cache="read"),
    "image_per_1k": Meter("input", "image", "image"),
}
_KEYS = frozenset({
    "provider", "model_id", "family", "hyperscaler", "region", "context_window", "source", "source_url", "fetched_at",
    *_METERS,
})  # fmt: skip
_FRAGMENT = re.compile(r"(?P<model>.+)-(?P<direction>inp|outp)-(?P<scope>glbl|data-zone|regnl)")
GLOBAL, DATA_ZONE = "glbl", "data-zone"
SAME_FACTOR = Decimal("0.01")  # Azure rounds prices to six decimals
LOWEST_NOTE = "lowest of all regions: global deployment"
RAISED_NOTE = "data zone or regional deployment"


@dataclass(frozen=True, slots=True)
class Row:
    """One checked row: where and by whom it is billed, under which name, and all its fields."""

    provider: str
    name: str
    scope: str  # of the meter that gave an Azure row its id
    region: str
    url: str
    fields: Mapping[str, Any]


@cache
def model_ids() -> Mapping[tuple[str, str], str]:
    """The provider's model id by origin and name."""
    rows = read_rows(checkout().registry / "token_price_index_models.csv", MODEL_COLUMNS)
    return {(r["origin"], r["name"]): r["sku"] for r in rows}


@cache
def data_zones() -> Mapping[str, str]:
    """The data zone of an Azure region that belongs to one."""
    return {r["region"]: r["zone"] for r in read_rows(checkout().registry / "azure_data_zones.csv", ZONE_COLUMNS)}


def parse(body: bytes, units: UnitRegistry) -> Parsed:
    """The regional statements of a price index; raises PayloadError when it is not a list of rows."""
    payload = json_payload(SOURCE, body)
    if not isinstance(payload, list) or not payload:
        raise PayloadError(f"{SOURCE}: expected a JSON list of rows")
    parsed = Parsed(entries=len(payload))
    by_model: dict[tuple[str, str], list[Row]] = {}
    for fields in payload:
        row = _row(fields)
        if isinstance(row, str):
            name = fields.get("model_id", "?") if isinstance(fields, dict) else "?"
            parsed.reject(row, str(name))
            continue
        parsed.expect(fields, _KEYS)
        parsed.as_of = max(parsed.as_of, str(fields.get("fetched_at") or "")[:10])
        by_model.setdefault((fields["source"], row.name), []).append(row)
    for (origin, name), rows in by_model.items():
        sku = model_ids().get((origin, name), name)
        prices = EntryPrices(parsed, units, rows[0].provider, sku, workload_of(sku))
        _collect(prices, rows) if origin == AWS else _collect_azure(prices, rows)
        prices.state()
    return parsed


def _row(fields: object) -> Row | str:
    """The row, or why it is not read."""
    if not isinstance(fields, dict):
        return "row is not an object"
    origin = fields.get("source")
    if not isinstance(origin, str):
        return "row has another shape: source"
    if origin in COPIES:
        return COPIES[origin]
    if origin not in (AWS, AZURE):
        return "row of an unknown origin"
    billed, name, region = (fields.get(k) for k in ("hyperscaler", "model_id", "region"))
    if not (isinstance(billed, str) and isinstance(name, str) and isinstance(region, str) and region):
        return "row has another shape: hyperscaler, model_id, region"
    scope = ""
    if origin == AZURE:
        meter = _FRAGMENT.fullmatch(name)
        if meter is None:
            return "name of an Azure meter that is not understood"
        name, scope = meter["model"], meter["scope"]
    url = fields.get("source_url")
    return Row(billed, name, scope, region, url.replace(" ", "%20") if isinstance(url, str) else "", fields)


def _collect(prices: EntryPrices, rows: Iterable[Row]) -> None:
    """The prices of an AWS model by region; two rows for one region that differ are both left out (PE-10)."""
    by_region: dict[str, list[Row]] = {}
    for row in rows:
        by_region.setdefault(row.region, []).append(row)
    for region, same in by_region.items():
        for key, meter in _METERS.items():
            stated = [r for r in same if r.fields.get(key) is not None]
            alike = len({str(r.fields[key]) for r in stated}) == 1
            for row in stated:
                if alike:
                    prices.add(key, meter, row.fields[key], PER, region=region, source_url=row.url)
                else:
                    prices.reject(f"{key}: two rows of one region contradict each other")


def _collect_azure(prices: EntryPrices, rows: list[Row]) -> None:
    scopes = {row.scope for row in rows}
    lowest = {key: _lowest(rows, key) for key in (INPUT, OUTPUT)}
    stated: set[tuple[str, str, str]] = set()
    for row in rows:
        raised = {key: _factor(row.fields.get(key), lowest[key]) for key in (INPUT, OUTPUT)}
        mixed = len(scopes) > 1 and _differ(raised[INPUT], raised[OUTPUT])
        for key, meter in _METERS.items():
            value = row.fields.get(key)
            if value is None:
                continue
            if mixed and key in raised:
                prices.reject(f"{key}: input and output are of two deployment scopes")
                continue
            region, note = _place(row, scopes, raised.get(key, Decimal(0)))
            said = (key, region, str(value))
            if said in stated:
                prices.reject(f"{key}: repeats the price of its deployment scope in another region")
                continue
            stated.add(said)
            prices.add(key, meter, value, PER, region=region, note=note, source_url=row.url)


def _lowest(rows: Iterable[Row], key: str) -> Decimal:
    stated = [row.fields.get(key) for row in rows]
    return min((Decimal(v) for v in stated if not number_problem(v)), default=Decimal(0))  # type: ignore[arg-type]


def _factor(value: object, lowest: Decimal) -> Decimal:
    """How many times the lowest price of its meter a price is, 0 when it is none."""
    return Decimal(value) / lowest if lowest and not number_problem(value) else Decimal(0)  # type: ignore[arg-type]


def _differ(a: Decimal, b: Decimal) -> bool:
    """Whether two factors are both raised, and not by the same."""
    return min(a, b) > 1 and abs(a - b) > SAME_FACTOR


def _place(row: Row, scopes: set[str], raised: Decimal) -> tuple[str, str]:
    """The region of an Azure price and a note on how it is known."""
    if scopes == {GLOBAL}:
        return "global", ""
    if scopes == {DATA_ZONE}:
        return data_zones().get(row.region, row.region), "data zone deployment"
    if raised == 1:
        return "global", LOWEST_NOTE
    return row.region, RAISED_NOTE
