"""A module of WebAssembly that notes which of its functions ran, one bit a function in numbers that it exports."""

from wasm_tools.bundle.webassembly import (
    CODE,
    EXPORT,
    GLOBAL,
    IMPORT,
    OF_FUNCTION,
    OF_GLOBAL,
    Reader,
    after_locals,
    imported,
    joined,
    leb,
    listed,
    sections_of,
    sized,
    vector,
)

BITS = 64
GLOBAL_GET, GLOBAL_SET, I64_CONST, I64_OR = b"\x23", b"\x24", b"\x42", b"\x84"
ZERO = b"\x7e\x01" + I64_CONST + b"\0\x0b"  # a number of 64 bits that changes and begins with 0


def counting(wasm: bytes) -> bytes:
    """The module with exports `ran0`, `ran1`, … of 64 functions each; `counted.mjs` reads them."""
    sections = sections_of(wasm)
    content = dict(sections)
    functions, variables = (imported(content[IMPORT], kind) for kind in (OF_FUNCTION, OF_GLOBAL))
    bodies = listed(content[CODE], Reader.bytes)
    globals_ = Reader(content[GLOBAL])
    first = variables + (own := globals_.number())
    words = (functions + len(bodies)) // BITS + 1
    exports = Reader(content[EXPORT])
    named = exports.number()
    added = b"".join(sized(b"ran%d" % n) + bytes([OF_GLOBAL]) + leb(first + n) for n in range(words))
    code = [sized(_noting(body, functions + n, first)) for n, body in enumerate(bodies)]
    new = {
        GLOBAL: leb(own + words) + content[GLOBAL][globals_.at :] + ZERO * words,
        EXPORT: leb(named + words) + content[EXPORT][exports.at :] + added,
        CODE: vector(code),
    }
    return joined(sections, new)


def _noting(body: bytes, number: int, first: int) -> bytes:
    at, word = after_locals(body).at, leb(first + number // BITS)
    bit = I64_CONST + _signed(1 << number % BITS)
    return body[:at] + GLOBAL_GET + word + bit + I64_OR + GLOBAL_SET + word + body[at:]


def _signed(value: int) -> bytes:
    """A number of 64 bits in signed LEB128."""
    value -= 1 << BITS if value >> (BITS - 1) else 0
    out = bytearray()
    while True:
        low, value = value & 0x7F, value >> 7
        if value == (-1 if low & 0x40 else 0):
            out.append(low)
            return bytes(out)
        out.append(low | 0x80)
