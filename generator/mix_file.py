"""Mixes of request classes out of a reader's file, hostile until it is read.

A TOML file:

    [[class]]
    id = "chat"
    share = 0.8                  # of the requests; all shares add up to 1
    prompt_tokens = 512
    output_tokens = 256
    slo = "conversational"       # experience class, or ttft_ms, itl_ms and e2e_ms; default: interactive
    cached = 0.3                 # share of the prompt that was sent before

    [[class]]
    id = "report"
    share = 0.2
    lengths = "azure-2023-conv"  # recorded lengths instead of the two numbers
    streaming = false            # nobody watches it being written: an end-to-end bound only
    e2e_ms = 60000
    percentile = 90              # of the requests within the bounds; default 95
"""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, ValidationError

from generator.plan_flags import PlanFlags
from generator.plan_names import Names, known_name
from generator.plan_workload import slo_of
from generator.readers_toml import readers_toml
from generator.steps_file import Id, Number
from generator.sync.names import printable
from wasm_tools.performance.lengths import Lengths, fixed_lengths
from wasm_tools.workload.mixes import RequestClass
from wasm_tools.workload.traffic import MAX_TOKENS, InputError, Slo

FLAG = "--mix"
MAX_CLASSES = 20
Tokens = Annotated[StrictInt, Field(ge=1, le=MAX_TOKENS)]
Ms = Annotated[Number, Field(gt=0)]


class ClassBlock(BaseModel):
    """One class of requests as a file states it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Id
    share: Annotated[Number, Field(gt=0, le=1)]
    prompt_tokens: Tokens | None = None
    output_tokens: Tokens | None = None
    lengths: str | None = None
    streaming: StrictBool = True
    slo: str | None = None
    ttft_ms: Ms | None = None
    itl_ms: Ms | None = None
    e2e_ms: Ms | None = None
    percentile: Literal[50, 90, 95, 99] = 95
    cached: Annotated[Number, Field(ge=0, lt=1)] = 0.0


class MixFile(BaseModel):
    """A mix as a file states it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    class_: Annotated[list[ClassBlock], Field(alias="class", min_length=1, max_length=MAX_CLASSES)]


def read_mix(path: Path) -> MixFile:
    """The mix of a reader's file; raises InputError naming the file, the class and the field."""
    record = readers_toml(path, FLAG)
    try:
        return MixFile.model_validate(record)
    except ValidationError as error:
        first = error.errors()[0]
        where = _named(list(first["loc"]), record)
        raise InputError(FLAG, printable(f"{path.name}, {where}: {first['msg']}")) from None


def request_classes(mix: MixFile, names: Names, availability: float | None = None) -> tuple[RequestClass, ...]:
    """The classes with names resolved; raises InputError that names the class, the field and the remedy."""
    found = []
    for block in mix.class_:
        try:
            found.append(_class(block, names, availability))
        except InputError as error:
            if error.field == FLAG:
                raise
            raise _refusal(block, error.field, error.message) from None
    return tuple(found)


def class_words(one: RequestClass) -> str:
    """One class of a mix in words."""
    slo, prompt, output = one.slo, one.lengths.prompt.mean, one.lengths.output.mean
    within = f"the whole within {slo.e2e_ms:,.0f} ms at p{slo.percentile}"
    if one.streaming:
        within = f"first token within {slo.ttft_ms:,.0f} ms, {slo.itl_ms:g} ms between tokens, {within}"
    else:
        within = f"not streamed, {within}"
    cached = f", {one.cacheable_share:.0%} of the prompt cached" if one.cacheable_share else ""
    return f"class {one.id}, {one.share:.3g} of the requests: {prompt:,.0f}/{output:,.0f} tokens{cached}; {within}"


def _class(block: ClassBlock, names: Names, availability: float | None) -> RequestClass:
    lengths = _lengths(block, names)
    slo = _slo(block, names, max(1, round(lengths.output.mean)), availability)
    return RequestClass(block.id, block.share, lengths, slo, block.streaming, block.cached)


def _lengths(block: ClassBlock, names: Names) -> Lengths:
    stated = [name for name in ("prompt_tokens", "output_tokens") if getattr(block, name) is not None]
    if block.lengths is not None:
        if stated:
            raise _refusal(block, "lengths", f"recorded lengths have their own means; leave out {' and '.join(stated)}")
        return names.lengths[known_name("lengths", block.lengths, names.lengths)]
    if block.prompt_tokens is None or block.output_tokens is None:
        missing = "output_tokens" if stated == ["prompt_tokens"] else "prompt_tokens"
        raise _refusal(block, missing, "is missing; give prompt_tokens and output_tokens, or lengths")
    return fixed_lengths(block.prompt_tokens, block.output_tokens)


def _slo(block: ClassBlock, names: Names, output_tokens: int, availability: float | None) -> Slo:
    """The bounds: those of the experience class where the file is silent, as for `atlas plan` without a mix."""
    bounds = [name for name in ("ttft_ms", "itl_ms", "e2e_ms") if getattr(block, name) is not None]
    if block.slo is not None and bounds:
        raise _refusal(block, "slo", f"it and {' and '.join(bounds)} both set the target; leave out one of them")
    watched = [name for name in bounds if name != "e2e_ms"]
    if not block.streaming and watched:
        raise _refusal(block, watched[0], "what is not streamed has an end-to-end bound only; state e2e_ms instead")
    if block.slo is not None:
        known_name("slo", block.slo, names.classes)
    e2e = block.e2e_ms if block.streaming else None
    flags = PlanFlags(
        slo=block.slo, ttft=block.ttft_ms, itl=block.itl_ms, e2e=e2e, percentile=block.percentile,
        availability=availability,
    )  # fmt: skip
    try:
        slo = slo_of(flags, names, None, None, output_tokens)
    except InputError as error:
        if error.field != "--e2e":
            raise
        remedy = "raise e2e_ms or lower ttft_ms, or state that it is not streamed"
        raise _refusal(block, "e2e_ms", f"the whole answer would end before its first token; {remedy}") from None
    if block.streaming:
        return slo
    whole = block.e2e_ms or slo.e2e_ms
    return Slo(whole, whole, whole, slo.percentile, availability=availability)


def _refusal(block: ClassBlock, field: str, message: str) -> InputError:
    return InputError(FLAG, f"class {block.id}, {field}: {message}")


def _named(path: list[int | str], record: dict[str, Any]) -> str:
    """Where in the file: `class 2 (report), share`."""
    if path[:1] == ["class"] and len(path) > 1:
        block = record["class"][path[1]]
        name = block.get("id") if isinstance(block, dict) else None
        path[:2] = [f"class {int(path[1]) + 1}" + (f" ({name})" if isinstance(name, str) else "")]
    return ", ".join(map(str, path))
