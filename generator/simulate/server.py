"""Serve a plan's replica on a port until the process is told to stop."""

import tomllib
from pathlib import Path

from generator.failure import RunError
from generator.simulate.jitter import Jitter
from generator.simulate.prediction import simulated_replica
from generator.simulate.token_engine import TokenEngine
from wasm_tools.uncertainty.chosen_plan import ChosenPlan
from wasm_tools.uncertainty.simulated_plan import service_of

DRAIN_S = 60


def answers(registry: Path, use_case: str) -> list[str]:
    """The canned answers of a use case, those of any use case where it has none."""
    found = tomllib.loads((registry / "simulator_answers.toml").read_text(encoding="utf-8"))["answers"]
    texts: list[str] = found.get(use_case, found["general"])
    return texts


def serve(of: ChosenPlan, texts: list[str], seed: int, host: str, port: int) -> None:
    """Answer until SIGTERM or SIGINT; requests in flight then have a minute to end, new ones are refused.

    Raises RunError without the extra `simulate`.
    """
    try:
        import uvicorn

        from generator.simulate.app import Served, application
    except ImportError as error:
        raise RunError(
            "--serve needs the packages starlette and uvicorn: pip install 'inference-price-atlas[simulate]'"
        ) from error
    r = simulated_replica(of, of.question.workload.arrival_cv)
    deployable = of.sized.deployable
    names = tuple(dict.fromkeys((deployable.model, deployable.checkpoint or deployable.model)))

    def engine() -> TokenEngine:
        return TokenEngine(service_of(r), of.question.workload.prompt_tokens, Jitter(r.traffic.tails, seed))

    uvicorn.run(
        application(Served(names, texts), engine), host=host, port=port, log_level="warning", lifespan="on",
        timeout_graceful_shutdown=DRAIN_S, access_log=False, loop="generator.simulate.precise_loop:precise_loop",
    )  # fmt: skip
