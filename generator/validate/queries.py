"""MF-12 queries ask for what is exposed, MF-13 edges exist, MF-14 queries select the plan, MF-15 alerts are tested."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import promql_parser

from wasm_tools.manifests.checks.catalogue import MetricFacts
from wasm_tools.manifests.checks.dashboards import dashboards
from wasm_tools.manifests.checks.dashboards import queries as panel_queries
from wasm_tools.manifests.checks.parts import Document, Finding, at, mappings, text
from wasm_tools.manifests.checks.view import View

# Labels that Prometheus and the monitors put on every series.
_TARGET_LABELS = frozenset({"job", "instance", "namespace", "pod", "service", "container", "endpoint", "node", "plan",
                            "cluster", "prometheus", "le", "__name__"})  # fmt: skip
# Exporters whose metrics are theirs: a query of them is not judged here.
_OTHERS = ("DCGM_", "kube_", "container_", "node_", "kubelet_", "go_", "process_", "python_", "keda_", "istio_")
_VARIABLE = re.compile(r"\[\$\w+\]|\[\$\{\w+\}\]")
_COUNTS_LIVING = re.compile(r"count\s*(?:by\s*\([^)]*\)\s*)?\(\s*up\b[^)]*==\s*1")
_BUCKET_OPTION = "--custom-histogram-buckets"


@dataclass(frozen=True, slots=True)
class Query:
    """A PromQL text and where it stands."""

    path: str
    where: str
    text: str

    def finding(self, rule: str, message: str) -> Finding:
        """A finding at this query."""
        return Finding(rule, self.path, self.where, message)


@dataclass(frozen=True, slots=True)
class Selector:
    """What one selector of a query asks for."""

    name: str
    matchers: tuple[tuple[str, str, str], ...]  # label, operator, value


def query_findings(view: View) -> list[Finding]:
    """The findings of every query in the files, each once."""
    asked = list(_queries(view))
    recorded = {text(rule.get("record")) for _, _, rule in _rules(view) if text(rule.get("record"))}
    known = {s: (facts, base) for base, facts in view.catalogue.metrics.items() for s in facts.series(base)}
    edges = _edges(view)
    found: list[Finding] = []
    for query in asked:
        tree = _parsed(query.text)
        if isinstance(tree, str):
            found.append(query.finding("MF-12", f"no PromQL: {tree}"))
            continue
        for selector in _selectors(tree):
            found += _of_selector(view, query, selector, recorded, known, edges)
        found += _ratios(query, tree, known)
    found += _scaler_metrics(view)
    found += _alert_tests(view)
    return list(dict.fromkeys(found))


@lru_cache(maxsize=4096)
def _parsed(query: str) -> Any:
    """The tree of a query, or why there is none. Variables of Grafana are taken for a duration."""
    try:
        return promql_parser.parse(_VARIABLE.sub("[5m]", query))
    except ValueError as error:
        return str(error)


def _queries(view: View) -> Iterator[Query]:
    for path, where, rule in _rules(view):
        yield Query(path, where, text(rule.get("expr")))
    for document in view.documents:
        head = f"{document.kind} {document.name}: "
        for number, trigger in enumerate(mappings(at(document.content, "spec", "triggers"))):
            if document.kind == "ScaledObject" and trigger.get("type") == "prometheus":
                query = text(at(trigger, "metadata", "query"))
                yield Query(document.path, f"{head}spec.triggers[{number}]", query)
        for number, metric in enumerate(mappings(at(document.content, "spec", "predictor", "autoScaling", "metrics"))):
            query = text(at(metric, "external", "metric", "query"))
            if query:
                yield Query(document.path, f"{head}spec.predictor.autoScaling.metrics[{number}]", query)
        for number, rule in enumerate(_adapter_rules(document)):
            series = text(rule.get("seriesQuery"))
            yield Query(document.path, f"rules.custom[{number}].seriesQuery", series)
            filled = text(rule.get("metricsQuery")).replace("<<.Series>>", series.partition("{")[0])
            filled = re.sub(r",?<<\.LabelMatchers>>,?", "", filled).replace("<<.GroupBy>>", "namespace")
            yield Query(document.path, f"rules.custom[{number}].metricsQuery", filled)
    for path, where, board in dashboards(view):
        for panel, query in panel_queries(board):
            yield Query(path, f"{where} {panel}".strip(), query)


def _rules(view: View) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Path, place and content of each recording or alerting rule: of PrometheusRules and of files of rules."""
    for document in view.documents:
        groups = at(document.content, "spec", "groups") if document.kind == "PrometheusRule" else None
        if not document.kind:
            groups = document.content.get("groups")
        for group in mappings(groups):
            for number, rule in enumerate(mappings(group.get("rules"))):
                name = text(rule.get("alert")) or text(rule.get("record")) or str(number)
                yield document.path, f"{text(group.get('name'))}: {name}", rule


def _adapter_rules(document: Document) -> list[Mapping[str, Any]]:
    return [] if document.kind else mappings(at(document.content, "rules", "custom"))


def _selectors(tree: Any) -> list[Selector]:
    found: list[Selector] = []

    def visit(node: Any) -> None:
        if isinstance(node, promql_parser.VectorSelector):
            matchers = [(m.name, str(m.op).removeprefix("MatchOp."), m.value) for m in node.matchers.matchers]
            name = node.name or next((v for n, op, v in matchers if n == "__name__" and op == "Equal"), "")
            found.append(Selector(name, tuple(matchers)))

    promql_parser.walk(tree, visit)
    return found


