"""The `atlas` command: a thin layer over the functions of the same names."""

import errno
import os
import platform
import sys
from importlib import import_module
from importlib.metadata import version
from typing import Annotated, Any

import typer
from rich.markup import escape
from typer.core import TyperGroup
from typer.main import get_group

from generator.failure import Failure
from generator.options import notes
from wasm_tools.bundle.failure import BundleError
from wasm_tools.pricing.meters import MeterError
from wasm_tools.pricing.offers import OfferError
from wasm_tools.workload.traffic import InputError

# The module of each command, in the order of the help. Only that of the command that is asked for is loaded, as all
# together take a second.
MODULES = {
    "sync": "sync_commands",
    "precompute": "build_commands",
    "bundle": "build_commands",
    "render": "build_commands",
    "nightly": "build_commands",
    "serve": "site_commands",
    "check-site": "site_commands",
    "health": "catalogue_commands",
    "diff": "catalogue_commands",
    "history": "catalogue_commands",
    "regions": "regions.commands",
    "plan": "plan_commands",
    "explain": "plan_commands",
    "ask": "ask_commands",
    "audit": "audit_commands",
    "scenarios": "scenario_commands",
    "report": "scenario_commands",
    "simulate": "simulate_commands",
    "observe": "observe_commands",
    "manifests": "manifest_commands",
    "training": "kinds_commands",
    "cluster": "kinds_commands",
    "steps": "kinds_commands",
    "fine-tuned": "kinds_commands",
    "memory": "memory_commands",
    "rank": "usage_commands",
    "invoice": "invoice_commands",
    "calibrate": "calibrate.commands",
    "evaluate": "calibrate.commands",
    "validate": "validate.commands",
    "verify": "operations_commands",
    "doctor": "operations_commands",
    "benchmarks": "benchmark_commands",
    "spend": "spend_commands",
    "compat": "compat_commands",
    "dependencies": "dependencies.commands",
}


class _Commands(TyperGroup):
    """The commands, each loaded when it is asked for."""

    def list_commands(self, _ctx: Any) -> list[str]:
        return list(MODULES)

    def get_command(self, _ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in MODULES:
            return None
        module = get_group(import_module(f"generator.{MODULES[cmd_name]}").commands)
        return module.commands.get(cmd_name, module)


app = typer.Typer(
    name="atlas",
    cls=_Commands,
    help="Build and question the Inference Price Atlas: what AI inference costs and what to run it on.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


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
    expected = (Failure, BundleError, InputError, OfferError, MeterError)
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
