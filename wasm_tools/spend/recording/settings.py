"""Where the ledger is: the folder that ATLAS_LEDGER names, else what the nearest `atlas.toml` upwards says; else off.

    [spend]
    ledger = "spend"              # a folder, from the folder of this file
    prices = "price-book.json"    # what `remaining()` prices with

    [[spend.budgets]]
    name = "search"
    amount = "500"                # US dollars
    per = "month"                 # or "project", with start and end
    group = "team=search"         # a tag, or provider=…, model=…; everything without it
    warn_at = 80                  # percent

[spend.plan] holds what a project was expected to use; `atlas spend` reads and checks it, as it does budgets.

ATLAS_LEDGER set to nothing switches recording off, whatever the file says.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

VARIABLE, FILE = "ATLAS_LEDGER", "atlas.toml"


class SettingsError(ValueError):
    """Settings that cannot be used; the message names the file, the entry and the remedy."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a program and the command line share. `budgets` and `plan` are as written; who reads them checks them."""

    ledger: Path | None = None  # folder
    prices: Path | None = None  # price book, a JSON file
    budgets: tuple[Mapping[str, Any], ...] = ()
    plan: Mapping[str, Any] | None = None
    file: Path | None = None  # the atlas.toml that says so


def settings(folder: Path | None = None) -> Settings:
    """The settings that hold in a folder (the current one). Raises SettingsError for an `atlas.toml` that is wrong."""
    place = (folder or Path.cwd()).resolve()
    found = next((path for at in (place, *place.parents) if (path := at / FILE).is_file()), None)
    read = _read(found) if found else Settings()
    said = os.environ.get(VARIABLE)
    if said is None:
        return read
    return replace(read, ledger=Path(said).absolute() if said else None)


def ledger_folder() -> Path | None:
    """The folder of the ledger of this process, None when recording is off. The file is looked for once."""
    return _folder(os.environ.get(VARIABLE))


@lru_cache(maxsize=8)
def _folder(said: str | None) -> Path | None:
    if said is not None:
        return Path(said).absolute() if said else None
    return settings().ledger


def _read(path: Path) -> Settings:
    import tomllib

    try:
        spend = tomllib.loads(path.read_text(encoding="utf-8")).get("spend", {})
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{path} is not TOML: {error}") from None
    if not isinstance(spend, dict):
        raise SettingsError(f"{path}: spend is not a table; write [spend]")
    unknown = sorted(set(spend) - {"ledger", "prices", "budgets", "plan"})
    if unknown:
        raise SettingsError(f"{path}: [spend] has no entry {unknown[0]!r}, only ledger, prices, budgets and plan")
    budgets = spend.get("budgets", [])
    if not isinstance(budgets, list) or not all(isinstance(row, dict) for row in budgets):
        raise SettingsError(f"{path}: budgets are written as [[spend.budgets]], one block each")
    plan = spend.get("plan")
    if plan is not None and not isinstance(plan, dict):
        raise SettingsError(f"{path}: the plan is written as [spend.plan]")
    return Settings(_path(path, spend, "ledger"), _path(path, spend, "prices"), tuple(budgets), plan, path)


def _path(file: Path, spend: Mapping[str, Any], name: str) -> Path | None:
    said = spend.get(name)
    if said is None:
        return None
    if not isinstance(said, str) or not said:
        raise SettingsError(f"{file}: {name} in [spend] is not a path in quotes")
    return file.parent / Path(said).expanduser()
