"""`atlas manifests`: the deployment files of one plan, into a folder of the reader's."""

import json
import shutil
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from generator.failure import RunError
from generator.options import AsJson, AsOf, Overlay, notes
from generator.places import checkout
from generator.plan_commands import asked_plan
from generator.plan_flags import PlanFlags, with_plan_flags
from generator.precompute.manifest_book import manifest_book
from generator.registry import load_registry
from wasm_tools.manifests.plan_document import plan_document, read_plan_document
from wasm_tools.manifests.plan_files import PlanFiles, plan_files
from wasm_tools.manifests.runtimes import ManifestError
from wasm_tools.manifests.yaml_text import YamlError
from wasm_tools.planner.plan import plan_record
from wasm_tools.planner.question_record import question_record
from wasm_tools.workload.traffic import InputError

commands = typer.Typer()


@commands.command(epilog="Example: atlas manifests 1 --use-case chatbot --out deploy")
@with_plan_flags
def manifests(
    flags: PlanFlags,
    out: Annotated[Path, typer.Option("--out", help="The folder to write into; it is made where it is missing.")],
    which: Annotated[
        str,
        typer.Argument(metavar="[PLAN]", help="Id of a plan, or its number under the flags or in the file."),
    ] = "",
    plan: Annotated[
        Path | None,
        typer.Option(
            "--plan", help="What `atlas plan --json` printed, or the plan.json of a folder, instead of flags."
        ),
    ] = None,
    as_zip: Annotated[bool, typer.Option("--zip", help="Write one zip archive instead of a folder.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
    as_of: AsOf = None,
    overlay: Overlay = None,
    as_json: AsJson = False,
) -> None:
    """Write all files that deploy, watch and test one plan; of an API plan the configuration of a LiteLLM proxy.

    The plan is chosen from a file, or with the flags of `atlas plan`: the first one that is recommended when none is
    named. The folder is named after the plan; nothing is written unless everything can be.
    """
    if plan is not None and flags != PlanFlags():
        raise InputError("--plan", "the file holds the question already; leave out the flags of `atlas plan`")
    registry_dir = checkout().registry
    try:
        if plan is not None:
            document, registry = read_plan_document(_text(plan), which), load_registry(registry_dir)
        else:
            at, question, chosen = asked_plan(flags, which, as_of, overlay)
            document, registry = plan_document(at.as_of, question_record(question), plan_record(chosen)), at.registry
        made = plan_files(document, manifest_book(registry, registry_dir))
    except (ManifestError, YamlError) as error:
        raise RunError(str(error)) from None
    target = out / (f"{made.folder}.zip" if as_zip else made.folder)
    _write(made, target, as_zip, force)
    if as_json:
        typer.echo(json.dumps({"plan": document["plan"]["id"], "path": str(target), "files": list(made.files)}))
    else:
        notes.print(f"{len(made.files)} files in {target}; begin with README.md", highlight=False)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("--plan", f"{path} cannot be read ({error})") from None


def _write(made: PlanFiles, target: Path, as_zip: bool, force: bool) -> None:
    """Write beside `target` and put it in place in one step, so that a reader never finds half of it."""
    if target.exists() and not force and (target.is_file() or any(target.iterdir())):
        raise InputError("--out", f"{target} is there already; give --force to replace it, or another folder")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    except OSError as error:
        raise InputError("--out", f"{target.parent} cannot be written ({error.strerror})") from None
    try:
        fresh = scratch / target.name
        if as_zip:
            fresh.write_bytes(made.zip)
        else:
            for path, text in made.files.items():
                file = fresh / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(text.encode())
                file.chmod(0o755 if path.endswith(".sh") else 0o644)
        if target.is_dir():
            target.replace(scratch / "before")
        fresh.replace(target)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
