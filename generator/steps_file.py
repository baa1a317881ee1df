"""Workloads of several steps out of files: presets of the registry, and files of readers, hostile until they are read.

A TOML file (the presets in data/registry/pipelines.toml are such blocks with an id and a source):

    title = "My search"
    use_case = "document-qa"     # optional: how users behave, for --users
    e2e_ms = 20000               # optional: a bound on the whole request, shared out with slo_share

    [[step]]
    id = "rank"
    kind = "usage"
    stage = 1
    workload = "rerank"
    usage = { searches = 1 }     # of one call; further units where sellers bill by others

    [[step]]
    id = "answer"
    kind = "llm"
    stage = 2
    prompt_tokens = 4096
    output_tokens = 512
    class = "medium"             # least class; a model that is named needs none
    slo = "interactive"          # experience class that bounds one call
"""

import tomllib
from collections.abc import Collection, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    ValidationError,
)

from generator.readers_toml import readers_toml
from generator.registry import Registry, RegistryError, SloClass
from generator.sync.names import printable
from wasm_tools.models.cards import CAPABILITY_CLASSES
from wasm_tools.planner.pipeline import AnyStep, LlmStep, Pipeline, Target, UsageStep
from wasm_tools.planner.question import Limits, checked_names
from wasm_tools.workload.traffic import InputError, class_slo
from wasm_tools.workload.usage import workload_named

MAX_STEPS = 50
DEFAULT_CLASS, DEFAULT_SLO, ANY_CLASS = "medium", "interactive", CAPABILITY_CLASSES[0]


def _text(value: object) -> object:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Amount = Annotated[Decimal, BeforeValidator(_text), Field(gt=0, allow_inf_nan=False)]
Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Unit = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")]


class _Block(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Step(_Block):
    id: Id
    stage: Annotated[StrictInt, Field(ge=1, le=MAX_STEPS)]
    calls: Annotated[Number, Field(ge=0, le=10_000)] = 1.0
    share: Annotated[Number, Field(gt=0, le=1)] = 1.0
    side_by_side: StrictBool = False
    providers: list[str] = []


class LlmBlock(_Step):
    """A step that calls a language model."""

    kind: Literal["llm"]
    prompt_tokens: Annotated[StrictInt, Field(ge=1)]
    output_tokens: Annotated[StrictInt, Field(ge=1)]
    class_: str = Field("", alias="class")
    slo: str = DEFAULT_SLO
    slo_share: Annotated[Number, Field(gt=0, le=1)] | None = None
    cached: Annotated[Number, Field(ge=0, lt=1)] = 0.0
    models: list[str] = []
    kinds: list[str] = []
    open_weights: StrictBool = False
    unlike: list[str] = []


class UsageBlock(_Step):
    """A step that buys something by use; `ms` is the mean time of a call where it is known."""

    kind: Literal["usage"]
    workload: str
    usage: dict[Unit, Amount]
    ms: Annotated[Number, Field(gt=0)] | None = None


StepBlock = Annotated[LlmBlock | UsageBlock, Field(discriminator="kind")]


class PipelineFile(_Block):
    """A workload of several steps as a file states it."""

    title: Annotated[str, Field(max_length=200), AfterValidator(printable)] = ""
    use_case: str = ""
    e2e_ms: Annotated[Number, Field(gt=0)] | None = None
    percentile: Literal[50, 90, 95, 99] = 95
    step: Annotated[
        list[Annotated[LlmBlock | UsageBlock, Field(discriminator="kind")]], Field(min_length=1, max_length=MAX_STEPS)
    ]


class Preset(PipelineFile):
    """One block of data/registry/pipelines.toml."""

    id: Id
    source: str


def read_pipeline(path: Path) -> PipelineFile:
    """The workload of a reader's file; raises InputError naming the file, the step and the remedy."""
    return _validated(path.name, readers_toml(path, "FILE"), PipelineFile)


def load_pipelines(path: Path) -> dict[str, Preset]:
    """The presets by id; raises RegistryError naming file and step."""
    try:
        blocks = tomllib.loads(path.read_text(encoding="utf-8"))["pipeline"]
        presets = [_validated(f"{path.name}, {b.get('id', '?')}", b, Preset) for b in blocks]
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, InputError) as error:
        raise RegistryError(f"{path.name}: {error}") from None
    found = {p.id: p for p in presets}
    if len(found) < len(presets):
        raise RegistryError(f"{path.name}: two pipelines have the same id")
    return found


def pipeline_of(
    file: PipelineFile,
    registry: Registry,
    aliases: Mapping[str, str],
    known: Mapping[str, Collection[str]],
    qps: float,
    peak_qps: float,
) -> Pipeline:
    """The pipeline with names resolved. `aliases` are those of workloads, `known` has models and providers.

    Raises InputError that names the step and its field.
    """
    classes = {c.id: c for c in registry.slo_classes}
    steps = []
    for block in file.step:
        try:
            steps.append(_step(block, registry, classes, aliases, known))
        except InputError as error:
            if error.field.startswith(f"{block.id}."):
                raise
            raise InputError(f"{block.id}.{error.field}", error.message) from None
    target = None if file.e2e_ms is None else Target(file.e2e_ms, file.percentile)
    return Pipeline(tuple(steps), qps, peak_qps, target)


def _step(
    block: LlmBlock | UsageBlock,
    registry: Registry,
    classes: Mapping[str, SloClass],
    aliases: Mapping[str, str],
    known: Mapping[str, Collection[str]],
) -> AnyStep:
    common = {name: getattr(block, name) for name in ("id", "stage", "calls", "share", "side_by_side")}
    providers = tuple(p.id if (p := registry.provider_of(name)) else name for name in block.providers)
    checked_names("providers", providers, known["providers"])
    if isinstance(block, UsageBlock):
        workload, amounts = workload_named(block.workload, aliases), tuple(block.usage.items())
        return UsageStep(**common, workload=workload, usage=amounts, ms=block.ms, providers=providers or None)
    models = tuple(registry.model_of("", name) or name for name in block.models)
    checked_names("models", models, known["models"])
    checked_names("slo", [block.slo], classes)
    checked_names("class", [block.class_] if block.class_ else [], CAPABILITY_CLASSES)
    chosen = classes[block.slo]
    return LlmStep(
        **common,
        prompt_tokens=block.prompt_tokens,
        output_tokens=block.output_tokens,
        slo=class_slo(chosen.ttft_ms, chosen.itl_ms, chosen.e2e_factor, block.output_tokens),
        slo_share=block.slo_share,
        minimum_class=block.class_ or (ANY_CLASS if models else DEFAULT_CLASS),
        cacheable_share=block.cached,
        limits=Limits(
            models=models,
            providers=providers,
            kinds=tuple(block.kinds),
            open_weights_only=block.open_weights,
        ),
        unlike=tuple(block.unlike),
    )


def _validated[B: PipelineFile](where: str, record: dict[str, Any], kind: type[B]) -> B:
    try:
        return kind.model_validate(record)
    except ValidationError as error:
        first = error.errors()[0]
        path = list(first["loc"])
        if len(path) > 3 and path[2] in ("llm", "usage"):  # which of the two kinds it is, no name of a field
            del path[2]
        if path[:1] == ["step"] and len(path) > 1:
            block = record["step"][path[1]]
            name = block.get("id") if isinstance(block, dict) else None
            path[:2] = [f"step {int(path[1]) + 1}" + (f" ({name})" if isinstance(name, str) else "")]
        raise InputError(printable(f"{where}, {', '.join(map(str, path))}"), first["msg"]) from None
