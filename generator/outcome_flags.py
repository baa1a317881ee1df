"""The flags of `atlas observe` that an outcome needs beside the observation."""

from dataclasses import dataclass, fields
from typing import Annotated, Any

import typer

from generator.flag_group import with_flags
from wasm_tools.outcomes.fields import ARRIVALS, MEASURED, SIMULATED
from wasm_tools.performance.configuration import ENGINES, PRECISIONS

PANEL = "For --outcome: what the files do not say"


def _flag(name: str, text: str) -> Any:
    return typer.Option(name, help=text, rich_help_panel=PANEL, show_default=False)


@dataclass(frozen=True, slots=True)
class OutcomeFlags:
    """What was typed, unchecked; None was not given. All but `measured` and `simulated` are named as in an outcome."""

    measured: Annotated[bool, _flag("--measured", "GPUs answered.")] = False
    simulated: Annotated[bool, _flag("--simulated", "A simulator answered: no measurement.")] = False
    model: Annotated[str | None, _flag("--model", "The model that ran, by id, alias or repository.")] = None
    checkpoint: Annotated[str | None, _flag("--checkpoint", "The weights, as a Hugging Face repository.")] = None
    precision: Annotated[str | None, _flag("--precision", f"Of the weights: {', '.join(PRECISIONS)}.")] = None
    gpu: Annotated[str | None, _flag("--gpu", "The GPU, like h100-sxm.")] = None
    gpus: Annotated[int | None, _flag("--gpus", "GPUs of all replicas.")] = None
    tensor_parallel: Annotated[int | None, _flag("--tensor-parallel", "GPUs that share each layer.")] = None
    pipeline_parallel: Annotated[int | None, _flag("--pipeline-parallel", "Stages of a replica. Default: 1.")] = None
    expert_parallel: Annotated[
        int | None, _flag("--expert-parallel", "GPUs that experts are spread over. Default: 1.")
    ] = None
    replicas: Annotated[int | None, _flag("--replicas", "Copies of the model. Default: what --gpus gives.")] = None
    engine: Annotated[str | None, _flag("--engine", f"That served: {', '.join(ENGINES)}.")] = None
    engine_version: Annotated[str | None, _flag("--engine-version", "Of the engine.")] = None
    arrival: Annotated[str | None, _flag("--arrival", f"How requests came: {', '.join(ARRIVALS)}.")] = None
    concurrency: Annotated[float | None, _flag("--concurrency", "Mean requests in flight.")] = None
    prompt_tokens: Annotated[float | None, _flag("--prompt-tokens", "Mean prompt of a request.")] = None
    output_tokens: Annotated[float | None, _flag("--output-tokens", "Mean answer of a request.")] = None
    measured_on: Annotated[str | None, _flag("--measured-on", "Day of the run.")] = None
    measured_by: Annotated[str | None, _flag("--measured-by", "Who is named for the figures.")] = None
    licence: Annotated[str | None, _flag("--licence", "SPDX id under which they may be used, like CC-BY-4.0.")] = None
    source_url: Annotated[str | None, _flag("--source-url", "A page that shows the run.")] = None
    tool_version: Annotated[str | None, _flag("--tool-version", "Of the tool that measured.")] = None
    note: Annotated[str | None, _flag("--note", "What else has to be known.")] = None

    def stated(self) -> dict[str, Any]:
        """The fields of an outcome that were typed; `tier` is empty where neither of its flags or both were given."""
        found = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in (MEASURED, SIMULATED)}
        tier = "" if self.measured == self.simulated else MEASURED if self.measured else SIMULATED
        return found | {"tier": tier}


with_outcome_flags = with_flags(OutcomeFlags, "stated")
