"""The form of a JSON file changes nothing: order of fields, further fields, layout, encoding, lines or a list."""

import json
import random
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.wasm_tools.invoices import FOLDER, essence, fixture, opened, reading
from wasm_tools.invoice.usage import InvoiceError

JSONS = sorted(path.name for path in FOLDER.iterdir() if path.suffix in (".json", ".jsonl"))
EXPECTED = {name: essence(reading(name)[0]) for name in JSONS}
NUMBER = "\ue000"  # marks a number that is written as its digits


def content(name: str) -> list[Any]:
    """The lines of a JSONL fixture, or the one object of another, numbers kept as their digits."""
    text = fixture(name).decode()
    parts = text.splitlines() if name.endswith("l") else [text]
    whole = [part for part in parts if part.rstrip().endswith(("}", "]"))]  # the ledger's last line is torn
    return [json.loads(p, parse_float=lambda t: NUMBER + t, parse_int=lambda t: NUMBER + t) for p in whole]


def shuffled(value: Any, chance: random.Random, further: bool) -> Any:
    """The same fields in another order, records with one that nobody knows."""
    if isinstance(value, dict):
        counts = {name for name, inner in value.items() if isinstance(inner, dict)}  # what they hold is all counted
        fields = [(name, shuffled(inner, chance, further and name not in counts)) for name, inner in value.items()]
        chance.shuffle(fields)
        return dict(fields) | ({"unheard_of": {"prompt": "secret, “quoted”"}} if further and value else {})
    return [shuffled(inner, chance, further) for inner in value] if isinstance(value, list) else value


def text_of(value: Any, indent: int | None = None) -> str:
    """JSON with numbers written as they were."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    for part in text.split(f'"{NUMBER}')[1:]:
        digits = part.partition('"')[0]
        text = text.replace(f'"{NUMBER}{digits}"', digits, 1)
    return text


@settings(max_examples=80, deadline=None)
@given(
    name=st.sampled_from(JSONS),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le"]),
    indent=st.none() | st.integers(0, 2),
    further=st.booleans(),
    listed=st.booleans(),
    seed=st.integers(0, 1000),
)
def test_form_of_a_json_file_changes_nothing(
    name: str, encoding: str, indent: int | None, further: bool, listed: bool, seed: int
) -> None:
    chance = random.Random(seed)
    parts = [shuffled(part, chance, further and "elevenlabs" not in name) for part in content(name)]
    parts = parts[0] if isinstance(parts[0], list) else parts
    if name.endswith("l") and not listed:
        text = "\n".join(map(text_of, parts))
    else:
        text = text_of(parts if listed or len(parts) > 1 else parts[0], indent)
    assert essence(reading(text.encode(encoding), name)[0]) == EXPECTED[name]


@pytest.mark.parametrize("name", JSONS)
def test_what_is_no_number_is_counted_and_never_zero(name: str) -> None:
    """Each number in turn becomes a word: what is read is what was read before, or less."""
    whole = fixture(name).decode()
    before = reading(name)[2]
    for word in ('"1O.5"', "[]", "NaN"):
        damaged = whole
        for part in ("amount", "cost", "dollars", "spend", "totalCost", "total_cost", "value"):
            damaged = damaged.replace(f'"{part}": 0', f'"{part}": {word}, "was": 0', 1)
        if damaged == whole:
            continue
        _, excluded, after = reading(damaged.encode(), name)
        assert after.rows == before.rows
        assert any(e.reason == "parse_error" for e in excluded) or after.parsed == before.parsed
        assert sum(after.parsed.values(), Decimal(0)) <= sum(before.parsed.values(), Decimal(0))


def test_an_exponent_beyond_all_measure_is_refused_in_words() -> None:
    with pytest.raises(InvoiceError, match="beyond all measure"):
        opened(b'{"data": [{"amount": 1e99999999999999999999}]}')
