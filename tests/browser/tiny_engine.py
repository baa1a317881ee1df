"""A very small engine with the same browser entry as the real one, for tests of what carries it."""

from pathlib import Path

PACKAGE = '"""A tiny engine."""\n'
ENTRY = '''
"""The entry that the worker calls."""
import json
import os
import sys
import time

_reporter = None
_pack = {}


def set_reporter(report):
    global _reporter
    _reporter = report


def load_pack(text):
    global _pack
    _pack = json.loads(text)
    if _pack.get("format") != 1:
        raise ValueError("the pack is not in format 1")


def take_pack(bytes_of):
    load_pack(bytes_of.to_bytes())


def handle(method, params_json):
    """This docstring is gone in the browser."""
    params = json.loads(params_json)
    if method == "echo":
        result = params
    elif method == "platform":
        result = {"platform": sys.platform, "version": list(sys.version_info[:2]), "optimize": sys.flags.optimize,
                  "doc": handle.__doc__, "pack": _pack}
    elif method == "refuse":
        return json.dumps({"ok": False, "error": {"field": "rate", "message": "The rate must be above 0."}})
    elif method == "raise":
        raise ValueError("the rate is 0")
    elif method == "abort":
        os.abort()
    elif method == "report":
        for done in range(1, 4):
            _reporter("reading lines", done, 3)
        result = "done"
    elif method == "slow":
        end = time.monotonic() + params["seconds"]
        while time.monotonic() < end:
            if params.get("report"):
                _reporter("working", 1, 2)
                time.sleep(0.05)
        result = "slept"
    elif method == "imports":
        result = __import__(params).__name__
    elif method == "exhaust":
        import js
        js.WebAssembly.Memory.prototype.grow = None  # a machine that has no more, without using up this one
        hoard = []
        while True:
            hoard.append(bytearray(1_000_000))
    elif method == "globals":
        import js
        result = {name: js.Reflect.has(js, name) and getattr(js, name, None) is not None for name in params}
    elif method == "eval":
        import js
        try:
            result = js.eval(params)
        except Exception as error:
            result = type(error).__name__ + ": " + str(error)
    else:
        return json.dumps({"ok": False, "error": {"field": None, "message": f"There is no method {method}."}})
    return json.dumps({"ok": True, "result": result})
'''
PACK = b'{"format": 1, "prices": 3}'


def tiny_engine(folder: Path, entry: str = ENTRY) -> Path:
    """Write the package `wasm_tools` into `folder` and return the folder."""
    package = folder / "wasm_tools"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(PACKAGE, encoding="utf-8")
    (package / "browser.py").write_text(entry, encoding="utf-8")
    return folder
