"""The text of an uploaded file: UTF-8 and UTF-16 with or without mark, Windows-1252 as the last resort."""

import codecs

from wasm_tools.invoice.usage import InvoiceError

_CONTAINERS = (
    (b"%PDF", "this is a PDF: download the usage or cost report as CSV instead"),
    (b"PK\x03\x04", "this is a zip archive or an Excel workbook: unpack it, or save the sheet as CSV"),
    (b"\x1f\x8b", "this file is compressed with gzip: unpack it first"),
    (b"\xd0\xcf\x11\xe0", "this is an old Excel workbook: save the sheet as CSV"),
)
_SAMPLE = 512  # bytes that decide whether a file without a mark is UTF-16


def text_of(data: bytes) -> tuple[str, tuple[str, ...]]:
    """The decoded file and the notes about how it was decoded; raises InvoiceError with the remedy."""
    for magic, message in _CONTAINERS:
        if data.startswith(magic):
            raise InvoiceError(message)
    encoding, note = _encoding(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding != "utf-8-sig":
            raise InvoiceError(
                f"the file starts as {encoding} but stops being so at byte {error.start}: save it again as UTF-8"
            ) from None
        text, note = _western(data)
    if not text.strip("\ufeff\0 \t\r\n"):
        raise InvoiceError("the file is empty: export it again, with a header line and at least one row")
    return text.removeprefix("\ufeff"), (note,) if note else ()


def _encoding(data: bytes) -> tuple[str, str]:
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
    return "utf-8-sig", ""


def _western(data: bytes) -> tuple[str, str]:
    """Windows-1252 is Latin-1 plus the euro sign and typographic quotes; five bytes exist in Latin-1 only."""
    note = "the file is not UTF-8: decoded as Latin-1 (Windows-1252), check names with accents"
    try:
        return data.decode("cp1252"), note
    except UnicodeDecodeError:
        return data.decode("latin-1"), note
