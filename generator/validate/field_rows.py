"""A custom resource as a table: each field with its type, whether it is required, and its bounds.

A table holds facts of a release and no text of it. Parts that Kubernetes itself defines, such as a container, are one
row that names the definition; `kubernetes-validate` brings it. The other direction, `strict_schema`, makes a table a
JSON schema that refuses unknown fields, as the API server does.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.tables import TableError, read_rows

COLUMNS = ("api", "kind", "field", "type", "required", "allowed", "limits")
DEFINITIONS = "https://kubernetes.io/api/_definitions.json#/$defs/"  # the address that kubernetes-validate gives them
_LIMITS = ("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties",
           "pattern")  # fmt: skip
_SIMPLE = frozenset({"string", "integer", "number", "boolean"})
_CORE = ("io.k8s.api.core.v1.", "io.k8s.api.autoscaling.v2.", "io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector")


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field. `field` is its path: `[]` are the items of a list, `{}` the values of a map. `type` is a JSON type,
    `int-or-string`, `any`, `unchecked` (beyond what is checked here), `list`, `map`, `object` (no other fields than
    the rows below it) or `core NAME` (a definition of Kubernetes); a trailing `?` permits null."""

    api: str
    kind: str
    field: str
    type: str
    required: bool = False
    allowed: str = ""  # permitted texts, divided by |
    limits: str = ""  # JSON of minimum, maxLength and the like

    def cells(self) -> tuple[str, ...]:
        """The row as texts, in the order of COLUMNS."""
        return (
            self.api,
            self.kind,
            self.field,
            self.type,
            "yes" if self.required else "",
            self.allowed,
            self.limits,
        )


def read_field_rows(path: Path) -> list[FieldRow]:
    """The rows of a table; raises TableError naming the file."""
    rows = read_rows(path, COLUMNS)
    if wrong := [r["field"] for r in rows if r["required"] not in ("", "yes")]:
        raise TableError(f"{path}, field {wrong[0]}: required is `yes` or empty")
    return [FieldRow(**{**row, "required": row["required"] == "yes"}) for row in rows]  # type: ignore[arg-type]


def field_rows(
    definition: Mapping[str, Any], version: str, core: Mapping[str, Any], unchecked: Iterable[str] = ()
) -> Iterator[FieldRow]:
    """The rows of one version of a custom resource definition, parents first.

    `core` are the definitions of Kubernetes by name; `unchecked` are paths whose content is left out.
    """
    (found,) = [v for v in definition["spec"]["versions"] if v["name"] == version]
    api, kind = f"{definition['spec']['group']}/{version}", definition["spec"]["names"]["kind"]
    top = found["schema"]["openAPIV3Schema"]
    skipped = frozenset(unchecked)

    def rows(schema: Mapping[str, Any], path: str, required: bool) -> Iterator[FieldRow]:
        kind_of = "unchecked" if path in skipped else _type(schema, core)
        limits = {k: schema[k] for k in _LIMITS if k in schema}
        yield FieldRow(
            api,
            kind,
            path,
            kind_of + ("?" if schema.get("nullable") else ""),
            required,
            "|".join(str(v) for v in schema.get("enum", ())),
            json.dumps(limits, separators=(",", ":")) if limits and kind_of != "int-or-string" else "",
        )
        if kind_of == "object":
            needed = frozenset(schema.get("required", ()))
            for name, item in sorted(schema["properties"].items()):
                yield from rows(item, f"{path}.{name}", name in needed)
        elif kind_of == "list":
            yield from rows(schema["items"], path + "[]", False)
        elif kind_of == "map":
            yield from rows(schema["additionalProperties"], path + "{}", False)

    for name, item in sorted(top["properties"].items()):
        if name not in ("apiVersion", "kind", "metadata", "status"):
            yield from rows(item, name, name in top.get("required", ()))


def _type(schema: Mapping[str, Any], core: Mapping[str, Any]) -> str:
    if schema.get("x-kubernetes-int-or-string"):
        return "int-or-string"
    if schema.get("x-kubernetes-preserve-unknown-fields") or schema.get("x-kubernetes-embedded-resource"):
        return "any"
    if "properties" in schema:
        name = _core_definition(schema, core)
        return f"core {name}" if name else "object"
    if schema.get("type") == "array":
        return "list"
    if isinstance(schema.get("additionalProperties"), Mapping):
        return "map"
    return schema["type"] if schema.get("type") in _SIMPLE else "any"


def _core_definition(schema: Mapping[str, Any], core: Mapping[str, Any]) -> str:
    """The definition of Kubernetes with the same fields; a release may lag behind it by a third of them."""
    fields, needed = schema["properties"], set(schema.get("required", ()))
    fitting = [
        (len(d["properties"]), name)
        for name, d in core.items()
        if name.startswith(_CORE)
        and len(fields) > 1
        and fields.keys() <= d.get("properties", {}).keys()
        and 3 * len(fields) >= 2 * len(d["properties"])
        and set(d.get("required", ())) == needed
        and all(_same_type(item, d["properties"][field]) for field, item in fields.items())
    ]
    return min(fitting)[1] if fitting else ""


def _same_type(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> bool:
    if ours.get("enum") or ours.get("x-kubernetes-int-or-string") or "type" not in theirs or "type" not in ours:
        return not ours.get("enum")
    types = theirs["type"] if isinstance(theirs["type"], list) else [theirs["type"]]
    return ours["type"] in types


def strict_schema(rows: Iterable[FieldRow]) -> dict[str, Any]:
    """The JSON schema of one kind from its rows; unknown fields are errors and `metadata` is left to the core rules."""
    listed = list(rows)
    first = listed[0]
    nodes: dict[str, dict[str, Any]] = {"": {"type": "object", "properties": {}, "additionalProperties": False}}
    top = nodes[""]
    top["properties"] = {"apiVersion": {"const": first.api}, "kind": {"const": first.kind}, "metadata": {}}
    top["required"] = ["apiVersion", "kind", "metadata"]
    for row in listed:
        node = nodes[row.field] = _node(row)
        if row.field.endswith("[]"):
            nodes[row.field[:-2]]["items"] = node
        elif row.field.endswith("{}"):
            nodes[row.field[:-2]]["additionalProperties"] = node
        else:
            parent, _, name = row.field.rpartition(".")
            nodes[parent].setdefault("properties", {})[name] = node
            if row.required:
                nodes[parent].setdefault("required", []).append(name)
    return top


def _node(row: FieldRow) -> dict[str, Any]:
    kind = row.type.removesuffix("?")
    node: dict[str, Any] = {}
    if kind.startswith("core "):
        node["$ref"] = DEFINITIONS + kind.removeprefix("core ")
    elif kind == "object":
        node |= {"type": "object", "properties": {}, "additionalProperties": False}
    elif kind in ("list", "map"):
        node["type"] = "array" if kind == "list" else "object"
    elif kind == "int-or-string":
        node["type"] = ["integer", "string"]
    elif kind in _SIMPLE:
        node["type"] = kind
    if row.allowed:
        node["enum"] = row.allowed.split("|")
    if row.limits:
        node |= json.loads(row.limits)
    if row.type.endswith("?") and isinstance(node.get("type"), str):
        node["type"] = [node["type"], "null"]
    return node
