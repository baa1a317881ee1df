"""The schemas of Kubernetes' own kinds, from the package kubernetes-validate, read once and kept ready."""

import json
import re
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema.protocols import Validator
from jsonschema.validators import Draft202012Validator
from referencing import Registry, Resource

VERSIONS = ("1.30", "1.34", "1.37")  # the oldest that we support, the one in wide use, the newest
NEWEST = VERSIONS[-1]


@cache
def definitions(version: str) -> dict[str, Any]:
    """The definitions of a Kubernetes version by name, such as io.k8s.api.core.v1.PodSpec."""
    found: dict[str, Any] = _read(version, "_definitions")["$defs"]
    return found


def core_validator(version: str, api: str, kind: str) -> Validator | None:
    """The strict validator of one of Kubernetes' own kinds; None for a kind that the version does not have."""
    if "." in api.partition("/")[0] and not api.partition("/")[0].endswith(".k8s.io"):
        return None
    return _validator(version, f"{kind.lower()}-{re.sub(r'^([^./]*)(?:[.][^/]*)?/', r'\1-', api)}")


def schema_validator(schema: dict[str, Any]) -> Validator:
    """A validator of a schema that may refer to the newest definitions."""
    return Draft202012Validator(schema, registry=_registry(NEWEST))


@cache
def _validator(version: str, name: str) -> Validator | None:
    if not re.fullmatch(r"[a-z0-9-]+", name):
        return None
    try:
        schema = _read(version, name)
    except FileNotFoundError:
        return None
    return Draft202012Validator(schema, registry=_registry(version))


@cache
def _registry(version: str) -> Registry[Any]:
    resource = Resource.from_contents(_read(version, "_definitions"))
    return (resource @ Registry()).crawl()


@cache
def _read(version: str, name: str) -> Any:
    folder = files("kubernetes_validate") / "kubernetes-json-schema" / f"v{version}.0-local-strict"
    return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
