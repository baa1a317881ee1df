"""Long JSON files are read element by element, and say the same as when they are held as a whole."""

import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.wasm_tools.invoices import FOLDER, fixture, reading
from wasm_tools.invoice import documents, json_stream
from wasm_tools.invoice.json_stream import DamagedJson, walk
from wasm_tools.invoice.usage import InvoiceError

FILES = sorted(path.name for path in FOLDER.iterdir() if path.suffix == ".json")
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize("name", FILES)
def test_every_format_says_the_same(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = reading(name)
    monkeypatch.setattr(documents, "WHOLE", 0)
    monkeypatch.setattr(json_stream, "CHUNK", 7)
    streamed = reading(name)
    assert streamed[:2] == whole[:2]
    assert (streamed[2].parsed, streamed[2].notes) == (whole[2].parsed, whole[2].notes)
    content = json.loads(fixture(name))
    pages = reading(json.dumps([content]).encode(), name)
    assert [x.cost for x in pages[0]] == [x.cost for x in whole[0]]


@settings(max_examples=150, deadline=None)
@given(
    value=st.lists(VALUES, max_size=4) | st.dictionaries(st.text(max_size=4), VALUES, max_size=4),
    indent=st.none() | st.just(2),
)
def test_any_json_is_walked_as_json_reads_it(value: object, indent: int | None) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    before, json_stream.CHUNK = json_stream.CHUNK, 3
    try:
        found = list(walk(text.encode("utf-8", "surrogatepass"), ()))
    finally:
        json_stream.CHUNK = before
    expected = json.loads(text, parse_int=Decimal, parse_float=Decimal)
    assert found == [("", v) for v in expected] if isinstance(value, list) else dict(found) == expected


def test_the_list_of_a_page_comes_after_its_name_and_fields_on_both_sides_are_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = b'{"object": "page", "data": [{"a": 1}, 2.50], "has_more": false}'
    assert list(walk(data, ("data",))) == [
        ("object", "page"), ("data", None), ("", {"a": 1}), ("", Decimal("2.50")), ("has_more", False),
    ]  # fmt: skip
    monkeypatch.setattr(documents, "WHOLE", 0)
    (document,) = documents.documents(data)
    assert isinstance(document, documents.JsonDocument)
    assert document.around == {"object": "page", "has_more": False}
    assert document.content is None
    (bucket,) = documents.documents(b'{"start_time": 1, "results": [{"b": 2}]}')
    assert isinstance(bucket, documents.JsonDocument)
    assert bucket.content is not None, "a bucket is one record and no page"


@pytest.mark.parametrize(
    "text", ["[1, 2", '{"a": 1', '{"data": [1, 2}', "[1] 2", "[1,, 2]", '{"a" 1}', '["x]', "[\xff]", "[tru]"]
)
def test_damage_is_told_by_its_place(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_stream, "CHUNK", 2)
    with pytest.raises(DamagedJson):
        list(walk(text.encode("latin-1"), ("data",)))
    monkeypatch.setattr(documents, "WHOLE", 0)
    if text.isascii():
        with pytest.raises(InvoiceError, match=r"damaged near byte|holds no records"):
            reading(text.encode(), "x.json")


def test_damage_early_in_a_long_file_is_found_without_reading_on() -> None:
    data = b'{"data": [{"a": tru}' + b', {"a": 1}' * 400_000 + b"]}"
    with pytest.raises(DamagedJson) as found:
        list(walk(data, ("data",)))
    assert found.value.about < 100
