"""MF-16 options exist, MF-19 admission limits, MF-26 remote code, MF-27 texts that a shell takes apart."""

from collections.abc import Iterator

from wasm_tools.json_text import loads
from wasm_tools.manifests.checks.parts import Finding
from wasm_tools.manifests.checks.servers import Server, flag_of
from wasm_tools.manifests.checks.view import View

REMOTE_CODE = "inference-price-atlas/remote-code"  # annotation by which a manifest consents and says why
_SHORT = {"-tp": "--tensor-parallel-size", "-pp": "--pipeline-parallel-size", "-dp": "--data-parallel-size"}


def flag_findings(view: View) -> Iterator[Finding]:
    """MF-16: every option of vLLM exists in the pinned release and its value fits."""
    for server in view.servers:
        if server.runtime.id == "vllm":
            for number, argument in enumerate(server.arguments):
                name, equals, value = argument.partition("=")
                if name.startswith("--"):
                    following = server.arguments[number + 1] if number + 1 < len(server.arguments) else "--"
                    given = value if equals else "" if following.startswith("--") else following
                    yield from _flag(view, server, name, given, bool(equals))


def _flag(view: View, server: Server, name: str, value: str, equals: bool) -> Iterator[Finding]:
    flags = view.catalogue.flags
    known = flags.get(name.replace("_", "-"))
    positive = "--" + name.removeprefix("--no-")
    if known is None and name.startswith("--no-") and positive in flags:
        if flags[positive] != "bool":
            yield server.finding("MF-16", f"{positive} is no switch, so there is no {name}")
        return
    if known is None:
        if name.partition(".")[0] not in flags:  # --config.field=value sets one field of a JSON option
            yield server.finding("MF-16", f"{server.runtime.name} {server.runtime.version} has no option {name}")
    elif "$" in value:
        return  # the value of a variable, known when it runs
    elif known == "bool" and equals and value:
        yield server.finding("MF-16", f"{name} is a switch and takes no value; --no-{name[2:]} turns it off")
    elif known in ("int", "float") and not _is_number(value, known):
        what = "a whole number" if known == "int" else "a number"
        yield server.finding("MF-16", f"{name} takes {what}, not {value!r}")
    elif known == "json" and not server.shell and not _is_json(value):
        yield server.finding("MF-16", f"{name} takes JSON, not {value!r}")


def _is_number(value: str, kind: str) -> bool:
    try:
        return isinstance(int(value) if kind == "int" else float(value), int | float)
    except ValueError:
        return value == "auto"


def _is_json(value: str) -> bool:
    try:
        loads(value)
    except (ValueError, RecursionError):
        return False
    return True


def shell_findings(view: View) -> Iterator[Finding]:
    """MF-27: JSON in a text that a shell evaluates survives it."""
    for server in view.servers:
        for argument in server.arguments if server.shell else ():
            name, _, value = argument.partition("=")
            kind = view.catalogue.flags.get(name, "text") if server.runtime.id == "vllm" else "text"
            if (kind == "json" or value.startswith(("{", "["))) and not _is_json(value):
                message = f"a shell takes {name} apart and leaves {value!r}; put single quotes around the argument"
                yield server.finding("MF-27", message)


def admission_findings(view: View) -> Iterator[Finding]:
    """MF-19: admission limits leave room for the requests that run and for the longest prompt."""
    for server in view.servers:
        queued, tokens = (_count(server.value(f"--max-num-queued-{what}")) for what in ("reqs", "tokens"))
        running = _count(server.role("max_num_seqs"))
        ranks = _count(server.value("--data-parallel-size")) or 1
        if queued is not None and running is not None and queued <= running * ranks:
            message = f"--max-num-queued-reqs {queued} counts running requests too; it must exceed {running * ranks}"
            yield server.finding("MF-19", message)
        if tokens is not None and tokens < max(1, view.plan.prompt_tokens):
            message = f"--max-num-queued-tokens {tokens} refuses a prompt of {max(1, view.plan.prompt_tokens)} tokens"
            yield server.finding("MF-19", message)


def _count(value: str | None) -> int | None:
    return int(value) if value is not None and value.isascii() and value.isdigit() and len(value) < 16 else None


def remote_code_findings(view: View) -> Iterator[Finding]:
    """MF-26: code of a model's repository runs only where the plan or an annotation says so."""
    for server in view.servers:
        flag = str(server.runtime.optional.get("trust_remote_code", "--trust-remote-code"))
        consents = server.document is not None and REMOTE_CODE in server.document.annotations
        if server.value(flag) is not None and not consents and not view.plan.trust_remote_code:
            message = (
                f"{flag} runs code of the model's repository; leave it out, or say why in an annotation {REMOTE_CODE}"
            )
            yield server.finding("MF-26", message)


def parallel_size(server: Server) -> int:
    """GPUs that the arguments spread one copy of the model and its data-parallel ranks over."""
    flags = [flag_of(server.runtime, "gpus"), "--pipeline-parallel-size", "--data-parallel-size", "-tp", "-pp", "-dp"]
    product = 1
    for flag in dict.fromkeys(_SHORT.get(f, f) if server.value(f) is None else f for f in flags if f):
        product *= _count(server.value(flag)) or 1
    return product
