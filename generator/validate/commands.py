"""`atlas validate`: manifests, ours or not, against the rules of the project."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from generator.options import AsJson
from generator.validate.catalogue_tables import releases
from generator.validate.checking import Report, checked_folder
from generator.validate.reading import FolderError

commands = typer.Typer()


@commands.command()
def validate(
    folder: Annotated[Path, typer.Argument(help="The folder of manifests: a bundle of the atlas, or any other files.")],
    as_json: AsJson = False,
) -> None:
    """Check the manifests of a folder: schemas, references, options and metrics of vLLM, and what the plan says.

    Reads .yaml, .yml, .json and text files below the folder and changes nothing. The numbers of a plan are checked
    where the folder holds a plan.json of the atlas; a folder of such folders is checked plan by plan.
    Exit code 1: a rule is broken; 2: the folder cannot be read.
    """
    plans = plan_folders(folder)
    try:
        reports = {path.name: checked_folder(path) for path in plans or [folder]}
    except FolderError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    if as_json:
        records = [({"folder": name} if plans else {}) | _json(found) for name, found in reports.items()]
        typer.echo(json.dumps({"folders": records} if plans else records[0], indent=1, ensure_ascii=False))
    else:
        for name, found in reports.items():
            for line in _lines(found):
                typer.echo(f"{name}: {line}" if plans else line)
    raise typer.Exit(1 if any(found.findings for found in reports.values()) else 0)


def plan_folders(folder: Path) -> list[Path]:
    """The folders of plans that a folder consists of, as `atlas manifests --out` makes it; none for any other."""
    inside = sorted(folder.iterdir()) if folder.is_dir() else []
    return inside if all(path.is_dir() and (path / "plan.json").is_file() for path in inside) else []


def _json(found: Report) -> dict[str, object]:
    return {
        "files": found.files,
        "objects": found.objects,
        "plan_id": found.plan_id or None,
        "checked_with": releases(),
        "unchecked_kinds": found.unchecked,
        "findings": [asdict(f) for f in found.findings],
    }


def _lines(found: Report) -> list[str]:
    lines = [": ".join(filter(None, (f"{f.rule} {f.path}", f.where, f.message))) for f in found.findings]
    if found.unchecked:
        lines.append(f"no schema here for {', '.join(found.unchecked)}")
    count = len(found.findings)
    problems = "no problem" if not count else "1 problem" if count == 1 else f"{count:,} problems"
    plan = f", against the plan {found.plan_id}" if found.plan_id else "; no plan.json, so no numbers of a plan"
    return [*lines, f"{found.files:,} files, {found.objects:,} objects checked{plan}: {problems}"]
