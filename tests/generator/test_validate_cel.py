"""The rules between fields: the definitions' own CEL expressions pass our objects and find what our rules find."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cel
import pytest

from generator.validate.upstream_facts import RESOURCES, resource_definition
from tests.wasm_tools.test_manifest_objects import PLANS, documents

pytestmark = pytest.mark.mirror


def with_defaults(value: Any, schema: Any) -> Any:
    """The value with the defaults of its schema, as an API server completes it before it evaluates rules."""
    if isinstance(value, dict) and "properties" in schema:
        for name, part in schema["properties"].items():
            if name not in value and "default" in part:
                value[name] = copy.deepcopy(part["default"])
            if name in value:
                value[name] = with_defaults(value[name], part)
    elif isinstance(value, list) and "items" in schema:
        return [with_defaults(item, schema["items"]) for item in value]
    return value


def broken(value: Any, schema: Any) -> Iterator[str]:
    """The expressions that a value breaks, each evaluated at its own place."""
    for rule in schema.get("x-kubernetes-validations", ()):
        if "oldSelf" not in rule["rule"]:  # about updates
            try:
                kept = cel.evaluate(rule["rule"], {"self": value})
            except (RuntimeError, ValueError, TypeError) as error:
                yield f"{rule['rule']}: {error}"
                continue
            if not kept:
                yield rule["rule"]
    if isinstance(value, dict):
        for name, part in schema.get("properties", {}).items():
            if name in value:
                yield from broken(value[name], part)
    elif isinstance(value, list):
        for item in value:
            yield from broken(item, schema.get("items", {}))


@pytest.fixture(scope="module")
def schemas(upstream: Path) -> dict[str, Any]:
    found = {}
    for files in RESOURCES.values():
        for name, version, _ in files:
            if "inferenceservices.yaml" in name and "llm" not in name:
                continue  # it has no expressions and takes two seconds
            definition = resource_definition(upstream / "crds" / name)
            (chosen,) = [v for v in definition["spec"]["versions"] if v["name"] == version]
            found[definition["spec"]["names"]["kind"]] = chosen["schema"]["openAPIV3Schema"]
    return found


def checked(found: Any, schema: Any) -> list[str]:
    return list(broken(with_defaults(copy.deepcopy(found), schema), schema))


def test_our_objects_keep_every_expression(schemas: dict[str, Any]) -> None:
    seen = set()
    for plan in ("two-gpus", "two-nodes", "one-gpu-one-replica"):
        for path, found in documents(PLANS[plan]):
            if found["kind"] in schemas and "patch-" not in path:
                assert checked(found, schemas[found["kind"]]) == [], path
                seen.add(found["kind"])
    assert {"HTTPRoute", "Gateway", "InferencePool", "LLMInferenceService"} <= seen


def test_expressions_find_what_our_rules_find(schemas: dict[str, Any]) -> None:
    ours = {d["kind"]: d for p, d in documents(PLANS["two-gpus"]) if "patch-" not in p}
    route, pool, service = (copy.deepcopy(ours[k]) for k in ("HTTPRoute", "InferencePool", "LLMInferenceService"))
    route["spec"]["rules"][0]["timeouts"] = {"request": "10s", "backendRequest": "1m"}
    del pool["spec"]["endpointPickerRef"]["port"]
    service["spec"]["scaling"] = {"minReplicas": 1, "maxReplicas": 2, "wva": {"hpa": {}}}
    for found in (route, pool, service):
        assert checked(found, schemas[found["kind"]]), found["kind"]
