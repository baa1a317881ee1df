"""The specification that a conversation has come to: fields with where each came from, and what is asked of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from wasm_tools.ask.mentions import CONTRADICTION, UNSURE
from wasm_tools.ask.names import Named
from wasm_tools.ask.tasks import Tag
from wasm_tools.ask.words import Span

BY_HAND = "set by hand"  # the rule of a value that the reader wrote into its field


@dataclass(frozen=True, slots=True)
class Value:
    """One field. `words` are the pieces of the turns that it came from; none where it was derived or chosen."""

    value: Any
    state: str
    rule: str = ""
    words: tuple[Span, ...] = ()
    readings: tuple[tuple[Any, str], ...] = ()

    @property
    def open(self) -> bool:
        """Whether it is asked about."""
        return self.state in (UNSURE, CONTRADICTION)


@dataclass(frozen=True, slots=True)
class Specification:
    """What was said so far. `given_up` are the questions that the reader cannot answer."""

    fields: Mapping[str, Value] = field(default_factory=dict)
    tags: Mapping[str, Tag] = field(default_factory=dict)
    unknown: tuple[tuple[int, Named], ...] = ()
    given_up: frozenset[str] = frozenset()

    def value(self, name: str, default: Any = None) -> Any:
        """The value of a field."""
        found = self.fields.get(name)
        return default if found is None or found.value is None else found.value

    def having(self, **changed: Value | None) -> "Specification":
        """The specification with some fields set, None clears one."""
        fields = {**self.fields, **{n: v for n, v in changed.items() if v is not None}}
        return replace(self, fields={n: v for n, v in fields.items() if changed.get(n, v) is not None})


@dataclass(frozen=True, slots=True)
class Query:
    """A question to the catalogue: of models, GPUs or a workload, with what narrows it down.

    Empty `models`, `gpus`, `providers`, `kinds` and `areas` limit nothing.
    """

    kind: str
    models: tuple[str, ...] = ()
    gpus: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    without_providers: tuple[str, ...] = ()
    workload: str = ""
    meter: str = ""
    tier: str = "standard"
    areas: tuple[str, ...] = ()
    without_areas: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
