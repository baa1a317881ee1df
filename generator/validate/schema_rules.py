"""MF-02: objects fit the strict schemas of Kubernetes and of the custom resources that serving uses."""

import json
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from itertools import groupby
from typing import Any

from jsonschema.exceptions import ValidationError
from jsonschema.protocols import Validator

from generator.places import checkout
from generator.validate.core_schemas import NEWEST, VERSIONS, core_validator, schema_validator
from generator.validate.field_rows import read_field_rows, strict_schema
from wasm_tools.manifests.checks.parts import Document, Finding
from wasm_tools.manifests.checks.sets import is_build_file

_LEFT_TO_NAMES = (("metadata", "labels"), ("metadata", "annotations"))  # the rule on names says it better


@cache
def custom_validators() -> dict[tuple[str, str], Validator]:
    """The validators of custom resources by apiVersion and kind, from the tables."""
    found = {}
    for path in sorted((checkout().registry / "manifests").glob("*_fields.csv")):
        for key, rows in groupby(read_field_rows(path), key=lambda row: (row.api, row.kind)):
            found[key] = schema_validator(strict_schema(rows))
    return found


def schema_findings(documents: Iterable[Document]) -> list[Finding]:
    """The findings of the schemas, each once."""
    return list(dict.fromkeys(f for d in documents for f in _of_document(d)))


def unchecked_kinds(documents: Iterable[Document]) -> list[str]:
    """Kinds, with their apiVersion, for which there is no schema here."""
    types = {_type(d) for d in documents if not is_build_file(d)}
    return sorted(f"{api} {kind}" for api, kind in types if kind and not _is_known(api, kind))


def _type(document: Document) -> tuple[str, str]:
    return (str(document.content["apiVersion"]), document.kind) if document.kind else ("", "")


def _is_known(api: str, kind: str) -> bool:
    return _is_core(api) or (api, kind) in custom_validators()


def _is_core(api: str) -> bool:
    group = api.rpartition("/")[0]
    return "." not in group or group in (
        "networking.k8s.io",
        "rbac.authorization.k8s.io",
        "storage.k8s.io",
        "scheduling.k8s.io",
        "coordination.k8s.io",
        "apiextensions.k8s.io",
        "admissionregistration.k8s.io",
    )


def _of_document(document: Document) -> Iterator[Finding]:
    api, kind = _type(document)
    if kind and not is_build_file(document):
        for where, message in _problems(api, kind, json.dumps(document.content, default=str)):
            yield document.finding("MF-02", where, message)


@lru_cache(maxsize=1024)
def _problems(api: str, kind: str, written: str) -> tuple[tuple[str, str], ...]:
    """Places and problems of an object; an object often stands in several files of a folder."""
    content = json.loads(written)
    if custom := custom_validators().get((api, kind)):
        return tuple(_errors(content, custom))
    served = [a for a, k in custom_validators() if k == kind and a.partition("/")[0] == api.partition("/")[0]]
    if served:
        return (("apiVersion", f"{api} is not {served[0]}, the version that is served today"),)
    return tuple(_core(content, api, kind)) if _is_core(api) else ()


def _core(content: Any, api: str, kind: str) -> Iterator[tuple[str, str]]:
    validators = {version: core_validator(version, api, kind) for version in VERSIONS}
    if validators[NEWEST] is None:
        yield "apiVersion", f"Kubernetes {NEWEST} has no kind {kind} in {api}"
        return
    told: set[str] = set()
    for version in reversed(VERSIONS):
        validator = validators[version]
        for where, message in _errors(content, validator) if validator else ():
            if where not in told:
                told.add(where)
                yield where, message if version == NEWEST else f"{message} (Kubernetes {version})"


def _errors(content: Any, validator: Validator) -> Iterator[tuple[str, str]]:
    for error in validator.iter_errors(content):
        if tuple(error.absolute_path)[:2] not in _LEFT_TO_NAMES:
            yield _place(error), _message(error)


def _place(error: ValidationError) -> str:
    return "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in error.absolute_path).removeprefix(".")


def _message(error: ValidationError) -> str:
    """The message of a schema in few words: the value may be a whole object."""
    if error.validator == "additionalProperties":
        known: Any = error.schema.get("properties", {}) if isinstance(error.schema, dict) else {}
        given: Any = error.instance
        return f"unknown fields: {', '.join(sorted(map(str, given.keys() - known)))}"
    if error.validator == "type":
        return f"{str(error.instance)[:60]!r} is not of type {error.validator_value}"
    return error.message if len(error.message) < 200 else f"{error.message[:200]}…"
