"""The counting runtime: which functions ran, and nothing else changed."""

import json
import os
import subprocess
from pathlib import Path

from tests.runtime_functions.counting import counting
from tests.wasm_tools.test_bundle import needs_runtime
from wasm_tools.bundle.webassembly import END, HEADER, leb, sized, vector

HOOK = Path(__file__).parent / "counted.mjs"
RUN = """
const { instance } = await WebAssembly.instantiate(require("fs").readFileSync(process.argv[1]), {});
if (Object.keys(instance.exports).some((name) => name.startsWith("ran"))) throw new Error("they can be seen");
for (const name of process.argv.slice(2)) instance.exports[name]();
"""


def module(functions: int) -> bytes:
    """Functions that do nothing, exported as f0, f1 and so on."""
    exports = [sized(b"f%d" % n) + b"\0" + leb(n) for n in range(functions)]
    content = {
        1: vector([b"\x60\0\0"]),
        2: vector([]),
        3: vector([b"\0"] * functions),
        6: vector([]),
        7: vector(exports),
        10: vector([sized(bytes([0, END]))] * functions),
    }
    return HEADER + b"".join(bytes([kind]) + sized(part) for kind, part in content.items())


@needs_runtime
def test_the_functions_that_ran_are_added_to_the_list(tmp_path: Path) -> None:
    path, ran = tmp_path / "module.wasm", tmp_path / "ran.json"
    path.write_bytes(counting(module(130)))
    script = f"(async () => {{{RUN}}})()"
    for names in (["f0", "f63", "f64"], ["f129", "f0"]):
        command = ["node", "--import", HOOK.as_uri(), "-e", script, str(path), *names]
        subprocess.run(command, check=True, timeout=60, env={"RAN": str(ran), "PATH": os.environ["PATH"]})
    assert sorted(json.loads(ran.read_text())) == [0, 63, 64, 129]
