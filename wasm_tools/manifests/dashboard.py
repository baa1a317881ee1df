"""A Grafana dashboard of a plan: its times beside their bounds, its load beside the planned one, its cost per token."""

import json
from typing import Any

from wasm_tools.manifests.alerts import Bound, bounds
from wasm_tools.manifests.metadata import metadata
from wasm_tools.manifests.numbers import PlanNumbers
from wasm_tools.manifests.runtimes import ServingRuntime
from wasm_tools.manifests.scaling import selected
from wasm_tools.manifests.serving_spec import ServingSpec
from wasm_tools.manifests.yaml_text import Plain

_SCHEMA_VERSION = 39  # of Grafana 10.4 and newer
_SOURCE = {"type": "prometheus", "uid": "${datasource}"}
_WIDTH, _HEIGHT, _COLUMNS = 8, 8, 3


def dashboard(spec: ServingSpec, runtime: ServingRuntime, numbers: PlanNumbers) -> dict[str, Any]:
    """The dashboard as Grafana imports it: the object itself, without the envelope of its API."""
    panels = _panels(spec, runtime, numbers)
    for number, panel in enumerate(panels):
        row, column = divmod(number, _COLUMNS)
        panel["id"] = number + 1
        panel["gridPos"] = {"h": _HEIGHT, "w": _WIDTH, "x": column * _WIDTH, "y": row * _HEIGHT}
    variable = {"name": "datasource", "label": "Data source", "type": "datasource", "query": "prometheus"}
    return {
        "uid": spec.plan_id,
        "title": f"Plan {spec.plan_id}",
        "tags": ["inference-price-atlas"],
        "schemaVersion": _SCHEMA_VERSION,
        "editable": True,
        "refresh": "30s",
        "time": {"from": "now-3h", "to": "now"},
        "templating": {"list": [variable]},
        "panels": panels,
    }


def dashboard_text(spec: ServingSpec, runtime: ServingRuntime, numbers: PlanNumbers) -> str:
    """The dashboard as JSON, one line."""
    return json.dumps(dashboard(spec, runtime, numbers), ensure_ascii=False, separators=(",", ":")) + "\n"


def dashboard_config(spec: ServingSpec, runtime: ServingRuntime, text: str) -> dict[str, Plain]:
    """The ConfigMap from which Grafana's sidecar loads the dashboard."""
    found = metadata(spec, runtime, "monitoring", "-dashboard")
    labels = found["labels"]
    if isinstance(labels, dict):
        labels["grafana_dashboard"] = "1"
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": found, "data": {f"{spec.plan_id}.json": text}}


def _panels(spec: ServingSpec, runtime: ServingRuntime, numbers: PlanNumbers) -> list[dict[str, Any]]:
    own, metrics = selected(spec), runtime.metrics
    panels = [_latency(spec, numbers, bound) for bound in bounds(runtime, numbers)]
    within = {bound.name: f"{_share(spec, bound)}" for bound in bounds(runtime, numbers)}
    panels += [
        _panel("Share within the SLO", within, "percentunit", floor=float(numbers.quantile)),
        _panel(
            "Requests per second, and what was planned",
            {"finished": f"sum(rate({metrics['finished']}{own}[5m]))"},
            "reqps",
            line=float(numbers.peak_qps),
        ),
        _panel(
            "Requests waiting and running",
            {role: f"sum({metrics[role]}{own})" for role in ("waiting", "running")},
            "short",
            line=float(numbers.queue_alert),
        ),
        _panel("KV cache in use", {"highest": f"max({metrics['kv_cache_usage']}{own})"}, "percentunit", line=0.95),
        _panel(
            "Tokens per second",
            {
                "prompt": f"sum(rate({metrics['prompt_tokens']}{own}[5m]))",
                "output": f"sum(rate({metrics['output_tokens']}{own}[5m]))",
            },
            "short",
        ),
        _panel("Replicas that answer", {"up": f"sum(up{own})"}, "short", floor=float(numbers.min_replicas)),
    ]
    if numbers.usd_per_replica_hour:
        panels.append(_cost(spec, runtime, numbers))
    return panels


def _latency(spec: ServingSpec, numbers: PlanNumbers, bound: Bound) -> dict[str, Any]:
    series = f"{bound.series}_bucket{selected(spec)}"
    expr = f"histogram_quantile({numbers.quantile}, sum by (le) (rate({series}[5m])))"
    return _panel(f"{bound.name}, p{numbers.percentile}", {"measured": expr}, "s", line=float(bound.seconds))


def _share(spec: ServingSpec, bound: Bound) -> str:
    edge = f'le="{bound.le}"'
    good = f"sum(rate({bound.series}_bucket{selected(spec, edge)}[5m]))"
    return f"{good} / sum(rate({bound.series}_count{selected(spec)}[5m]))"


def _cost(spec: ServingSpec, runtime: ServingRuntime, numbers: PlanNumbers) -> dict[str, Any]:
    """Instance cost of all replicas by what they put out; empty without traffic."""
    own = selected(spec)
    spent = f"sum(up{own}) * {numbers.usd_per_replica_hour} / 3600"
    expr = f"{spent} / (sum(rate({runtime.metrics['output_tokens']}{own}[1h])) > 0) * 1e6"
    panel = _panel("USD per 1M output tokens (instances only)", {"USD": expr}, "currencyUSD")
    panel["type"] = "stat"
    panel["description"] = f"Replicas that answer, at {numbers.usd_per_replica_hour} USD an hour each; no other cost."
    return panel


def _panel(
    title: str, queries: dict[str, str], unit: str, line: float | None = None, floor: float | None = None
) -> dict[str, Any]:
    """A panel over time, with a line above which (or, as a floor, below which) the plan is missed."""
    steps: list[dict[str, Any]] = [{"color": "green", "value": None}]
    if line is not None:
        steps.append({"color": "red", "value": line})
    if floor is not None:
        steps = [{"color": "red", "value": None}, {"color": "green", "value": floor}]
    style = "off" if line is None and floor is None else "line"
    return {
        "type": "timeseries",
        "title": title,
        "datasource": _SOURCE,
        "targets": [
            {"refId": chr(ord("A") + n), "datasource": _SOURCE, "expr": expr, "legendFormat": legend}
            for n, (legend, expr) in enumerate(queries.items())
        ],
        "fieldConfig": {
            "defaults": {
                "unit": unit,
                "min": 0,
                "thresholds": {"mode": "absolute", "steps": steps},
                "custom": {"thresholdsStyle": {"mode": style}},
            },
            "overrides": [],
        },
        "options": {},
    }
