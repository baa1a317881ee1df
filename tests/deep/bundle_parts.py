"""What the live test reads out of the files of a bundle."""

import json
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

RATE_WINDOW = "1m"  # what Grafana puts in for $__rate_interval and $__interval here


@dataclass(frozen=True, slots=True)
class Bundle:
    """The files of a bundle, path to text."""

    files: Mapping[str, str]

    @property
    def arguments(self) -> list[str]:
        """The options of `vllm serve`, without the model, which comes first."""
        words = json.loads(self.files["targets/vllm-args.json"])
        return [w for w in words if w.startswith("--")]

    @property
    def client_options(self) -> list[str]:
        """The options of `vllm bench serve` as bench.sh has them, without the address."""
        words = shlex.split(self.files["bench/bench.sh"].replace("\\\n", " "), comments=True)
        return [w for w in words[words.index("serve") + 1 :] if not w.startswith("--base-url=")]

    @property
    def rules(self) -> dict[str, Any]:
        """The recording and alerting rules."""
        return yaml.safe_load(self.files["monitoring/rules.yml"])

    @property
    def relabelings(self) -> list[dict[str, Any]]:
        """What the ServiceMonitor does to the labels of a target; it is in several files, the same in each."""
        found = [r for m in self.objects("ServiceMonitor") for e in m["spec"]["endpoints"] for r in e["relabelings"]]
        return [r for i, r in enumerate(found) if r not in found[:i]]

    @property
    def expected(self) -> dict[str, Any]:
        """The percentiles that a benchmark has to find."""
        return json.loads(self.files["bench/expected.json"])

    @property
    def thresholds(self) -> dict[str, float]:
        """The queries of KEDA's triggers, and the value a replica above which one more is asked for."""
        triggers = (t["metadata"] for o in self.objects("ScaledObject") for t in o["spec"]["triggers"])
        return {t["query"]: float(t["threshold"]) for t in triggers}

    def objects(self, kind: str) -> list[dict[str, Any]]:
        """The objects of a kind in all files."""
        return [d for d in self._documents() if d.get("kind") == kind]

    def _documents(self) -> Iterator[dict[str, Any]]:
        for path, text in self.files.items():
            if path.endswith((".yaml", ".yml")):
                yield from (d for d in yaml.safe_load_all(text) if isinstance(d, dict))

    def _adapter_queries(self) -> Iterator[str]:
        """What prometheus-adapter asks for a HorizontalPodAutoscaler: the series that it looks for, and their sums."""
        rules = [r for d in self._documents() if isinstance(d.get("rules"), dict) for r in d["rules"].get("custom", [])]
        for rule in rules:
            yield rule["seriesQuery"]
            parts = {"Series": rule["seriesQuery"].partition("{")[0], "LabelMatchers": 'pod!=""', "GroupBy": "pod"}
            query = rule["metricsQuery"]
            for name, value in parts.items():
                query = query.replace(f"<<.{name}>>", value)
            yield query

    def queries(self) -> dict[str, str]:
        """Every expression that has to have an answer on a server in use: of panels, recording rules and scalers."""
        recorded = [r["record"] for g in self.rules["groups"] for r in g["rules"] if "record" in r]
        scaled = [*self.thresholds, *self._adapter_queries()]
        return {
            **dict(self._panel_queries()),
            **{f"recording rule {name}": name for name in recorded},
            **{f"scaler query {i}": query for i, query in enumerate(scaled, 1)},
        }

    def _panel_queries(self) -> Iterator[tuple[str, str]]:
        waiting = list(json.loads(self.files["monitoring/dashboard.json"])["panels"])
        while waiting:
            panel = waiting.pop(0)
            waiting += panel.get("panels", [])
            for i, target in enumerate(panel.get("targets", []), 1):
                expression = target["expr"].replace("$__rate_interval", RATE_WINDOW).replace("$__interval", RATE_WINDOW)
                yield f"panel {panel['title']}, query {i}", expression