def _of_selector(
    view: View,
    query: Query,
    selector: Selector,
    recorded: set[str],
    known: Mapping[str, tuple[MetricFacts, str]],
    edges: Mapping[str, set[str]],
) -> Iterator[Finding]:
    name = selector.name
    if name.startswith(_OTHERS):
        return
    other = [p for r in view.catalogue.runtimes.runtimes.values() if r.id != "vllm" for p in [f"{r.id}:", f"{r.id}_"]]
    if name not in known and name not in recorded and name != "up" and not name.startswith(tuple(other)):
        yield query.finding("MF-12", f"nothing exposes {name or 'a series without a name'}")
        return
    facts = known.get(name, (None, ""))[0]
    for label, operator, value in selector.matchers:
        if facts and facts.labels and label not in facts.labels | _TARGET_LABELS:
            yield query.finding("MF-12", f"{name} has no label {label}")
        if label == "le" and operator == "Equal" and facts:
            yield from _edge(query, name, value, edges.get(facts.edges, set()))
    plan = view.plan.plan_id
    if plan and not any(plan in value for _, operator, value in selector.matchers if operator in ("Equal", "Re")):
        yield query.finding("MF-14", f"{name} is asked of every deployment; select plan={plan!r}")


def _edge(query: Query, name: str, value: str, edges: set[str]) -> Iterator[Finding]:
    if edges and value != "+Inf" and value not in edges:
        printed = value if "." in value else f"{value}.0"
        hint = f"; it is printed {printed}" if printed in edges else "; the histogram has no such edge"
        yield query.finding("MF-13", f'{name}{{le="{value}"}} matches nothing{hint}')


def _edges(view: View) -> dict[str, set[str]]:
    """The edges of each family as they are printed, in one of the servers or by default."""
    found: dict[str, set[str]] = {}
    for server in view.servers:
        try:
            given = json.loads(server.value(_BUCKET_OPTION) or "null")
        except ValueError:
            given = None
        for family, values in given.items() if isinstance(given, dict) else ():
            if isinstance(values, list):
                found.setdefault(family, set()).update(repr(float(v)) for v in values if isinstance(v, int | float))
    return {family: found.get(family) or set(values) for family, values in view.catalogue.edges.items()}


def _ratios(query: Query, tree: Any, known: Mapping[str, tuple[MetricFacts, str]]) -> Iterator[Finding]:
    """MF-14: what is above and below a fraction is selected alike."""
    pairs: list[tuple[Any, Any]] = []

    def visit(node: Any) -> None:
        if isinstance(node, promql_parser.BinaryExpr) and str(node.op).strip() == "/":
            pairs.append((node.lhs, node.rhs))

    promql_parser.walk(tree, visit)
    for above, below in pairs:
        sides = [{_selecting(s, known) for s in _selectors(side)} for side in (above, below)]
        if sides[0] and sides[1] and len(sides[0] | sides[1]) > 1:
            yield query.finding("MF-14", "the two sides of a ratio select different deployments")


def _selecting(selector: Selector, known: Mapping[str, tuple[MetricFacts, str]]) -> tuple[tuple[str, str, str], ...]:
    """The matchers that choose a deployment: not those of the metric's own labels."""
    facts = known.get(selector.name, (None, ""))[0]
    own = (facts.labels if facts else frozenset()) - {"model_name", "engine"} | {"le", "__name__"}
    return tuple(sorted(m for m in selector.matchers if m[0] not in own))


def _scaler_metrics(view: View) -> Iterator[Finding]:
    """MF-12: a HorizontalPodAutoscaler asks for metrics that a rule of the adapter makes; not for processor load."""
    made = {text(at(rule, "name", "as")) for d in view.documents for rule in _adapter_rules(d)}
    for document in (d for d in view.objects if d.kind == "HorizontalPodAutoscaler"):
        for number, metric in enumerate(mappings(at(document.content, "spec", "metrics"))):
            where = f"spec.metrics[{number}]"
            if metric.get("type") in ("Resource", "ContainerResource"):
                message = "processor and memory load say nothing about decoding; scale on requests"
                yield document.finding("MF-12", where, message)
                continue
            source = text(metric.get("type")).lower()
            name = text(at(metric, source, "metric", "name"))
            if name and name not in made:
                message = f"nothing exposes {name}; no rule of the metrics adapter in these files makes it"
                yield document.finding("MF-12", where, message)


def _alert_tests(view: View) -> Iterator[Finding]:
    """MF-15: the files' unit tests let each alert fire and stay quiet; missing replicas are noticed when all are."""
    fires: set[str] = set()
    quiet: set[str] = set()
    dead: set[str] = set()
    tests = [d for d in view.documents if not d.kind and "rule_files" in d.content]
    for test in (t for d in tests for t in mappings(d.content.get("tests"))):
        down = any(
            text(s.get("series")).startswith("up") and set(re.findall(r"[\d.]+", text(s.get("values"))[:1])) == {"0"}
            for s in mappings(test.get("input_series"))
        )
        for case in mappings(test.get("alert_rule_test")):
            name = text(case.get("alertname"))
            (fires if case.get("exp_alerts") else quiet).add(name)
            if down and case.get("exp_alerts"):
                dead.add(name)
    for path, where, rule in _rules(view):
        name, query = text(rule.get("alert")), text(rule.get("expr"))
        if not name:
            continue
        if _COUNTS_LIVING.search(query):
            message = "count of nothing is empty, so it stays silent when all replicas are down; use sum(up)"
            yield Finding("MF-15", path, where, message)
        if tests and name not in fires & quiet:
            yield Finding("MF-15", path, where, "the unit tests do not let it fire and stay quiet")
        elif tests and re.search(r"\bup\b", query) and name not in dead:
            yield Finding("MF-15", path, where, "no unit test has all targets down")
