"""Options of a command written down as the fields of a dataclass, so that several commands share them."""

import inspect
from collections.abc import Callable
from dataclasses import fields
from functools import wraps
from typing import Any, get_type_hints


def with_flags(group: type, name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A decorator: the command gets an option for every field of the dataclass `group`, and their values as one
    instance of it in its argument `name`."""

    def decorated(command: Callable[..., None]) -> Callable[..., None]:
        hints = get_type_hints(group, include_extras=True)
        own = inspect.signature(command, eval_str=True)
        names = [f.name for f in fields(group)]
        options = [
            inspect.Parameter(f.name, inspect.Parameter.KEYWORD_ONLY, default=f.default, annotation=hints[f.name])
            for f in fields(group)
        ]

        @wraps(command)
        def run(**given: Any) -> None:
            flags = group(**{n: given.pop(n) for n in names})
            command(**{name: flags}, **given)

        kept = [p for p in own.parameters.values() if p.name != name]
        run.__signature__ = own.replace(parameters=[*kept, *options])  # type: ignore[attr-defined]  # typer reads it
        return run

    return decorated
