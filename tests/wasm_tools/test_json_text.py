"""Promises of reading foreign JSON: what is nested too deeply is refused alike in every Python, nothing else is."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasm_tools import browser, json_text
from wasm_tools.invoice.documents import documents
from wasm_tools.invoice.usage import InvoiceError
from wasm_tools.json_text import DEEPEST, loads, refuse_deep
from wasm_tools.spend.ledger_lines import record_of

ANY = st.recursive(
    st.none() | st.integers() | st.text(alphabet='[]{}"\\ü/n', max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(alphabet='[{"\\', max_size=3), inner, max_size=3)
    ),
    max_leaves=20,
)


def depth(value: object) -> int:
    """Levels of lists and objects."""
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inside is None else 1 + max(map(depth, inside), default=0)


@pytest.mark.parametrize("opened", ["[", '{"a":', '[[],{"b":"]"},'])
@pytest.mark.parametrize("as_bytes", [False, True])
def test_the_limit_is_kept_to_the_level(opened: str, as_bytes: bool) -> None:
    closed = "}" if opened.startswith("{") else "]"

    def nested(levels: int) -> str:
        return opened * (levels - 1) + "[1]" + closed * (levels - 1)

    def given_as(text: str) -> str | bytes:
        return text.encode() if as_bytes else text

    assert depth(loads(given_as(nested(DEEPEST)))) == DEEPEST
    for levels in (DEEPEST + 1, DEEPEST + 2, 100_000):
        with pytest.raises(RecursionError, match="deeper than 200 levels"):
            refuse_deep(given_as(nested(levels)))


def test_brackets_in_texts_are_no_levels() -> None:
    for text in ("[" * 1000, '\\"[' * 500, "\\" * 500 + "[" * 500, '"' + "{" * 1000):
        assert loads(json.dumps([text, {text: text}])) == [text, {text: text}]
    assert len(loads(json.dumps([{"a": [1]}] * 1000))) == 1000


def test_a_list_that_never_ends_is_refused_before_it_is_followed() -> None:
    with pytest.raises(RecursionError):
        refuse_deep(b"[" * 100_000)
    with pytest.raises(RecursionError):
        refuse_deep('["' + "[" * 10 + '",' + "{" * 100_000)


@given(ANY, st.integers(1, 6), st.integers(1, 40))
def test_any_json_is_judged_by_its_depth(value: object, deepest: int, piece: int) -> None:
    text = json.dumps(value, ensure_ascii=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_text, "DEEPEST", deepest)
        assert {refused(text), refused(text.encode())} == {depth(value) > deepest}
        patch.setattr(json_text, "_PIECE", piece)  # texts and escapes are cut anywhere
        if depth(value) > deepest:
            assert refused(text)
        elif 2 * depth(value) <= deepest:
            assert not refused(text)


def test_escapes_are_whole_wherever_a_long_text_is_cut() -> None:
    signs = ["\\", '"', '\\"', "[" * 20, '["' * 9]
    flat, deep = json.dumps([signs, signs]), json.dumps([signs, loads("[" * 20 + "]" * 20)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_text, "DEEPEST", 10)
        for piece in range(1, len(deep)):
            patch.setattr(json_text, "_PIECE", piece)
            assert refused(deep) and not refused(flat)


def refused(text: str | bytes) -> bool:
    try:
        refuse_deep(text)
    except RecursionError:
        return True
    return False


@pytest.mark.parametrize("levels", [DEEPEST + 10, 5_000, 50_000])
def test_every_reader_refuses_in_words(levels: int) -> None:
    """In the browser's Python, 10,000 levels end the whole process."""
    deep = "[" * levels + "]" * levels
    with pytest.raises(InvoiceError, match="nested too deeply"):
        documents(f'{{"data": {deep}}}'.encode())
    assert record_of(f'{{"v": 1, "tags": {deep}}}'.encode()) is None
    answer = json.loads(browser.handle("plan", f'{{"a": {deep}}}'))
    assert answer["error"] == {"field": "params", "message": "JSON that is nested deeper than 200 levels"}
    asked = json.loads(browser.handle("read_config", json.dumps({"text": f'{{"a": {deep}}}'})))
    assert not asked["ok"]
