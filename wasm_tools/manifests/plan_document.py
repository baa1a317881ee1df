"""`plan.json`: one plan with the question that it answers, from which all its files are made again."""

import json
from collections.abc import Mapping
from typing import Any

from wasm_tools.json_text import loads
from wasm_tools.manifests.runtimes import ManifestError
from wasm_tools.planner.ranking import RECOMMENDED_PLAN

SCHEMA = "inference-price-atlas/plan/1"
# What depends on the other plans of a list or on how it was asked for, not on the plan itself.
_OF_A_LIST = frozenset({"rank", "score", "score_words", "manifest", "no_manifest", "bundle"})
_OF_AN_ASKER = frozenset({"minimum_class", "use_case"})


def plan_document(as_of: str, question: Mapping[str, Any], plan: Mapping[str, Any]) -> dict[str, Any]:
    """The document of a plan's record and the record of its question, with prices as of a date."""
    kept = {name: value for name, value in plan.items() if name not in _OF_A_LIST}
    kept["reasons"] = [reason for reason in plan["reasons"] if RECOMMENDED_PLAN not in reason]
    asked = {name: value for name, value in question.items() if name not in _OF_AN_ASKER}
    return {"schema": SCHEMA, "as_of": as_of, "question": asked, "plan": kept}


def document_text(document: Mapping[str, Any]) -> str:
    """The file's text."""
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def read_plan_document(text: str, which: str) -> dict[str, Any]:
    """The document in a `plan.json`, or of one plan of the output of `atlas plan --json`.

    `which` is the rank or the id of the plan; it may be empty for a file that holds one plan. Raises ManifestError.
    """
    try:
        record = loads(text)
        question, as_of = record["question"], record["as_of"]
        plans = [record["plan"]] if "plan" in record else record["plans"]
        return plan_document(as_of, question, _chosen(plans, which))
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError) as error:
        if isinstance(error, ManifestError):
            raise
        raise ManifestError("plan: give what `atlas plan --json` printed, or the plan.json of a bundle") from None


def _chosen(plans: list[dict[str, Any]], which: str) -> dict[str, Any]:
    if not which and len(plans) == 1:
        return plans[0]
    which = which.removeprefix("#")
    for plan in plans:
        if which and which in (plan["id"], str(plan.get("rank", ""))):
            return plan
    if not which:
        raise ManifestError(f"plan: the file holds {len(plans)} plans; name one by its number or id")
    raise ManifestError(f"plan: there is no plan {which!r} in the file; it holds {len(plans)}")


def planner_address(site_url: str, question: Mapping[str, Any], minimum_class: str) -> str:
    """The planner's page with the question of a plan; empty where the address of the site is unknown."""
    if not site_url:
        return ""
    slo = question["slo"]
    fields = {  # numbers and a word, which need no escaping
        "prompt_tokens": question["prompt_tokens"],
        "output_tokens": question["output_tokens"],
        "qps": question["qps"],
        "peak_factor": f"{question['peak_qps'] / question['qps']:.6g}",
        "ttft_ms": slo["ttft_ms"],
        "itl_ms": slo["itl_ms"],
        "e2e_ms": slo["e2e_ms"],
        "class": minimum_class,
    }
    if slo["percentile"] != 95:
        fields["percentile"] = slo["percentile"]
    return f"{site_url.rstrip('/')}/tools/planner/?" + "&".join(f"{name}={value}" for name, value in fields.items())
