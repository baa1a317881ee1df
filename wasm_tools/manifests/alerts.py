"""Recording and alerting rules of a plan: whether it keeps its bounds, and whether it gets the load it was priced for.

A bound is checked as the share of requests within it, read off a histogram edge that stands on the bound. A quantile
would be interpolated inside a bucket, and stay at the last edge however slow requests become. Every selector carries
the plan's label, above and below a fraction alike.
"""

from dataclasses import dataclass

from wasm_tools.manifests.metadata import metadata
from wasm_tools.manifests.numbers import PlanNumbers
from wasm_tools.manifests.runtimes import ServingRuntime
from wasm_tools.manifests.scaling import selected
from wasm_tools.manifests.serving_spec import ServingSpec
from wasm_tools.manifests.yaml_text import Plain

IDLE_QPS = "0.1"  # below this traffic a share of good requests says little
KV_FULL = "0.95"
PREEMPTIONS_PER_S = "0.1"
ERROR_SHARE = "0.01"
TRAFFIC = "plan:requests:rate5m"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One alert: its condition, how long that has to hold, and what it means."""

    name: str
    expr: str
    hold: str
    severity: str
    summary: str
    description: str

    def labels(self) -> dict[str, Plain]:
        """Labels of the firing alert, less the plan."""
        return {"severity": self.severity}

    def annotations(self) -> dict[str, Plain]:
        """Texts of the firing alert; they hold no templates, so no name in them is ever evaluated."""
        return {"summary": self.summary, "description": self.description}


@dataclass(frozen=True, slots=True)
class Bound:
    """One latency bound: its name in recorded series, the histogram, and the edge on which it stands."""

    role: str
    series: str
    name: str
    counted: str  # what the histogram counts
    le: str
    seconds: str

    @property
    def recorded(self) -> str:
        """The recorded share of what is counted within the bound."""
        return f"plan:{self.role}_within_slo:ratio_rate5m"


def bounds(runtime: ServingRuntime, numbers: PlanNumbers) -> tuple[Bound, ...]:
    """The latency bounds of a plan on an engine with metrics.

    A plan bounds the mean gap between the tokens of a request. Where an engine counts single gaps only, the alert looks
    at those: a long one then weighs more than in the plan.
    """
    metrics, gap = runtime.metrics, (numbers.itl_le, numbers.itl_s)
    if "tpot" in metrics:
        between = Bound("itl", metrics["tpot"], "Mean inter-token latency of a request", "requests", *gap)
    else:
        between = Bound("itl", metrics["itl"], "Inter-token latency", "tokens", *gap)
    return (
        Bound("ttft", metrics["ttft"], "Time to first token", "requests", numbers.ttft_le, numbers.ttft_s),
        between,
        Bound("e2e", metrics["e2e"], "Request latency", "requests", numbers.e2e_le, numbers.e2e_s),
    )


def rate(spec: ServingSpec, series: str, window: str, matchers: str = "") -> str:
    """The rate of a plan's counter over all its replicas."""
    return f"sum by (plan) (rate({series}{selected(spec, matchers)}[{window}]))"


def recordings(spec: ServingSpec, runtime: ServingRuntime, numbers: PlanNumbers) -> dict[str, str]:
    """Recorded series and their expressions."""
    found = {TRAFFIC: rate(spec, runtime.metrics["ttft"] + "_count", "5m")}
    for bound in bounds(runtime, numbers):
        good = rate(spec, f"{bound.series}_bucket", "5m", f'le="{bound.le}"')
        found[bound.recorded] = f"{good} / {rate(spec, f'{bound.series}_count', '5m')}"
    return found


