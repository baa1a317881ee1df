"""The deployment files of one plan of a question."""

import base64
import json
from collections.abc import Mapping
from typing import Any

from wasm_tools.manifests.manifest_pack import read_manifest_pack
from wasm_tools.manifests.plan_document import plan_document
from wasm_tools.manifests.plan_files import plan_files
from wasm_tools.manifests.runtimes import ManifestError
from wasm_tools.manifests.yaml_text import YamlError
from wasm_tools.methods.plan import answered
from wasm_tools.planner import plan_record, ranking_of
from wasm_tools.planner.question_record import question_record
from wasm_tools.workload.traffic import InputError


def answer(params: Mapping[str, Any], packs: Mapping[str, Any]) -> dict[str, Any]:
    """The files of the plan with the id `plan` among those of the question in the form fields.

    `pack` is the text of the manifests' data, which the page loads when it first needs them.
    """
    found = answered(params, packs)
    catalogue, wanted = found.catalogue, str(params.get("plan", ""))
    plan = next((p for _, p in ranking_of(found).plans if p.id == wanted), None)
    if plan is None:
        raise InputError("plan", "this plan is not an answer to the question any more; choose it anew")
    try:
        book = read_manifest_pack(json.loads(str(params.get("pack", "{}"))), catalogue.models, catalogue.gpus)
        made = plan_files(plan_document(catalogue.as_of, question_record(found.question), plan_record(plan)), book)
        return {"folder": made.folder, "files": made.files, "zip": base64.b64encode(made.zip).decode("ascii")}
    except (ManifestError, YamlError) as error:
        raise InputError("plan", str(error)) from None
