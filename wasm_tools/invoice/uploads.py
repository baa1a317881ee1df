"""Uploaded files as bills: unpacked, decoded, recognised one by one; those that are none are named with the reason."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from wasm_tools.invoice.choices import Choices
from wasm_tools.invoice.containers import members
from wasm_tools.invoice.decoding import utf8_of
from wasm_tools.invoice.detection import recognised
from wasm_tools.invoice.documents import documents
from wasm_tools.invoice.readers.reader import Context
from wasm_tools.invoice.statement import OpenBill
from wasm_tools.invoice.units import UnitSpellings
from wasm_tools.invoice.usage import InvoiceError


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that is not read, and why."""

    file: str
    error: InvoiceError


def open_bills(
    files: Iterable[tuple[str, bytes]],
    choices: Choices | None = None,
    spellings: UnitSpellings | None = None,
    workloads: Mapping[str, str] | None = None,
) -> tuple[tuple[OpenBill, ...], tuple[Refused, ...]]:
    """The bills in uploaded files (name, bytes), archives unpacked, and the files that are none of a known format.

    A file that was given before under any name is refused: its amounts would count twice.
    """
    given = choices or Choices()
    bills: list[OpenBill] = []
    refused: list[Refused] = []
    seen: dict[bytes, str] = {}
    for upload, content in files:
        try:
            found = members(upload, content)
        except InvoiceError as error:
            refused.append(Refused(upload, error))
            continue
        for member in found:
            digest = hashlib.sha256(member.data).digest()
            try:
                if digest in seen:
                    raise InvoiceError(f"the same content was already read from {seen[digest]}: it would count twice")
                seen[digest] = member.name
                context = Context(given.of(member.name), spellings or UnitSpellings({}), workloads or {})
                bills.append(_opened(member.name, member.data, context))
            except InvoiceError as error:
                refused.append(Refused(member.name, error))
    return tuple(bills), tuple(refused)


def _opened(name: str, data: bytes, context: Context) -> OpenBill:
    text, notes = utf8_of(data)
    reader, document = recognised(documents(text), context.choices)
    return OpenBill(name, reader, document, context, notes)
