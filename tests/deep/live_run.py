"""One run: a bundle's server under planned load, overload and planned load again, and its end; and what was seen."""

import contextlib
import json
import subprocess
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.deep import model_folder
from tests.deep.bundle_parts import Bundle
from tests.deep.monitoring import Prometheus, hurried, watching
from tests.deep.processes import at_most, fetched, until
from tests.deep.serving import Server, benchmark, serving
from tests.deep.tools import front_end, prometheus, stub_python

WHOLE_S = 360  # everything together
MISSING_S = 40  # from the end of the server to an alert
CLIENT_OPTIONS = ("--tokenizer", "--request-rate", "--num-prompts", "--result-filename")  # set by the test
ANSWER_S = 30  # for the request in flight; without an engine it would wait for ever
LONG_ANSWER = 100  # tokens of the request that is in flight when the server has to stop


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What the benchmark client sends: requests a second for some seconds."""

    qps: float
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What is tried on a bundle: the pace of the engine, the loads, and how long it may take to stop."""

    bundle: Bundle
    served_name: str
    timing: Mapping[str, float]
    planned: Load
    overload: Load
    drain_s: float


@dataclass(slots=True, kw_only=True)
class Seen:
    """What one run showed; times in seconds."""

    planned: dict[str, Any] = field(default_factory=dict)  # figures of the benchmark client
    overload: dict[str, Any] = field(default_factory=dict)
    fired: dict[str, dict[str, float]] = field(default_factory=dict)  # phase → alert → seconds
    still_firing: list[str] = field(default_factory=list)  # after the second planned load
    answers: dict[str, list[float]] = field(default_factory=dict)  # query → values at the end of the planned load
    scaled_on: dict[str, float] = field(default_factory=dict)  # query of a KEDA trigger → highest value in the overload
    rule_errors: list[str] = field(default_factory=list)
    drained: tuple[int, int] = (0, 0)  # status and tokens of the request in flight at SIGTERM
    refused_s: float = 0.0  # from SIGTERM until new connections were refused
    drain_s: float = 0.0  # from SIGTERM until the server was gone
    missing_s: float = 0.0  # from the refusal until an alert said that replicas are missing
    whole_s: float = 0.0

    def record(self) -> str:
        """The run as JSON text."""
        return json.dumps(asdict(self), indent=1, sort_keys=True) + "\n"


def run(trial: Trial, folder: Path) -> Seen:
    """Put a bundle's server through planned load, overload, planned load again and SIGTERM, under its own rules."""
    seen, began = Seen(), time.monotonic()
    binary, python, watcher, model = front_end(), stub_python(), prometheus(), folder / "model"
    subprocess.run([python, model_folder.__file__, model], check=True, timeout=60)
    bundle = trial.bundle
    with (
        at_most(WHOLE_S),
        serving(binary, python, model, bundle.arguments, trial.timing, folder / "server.log") as server,
        watching(watcher, server.port, hurried(bundle.rules), bundle.relabelings, folder / "prometheus") as watch,
    ):

        def under(phase: str, load: Load) -> dict[str, Any]:
            start, options = time.time(), _client_options(bundle, load, model)
            result = benchmark(binary, server, options, folder / f"{phase}.json", 2 * load.seconds + 60)
            seen.fired[phase] = watch.firing(start, time.time())
            return {k: v for k, v in result.items() if isinstance(v, int | float)}

        seen.planned = under("planned", trial.planned)
        seen.answers = {name: watch.query(query) for name, query in bundle.queries().items()}
        seen.overload = under("overload", trial.overload)
        seen.scaled_on = {q: watch.highest(q, trial.overload.seconds) for q in bundle.thresholds}
        under("planned again", trial.planned)
        seen.still_firing = sorted(watch.firing_now())
        seen.rule_errors = watch.rule_errors()
        refused_at = _stop(server, trial, seen)
        _miss(watch, refused_at, seen)
    seen.whole_s = time.monotonic() - began
    return seen


def _client_options(bundle: Bundle, load: Load, model: Path) -> list[str]:
    """The bundle's own, for this load and with the generated tokenizer."""
    own = [w for w in bundle.client_options if w.partition("=")[0] not in CLIENT_OPTIONS]
    requests = round(load.qps * load.seconds)
    return [*own, f"--tokenizer={model}", f"--request-rate={load.qps:g}", f"--num-prompts={requests}"]


def _stop(server: Server, trial: Trial, seen: Seen) -> float:
    """SIGTERM while a long answer is on its way; gives the time of the first refused connection."""
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(server.completion, trial.served_name, LONG_ANSWER, ANSWER_S)
        time.sleep(1)
        told = time.monotonic()
        server.process.terminate()
        until(lambda: _refuses(server), trial.drain_s, "the stopping server refuses new connections")
        refused_at = time.monotonic()
        server.process.wait(trial.drain_s + 10)
        seen.refused_s, seen.drain_s = refused_at - told, time.monotonic() - told
        with contextlib.suppress(OSError):
            seen.drained = answer.result()
    return refused_at


def _refuses(server: Server) -> bool:
    try:
        fetched(f"{server.address}/health", 2)
    except ConnectionError:
        return True
    except OSError as error:  # urllib wraps what the socket said
        return isinstance(getattr(error, "reason", None), ConnectionError)
    return False


def _miss(watch: Prometheus, refused_at: float, seen: Seen) -> None:
    """Wait for the alert about the server that is gone; without one, `fired` stays empty."""
    seen.fired["gone"] = {}
    with contextlib.suppress(TimeoutError):
        found = until(watch.firing_now, MISSING_S, "an alert fires after the end of the server")
        seen.missing_s = time.monotonic() - refused_at
        seen.fired["gone"] = dict.fromkeys(sorted(found), 0.0)
