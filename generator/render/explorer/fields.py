"""What the explorer is told of a data set: its columns, facets, words of the query language, and ready views."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

# What a column holds. `money` follows the reader's currency; `number` and `date` are compared, `text` is searched.
KINDS = ("text", "money", "number", "date")


@dataclass(frozen=True, slots=True)
class Field:
    """A column. `link` is a folder of the site; `fallback` stands in for a missing value; `keys` are short query words.

    `per` is the unit of a figure as its head names it. `part` says in which file the column lies: `more` holds what
    only details and few views need. A `derived` column is computed in the page, with the settings of the reader.
    The values of a `worded` column are words of ours, which pages of other languages say in their own; those of an
    `english` one are sentences, which stay English everywhere.
    """

    name: str
    label: str
    kind: str = "text"
    per: str = ""
    keys: tuple[str, ...] = ()
    link: str = ""
    fallback: str = ""
    why: str = ""
    second: str = ""  # the column that stands below it on a narrow screen
    shown: bool = False  # in the table until the reader chooses
    searched: bool = False  # by words without a key: names and ids only, never figures
    listed: bool = True  # offered as a column; others stand in the details of a row
    address: bool = False  # the value is itself a web address
    part: str = "core"
    derived: bool = False
    worded: bool = False
    english: bool = False
    help: str = ""

    @property
    def is_figure(self) -> bool:
        """Whether it is a figure, which stands to the right and can be computed with."""
        return self.kind in ("money", "number")


@dataclass(frozen=True, slots=True)
class Facet:
    """A list of choices with counts. `steps` makes it "at least"; `label` and `column` are those of its field."""

    name: str
    label: str
    steps: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Example:
    """A ready view: its words, and the address parameters that make it."""

    title: str
    q: str
    more: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """One data set of the explorer."""

    id: str
    title: str
    noun: str
    caption: str
    about: str
    fields: tuple[Field, ...]
    facets: tuple[Facet, ...]
    examples: tuple[Example, ...]
    identity: tuple[str, ...]  # columns that an export always holds
    empty: str
    shown_rows: int
    files: tuple[str, ...]  # downloads under /api/v1/ with all of its rows
    compare: str = ""  # the column whose values can be compared side by side
    compare_kind: str = ""
    grouped: str = ""  # prices are ranked inside one value of this column only
    leads: tuple[str, ...] = ()  # values of that column that come first
    unit_field: str = ""  # the column that names the unit of each row; empty where all are per million tokens or hours
    task: bool = False  # rows have input and output prices: blends and costs of a request can be computed

    @property
    def columns(self) -> tuple[Field, ...]:
        """The columns that the table shows until the reader chooses."""
        return tuple(f for f in self.fields if f.shown)

    @property
    def keys(self) -> list[tuple[str, str]]:
        """The words of the query language with what they mean, for the reader."""
        return [("|".join(dict.fromkeys((*f.keys, f.name))), f.help or f.label) for f in self.fields if f.keys]


def settings(sheet: Sheet, files: Mapping[str, str]) -> dict[str, Any]:
    """What the script needs to know of a sheet; what is empty or at its default is left out."""
    record = {k: v for k, v in asdict(sheet).items() if k not in ("caption", "about", "shown_rows", "examples")}
    record["fields"] = [field_settings(f) for f in sheet.fields]
    record["facets"] = [{k: v for k, v in asdict(f).items() if v} for f in sheet.facets]
    return record | {"parts": dict(files)}


def field_settings(field: Field) -> dict[str, Any]:
    """A field without the attributes that have their usual value."""
    usual = {"kind": "text", "listed": True, "part": "core", "help": field.help, "worded": field.worded}
    return {k: v for k, v in asdict(field).items() if v != usual.get(k, "") and v not in (False, ())} | (
        {} if field.listed else {"listed": False}
    )
