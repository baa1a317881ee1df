"""vLLM's front end with the stub engine, started from a bundle's own arguments, and the client of its benchmark."""

import contextlib
import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.deep.processes import fetched, free_port, running, until

STUB = Path(__file__).parent / "stub"
START_S = 30
# The only place where the live test departs from the arguments that are deployed.
# The front end written in Rust refuses the admission limits, which only the Python server has; the rest is about where
# the model comes from and where the server listens: a generated folder, and a free port of the loopback interface.
LEFT_OUT = ("--max-num-queued-reqs", "--max-num-queued-tokens", "--revision", "--host", "--port")


@dataclass(frozen=True, slots=True)
class Server:
    """A running front end."""

    process: subprocess.Popen[Any]
    port: int
    log: Path

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def completion(self, model: str, tokens: int, seconds: float) -> tuple[int, int]:
        """Ask for a text of so many tokens; gives the status and the number of tokens that came."""
        asked = json.dumps({"model": model, "prompt": "ba de fi", "max_tokens": tokens, "ignore_eos": True}).encode()
        status, answer = fetched(f"{self.address}/v1/completions", seconds, asked)
        return status, json.loads(answer)["usage"]["completion_tokens"]


def accepted(arguments: Sequence[str]) -> list[str]:
    """A bundle's arguments without those that the front end refuses or that say where it runs."""
    return [a for a in arguments if a.partition("=")[0] not in LEFT_OUT]


@contextlib.contextmanager
def serving(
    binary: Path, python: Path, model: Path, arguments: Sequence[str], timing: Mapping[str, float], log: Path
) -> Iterator[Server]:
    """The front end with the stub as its engine, ready for requests. `arguments`: options without the model."""
    port = free_port()
    command = [binary, "serve", model, "--python", python, "--host", "127.0.0.1", "--port", str(port)]
    env = {"PYTHONPATH": str(STUB), "STUB_TIMING": json.dumps(timing), "NO_COLOR": "1", "VLLM_NO_USAGE_STATS": "1"}
    with running([*command, *accepted(arguments)], log, env) as process:
        server = Server(process, port, log)

        def ready() -> bool:
            if process.poll() is not None:
                raise RuntimeError(f"the front end ended at its start:\n{_end_of(log)}")
            return fetched(f"{server.address}/v1/models", 2)[0] == 200

        until(ready, START_S, "the front end answers")
        yield server


def benchmark(binary: Path, server: Server, options: Sequence[str], result: Path, seconds: float) -> dict[str, Any]:
    """Run the benchmark client and give its result; its log lies beside the result."""
    command = [binary, "bench", "serve", "--host", "127.0.0.1", "--port", str(server.port), "--disable-tqdm"]
    command += ["--result-dir", str(result.parent), "--result-filename", result.name, *options]
    log = result.with_suffix(".log")
    with running(command, log) as process:
        if process.wait(seconds):
            raise RuntimeError(f"the benchmark client failed:\n{_end_of(log)}")
    return json.loads(result.read_text(encoding="utf-8"))


def _end_of(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")[-3000:]
