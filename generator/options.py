"""What the commands share: their common options, and the channel for people beside the one for programs."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

notes = Console(stderr=True)

AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        help="The date the run stands for, like 2026-11-20. Default: today, or offline the newest observation.",
    ),
]
MirrorOption = Annotated[
    str | None,
    typer.Option(
        "--mirror",
        envvar="ATLAS_MIRROR",
        help="Folder or address of stored payloads, laid out as HOST/PATH, used instead of the network.",
    ),
]
Overlay = Annotated[
    Path | None,
    typer.Option(
        "--overlay",
        envvar="ATLAS_OVERLAY",
        help="A TOML file of your own models, prices and rentals that joins the catalogue of this run only.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object for programs instead of a table.")]
LogFile = Annotated[
    Path | None,
    typer.Option(
        "--log",
        envvar="ATLAS_LOG",
        help="Add a line of JSON for each stage and source of this run to this file, and show them at /health/run/.",
    ),
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        "--scheduler",
        envvar="ATLAS_SCHEDULER",
        help="Plan on the workers of the Dask cluster at this address, like tcp://host:8786: the same results.",
    ),
]
Site = Annotated[
    Path | None, typer.Option("--site", help="Where the finished site goes. Default: site/ of the checkout.")
]
