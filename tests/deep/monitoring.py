"""A Prometheus that scrapes one server under a bundle's own rules, and what it answers."""

import contextlib
import json
import math
import re
import urllib.parse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.deep.processes import fetched, free_port, running, until

START_S = 30
SCRAPE = "1s"
DISCOVERED = {"namespace": "live-test", "pod": "live-test-0"}  # labels that Kubernetes gives to a target
_MINUTES = {"s": 1 / 60, "m": 1, "h": 60, "d": 1440}
_DURATION = re.compile(r"(\d+)([smhd])")
_RANGE = re.compile(r"(?<=[\[:])\d+[smhd](?=[\]:])")


def hurried(rules: Any) -> Any:
    """A copy of the rules in which a minute lasts a second: windows, `for` and intervals; nothing else changes."""
    if isinstance(rules, Mapping):
        return {k: _second_a_minute(v) if k in ("for", "interval") else hurried(v) for k, v in rules.items()}
    if isinstance(rules, list):
        return [hurried(v) for v in rules]
    if isinstance(rules, str):
        return _RANGE.sub(lambda m: _second_a_minute(m[0]), rules)
    return rules


def _second_a_minute(duration: str) -> str:
    number, unit = _DURATION.fullmatch(duration).groups()  # type: ignore[union-attr]
    return f"{max(1, round(int(number) * _MINUTES[unit]))}s"


@dataclass(frozen=True, slots=True)
class Prometheus:
    """A running Prometheus server."""

    port: int

    def query(self, expression: str) -> list[float]:
        """The values of an expression now, one a series; what is not a number is left out."""
        found = (float(series["value"][1]) for series in self._ask("query", query=expression))
        return [v for v in found if not math.isnan(v)]

    def highest(self, expression: str, seconds: float) -> float:
        """The highest value of an expression in the last seconds; 0 if it had none."""
        return max(self.query(f"max_over_time(({expression})[{seconds:.0f}s:1s])"), default=0.0)

    def firing(self, start: float, end: float) -> dict[str, float]:
        """Alerts that fired between two times (seconds of Unix time), and for how many seconds."""
        found = self._ask("query_range", query='ALERTS{alertstate="firing"}', start=start, end=end, step=1)
        return {series["metric"]["alertname"]: float(len(series["values"])) for series in found}

    def firing_now(self) -> set[str]:
        """Alerts that fire now."""
        return {s["metric"]["alertname"] for s in self._ask("query", query='ALERTS{alertstate="firing"}')}

    def rule_errors(self) -> list[str]:
        """What Prometheus has to say against the evaluation of any rule."""
        groups = self._get("rules")["groups"]
        return [f"{rule['name']}: {rule['lastError']}" for g in groups for rule in g["rules"] if rule.get("lastError")]

    def _ask(self, what: str, **parameters: object) -> list[dict[str, Any]]:
        return self._get(f"{what}?{urllib.parse.urlencode(parameters)}")["result"]

    def _get(self, path: str) -> Any:
        return json.loads(fetched(f"http://127.0.0.1:{self.port}/api/v1/{path}", 10)[1])["data"]


def configuration(target: int, rules: Path, relabelings: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The configuration of Prometheus with the relabelings of a ServiceMonitor."""
    relabel = [{_snake_case(k): v for k, v in r.items()} for r in relabelings]
    job = {
        "job_name": "vllm",
        "static_configs": [{"targets": [f"127.0.0.1:{target}"], "labels": DISCOVERED}],
        "relabel_configs": relabel,
    }
    return {
        "global": {"scrape_interval": SCRAPE, "scrape_timeout": SCRAPE, "evaluation_interval": SCRAPE},
        "rule_files": [str(rules)],
        "scrape_configs": [job],
    }


@contextlib.contextmanager
def watching(
    program: Path, target: int, rules: Any, relabelings: Sequence[Mapping[str, Any]], folder: Path
) -> Iterator[Prometheus]:
    """A Prometheus with the rules that scrapes the target, once it has its first sample."""
    folder.mkdir(parents=True, exist_ok=True)
    config, written, port = folder / "prometheus.yml", folder / "rules.yml", free_port()
    written.write_text(yaml.safe_dump(rules), encoding="utf-8")
    config.write_text(yaml.safe_dump(configuration(target, written, relabelings)), encoding="utf-8")
    command = [program, f"--config.file={config}", f"--storage.tsdb.path={folder / 'data'}"]
    command += [f"--web.listen-address=127.0.0.1:{port}", "--log.level=warn"]
    with running(command, folder / "prometheus.log"):
        server = Prometheus(port)
        until(lambda: server.query("up == 1"), START_S, "Prometheus scrapes the server")
        yield server


def _snake_case(word: str) -> str:
    return re.sub(r"[A-Z]", lambda m: f"_{m[0].lower()}", word)
