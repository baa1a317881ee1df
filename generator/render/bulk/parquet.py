"""A published table as Parquet: typed columns with their descriptions, for tools that load it whole."""

from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Context, Decimal
from io import BytesIO

import pyarrow as pa
from pyarrow import parquet

from generator.render.api_table import ApiTable, Cell
from generator.render.schemas import described

PLACES = 18  # decimals of an exact column; the CSV has every digit that a source states
_STEP, _CONTEXT = Decimal(1).scaleb(-PLACES), Context(prec=38, rounding=ROUND_HALF_EVEN)


def parquet_bytes(table: ApiTable) -> bytes:
    """The table as Parquet, the same bytes for the same rows. Empty cells are null, decimals have 18 places.

    Dates are texts, as everywhere: some sources state a month or a year only. Raises pyarrow's ArrowInvalid for a cell
    that is not of its column's kind, decimal.InvalidOperation for a price of more than 20 digits before the point.
    """
    arrays, fields = [], []
    for n, column in enumerate(table.columns):
        kind, read = TYPES[column.kind]
        cells = [None if row[n] is None or row[n] == "" else read(row[n]) for row in table.rows]
        arrays.append(pa.array(cells, kind))
        fields.append(pa.field(column.name, kind, metadata={"description": described(column)}))
    schema = pa.schema(fields, metadata={"title": table.title, "description": table.description})
    sink = BytesIO()
    parquet.write_table(pa.Table.from_arrays(arrays, schema=schema), sink, compression="zstd")
    return sink.getvalue()


def _exact(cell: Cell) -> Decimal:
    return Decimal(str(cell)).quantize(_STEP, context=_CONTEXT)


def _integer(cell: Cell) -> int:
    return int(str(cell))


def _number(cell: Cell) -> float:
    return float(str(cell))


def _boolean(cell: Cell) -> bool:
    return cell if isinstance(cell, bool) else {"true": True, "yes": True, "false": False, "no": False}[str(cell)]


# By what a column holds (KINDS of api_table): the Arrow type, and how a cell becomes one.
TYPES: dict[str, tuple[pa.DataType, Callable[[Cell], object]]] = {
    "text": (pa.string(), str),
    "date": (pa.string(), str),
    "decimal": (pa.decimal128(38, PLACES), _exact),
    "integer": (pa.int64(), _integer),
    "number": (pa.float64(), _number),
    "boolean": (pa.bool_(), _boolean),
}
