"""Indirect calls of a WebAssembly module, sent through small functions that all callers share.

Chromium's engine bets on the targets of an indirect call while it optimises a function, and throws the result away when
another target comes. In Python anything may be behind such a call: the interpreter's loop, 79 kB long and 130 ms of
processor time to optimise, was optimised up to six times during one start, with slow code running in between. Calls of
one small function a signature offer nothing to bet on, and what is called from there varies too much for a bet. Done
for all functions, because those that the loop calls may become part of it. Everything else stays as it is.
"""

from dataclasses import dataclass, field

from wasm_tools.bundle.webassembly import (
    CALL,
    CALL_INDIRECT,
    CODE,
    END,
    FUNCTION,
    FUNCTION_TYPE,
    I32,
    IMPORT,
    LOCAL_GET,
    TYPE,
    Reader,
    after_locals,
    function_type,
    imported,
    joined,
    leb,
    listed,
    sections_of,
    sized,
    skip_rest,
    vector,
)


def with_shared_indirect_calls(wasm: bytes) -> bytes:
    """The module with all indirect calls through shared small functions, one a signature and table.

    They stand behind all others, so that no function changes its number. Raises ValueError, KeyError or IndexError
    where the module holds what this cannot read.
    """
    sections = sections_of(wasm)
    content = dict(sections)
    before = imported(content[IMPORT])
    declared = [leb(number) for number in listed(content[FUNCTION], Reader.number)]
    bodies = listed(content[CODE], Reader.bytes)
    shared = _Shared(listed(content[TYPE], function_type), before + len(bodies))
    bodies = [_with_shared_calls(body, shared) for body in bodies]
    new = {
        TYPE: vector(shared.types),
        FUNCTION: vector([*declared, *(leb(number) for number, _ in shared.functions)]),
        CODE: vector([sized(body) for body in (*bodies, *(code for _, code in shared.functions))]),
    }
    return joined(sections, new)


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
            reader = Reader(self.types[called], 1)
            parameters, results = reader.bytes(), reader.bytes()
            own = bytes([FUNCTION_TYPE]) + sized(parameters + bytes([I32])) + sized(results)
            if own not in self.types:
                self.types.append(own)
            gets = b"".join(bytes([LOCAL_GET]) + leb(n) for n in range(len(parameters) + 1))
            code = b"\0" + gets + bytes([CALL_INDIRECT]) + leb(called) + leb(table) + bytes([END])
            self.functions.append((self.types.index(own), code))
            self.known[called, table] = self.next
            self.next += 1
        return self.known[called, table]


def _with_shared_calls(body: bytes, shared: _Shared) -> bytes:
    reader, kept, pieces = after_locals(body), 0, []
    while reader.at < len(body):
        start = reader.at
        instruction = body[start]
        reader.at += 1
        if instruction == CALL_INDIRECT:
            called, table = reader.number(), reader.number()
            pieces += [body[kept:start], bytes([CALL]) + leb(shared.number(called, table))]
            kept = reader.at
        else:
            skip_rest(instruction, reader)
    return b"".join([*pieces, body[kept:]])
