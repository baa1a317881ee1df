"""The `atlas` command: a thin layer over the functions of the same names."""

import errno
import os
import platform
import sys
from importlib.metadata import version
from typing import Annotated

import typer
from rich.markup import escape

from generator import (
    ask_commands,
    audit_commands,
    benchmark_commands,
    build_commands,
    catalogue_commands,
    compat_commands,
    invoice_commands,
    kinds_commands,
    manifest_commands,
    memory_commands,
    observe_commands,
    operations_commands,
    plan_commands,
    scenario_commands,
    simulate_commands,
    site_commands,
    spend_commands,
    sync_commands,
    usage_commands,
)
from generator.benchmarks.community import CommunityError
from generator.calibrate import commands as calibration_commands
from generator.dependencies import commands as dependency_commands
from generator.dependencies.locks import LockError
from generator.nightly import RunError
from generator.options import notes
from generator.overlay import OverlayError
from generator.precompute.executors import ExecutorError
from generator.publish.crawl import CrawlError
from generator.publish.seal import SealError
from generator.publish.swap import TargetError
from generator.registry import RegistryError
from generator.run_log import LogError
from generator.sync.history import HistoryError
from generator.sync.source_registry import SourceError
from generator.tables import TableError
from generator.validate import commands as validate_commands
from wasm_tools.bundle.failure import BundleError
from wasm_tools.pricing.meters import MeterError
from wasm_tools.pricing.offers import OfferError
from wasm_tools.workload.traffic import InputError

app = typer.Typer(
    name="atlas",
    help="Build and question the Inference Price Atlas: what AI inference costs and what to run it on.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
for part in (
    sync_commands,
    build_commands,
    site_commands,
    catalogue_commands,
    plan_commands,
    ask_commands,
    audit_commands,
    scenario_commands,
    simulate_commands,
    observe_commands,
    manifest_commands,
    kinds_commands,
    memory_commands,
    usage_commands,
    invoice_commands,
    calibration_commands,
    validate_commands,
    operations_commands,
    benchmark_commands,
    spend_commands,
    compat_commands,
    dependency_commands,
):
    app.add_typer(part.commands)


def _told(wanted: bool) -> None:
    if wanted:
        typer.echo(f"inference-price-atlas {version('inference-price-atlas')}, Python {platform.python_version()}")
        raise typer.Exit


@app.callback()
def _options(
    _: Annotated[bool, typer.Option("--version", callback=_told, is_eager=True, help="Print the version.")] = False,
) -> None:
    pass


_ROOM, _RIGHT = "make room on the disk", "make it writable for the user of the run"
CANNOT_WRITE = {
    errno.ENOSPC: _ROOM,
    errno.EDQUOT: _ROOM,
    errno.EFBIG: _ROOM,
    errno.EROFS: _RIGHT,
    errno.EACCES: _RIGHT,
    errno.EPERM: _RIGHT,
}


def main() -> None:
    """Run the command line; an expected fault ends in one sentence and a code, never in a traceback."""
    expected = (
        RunError, RegistryError, SourceError, TableError, SealError, TargetError, BundleError, InputError,
        OfferError, MeterError, HistoryError, OverlayError, CrawlError, LogError, LockError, ExecutorError,
        CommunityError,
    )  # fmt: skip
    try:
        app()
    except expected as error:
        notes.print(f"[red]atlas:[/] {escape(str(error))}", highlight=False)
        sys.exit(2)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        if error.errno not in CANNOT_WRITE:
            raise
        where = escape(f" {error.filename}") if error.filename else ""
        remedy = CANNOT_WRITE[error.errno]
        notes.print(f"[red]atlas:[/] cannot write{where} ({error.strerror}): {remedy}, and run again", highlight=False)
        sys.exit(2)


if __name__ == "__main__":
    main()
