"""Licences of the locked packages, held against the list of those that we allow."""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

from generator.dependencies.locks import NPM_LOCKS, PYTHON_LOCKS, npm_packages, python_packages
from generator.tables import read_rows

COLUMNS = ("package", "licence", "basis", "reviewed")
_TOKENS = re.compile(r"\(|\)|[^\s()]+")


class ExpressionError(ValueError):
    """A licence expression that cannot be read."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """An advisory that does not concern this project, until a date."""

    id: str
    package: str
    until: date
    reason: str


@dataclass(frozen=True, slots=True)
class Allowed:
    """The licences under which packages may be used, and the advisories that are accepted for a while."""

    licences: frozenset[str]
    accepted: tuple[Accepted, ...]


def load_allowed(registry: Path) -> Allowed:
    """The reviewed list."""
    record = tomllib.loads((registry / "dependencies" / "allowed.toml").read_text(encoding="utf-8"))
    accepted = (Accepted(**{**a, "until": date.fromisoformat(a["until"])}) for a in record.get("accepted", ()))
    return Allowed(frozenset(record["licence"]), tuple(accepted))


def load_licences(registry: Path) -> dict[str, str]:
    """Reviewed licences, an SPDX expression by name: every Python package, and `npm:` ones that do not state theirs."""
    return {r["package"]: r["licence"] for r in read_rows(registry / "dependencies" / "licences.csv", COLUMNS)}


def is_allowed(expression: str, allowed: frozenset[str]) -> bool:
    """Whether an SPDX expression can be met with allowed licences: of OR one side, of AND both."""
    tokens = _TOKENS.findall(expression)

    def either() -> bool:
        found = both()
        while tokens and tokens[0] == "OR":
            tokens.pop(0)
            found = both() or found
        return found

    def both() -> bool:
        found = one()
        while tokens and tokens[0] == "AND":
            tokens.pop(0)
            found = one() and found
        return found

    def one() -> bool:
        token = tokens.pop(0) if tokens else ")"
        if token == "(":
            found = either()
            if not tokens or tokens.pop(0) != ")":
                raise ExpressionError(f"{expression!r} lacks a bracket")
            return found
        if token in (")", "AND", "OR"):
            raise ExpressionError(f"{expression!r} is no SPDX expression")
        return token in allowed

    found = either()
    if tokens:
        raise ExpressionError(f"{expression!r} goes on with {tokens[0]!r}")
    return found


def stated_expression(package: str) -> str | None:
    """The SPDX expression in the metadata of an installed package; None where there is none."""
    try:
        return metadata(package).get("License-Expression")
    except PackageNotFoundError:
        return None


def licence_faults(
    root: Path, registry: Path, stated: Callable[[str], str | None] = stated_expression
) -> tuple[int, list[str]]:
    """How many locked packages were looked at, and a sentence for each whose licence is unknown, odd or not allowed."""
    allowed, reviewed = load_allowed(registry).licences, load_licences(registry)
    names = {p.name for lock in sorted(root.glob(PYTHON_LOCKS)) for p in python_packages(lock)}
    npm = {f"npm:{p.name}": p.licence for lock in NPM_LOCKS for p in npm_packages(root / lock)}
    silent = {name for name, licence in npm.items() if not licence}
    faults = list(_review_faults(names | silent, reviewed, stated))
    found = npm | {name: reviewed[name] for name in sorted((names | silent) & reviewed.keys())}
    for name, expression in found.items():
        if not expression:
            continue  # told above: nobody has reviewed it
        try:
            if not is_allowed(expression, allowed):
                faults.append(f"{name}: {expression} is not in allowed.toml")
        except ExpressionError as error:
            faults.append(f"{name}: {error}")
    return len(found), faults


def _review_faults(names: set[str], reviewed: Mapping[str, str], stated: Callable[[str], str | None]) -> Iterator[str]:
    for name in sorted(names | reviewed.keys()):
        said = stated(name)
        if name not in reviewed:
            yield f"{name}: nobody has reviewed its licence; add a row to licences.csv" + (f" ({said})" if said else "")
        elif name not in names:
            yield f"{name}: no lock file names it any more; remove its row from licences.csv"
        elif said is not None and said != reviewed[name]:
            yield f"{name}: its metadata say {said}, licences.csv says {reviewed[name]}"
