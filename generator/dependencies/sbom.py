"""Bills of materials as CycloneDX 1.4 JSON, made from the lock files alone: the same locks give the same bytes.

Specification: https://cyclonedx.org/docs/1.4/json/
"""

import base64
import json
import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from generator.dependencies.licences import load_licences
from generator.dependencies.locks import PROJECT as ASKED
from generator.dependencies.locks import NpmPackage, PythonPackage, needed, npm_packages, python_packages

PROJECT = "inference-price-atlas"
SHIPPED_BY_SITE = ("mkdocs-material",)  # the Python package whose style sheets and scripts are files of the site
Subject = Literal["site", "wheel"]


def sbom(root: Path, registry: Path, subject: Subject, version: str) -> bytes:
    """What the site or the wheel is made of. Scope `required` is what it ships or needs, `excluded` what builds it."""
    licences = load_licences(registry)
    python = python_packages(root / "requirements.lock")
    npm = npm_packages(root / "package-lock.json") if subject == "site" else ()
    required = frozenset(SHIPPED_BY_SITE) if subject == "site" else needed(python)
    if subject == "wheel":
        python = tuple(p for p in python if p.name in required)
    top = f"pkg:pypi/{PROJECT}@{version}"
    graph = {_purl(p): set[str]() for p in python} | {_npm_purl(p): set[str]() for p in npm} | {top: set[str]()}
    for p in python:
        for asker in (_purl(q) for q in python if q.name in p.via):
            graph[asker].add(_purl(p))
        if ASKED in p.via:
            graph[top].add(_purl(p))
    by_name = {p.name: p for p in npm}
    for q in npm:
        graph[_npm_purl(q)] |= {_npm_purl(by_name[name]) for name in q.asks_for if name in by_name}
        if q.direct:
            graph[top].add(_npm_purl(q))
    components = [_component(p.name, p.version, _purl(p), licences.get(p.name, ""), p.name in required) for p in python]
    components += [_npm_component(p) for p in npm]
    says = {
        "site": "The published site of the Inference Price Atlas, with the parts that build it",
        "wheel": "The engine and the command of the Inference Price Atlas as a Python package",
    }
    main = _component(PROJECT, version, top, "Apache-2.0", True) | {"type": "application", "description": says[subject]}
    del main["scope"]
    return _document(main, components, graph)


def _document(main: Mapping[str, Any], components: list[dict[str, Any]], graph: Mapping[str, Iterable[str]]) -> bytes:
    record: dict[str, Any] = {
        "$schema": "http://cyclonedx.org/schema/bom-1.4.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.4",
        "version": 1,
        "metadata": {"component": main},
        "components": sorted(components, key=lambda c: c["bom-ref"]),
        "dependencies": [{"ref": ref, "dependsOn": sorted(on)} for ref, on in sorted(graph.items())],
    }
    # A serial number of its own for each content: the standard asks that another bill has another one.
    content = json.dumps(record, sort_keys=True)
    record["serialNumber"] = uuid.uuid5(uuid.NAMESPACE_URL, content).urn
    return (json.dumps(record, indent=1, ensure_ascii=False) + "\n").encode()


def _component(name: str, version: str, purl: str, licence: str, required: bool) -> dict[str, Any]:
    component: dict[str, Any] = {"type": "library", "bom-ref": purl, "name": name, "version": version}
    component |= {"scope": "required" if required else "excluded", "purl": purl}
    if licence:
        compound = " " in licence
        component["licenses"] = [{"expression": licence} if compound else {"license": {"id": licence}}]
    return component


def _npm_component(p: NpmPackage) -> dict[str, Any]:
    # Of npm the site ships what package.json asks for by name; what these ask for is for use under Node.js.
    component = _component(p.name, p.version, _npm_purl(p), p.licence, p.direct)
    algorithm, _, digest = p.integrity.partition("-")
    if algorithm == "sha512":
        component["hashes"] = [{"alg": "SHA-512", "content": base64.b64decode(digest).hex()}]
    return component


def _purl(p: PythonPackage) -> str:
    return f"pkg:pypi/{p.name.lower().replace('_', '-')}@{p.version}"


def _npm_purl(p: NpmPackage) -> str:
    return f"pkg:npm/{p.name.replace('@', '%40')}@{p.version}"
