"""All rules on one folder: those of the engine, and those that need packages."""

from dataclasses import dataclass
from pathlib import Path

from generator.validate.catalogue_tables import catalogue
from generator.validate.kustomize_build import build_findings
from generator.validate.plan_facts import plan_facts
from generator.validate.queries import query_findings
from generator.validate.reading import Folder, read_folder
from generator.validate.schema_rules import schema_findings, unchecked_kinds
from wasm_tools.manifests.checks import findings
from wasm_tools.manifests.checks.catalogue import PlanFacts
from wasm_tools.manifests.checks.parts import Finding
from wasm_tools.manifests.checks.view import view_of


@dataclass(frozen=True, slots=True)
class Report:
    """What the checks of a folder found, how much they looked at, and the kinds that they have no schema for."""

    findings: tuple[Finding, ...]
    files: int
    objects: int
    unchecked: tuple[str, ...]
    plan_id: str


def checked_folder(folder: Path) -> Report:
    """The report on a folder; raises FolderError for one that cannot be read."""
    read = read_folder(folder)
    read.findings += build_findings(folder, read)
    return report(read)


def checked_files(files: dict[str, str], plan: PlanFacts | None = None) -> Report:
    """The report on files by their path in a folder."""
    folder = Folder()
    for path, text in sorted(files.items()):
        folder.add(path, text)
    return report(folder, plan)


def report(folder: Folder, plan: PlanFacts | None = None) -> Report:
    """The report on what was read; `plan` instead of the folder's own plan.json."""
    stated, wrong = (plan, []) if plan else plan_facts(folder.texts)
    view = view_of(folder.documents, folder.texts, catalogue(), stated)
    found = [*folder.findings, *wrong, *schema_findings(view.documents), *query_findings(view), *findings(view)]
    ordered = sorted(set(found), key=lambda f: (f.rule, f.path, f.where, f.message))
    unchecked = tuple(unchecked_kinds(view.documents))
    return Report(tuple(ordered), folder.files, len(view.objects), unchecked, stated.plan_id)
