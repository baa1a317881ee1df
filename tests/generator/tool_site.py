"""The small site with a bundle to point at, and a way to run the page's pure modules under Node.js."""

import json
import shutil
import subprocess
from collections import defaultdict
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from generator.render.page import SiteData
from generator.render.texts import DEFAULT, all_texts, texts_for_scripts
from generator.render.tool_assets import RUNTIME_FILES
from tests.generator.small_site import small_site

WEB = Path(__file__).parents[2] / "wasm_tools" / "web"


@cache
def tool_site() -> SiteData:
    """The small site as the tool pages see it: every script and pack of the bundle has an address and a size."""
    files: defaultdict[str, dict[str, Any]] = defaultdict(lambda: {"gzip_bytes": 1_000_000})
    files["manifests.json"] = {"file": "manifests-0123456789ab.json", "gzip_bytes": 1000}
    for script in (*(path.name for path in WEB.glob("*.mjs")), *RUNTIME_FILES):
        files[script] = {"file": f"web-0123456789ab/{script}", "bytes": 2000, "gzip_bytes": 1000}
    imports: defaultdict[str, list[str]] = defaultdict(list)
    bundle = {"build_id": "0123456789abcdef", "files": files, "imports": imports, "starts": {"used": {}}, "lock": "{}"}
    return replace(small_site(), bundle=bundle)


@cache
def script_texts(spoken: str) -> dict[str, Any]:
    """All texts of a language, as a page tells its scripts."""
    return texts_for_scripts(spoken, {key.partition(".")[0] for key in all_texts()[DEFAULT]})


def run_module(script: str, given: object, spoken: str = DEFAULT) -> Any:
    """What an ES module prints as JSON. `from "./x.mjs"` means a module of the page, `given` is what it gets."""
    node = shutil.which("node")
    if node is None:
        pytest.fail("Node.js is needed for the scripts of the pages: run `make install`")
    text = script.replace('from "./', f'from "{WEB.as_uri()}/')
    shown = json.dumps({"language": spoken, "texts": script_texts(spoken)})
    program = f"const given = {json.dumps(given)};\nglobalThis.atlasTexts = {shown};\n{text}"
    run = subprocess.run(
        [node, "--input-type=module", "-"], input=program, capture_output=True, text=True, check=False, timeout=60
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)
