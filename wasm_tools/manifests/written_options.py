"""The commands of a launcher that gives nothing but a shell: the options file is written before the server starts."""

import shlex
from pathlib import PurePosixPath

from wasm_tools.manifests.runtimes import ServingRuntime


def with_options(runtime: ServingRuntime, options: str, command: str) -> list[str]:
    """`command` after those that write `options` to where the engine reads them; no options need none."""
    if not options:
        return [command]
    folder = str(PurePosixPath(runtime.options_path).parent)
    write = f"printf '%s\\n' {shlex.quote(options)} > {shlex.quote(runtime.options_path)}"
    return [f"mkdir -p {shlex.quote(folder)}", write, command]
