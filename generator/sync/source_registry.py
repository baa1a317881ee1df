"""The source registry: which upstreams there are, and the connector module of each."""

import importlib
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from generator.failure import Failure


class SourceError(Failure, ValueError):
    """A source registry that cannot be used; the message names the file, the entry and the field."""


class PackageMember(BaseModel):
    """The package of the Python index that carries the same payload, and the file inside it."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    name: str = Field(min_length=1)
    member: str = Field(min_length=1)


class AccessKey(BaseModel):
    """A key that the host asks for: the environment variable that holds it and the header that carries it."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    variable: str = Field(pattern=r"^[A-Z][A-Z0-9_]+$")
    header: str = Field(min_length=1)
    prefix: str = ""  # "Bearer "


class Source(BaseModel):
    """One upstream. `rank`: 0 first-party evidence, 1 curated list, 2 aggregator, 3 copy.

    A source of several files has `{file}` in its URL, and their names in `files`; its payload is one JSON object of
    their texts by name. A source that is asked by POST has the GraphQL `query`. `stored` is the place in a mirror of a
    table that was taken out of a live payload of another form; its connector reads both forms.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    title: str
    url: str = Field(pattern=r"^https?://")
    homepage: str
    licence: str
    share: Literal["yes", "facts"]
    attribution: str
    family: str
    rank: int = Field(ge=0, le=3)
    cadence_days: int = Field(ge=1)
    kind: Literal["api", "gpu", "benchmark", "quality"]
    package: PackageMember | None = None
    files: tuple[str, ...] = ()
    query: str = ""
    stored: str = ""
    collected: bool = False  # its connector's `collect(url, read)` asks for the addresses: pages, or an index first
    key: AccessKey | None = None
    complete: bool = False  # the provider's own whole list: what it lacks is not sold
    sampled: bool = True  # false: written from the documentation, no real payload has been seen yet

    @field_validator("files", mode="before")
    @classmethod
    def _as_tuple(cls, value: object) -> object:
        return tuple(value) if isinstance(value, list) else value

    @model_validator(mode="after")
    def _files_have_a_place(self) -> "Source":
        if bool(self.files) != ("{file}" in self.url):
            raise ValueError("files and {file} in the url go together")
        return self


class _Registry(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    source: list[Source]


def load_sources(path: Path) -> tuple[Source, ...]:
    """All sources of a registry file, in its order; raises SourceError naming the entry that is wrong."""
    try:
        records = tomllib.loads(path.read_text(encoding="utf-8"))
        sources = _Registry.model_validate(records).source
    except OSError as error:
        raise SourceError(f"{path.name}: cannot be read ({error.strerror})") from None
    except ValidationError as error:
        raise SourceError(f"{path.name}: {_first_problem(error, records)}") from None
    except (ValueError, RecursionError) as error:  # bad TOML, bad UTF-8, a number of thousands of digits
        raise SourceError(f"{path.name}: is not TOML: {error}") from None
    ids = [s.id for s in sources]
    twice = sorted({i for i in ids if ids.count(i) > 1})
    if twice:
        raise SourceError(f"{path.name}: source {twice[0]!r} is listed twice; give each source one entry")
    return tuple(sources)


def _first_problem(error: ValidationError, records: dict[str, object]) -> str:
    problem = error.errors()[0]
    place = list(problem["loc"])
    entries = records.get("source")
    if len(place) > 1 and isinstance(place[1], int) and isinstance(entries, list):
        entry = entries[place[1]]
        name = entry.get("id", f"number {place[1] + 1}") if isinstance(entry, dict) else place[1]
        return f"source {name!r}, {'.'.join(map(str, place[2:]))}: {problem['msg']}"
    return f"{'.'.join(map(str, place))}: {problem['msg']}"


def connector(source: Source) -> ModuleType:
    """The module that reads the payloads of `source`; raises SourceError when nobody has written it."""
    name = f"generator.sync.sources.{source.id.replace('-', '_')}"
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        raise SourceError(f"source {source.id!r} has no connector: write {name.replace('.', '/')}.py") from None
