"""Payloads of several addresses: pieces that are gone, packed pieces, archives."""

import gzip
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from generator.registry import load_registry
from generator.sync.collecting import present_texts
from generator.sync.payloads import Piece, TransportError, assembled
from generator.sync.source_registry import Source


@pytest.fixture(scope="module")
def source(root: Path) -> Source:
    return load_registry(root / "data" / "registry").source["skypilot"]


def reading(failures: dict[str, TransportError]) -> Callable[[str, str], str]:
    def read(name: str, url: str) -> str:
        if name in failures:
            raise failures[name]
        return f"text of {url}"

    return read


def gone(what: str, absent: bool = False) -> TransportError:
    return TransportError("s", "live", what, "look", absent)


def test_a_piece_that_is_gone_is_left_out() -> None:
    failures = {"b": gone("h: answered HTTP 404", absent=True), "c": gone("h: answered HTTP 403")}
    assert present_texts({"a": "u", "b": "v", "c": "w"}, reading(failures)) == {"a": "text of u"}


@pytest.mark.parametrize("what", ["h: answered HTTP 500", "h: did not answer in time"])
def test_a_host_that_fails_is_an_error(what: str) -> None:
    with pytest.raises(TransportError, match=what):
        present_texts({"a": "u", "b": "v"}, reading({"b": gone(what)}))


def test_nothing_at_all_is_an_error() -> None:
    with pytest.raises(TransportError, match="403"):
        present_texts({"a": "u"}, reading({"a": gone("h: answered HTTP 403")}))
    assert present_texts({}, reading({})) == {}


def assembled_text(source: Source, body: bytes) -> str:
    """What the connector's `collect` was given for its first cloud."""
    packed = assembled(source, "live", lambda url: Piece(body, "2026-11-20", ""))
    return str(next(iter(json.loads(packed.body).values())))


def test_text_that_is_packed_without_a_word_is_unpacked(source: Source) -> None:
    assert assembled_text(source, gzip.compress("Türkiye".encode())) == "Türkiye"
    assert assembled_text(source, "Türkiye".encode()) == "Türkiye"


def test_an_archive_comes_as_one_character_a_byte(source: Source) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("a.csv", "1,2\n")
    text = assembled_text(source, packed.getvalue())
    assert text.encode("latin-1") == packed.getvalue()


@pytest.mark.parametrize(
    ("body", "problem"), [(b"\xff\xfe\x00", "is not UTF-8 text"), (b"\x1f\x8b\x08 broken", "cannot be unpacked")]
)
def test_bytes_that_are_no_text_are_refused_by_name(source: Source, body: bytes, problem: str) -> None:
    with pytest.raises(TransportError, match=problem):
        assembled_text(source, body)
