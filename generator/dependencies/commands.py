"""`atlas dependencies`: the bill of materials, and the audit of licences and advisories."""

from datetime import date
from importlib.metadata import version
from typing import Annotated

import typer

from generator.dependencies.advisories import Advisories, npm_advisories, python_advisories
from generator.dependencies.licences import licence_faults, load_allowed
from generator.dependencies.locks import NPM_LOCKS, PYTHON_LOCKS, npm_packages
from generator.dependencies.sbom import PROJECT, Subject, sbom
from generator.failure import RunError
from generator.places import Places, checkout

commands = typer.Typer(
    name="dependencies", help="What the atlas is made of: bills of materials, licences, known advisories."
)


@commands.command(name="sbom")
def print_sbom(
    subject: Annotated[Subject, typer.Argument(help="The site, or the wheel.")] = "site",
) -> None:
    """Print the bill of materials as CycloneDX JSON, made from the lock files alone."""
    places = _checkout()
    typer.echo(sbom(places.root, places.registry, subject, version(PROJECT)).decode(), nl=False)


@commands.command()
def audit(
    pip_audit: Annotated[str, typer.Option(help="The program pip-audit; `make audit` brings its own.")] = "pip-audit",
    required: Annotated[
        bool,
        typer.Option(help="What no advisory database was asked about is a failure.", envvar="REQUIRE_ADVISORIES"),
    ] = False,
) -> None:
    """Check licences and advisories of all locked packages. Exit code 1: one that we do not accept."""
    places = _checkout()
    count, faults = licence_faults(places.root, places.registry)
    typer.echo(f"licences: {count} locked packages, {len(faults)} faults")
    accepted, today = load_allowed(places.registry).accepted, date.today()  # noqa: DTZ011 - the reader's day
    told = [python_advisories(lock, pip_audit, accepted, today) for lock in sorted(places.root.glob(PYTHON_LOCKS))]
    for lock in NPM_LOCKS:
        packages = len(npm_packages(places.root / lock))
        told.append(npm_advisories((places.root / lock).parent, packages, accepted, today))
    for found in told:
        typer.echo(sentence(found))
    faults += [finding for found in told for finding in found.findings]
    for fault in faults:
        typer.echo(f"  {fault}")
    skipped = any(found.failure or found.unchecked for found in told)
    if skipped and not required:
        typer.echo("Not all packages could be asked about; that needs a connection to the advisory databases.")
    raise typer.Exit(1 if faults or (skipped and required) else 0)


def sentence(found: Advisories) -> str:
    """What a tool told, in one sentence that does not hide what was not looked at."""
    if found.failure:
        return f"{found.tool}: skipped, {found.failure}"
    if found.checked == 0:
        return f"{found.tool}: skipped, the advisory database knows none of {found.unchecked} packages here"
    rest = f", {found.unchecked} could not be asked about" if found.unchecked else ""
    return f"{found.tool}: {found.checked} packages, {len(found.findings)} findings{rest}"


def _checkout() -> Places:
    places = checkout()
    if places.bundled:
        raise RunError("the lock files are in a checkout of the project, not in an installed atlas")
    return places
