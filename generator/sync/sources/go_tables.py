"""Price tables in generated Go files: `"region": {"instance": 1.23, …}` under a literal or an assignment a region.

Both forms are written by a generator and looked at as text: a region opens with its quoted name, then come quoted
instance names with plain decimal numbers, several a line or one.
"""

import re
from collections.abc import Iterator
from decimal import Decimal

_TOKEN = re.compile(
    r'(?P<open>"(?P<region>[a-z0-9-]+)"(?::|\] = map\[string\]float64)\s*\{)'
    r'|"(?P<name>[^"\n]+)":\s*(?P<price>\d+(?:\.\d+)?),?'
)
_DATE = re.compile(r"generated at (\d{4}-\d\d-\d\d)T")


def go_prices(text: str) -> Iterator[tuple[str, str, Decimal]]:
    """(region, instance, price) of every entry of a price table, in the order of the file."""
    region = ""
    for match in _TOKEN.finditer(text):
        if match["open"]:
            region = match["region"]
        elif region:
            yield region, match["name"], Decimal(match["price"])


def generated_on(text: str) -> str:
    """The day on which the file says it was generated, ISO, or nothing."""
    found = _DATE.search(text)
    return found[1] if found else ""
