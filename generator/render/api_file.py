"""A published file of /api/v1/ with what the index says about it."""

import hashlib
from dataclasses import dataclass, field

from generator.render.api_table import ApiTable, Column

API = "api/v1/"


@dataclass(frozen=True, slots=True)
class ApiFile:
    """One published file. `path` is relative to the site; `group` gathers files that are described once."""

    path: str
    body: bytes
    title: str
    description: str
    group: str
    rows: int | None = None
    columns: tuple[Column, ...] = ()
    schema: str = ""  # site path of its JSON Schema
    sha256: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sha256", hashlib.sha256(self.body).hexdigest())

    @property
    def name(self) -> str:
        """Its path beside the index."""
        return self.path.removeprefix(API)


def table_file(table: ApiTable, ending: str, body: bytes, group: str, schema: str = "") -> ApiFile:
    """The file of a table in one of its forms."""
    path = f"{API}{table.name}.{ending}"
    return ApiFile(path, body, table.title, table.description, group, len(table.rows), table.columns, schema)
