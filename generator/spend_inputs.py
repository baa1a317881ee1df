"""What `atlas spend` reads: ledgers and bills, the settings of `atlas.toml`, prices, and what its flags say."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from generator import nightly
from generator.options import notes
from generator.places import checkout
from generator.precompute.invoice_pack import invoice_pack
from wasm_tools.invoice.pack import OfferBook, read_price_book
from wasm_tools.invoice.usage import InvoiceError
from wasm_tools.spend.options import SpendOptions, options_from
from wasm_tools.spend.recording.settings import SettingsError, settings
from wasm_tools.spend.spent import Spend, read_spend
from wasm_tools.workload.traffic import InputError

CANNOT_TELL = 3  # exit code of a check that could not be made; 1 and 2 are what it found
PERIODS = {"today": 1, "week": 7, "month": 0, "all": None}  # days until today; 0 is the calendar month
KINDS = ("*.jsonl", "*.jsonl.gz")

Files = Annotated[
    list[Path] | None,
    typer.Argument(help="Ledgers, folders of them, bills, usage exports. Default: the ledger of atlas.toml."),
]
Today = Annotated[
    str,
    typer.Option(
        "--today",
        help="The day the report stands for. Default: today, or of FILES the last day with use.",
    ),
]
Period = Annotated[
    str, typer.Option("--period", help=f"One of {', '.join(PERIODS)}; days and months are those of UTC.")
]
Since = Annotated[str, typer.Option("--since", help="The first day, like 2026-11-01.")]
Until = Annotated[str, typer.Option("--until", help="The last day.")]
Provider = Annotated[str, typer.Option("--provider", help="Only this provider.")]
Model = Annotated[str, typer.Option("--model", help="Only this model.")]
Tags = Annotated[
    list[str] | None, typer.Option("--tag", help="Only calls with this tag, like team=search; may be repeated.")
]
TagFiles = Annotated[
    str,
    typer.Option(
        "--tag-files", help="A tag that calls without it get from the name of their folder or file, like user."
    ),
]
Budgets = Annotated[
    list[str] | None,
    typer.Option("--budget", help="USD, like 500, or of a group, like team=search=200; may be repeated."),
]
Per = Annotated[str, typer.Option("--per", help="What --budget is for: month or project.")]
WarnAt = Annotated[str, typer.Option("--warn-at", help="Percent of a budget from which it is a warning.")]
ExitCode = Annotated[
    bool,
    typer.Option(
        "--exit-code",
        help="End with 0 when every budget holds, 1 when one is projected over, 2 when one is over, "
        f"{CANNOT_TELL} when that cannot be told.",
    ),
]


@dataclass(frozen=True, slots=True)
class Asked:
    """The flags that all commands share, as written."""

    files: Sequence[Path]
    today: str = ""
    period: str = "all"
    since: str = ""
    until: str = ""
    provider: str = ""
    model: str = ""
    tags: Sequence[str] = ()
    tag_files: str = ""
    budgets: Sequence[str] = ()
    per: str = "month"
    warn_at: str = "80"
    offset: str = "+00:00"
    share: Sequence[str] = ()


@contextmanager
def refusals(exit_code: bool = False) -> Iterator[None]:
    """Errors in words. Where the exit code tells of budgets, every error has one of its own."""
    try:
        yield
    except Exception as error:
        if exit_code:
            notes.print(f"[red]atlas:[/] {escape(str(error) or repr(error))}", highlight=False)
            raise typer.Exit(CANNOT_TELL) from error
        if isinstance(error, InvoiceError | SettingsError):
            raise InputError("spend", str(error)) from None
        raise


def price_book(as_of: str | None, overlay: Path | None) -> OfferBook:
    """The prices of the catalogue, with all their days."""
    return read_price_book(price_pack(as_of, overlay))


def price_pack(as_of: str | None, overlay: Path | None) -> dict[str, Any]:
    """The same as the browser gets them."""
    at = nightly.overlaid(nightly.inputs(checkout(), as_of, offline=as_of is None), overlay)
    return invoice_pack(at.registry, at.state, at.as_of)


def read(asked: Asked, book: OfferBook) -> Spend:
    """Everything in the files. Raises InputError without any."""
    files = [(name, _content(path)) for name, path in paths(asked.files).items()]
    return read_spend(files, book.dated, tag_files=asked.tag_files)


def paths(files: Sequence[Path]) -> dict[str, Path]:
    """The files that are meant by name: folders by their ledgers, none by those of `atlas.toml`.

    A file of a folder is called by both names, as is one of two that have the same.
    """
    if not files:
        folder = settings().ledger
        if folder is None:
            raise InputError("files", "name a ledger, or say where it is: `atlas spend init` writes atlas.toml")
        files = [folder]
    given = [(one, path.is_dir()) for path in files for one in (_ledgers(path) if path.is_dir() else [path])]
    if not given:
        raise InputError("files", f"{files[0]} has no ledgers ({', '.join(KINDS)}) yet")
    found: dict[str, Path] = {}
    for path, of_folder in given:
        alike = [one for one, _ in given if one.name == path.name]
        name = f"{path.absolute().parent.name}/{path.name}" if of_folder or len(alike) > 1 else path.name
        found[str(path) if name in found else name] = path
    return found


def _ledgers(folder: Path) -> list[Path]:
    return sorted(path for kind in KINDS for path in folder.glob(kind))


def options(asked: Asked) -> SpendOptions:
    """What the flags and `atlas.toml` say. Raises InvoiceError for what cannot be read."""
    found = settings()
    today = asked.today or ("" if asked.files else utc_today())
    since, until = _days(asked, today)
    names = {"provider": asked.provider, "model": asked.model, "tags": _pairs(asked.tags)}
    said: dict[str, Any] = {
        "today": today,
        "view": {"since": since, "until": until, **names},
        "budgets": [_budget(text, asked) for text in asked.budgets] or list(found.budgets),
        "plan": found.plan,
        "offset_minutes": _minutes(asked.offset),
        "shares": _pairs(asked.share),
        "tag_files": asked.tag_files,
    }
    return options_from(said)


def utc_today() -> str:
    """The day in Greenwich."""
    return str(datetime.now(UTC).date())


def _days(asked: Asked, today: str) -> tuple[str, str]:
    if asked.period not in PERIODS:
        raise InputError("period", f"{asked.period!r} is not one of {', '.join(PERIODS)}")
    days = PERIODS[asked.period]
    if days is None:
        return asked.since, asked.until
    if asked.since or asked.until:
        raise InputError("period", "say either --period or --since and --until")
    try:
        last = date.fromisoformat(today or utc_today())
    except ValueError:
        raise InputError("today", f"{today!r} is not a day like 2026-11-01") from None
    return str(last - timedelta(days - 1) if days else last.replace(day=1)), str(last)


def _budget(text: str, asked: Asked) -> Mapping[str, str]:
    group, _, amount = text.rpartition("=")
    return {"amount": amount, "group": group, "name": group, "per": asked.per, "warn_at": asked.warn_at}


def _pairs(said: Sequence[str]) -> dict[str, str]:
    found = {}
    for text in said:
        name, _, value = text.partition("=")
        if not name or not value:
            raise InputError("tag", f"{text!r} is not a name and a value like team=search")
        found[name] = value
    return found


def _minutes(offset: str) -> int:
    sign, _, clock = offset.partition(offset[:1])
    hours, _, minutes = clock.partition(":")
    if offset[:1] not in ("+", "-") or not hours.isdigit() or not minutes.isdigit() or sign:
        raise InputError("offset", f"{offset!r} is not an offset from UTC like +05:30")
    return (60 * int(hours) + int(minutes)) * (-1 if offset.startswith("-") else 1)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError("file", f"{path} cannot be read: {error.strerror}") from None
