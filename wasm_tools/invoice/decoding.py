"""The bytes of a file as UTF-8: from UTF-8 and UTF-16 with or without mark, from Windows-1252 as the last resort.

The file stays bytes, which are decoded again wherever it is read: a long bill as one text would need the double memory.
"""

import codecs
import io

from wasm_tools.invoice.usage import InvoiceError

_SAMPLE = 512  # bytes that decide whether a file without a mark is UTF-16
_CHUNK = 1 << 20


def utf8_of(data: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The file in UTF-8 without mark, and notes about how it was decoded; raises InvoiceError with the remedy."""
    encoding, note = _encoding(data)
    if encoding:
        try:
            data = _recoded(data, encoding)
        except UnicodeDecodeError as error:
            raise InvoiceError(
                f"the file starts as {encoding} but stops being so at byte {error.start}: save it again as UTF-8"
            ) from None
    elif not data.isascii():
        torn = _torn_bytes(data)
        if torn is None:
            data, note = _western(data)
        elif torn:
            data, note = data[:-torn], "the file ends in the middle of a character: export it again"
    data = data.removeprefix(codecs.BOM_UTF8)
    start = data[:_CHUNK].lstrip(b"\0 \t\r\n")
    if not start and not data.strip(b"\0 \t\r\n"):
        raise InvoiceError("the file is empty: export it again, with a header line and at least one row")
    if start[:1] == b"<":
        raise InvoiceError("this is a web page or XML: download the report as CSV or JSON instead")
    return data, (note,) if note else ()


def _encoding(data: bytes) -> tuple[str, str]:
    """The UTF-16 variant of a file and a note about it, or `''` for all that is not UTF-16."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", "decoded as UTF-16"
    # A header is plain ASCII, so in UTF-16 every other byte of it is zero.
    sample = data[: min(_SAMPLE, len(data) // 2 * 2)]
    half = len(sample) // 2
    if half >= 8:
        if sample[1::2].count(0) > 0.8 * half and sample[0::2].count(0) == 0:
            return "utf-16-le", "decoded as UTF-16 (little-endian, without a byte order mark)"
        if sample[0::2].count(0) > 0.8 * half and sample[1::2].count(0) == 0:
            return "utf-16-be", "decoded as UTF-16 (big-endian, without a byte order mark)"
    return "", ""


def _torn_bytes(data: bytes) -> int | None:
    """Bytes of an unfinished character at the end of a file in UTF-8; None when it is not UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    view = memoryview(data)
    try:
        for start in range(0, len(data), _CHUNK):
            decoder.decode(view[start : start + _CHUNK])
    except UnicodeDecodeError:
        return None
    return len(decoder.getstate()[0])


def _recoded(data: bytes, encoding: str) -> bytes:
    """The bytes in UTF-8, piece by piece: a long bill as one text would need the double memory."""
    decoder, view, made = codecs.getincrementaldecoder(encoding)(), memoryview(data), io.BytesIO()
    for start in range(0, len(data), _CHUNK):
        try:
            made.write(decoder.decode(view[start : start + _CHUNK], start + _CHUNK >= len(data)).encode())
        except UnicodeDecodeError as error:
            raise UnicodeDecodeError(encoding, data[:0], start + error.start, start + error.end, error.reason) from None
    return made.getvalue()


def _western(data: bytes) -> tuple[bytes, str]:
    """Windows-1252 is Latin-1 plus the euro sign and typographic quotes; five bytes exist in Latin-1 only."""
    note = "the file is not UTF-8: decoded as Latin-1 (Windows-1252), check names with accents"
    try:
        return _recoded(data, "cp1252"), note
    except UnicodeDecodeError:
        return _recoded(data, "latin-1"), note
