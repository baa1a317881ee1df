"""Indirect calls of a WebAssembly module, sent through small functions that all callers share.

Chromium's engine bets on the targets of an indirect call while it optimises a function, and throws the result away when
another target comes. In Python anything may be behind such a call: the interpreter's loop, 79 kB long and 130 ms of
processor time to optimise, was optimised up to six times during one start, with slow code running in between. Calls of
one small function a signature offer nothing to bet on, and what is called from there varies too much for a bet. Done
for all functions, because those that the loop calls may become part of it. Everything else stays as it is.

Formats: WebAssembly core specification 2.0, chapter 5 (binary format), and its proposal for exceptions.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from wasm_tools.bundle.bytecode import write_whole
from wasm_tools.bundle.failure import BundleError

HEADER = b"\0asm\1\0\0\0"
TYPE, IMPORT, FUNCTION, CODE = 1, 2, 3, 10
OF_FUNCTION, OF_TABLE, OF_MEMORY, OF_GLOBAL, OF_TAG = range(5)  # kinds of imports
CALL, CALL_INDIRECT, LOCAL_GET, END = 0x10, 0x11, 0x20, 0x0B
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


def prepared(wasm: bytes, cache: Path) -> bytes:
    """The module with shared indirect calls, kept in a cache: it takes a second or two to make."""
    key = hashlib.sha256(Path(__file__).read_bytes() + wasm).hexdigest()
    kept = cache / "wasm" / f"{key}.wasm"
    if not kept.is_file():
        write_whole(kept, with_shared_indirect_calls(wasm))
    return kept.read_bytes()


def with_shared_indirect_calls(wasm: bytes) -> bytes:
    """The module with all indirect calls through shared small functions, one a signature and table.

    They stand behind all others, so that no function changes its number. Raises BundleError where the module holds what
    this cannot read.
    """
    try:
        return _rewritten(wasm)
    except (IndexError, KeyError, ValueError) as reason:
        raise BundleError(
            f"The runtime's WebAssembly cannot be prepared for browsers ({reason}): install the Pyodide that "
            "package-lock.json names with `make install`."
        ) from reason


@dataclass(slots=True)
class _Reader:
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


@dataclass(slots=True)
class _Shared:
    """The small functions: their number by type and table, the number the next one gets, and what they need."""

    types: list[bytes]
    next: int
    known: dict[tuple[int, int], int] = field(default_factory=dict)
    functions: list[tuple[int, bytes]] = field(default_factory=list)  # number of the type, code

    def number(self, called: int, table: int) -> int:
        """The function that takes the parameters of type `called` and a place in `table`, and calls what is there."""
        if (called, table) not in self.known:
            reader = _Reader(self.types[called], 1)
            parameters, results = reader.bytes(), reader.bytes()
            own = bytes([FUNCTION_TYPE]) + _sized(parameters + bytes([I32])) + _sized(results)
            if own not in self.types:
                self.types.append(own)
            gets = b"".join(bytes([LOCAL_GET]) + _leb(n) for n in range(len(parameters) + 1))
            code = b"\0" + gets + bytes([CALL_INDIRECT]) + _leb(called) + _leb(table) + bytes([END])
            self.functions.append((self.types.index(own), code))
            self.known[called, table] = self.next
            self.next += 1
        return self.known[called, table]


def _rewritten(wasm: bytes) -> bytes:
    sections = _sections(wasm)
    content = dict(sections)
    imported = _imported_functions(_Reader(content[IMPORT]))
    declared = [_leb(number) for number in _listed(content[FUNCTION], _Reader.number)]
    bodies = _listed(content[CODE], _Reader.bytes)
    shared = _Shared(_listed(content[TYPE], _function_type), imported + len(bodies))
    bodies = [_with_shared_calls(body, shared) for body in bodies]
    new = {
        TYPE: _vector(shared.types),
        FUNCTION: _vector([*declared, *(_leb(number) for number, _ in shared.functions)]),
        CODE: _vector([_sized(body) for body in (*bodies, *(code for _, code in shared.functions))]),
    }
    return HEADER + b"".join(bytes([kind]) + _sized(new.get(kind, old)) for kind, old in sections)


def _sections(wasm: bytes) -> list[tuple[int, bytes]]:
    if not wasm.startswith(HEADER):
        raise ValueError("it is no module of version 1")
    reader, found = _Reader(wasm, len(HEADER)), []
    while reader.at < len(wasm):
        found.append((reader.number(), reader.bytes()))
    return found


def _listed[T](section: bytes, entry: Callable[[_Reader], T]) -> list[T]:
    reader = _Reader(section)
    return [entry(reader) for _ in range(reader.number())]


def _function_type(reader: _Reader) -> bytes:
    start = reader.at
    if reader.number() != FUNCTION_TYPE:
        raise ValueError("a type is not of a function")
    reader.bytes(), reader.bytes()  # one byte a value type, of which the runtime uses none longer
    return reader.data[start : reader.at]


def _imported_functions(reader: _Reader) -> int:
    functions = 0
    for _ in range(reader.number()):
        reader.bytes(), reader.bytes()
        kind = reader.number()
        functions += kind == OF_FUNCTION
        if kind in (OF_TABLE, OF_GLOBAL):
            reader.number()
        if kind in (OF_TABLE, OF_MEMORY):
            limited = reader.number() & 1
            reader.number()
            if limited:
                reader.number()
        elif kind in (OF_FUNCTION, OF_GLOBAL):
            reader.number()
        elif kind == OF_TAG:
            reader.number(), reader.number()
        else:
            raise ValueError(f"an import is of kind {kind}")
    return functions


def _with_shared_calls(body: bytes, shared: _Shared) -> bytes:
    reader, kept, pieces = _Reader(body), 0, []
    for _ in range(reader.number()):  # locals
        reader.number(), reader.number()
    while reader.at < len(body):
        start = reader.at
        instruction = body[start]
        reader.at += 1
        if instruction == CALL_INDIRECT:
            called, table = reader.number(), reader.number()
            pieces += [body[kept:start], bytes([CALL]) + _leb(shared.number(called, table))]
            kept = reader.at
        else:
            _skip_rest(instruction, reader)
    return b"".join([*pieces, body[kept:]])


def _skip_rest(instruction: int, reader: _Reader) -> None:
    if instruction in CONSTANTS:
        reader.at += CONSTANTS[instruction]
    elif instruction == BRANCH_TABLE:
        _skip(reader, reader.number() + 1)
    elif instruction == SELECT:
        _skip(reader, reader.number())
    elif instruction == TRY_TABLE:
        _skip(reader, 1)
        for _ in range(reader.number()):
            _skip(reader, 2 if reader.number() < 2 else 1)
    elif instruction == PREFIX:
        _skip(reader, PREFIXED[reader.number()])
    elif instruction in NUMBERS:
        _skip(reader, NUMBERS[instruction])
    else:
        raise ValueError(f"it uses the instruction 0x{instruction:02x}")


def _skip(reader: _Reader, numbers: int) -> None:
    for _ in range(numbers):
        reader.number()


def _leb(value: int) -> bytes:
    """An unsigned whole number in LEB128, as short as it gets."""
    out = bytearray()
    while True:
        value, low = value >> 7, value & 0x7F
        out.append(low | (0x80 if value else 0))
        if not value:
            return bytes(out)


def _sized(content: bytes) -> bytes:
    return _leb(len(content)) + content


def _vector(entries: Sequence[bytes]) -> bytes:
    return _leb(len(entries)) + b"".join(entries)
