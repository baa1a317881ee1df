"""Packed files: unpacked within limits, never by a path, and refused in words when they are not what they seem."""

import gzip
import io
import zipfile

import pytest

from tests.wasm_tools.invoices import fixture
from wasm_tools.invoice import containers
from wasm_tools.invoice.containers import members
from wasm_tools.invoice.uploads import open_bills
from wasm_tools.invoice.usage import InvoiceError

SEED = fixture("seed_inferenceatlas.csv")


def zipped(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def test_a_gzip_file_of_several_parts_is_one_file() -> None:
    (member,) = members("a/b.csv.gz", gzip.compress(SEED[:50]) + gzip.compress(SEED[50:]))
    assert (member.name, member.data) == ("b.csv", SEED)


def test_each_file_of_an_archive_is_a_bill_and_the_rest_is_named() -> None:
    data = zipped(**{
        "../../etc/one.csv": SEED,
        "two.csv.gz": gzip.compress(fixture("claude_api_tokens_2026_09.csv")),
        "copy.csv": SEED,
        "readme.txt": b"hello world",
        ".hidden": b"x",
        "__MACOSX/._one.csv": b"x",
    })  # fmt: skip
    bills, refused = open_bills([("all.zip", data)])
    assert [(b.file, b.reader.id) for b in bills] == [("one.csv", "five_column"), ("two.csv", "anthropic_usage")]
    assert [r.file for r in refused] == ["copy.csv", "readme.txt"]
    assert "count twice" in str(refused[0].error)
    assert "missing columns" in str(refused[1].error)


def test_the_same_file_under_another_name_is_refused() -> None:
    bills, refused = open_bills([("a.csv", SEED), ("b.csv", SEED)])
    assert ([b.file for b in bills], [r.file for r in refused]) == (["a.csv"], ["b.csv"])
    assert "already read from a.csv" in str(refused[0].error)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"%PDF-1.7", "PDF"),
        (b"PAR1....", "Parquet"),
        (b"\xd0\xcf\x11\xe0....", "old Excel"),
        (zipped(**{"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>"}), "Excel workbook: save"),
        (zipped(**{"inner.zip": zipped(x=b"1")}), "archive inside the archive"),
        (zipped(), "the archive is empty"),
        (zipped(x=SEED)[:60], "damaged or locked"),
        (gzip.compress(SEED)[:40], "too early"),
        (gzip.compress(SEED)[:12] + b"\xff" * 40, "damaged"),
        (b"\x1f\x8b", "too early"),
    ],
    ids=range(10),  # archives hold the time at which they were made, and processes must agree on the names of tests
)
def test_what_cannot_be_unpacked_is_refused_with_the_remedy(data: bytes, message: str) -> None:
    with pytest.raises(InvoiceError, match=message):
        members("x", data)


@pytest.mark.parametrize("pack", [gzip.compress, lambda data: zipped(x=data)])
def test_an_archive_made_to_do_harm_is_stopped(pack, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InvoiceError, match="times its size"):
        members("x", pack(b"\0" * 20_000_000))
    monkeypatch.setattr(containers, "TOTAL", 1_000)
    with pytest.raises(InvoiceError, match="unpacks to more than"):
        members("x", pack(bytes(range(256)) * 8))


def test_a_plain_file_above_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(containers, "TOTAL", 10)
    with pytest.raises(InvoiceError, match="shorter period"):
        members("x", SEED)


def test_too_many_files_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(containers, "MEMBERS", 1)
    with pytest.raises(InvoiceError, match="2 files, more than 1"):
        members("x", zipped(a=b"1", b=b"2"))
