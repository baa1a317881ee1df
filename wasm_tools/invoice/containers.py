"""Files inside the uploaded file: gzip and zip, unpacked in memory within limits. Paths in archives are not used."""

import io
import zipfile
import zlib
from dataclasses import dataclass

from wasm_tools.invoice.usage import InvoiceError

MEMBERS = 200
TOTAL = 400_000_000  # bytes unpacked; more does not fit in the memory that Python has in a page
RATIO = 500  # unpacked to packed; a table packs 5 to 50 times smaller, an archive made to do harm 1,000 times
_SMALL = 10_000_000  # bytes up to which any ratio is harmless
_GZIP, _ZIP = b"\x1f\x8b", (b"PK\x03\x04", b"PK\x05\x06")
_NOT_A_BILL = (
    (b"%PDF", "this is a PDF: download the usage or cost report as CSV instead"),
    (b"\xd0\xcf\x11\xe0", "this is an old Excel workbook: save the sheet as CSV"),
    (b"PAR1", "this is a Parquet file: export the report as CSV instead"),
)


@dataclass(frozen=True, slots=True)
class Member:
    """One file: its name without folders, and its bytes."""

    name: str
    data: bytes


def members(name: str, data: bytes) -> tuple[Member, ...]:
    """The files in an upload, itself when it is not packed; raises InvoiceError with the remedy."""
    for magic, message in _NOT_A_BILL:
        if data.startswith(magic):
            raise InvoiceError(message)
    if data.startswith(_ZIP):
        return _zip_members(data)
    if data.startswith(_GZIP):
        data = _gunzipped(data)
        name = name.removesuffix(".gz")
    if len(data) > TOTAL:
        raise InvoiceError(f"the file has {len(data)} bytes, more than the limit of {TOTAL}: export a shorter period")
    return (Member(_base(name), data),)


def _base(name: str) -> str:
    return name.replace("\\", "/").rsplit("/", 1)[-1]


def _within(packed: int, unpacked: int, room: int) -> None:
    if unpacked > room:
        raise InvoiceError(f"the file unpacks to more than {TOTAL} bytes: export a shorter period")
    if unpacked > _SMALL and unpacked > RATIO * packed:
        raise InvoiceError(f"the file unpacks to more than {RATIO} times its size, which no bill does")


def _gunzipped(data: bytes) -> bytes:
    parts, size, rest = [], 0, data
    try:
        while rest.startswith(_GZIP):  # a gzip file may consist of several
            part = zlib.decompressobj(wbits=31)
            parts.append(part.decompress(rest, TOTAL - size + 1))
            size += len(parts[-1])
            _within(len(data), size, TOTAL)
            if not part.eof:
                raise InvoiceError("this gzip file ends too early: download it again")
            rest = part.unused_data
    except zlib.error:
        raise InvoiceError("this gzip file is damaged: download it again") from None
    return b"".join(parts) if len(parts) != 1 else parts[0]


def _zip_members(data: bytes) -> tuple[Member, ...]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            listed = [i for i in archive.infolist() if not i.is_dir()]
            if any(i.filename == "[Content_Types].xml" for i in listed):
                raise InvoiceError("this is an Excel workbook: save the sheet as CSV")
            listed = [i for i in listed if not _base(i.filename).startswith(".") and "__MACOSX" not in i.filename]
            if len(listed) > MEMBERS:
                raise InvoiceError(f"the archive holds {len(listed)} files, more than {MEMBERS}: unpack it first")
            return _unpacked(archive, listed, len(data))
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as error:
        if isinstance(error, InvoiceError):
            raise
        raise InvoiceError(
            "this zip archive (or Excel workbook) is damaged or locked: unpack it, or save the sheet as CSV"
        ) from None


def _unpacked(archive: zipfile.ZipFile, listed: list[zipfile.ZipInfo], packed: int) -> tuple[Member, ...]:
    found: list[Member] = []
    room = TOTAL
    for info in listed:
        with archive.open(info) as file:
            content = file.read(room + 1)  # the size in the directory is only what the archive says of itself
        _within(packed, len(content), room)
        room -= len(content)
        if content.startswith(_ZIP):
            raise InvoiceError(f"{_base(info.filename)} is an archive inside the archive: unpack it first")
        found.extend(members(_base(info.filename), content))
        if sum(len(m.data) for m in found) > TOTAL:
            _within(packed, TOTAL + 1, TOTAL)
    if not found:
        raise InvoiceError("the archive is empty: export the report again")
    return tuple(found)
