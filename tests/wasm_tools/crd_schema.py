"""A custom resource definition's schema as a strict JSON schema: unknown fields are errors, as in the API server."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml


def custom_resource_schema(path: Path, version: str) -> dict[str, Any]:
    """The strict schema of one version of the resource that the file defines (YAML or JSON)."""
    definition = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    (found,) = [v for v in definition["spec"]["versions"] if v["name"] == version]
    schema = strict(found["schema"]["openAPIV3Schema"])
    group, kind = definition["spec"]["group"], definition["spec"]["names"]["kind"]
    schema["properties"] |= {"apiVersion": {"const": f"{group}/{version}"}, "kind": {"const": kind}, "metadata": {}}
    schema["required"] = sorted({*schema.get("required", ()), "apiVersion", "kind", "metadata", "spec"})
    return schema


def strict(schema: Mapping[str, Any], branch: bool = False) -> dict[str, Any]:
    """The schema closed against unknown fields, except inside branches of anyOf and the like."""
    if schema.get("x-kubernetes-int-or-string"):
        return {"type": ["integer", "string"]}
    out: dict[str, Any] = {}
    for key, value in schema.items():
        if key == "properties":
            out[key] = {name: strict(item) for name, item in value.items()}
        elif key == "items" or (key in ("additionalProperties", "not") and isinstance(value, Mapping)):
            out[key] = strict(value)
        elif key in ("anyOf", "allOf", "oneOf"):
            out[key] = [strict(item, branch=True) for item in value]
        elif key in ("type", "enum", "required", "pattern", "minimum", "maximum", "minItems", "maxItems", "minLength",
                     "maxLength", "additionalProperties"):  # fmt: skip
            out[key] = value
    if schema.get("nullable") and "type" in out:
        out["type"] = [out["type"], "null"]
    open_ended = schema.get("x-kubernetes-preserve-unknown-fields") or schema.get("x-kubernetes-embedded-resource")
    if "properties" in out and "additionalProperties" not in out and not branch and not open_ended:
        out["additionalProperties"] = False
    return out
