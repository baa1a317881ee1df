"""The YAML writer: what a reader of YAML 1.1 gets back is what was written, or the text is refused."""

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from wasm_tools.manifests.yaml_text import YamlError, yaml_text

HOSTILE = [
    "", " ", "off", "yes", "Null", "~", "1e-05", "12:30:00", "0o17", "1_000", "1.10", ".inf", "2026-11-21", "=", "<<",
    "a: b", "- a", "# no comment", "a #b", "{{ x }}", "{a}", "[a]", "*a", "&a", "!tag", "|", ">", "%", "@", "`",
    'say "no"', "it's", "back\\slash", "line\nbreak", "tab\there", "trailing ", "\n", "日本語", "😀", "é", "\u00a0",
    "x" * 100, "org/name:tag", "${HOME}", "$(HOME)", "---", "...", "\\u2028",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=repr)
def test_hostile_text_comes_back_as_written(text: str) -> None:
    document = {"key": text, "list": [text, {"inner": text}], text: text}
    assert yaml.safe_load(yaml_text(document)) == document


@pytest.mark.parametrize(
    "point", [0, 0x07, 0x0D, 0x1B, 0x7F, 0x85, 0x9F, 0x2028, 0x2029, 0xD800, 0xFEFF, 0xFFFE, 0xFFFF]
)
def test_characters_that_readers_fold_or_refuse_are_refused_with_their_place(point: int) -> None:
    with pytest.raises(YamlError, match=rf"spec\.args\[1\].*U\+{point:04X}"):
        yaml_text({"spec": {"args": ["fine", f"a{chr(point)}b"]}})


@pytest.mark.parametrize("value", [1.5, float("nan"), b"x", {1: "x"}, ("a",), {None: "x"}])
def test_other_kinds_of_values_are_refused(value: object) -> None:
    with pytest.raises(YamlError):
        yaml_text({"key": value})


@pytest.mark.parametrize("key", ["on", "Off", "y", "NO", "null", "1", "1.5", "12:30", "a b", "", "-", "true"])
def test_a_key_that_looks_like_another_kind_is_quoted(key: str) -> None:
    assert yaml_text({key: 1}).startswith('"')
    assert yaml.safe_load(yaml_text({key: 1})) == {key: 1}


def test_layout_is_fixed() -> None:
    document = {"a": {"b": [1, {"c": True, "d": ["x"]}, [], {}]}, "nvidia.com/gpu": None}
    assert yaml_text(document) == (
        'a:\n  b:\n    - 1\n    - c: true\n      d:\n        - "x"\n    - []\n    - {}\nnvidia.com/gpu: null\n'
    )


def test_comments_stand_above_their_fields_and_are_not_read() -> None:
    document = {"a": {"b": [{"c": 1, "d": "x"}], "args": ["--flag=1", "--other"]}}
    comments = {"a.b": "list", "a.b.c": "first", "a.b.d": "second", "a.args.--flag": "why", "a.missing": "never"}
    text = yaml_text(document, comments)
    assert text == (
        'a:\n  # list\n  b:\n    # first\n    - c: 1\n      # second\n      d: "x"\n'
        '  args:\n    # why\n    - "--flag=1"\n    - "--other"\n'
    )
    assert yaml.safe_load(text) == document


@pytest.mark.parametrize("comment", ["two\nlines", "a\x85b", "a\u2028b"])
def test_a_comment_is_one_line(comment: str) -> None:
    with pytest.raises(YamlError, match="one line"):
        yaml_text({"a": 1}, {"a": comment})


readable = st.characters(
    codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\u2028\u2029\ufeff\ufffe\uffff"
)
texts = st.text(readable | st.sampled_from("\n\t:#-\"'"), max_size=12)
plain = st.recursive(
    texts | st.integers() | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=300, deadline=None)
@given(plain)
def test_any_object_comes_back_equal_and_without_anchors(document: object) -> None:
    twice = {"first": document, "second": document}
    text = yaml_text(twice)
    assert yaml.safe_load(text) == twice
    assert text == yaml_text(twice)
    assert text.endswith("\n") and not text.endswith("\n\n")
    assert "\r" not in text
