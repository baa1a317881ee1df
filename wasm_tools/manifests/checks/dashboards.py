"""MF-29: dashboards that Grafana imports as they are."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from wasm_tools.json_text import loads
from wasm_tools.manifests.checks.parts import Finding, at, mapping, mappings, text
from wasm_tools.manifests.checks.view import View

PANELS = frozenset({"timeseries", "stat", "gauge", "bargauge", "table", "text", "heatmap", "row", "histogram"})
_QUANTILE = re.compile(r"histogram_quantile\(\s*(0?\.\d+|1)\s*,")


def dashboards(view: View) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Path, place and content of each dashboard: of the entries of a labelled ConfigMap, and of JSON files."""
    for document in view.objects:
        if document.kind == "ConfigMap" and "grafana_dashboard" in document.labels:
            for name, value in mapping(at(document.content, "data")).items():
                content = _object(value)
                if content is not None:
                    yield document.path, f"ConfigMap {document.name}: data.{name}", content
    for path, value in view.texts.items():
        if path.endswith(".json"):
            content = _object(value)
            if content is not None and ("panels" in content or "panels" in mapping(at(content, "dashboard"))):
                yield path, "", content


def _object(value: object) -> Mapping[str, Any] | None:
    try:
        content = loads(value) if isinstance(value, str) else None
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, Mapping) else None


def queries(dashboard: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Place and text of each query of a dashboard, with or without the envelope of the API."""
    inner = dashboard.get("dashboard")
    board = inner if isinstance(inner, Mapping) else dashboard
    for number, panel in enumerate(mappings(board.get("panels"))):
        for target in mappings(panel.get("targets")):
            if text(target.get("expr")):
                yield f"panel {panel.get('title') or number}", text(target["expr"])


def dashboard_findings(view: View) -> Iterator[Finding]:
    """MF-29: no envelope, panels that exist, ids once, a variable for the data source, the percentile of the SLO."""
    for path, where, board in dashboards(view):

        def found(message: str, path: str = path, where: str = where) -> Finding:
            return Finding("MF-29", path, where, message)

        if isinstance(board.get("dashboard"), Mapping):
            yield found("the dashboard is inside an envelope of the API; import takes the dashboard itself")
            board = board["dashboard"]
        panels = mappings(board.get("panels"))
        for kind in sorted({text(p.get("type")) for p in panels} - PANELS):
            yield found(f"Grafana has no panel of type {kind!r} today")
        identities = [p.get("id") for p in panels]
        if len(set(map(str, identities))) < len(identities):
            yield found("two panels have the same id")
        variables = mappings(at(board, "templating", "list"))
        if not any(v.get("type") == "datasource" for v in variables):
            yield found("without a variable of type datasource it works in one Grafana only")
        shown = {float(q) for _, query in queries(board) for q in _QUANTILE.findall(query)}
        if view.plan.percentile and (wrong := sorted(shown - {view.plan.percentile / 100})):
            yield found(f"it shows the quantile {wrong[0]}, the SLO is stated at {view.plan.percentile / 100:g}")