def alerts(spec: ServingSpec, runtime: ServingRuntime, numbers: PlanNumbers) -> list[Alert]:
    """The alerts of a plan; those whose metric the engine does not have are left out."""
    own = selected(spec)
    found = [
        Alert(
            name=f"Plan{bound.role.capitalize()}AboveSlo",
            expr=f"{bound.recorded}{own} < {numbers.quantile} and {TRAFFIC}{own} > {IDLE_QPS}",
            hold="10m",
            severity="critical",
            summary=f"{bound.name} above the SLO of the plan",
            description=f"Less than {numbers.percentile} % of the {bound.counted} are within {bound.seconds} s."
            " Look at the queue and at the traffic; add replicas if both are above the plan.",
        )
        for bound in bounds(runtime, numbers)
    ]
    metrics = runtime.metrics
    conditions = {
        "waiting": Alert(
            name="PlanQueueBuilding",
            expr=f"sum by (plan) ({metrics.get('waiting')}{own}) > {numbers.queue_alert}",
            hold="5m",
            severity="warning",
            summary="Requests wait for a free place",
            description=f"More than {numbers.queue_alert} requests wait, a quarter of what one replica runs.",
        ),
        "kv_cache_usage": Alert(
            name="PlanKvCacheFull",
            expr=f"max by (plan) ({metrics.get('kv_cache_usage')}{own}) > {KV_FULL}",
            hold="10m",
            severity="warning",
            summary="The KV cache is full",
            description="Requests are longer or more than the plan assumed; new ones wait for memory.",
        ),
        "preemptions": Alert(
            name="PlanPreemptions",
            expr=f"{rate(spec, metrics.get('preemptions', ''), '10m')} > {PREEMPTIONS_PER_S}",
            hold="10m",
            severity="warning",
            summary="Running requests are preempted",
            description="The KV cache runs out while requests run, and their work is done twice.",
        ),
        "responses": Alert(
            name="PlanServerErrors",
            expr=_error_share(spec, metrics.get("responses", "")),
            hold="5m",
            severity="critical",
            summary="The server answers with errors",
            description="More than 1 % of the answers are server errors.",
        ),
        "rejections": Alert(
            name="PlanAdmissionRejections",
            expr=f"{rate(spec, metrics.get('rejections', ''), '10m')} > 0",
            hold="10m",
            severity="warning",
            summary="Requests are turned away",
            description="Admission limits of the plan are reached; clients get status 503.",
        ),
        "finished": Alert(
            name="PlanTrafficAbovePlan",
            expr=f"{rate(spec, metrics.get('finished', ''), '15m')} > {numbers.peak_qps}",
            hold="30m",
            severity="warning",
            summary="More traffic than the plan was priced for",
            description=f"More than {numbers.peak_qps} requests/s finish. Make a new plan for this load.",
        ),
    }
    found += [alert for role, alert in conditions.items() if role in metrics]
    found.append(
        Alert(
            name="PlanReplicasMissing",
            # Not `count(up == 1)`: that is empty, so silent, when every replica is listed and down.
            expr=f"sum by (plan) (up{own}) < {numbers.min_replicas} or absent(up{own})",
            hold="10m",
            severity="critical",
            summary="Replicas of the plan are missing",
            description=f"Fewer than {numbers.min_replicas} replicas answer to Prometheus.",
        )
    )
    return found


def _error_share(spec: ServingSpec, series: str) -> str:
    failed, every = rate(spec, series, "5m", 'status="5xx"'), rate(spec, series, "5m")
    return f"{failed} / {every} > {ERROR_SHARE}"


def rule_groups(spec: ServingSpec, runtime: ServingRuntime, numbers: PlanNumbers) -> dict[str, Plain]:
    """The rules as a rule file of Prometheus."""
    recorded: list[Plain] = [
        {"record": name, "expr": expr} for name, expr in recordings(spec, runtime, numbers).items()
    ]
    alerting: list[Plain] = [
        {"alert": a.name, "expr": a.expr, "for": a.hold, "labels": a.labels(), "annotations": a.annotations()}
        for a in alerts(spec, runtime, numbers)
    ]
    return {"groups": [{"name": spec.plan_id, "rules": recorded + alerting}]}


def prometheus_rule(spec: ServingSpec, runtime: ServingRuntime, numbers: PlanNumbers) -> dict[str, Plain]:
    """The same rules as an object of the Prometheus operator."""
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": metadata(spec, runtime, "monitoring"),
        "spec": rule_groups(spec, runtime, numbers),
    }
