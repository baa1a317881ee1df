"""Unit tests of a plan's alerts for promtool: each fires, and each is quiet beside a neighbour that fails.

Series are written as promtool reads them: `0+60x40` starts at 0 and rises by 60 a minute for 40 minutes.
"""

from collections.abc import Mapping
from decimal import Decimal

from wasm_tools.manifests.alerts import Alert, alerts, bounds
from wasm_tools.manifests.numbers import PlanNumbers
from wasm_tools.manifests.runtimes import ServingRuntime
from wasm_tools.manifests.serving_spec import ServingSpec
from wasm_tools.manifests.yaml_text import Plain

_MINUTES = 55
_EVALUATED = "50m"  # after the longest window and the longest time that a condition has to hold
_NEIGHBOUR = "another-plan"

type Series = Mapping[str, str]  # series with labels but the plan, and how it moves


def rules_test(spec: ServingSpec, runtime: ServingRuntime, numbers: PlanNumbers, rule_file: str) -> dict[str, Plain]:
    """The test file of promtool for `rule_file` in the same folder."""
    cases = _cases(runtime, numbers)
    tests: list[Plain] = []
    for alert in alerts(spec, runtime, numbers):
        firing, quiet = cases[alert.name]
        tests += [_test(spec, alert, f"fires: {reason}", series, True) for reason, series in firing.items()]
        neighbour = next(iter(firing.values()))
        tests += [_test(spec, alert, f"quiet: {why}", series, False, neighbour) for why, series in quiet.items()]
    return {"rule_files": [rule_file], "evaluation_interval": "1m", "tests": tests}


def _test(
    spec: ServingSpec, alert: Alert, why: str, own: Series, fires: bool, neighbour: Series | None = None
) -> Plain:
    series: list[Plain] = [_input(name, spec.plan_id, values) for name, values in own.items()]
    series += [_input(name, _NEIGHBOUR, values) for name, values in (neighbour or {}).items()]
    expected: list[Plain] = []
    if fires:
        expected = [{"exp_labels": {**alert.labels(), "plan": spec.plan_id}, "exp_annotations": alert.annotations()}]
    return {
        "name": f"{alert.name} {why}",
        "interval": "1m",
        "input_series": series,
        "alert_rule_test": [{"eval_time": _EVALUATED, "alertname": alert.name, "exp_alerts": expected}],
    }


def _input(series: str, plan: str, values: str) -> Plain:
    name, _, labels = series.partition("{")
    return {"series": f'{name}{{plan="{plan}"{labels and "," + labels.rstrip("}")}}}', "values": values}


def _rising(per_minute: str | int) -> str:
    return f"0+{per_minute}x{_MINUTES}"


def _steady(value: str | int) -> str:
    return f"{value}+0x{_MINUTES}"


def _cases(runtime: ServingRuntime, numbers: PlanNumbers) -> dict[str, tuple[dict[str, Series], dict[str, Series]]]:
    """Of each alert the series under which it fires, and those under which it does not, by reason."""
    m = {role: runtime.metrics.get(role, "") for role in ("waiting", "kv_cache_usage", "preemptions", "rejections")}
    responses, finished, started = (runtime.metrics.get(r, "") for r in ("responses", "finished", "ttft"))
    cases: dict[str, tuple[dict[str, Series], dict[str, Series]]] = {}
    for bound in bounds(runtime, numbers):

        def within(good: int, of: int, requests: int, series: str = bound.series, le: str = bound.le) -> Series:
            return {
                f"{started}_count": _rising(requests),
                f"{series}_count": _rising(of),
                f'{series}_bucket{{le="{le}"}}': _rising(good),
            }

        cases[f"Plan{bound.role.capitalize()}AboveSlo"] = (
            {"too many are slow": within(20, 60, 60)},
            {"all are fast": within(60, 60, 60), "slow but idle": within(1, 2, 2)},
        )
    planned = Decimal(numbers.peak_qps) * 60
    down, up = ({f'up{{pod="{n}"}}': _steady(value) for n in range(numbers.min_replicas)} for value in (0, 1))
    errors = (f'{responses}{{status="5xx"}}', f'{responses}{{status="2xx"}}')
    return cases | {
        "PlanQueueBuilding": (
            {"a long queue": {m["waiting"]: _steady(numbers.queue_alert + 1)}},
            {"a short queue": {m["waiting"]: _steady(numbers.queue_alert)}},
        ),
        "PlanKvCacheFull": (
            {"nearly all is used": {m["kv_cache_usage"]: _steady("0.97")}},
            {"some is free": {m["kv_cache_usage"]: _steady("0.9")}},
        ),
        "PlanPreemptions": (
            {"many": {m["preemptions"]: _rising(12)}},
            {"few": {m["preemptions"]: _rising(3)}},
        ),
        "PlanServerErrors": (
            {"2 % fail": {errors[0]: _rising(2), errors[1]: _rising(98)}},
            {"0.5 % fail": {errors[0]: _rising(1), errors[1]: _rising(199)}},
        ),
        "PlanAdmissionRejections": (
            {"some": {m["rejections"]: _rising(1)}},
            {"none": {m["rejections"]: _steady(0)}},
        ),
        "PlanTrafficAbovePlan": (
            {"a fifth more": {finished: _rising(f"{planned * Decimal('1.2'):f}")}},
            {"a tenth less": {finished: _rising(f"{planned * Decimal('0.9'):f}")}},
        ),
        "PlanReplicasMissing": (
            {"all are down": down, "none is known": {}},
            {"all are up": up},
        ),
    }
