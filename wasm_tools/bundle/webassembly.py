"""The binary format of WebAssembly, as far as the build of the runtime for browsers has to read and write it.

Formats: WebAssembly core specification 2.0, chapter 5 (binary format), and its proposal for exceptions. What is not
known here raises ValueError, KeyError or IndexError.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

HEADER = b"\0asm\1\0\0\0"
TYPE, IMPORT, FUNCTION, GLOBAL, EXPORT, CODE = 1, 2, 3, 6, 7, 10
OF_FUNCTION, OF_TABLE, OF_MEMORY, OF_GLOBAL, OF_TAG = range(5)  # kinds of imports
UNREACHABLE, END, CALL, CALL_INDIRECT, RETURN_CALL, LOCAL_GET, REF_FUNC = 0x00, 0x0B, 0x10, 0x11, 0x12, 0x20, 0xD2
FUNCTION_TYPE, I32 = 0x60, 0x7F

# How many whole numbers follow an instruction; what is in no table has a form of its own below.
NUMBERS = {
    **dict.fromkeys((0x00, 0x01, 0x05, 0x0A, END, 0x0F, 0x19, 0x1A, 0x1B, *range(0x45, 0xC5), 0xD1), 0),
    **dict.fromkeys((0x02, 0x03, 0x04, 0x06, 0x07, 0x08, 0x09, 0x0C, 0x0D, CALL, 0x12, 0x18), 1),
    **dict.fromkeys((*range(0x20, 0x27), 0x3F, 0x40, 0x41, 0x42, 0xD0, 0xD2), 1),
    **dict.fromkeys((CALL_INDIRECT, 0x13, *range(0x28, 0x3F)), 2),
}
PREFIXED = {
    **dict.fromkeys(range(8), 0),
    **dict.fromkeys((9, 11, 13, 15, 16, 17), 1),
    **dict.fromkeys((8, 10, 12, 14), 2),
}
CONSTANTS = {0x43: 4, 0x44: 8}  # bytes of a float
BRANCH_TABLE, SELECT, TRY_TABLE, PREFIX = 0x0E, 0x1C, 0x1F, 0xFC


@dataclass(slots=True)
class Reader:
    """Walks through bytes."""

    data: bytes
    at: int = 0

    def number(self) -> int:
        """A whole number in LEB128; of signed ones only the length is right, which is all that is asked of them."""
        value = shift = 0
        while True:
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def bytes(self) -> bytes:
        """Bytes behind their number."""
        size = self.number()
        self.at += size
        if self.at > len(self.data):
            raise ValueError("it is cut short")
        return self.data[self.at - size : self.at]


def sections_of(wasm: bytes) -> list[tuple[int, bytes]]:
    """The sections as kind and content, in their order."""
    if not wasm.startswith(HEADER):
        raise ValueError("it is no module of version 1")
    reader, found = Reader(wasm, len(HEADER)), []
    while reader.at < len(wasm):
        found.append((reader.number(), reader.bytes()))
    return found


def listed[T](section: bytes, entry: Callable[[Reader], T]) -> list[T]:
    """The entries of a section that is a list."""
    reader = Reader(section)
    return [entry(reader) for _ in range(reader.number())]


def function_type(reader: Reader) -> bytes:
    """One entry of the section of types."""
    start = reader.at
    if reader.number() != FUNCTION_TYPE:
        raise ValueError("a type is not of a function")
    reader.bytes(), reader.bytes()  # one byte a value type, of which the runtime uses none longer
    return reader.data[start : reader.at]


def imports(section: bytes) -> list[tuple[str, str, int]]:
    """Module, name and kind of what an import section names."""
    return listed(section, _import)


def _import(reader: Reader) -> tuple[str, str, int]:
    module, name, kind = reader.bytes().decode(), reader.bytes().decode(), reader.number()
    if kind not in range(5):
        raise ValueError(f"an import is of kind {kind}")
    if kind in (OF_TABLE, OF_GLOBAL):
        reader.number()
    if kind in (OF_TABLE, OF_MEMORY):
        limited = reader.number() & 1
        reader.number()
        if limited:
            reader.number()
    else:
        skip(reader, 2 if kind == OF_TAG else 1)
    return module, name, kind


def imported(section: bytes, kind: int = OF_FUNCTION) -> int:
    """How many of a kind an import section names. Those of the module itself are counted from there."""
    return sum(found == kind for _, _, found in imports(section))


def exported(reader: Reader) -> tuple[str, int, bytes]:
    """An entry of an export section: its name, its kind, and the entry itself."""
    start = reader.at
    name, kind = reader.bytes().decode(), reader.number()
    reader.number()
    return name, kind, reader.data[start : reader.at]


def calls_in(body: bytes) -> set[int]:
    """The functions that a function calls by their numbers, or makes references to."""
    reader, found = after_locals(body), set()
    while reader.at < len(body):
        instruction = body[reader.at]
        reader.at += 1
        if instruction in (CALL, RETURN_CALL, REF_FUNC):
            found.add(reader.number())
        else:
            skip_rest(instruction, reader)
    return found


def after_locals(body: bytes) -> Reader:
    """A reader at the first instruction of a function."""
    reader = Reader(body)
    for _ in range(reader.number()):
        skip(reader, 2)
    return reader


def joined(sections: Sequence[tuple[int, bytes]], new: Mapping[int, bytes]) -> bytes:
    """A module of these sections, some with new content by their kind."""
    return HEADER + b"".join(bytes([kind]) + sized(new.get(kind, old)) for kind, old in sections)


def skip_rest(instruction: int, reader: Reader) -> None:
    """Go past what follows an instruction."""
    if instruction in CONSTANTS:
        reader.at += CONSTANTS[instruction]
    elif instruction == BRANCH_TABLE:
        skip(reader, reader.number() + 1)
    elif instruction == SELECT:
        skip(reader, reader.number())
    elif instruction == TRY_TABLE:
        skip(reader, 1)
        for _ in range(reader.number()):
            skip(reader, 2 if reader.number() < 2 else 1)
    elif instruction == PREFIX:
        skip(reader, PREFIXED[reader.number()])
    elif instruction in NUMBERS:
        skip(reader, NUMBERS[instruction])
    else:
        raise ValueError(f"it uses the instruction 0x{instruction:02x}")


def skip(reader: Reader, numbers: int) -> None:
    """Go past that many whole numbers."""
    for _ in range(numbers):
        reader.number()


def leb(value: int) -> bytes:
    """An unsigned whole number in LEB128, as short as it gets."""
    out = bytearray()
    while True:
        value, low = value >> 7, value & 0x7F
        out.append(low | (0x80 if value else 0))
        if not value:
            return bytes(out)


def sized(content: bytes) -> bytes:
    """Bytes behind their number."""
    return leb(len(content)) + content


def vector(entries: Sequence[bytes]) -> bytes:
    """Entries behind their number."""
    return leb(len(entries)) + b"".join(entries)
