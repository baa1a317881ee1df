"""What a bundle's plan.json says, as the facts that the rules hold its files against."""

import json
from collections.abc import Mapping

from generator.render.manifests import book
from wasm_tools.manifests.checks.catalogue import PlanFacts
from wasm_tools.manifests.checks.parts import Finding
from wasm_tools.manifests.checks.plan_facts import facts_of_spec
from wasm_tools.manifests.deployment import deployment
from wasm_tools.manifests.plan_document import SCHEMA, read_plan_document
from wasm_tools.manifests.runtimes import ManifestError

FILE = "plan.json"


def plan_facts(texts: Mapping[str, str]) -> tuple[PlanFacts, list[Finding]]:
    """The facts of the plan.json in the top folder, and what is wrong with it.

    There are none where there is no such file, where it is another tool's, and for a plan on an API, which deploys
    nothing.
    """
    text = texts.get(FILE, "")
    try:
        stated = json.loads(text or "null")
    except (ValueError, RecursionError):  # reported as a file that is no JSON
        return PlanFacts(), []
    if not isinstance(stated, dict) or stated.get("schema") != SCHEMA:
        return PlanFacts(), []
    try:
        document = read_plan_document(text, "")
        if not document["plan"]["gpu"]:
            return PlanFacts(), []
        return facts_of_spec(deployment(document, book())), []
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        reason = str(error) if isinstance(error, ManifestError) else f"a field is missing or wrong ({error})"
        return PlanFacts(), [Finding("MF-28", FILE, "", f"its numbers are not checked, it cannot be read: {reason}")]
