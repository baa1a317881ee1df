"""Any other table as a bill: the user says which column holds the date, the model, the quantity, the unit, the cost.

A mapping is a small text to keep and use again: a line `role: "column"` each, which is YAML, or the same as a JSON
object. A value that starts with `=` is no column but holds for all rows: `provider: "=openai"`.
"""

from collections.abc import Mapping
from typing import Any

from wasm_tools.invoice.usage import LINE_CLASSES, TIERS, InvoiceError
from wasm_tools.json_text import loads
from wasm_tools.manifests.yaml_text import yaml_text

ROLES = ("date", "model", "quantity", "unit", "cost")
TEXTS = ("provider", "host", "workload", "line_class", "tier", "region", "currency")  # columns, or = and a text
GROUPS = ("project", "workspace", "team", "user", "key", "tag")
ALL = (*ROLES, *TEXTS, *GROUPS)


def mapping_text(mapping: Mapping[str, str]) -> str:
    """The mapping as YAML, its roles in the order of this module; raises InvoiceError for roles that do not exist."""
    require_usable(mapping)
    return yaml_text({role: mapping[role] for role in ALL if role in mapping})


def parse_mapping(text: str) -> dict[str, str]:
    """The mapping in a YAML or JSON text; raises InvoiceError naming the line."""
    found: dict[str, Any] = {}
    if text.lstrip().startswith("{"):
        try:
            found = loads(text)
        except (ValueError, RecursionError) as error:
            raise InvoiceError(f"the mapping is not valid JSON: {error}") from None
    else:
        for number, line in enumerate(text.splitlines(), 1):
            if line.strip() and not line.lstrip().startswith("#"):
                role, value = _entry(number, line)
                if role in found:
                    raise InvoiceError(f"line {number} of the mapping names {role} a second time: keep one")
                found[role] = value
    if not all(isinstance(value, str) for value in found.values()):
        raise InvoiceError("the mapping holds a value that is not a text: write a column name beside each role")
    require_usable(found)
    return found


def _entry(number: int, line: str) -> tuple[str, str]:
    role, colon, value = line.partition(":")
    value = value.strip()
    try:
        if value.startswith('"'):
            value = loads(value)
        elif value.startswith("'"):
            value = value[1 : value.rindex("'")].replace("''", "'")
        else:
            value = value.partition(" #")[0].strip()
    except (ValueError, RecursionError):
        value = ""
    if not colon or not value or line[0].isspace():
        raise InvoiceError(f'line {number} of the mapping is {line.strip()!r}, expected `role: "column"`')
    return role.strip(), value


def require_usable(mapping: Mapping[str, str]) -> None:
    """Raises InvoiceError naming the role that is wrong."""
    unknown = sorted(set(mapping) - set(ALL))
    if unknown:
        raise InvoiceError(f"the mapping has no role {', '.join(unknown)}; the roles are {', '.join(ALL)}")
    if not {"cost", "quantity"} & set(mapping):
        raise InvoiceError("the mapping names neither a cost nor a quantity column: name one of them")
    for role in ("date", "model", "quantity", "cost"):
        if role != "model" and mapping.get(role, "").startswith("="):
            raise InvoiceError(f"the mapping gives {role} as a text: it must be a column")
    for role, allowed in (("line_class", LINE_CLASSES), ("tier", TIERS)):
        value = mapping.get(role, "")
        if value.startswith("=") and value[1:] not in allowed:
            raise InvoiceError(f"the mapping gives {role} as {value[1:]!r}, expected one of {', '.join(allowed)}")
