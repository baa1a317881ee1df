"""The engine's entry in the browser: JSON in, JSON out, every refusal in words."""

import io
import json
from importlib import import_module
from typing import Any

from wasm_tools.collector import collector_at_rest
from wasm_tools.json_text import loads
from wasm_tools.methods import plan
from wasm_tools.models.cards import CAPABILITY_CLASSES
from wasm_tools.planner import read_catalogue
from wasm_tools.workload.traffic import InputError

METHODS = (  # each a module of wasm_tools.methods
    "plan", "files", "scenarios", "batch", "compare", "report", "what_if", "curves", "weights", "gpus", "memory",
    "monte_carlo", "simulate", "ask", "assistant", "rank", "audit",
    "invoice", "invoice_step", "invoice_stop", "invoice_cells", "invoice_shares", "invoice_export",
    "observe", "observe_plan", "observe_outcome",
    "spend", "spend_view", "spend_calls", "spend_export", "spend_sample", "spend_ready", "spend_estimate",
    "read_config", "read_nodes", "read_outcome", "read_trace",
)  # fmt: skip
# The planner's first answer waits for nothing else: other methods are imported when they are first asked.
_modules: dict[str, Any] = {"plan": plan}
_packs: dict[str, Any] = {}
_given: list[tuple[str, io.BytesIO]] = []  # files of the reader for the next call


def load_pack(text: str | bytes) -> None:
    """Read a data pack. A pack names itself by its `kind`; the planner's pack becomes a catalogue."""
    pack = json.loads(text)
    kind = pack.get("kind", "planner")
    _packs[kind] = read_catalogue(pack) if kind == "planner" else pack


def rehearse() -> None:
    """Ask a question of every class of models, because first answers take longer than later ones."""
    if "planner" in _packs:
        for name in CAPABILITY_CLASSES:
            handle("plan", json.dumps({"form": {"class": name}}))
        plan.forget()


def take_pack(bytes_of: Any) -> None:
    """Read a data pack from an array of JavaScript, whose bytes come faster than characters would."""
    load_pack(bytes_of.to_bytes())


def set_reporter(report: Any) -> None:
    """Take the function that long runs tell how far they are: `report(stage, done, total)`."""
    _packs["report"] = report


def take_file(name: str, size: int) -> None:
    """Make room for a file of that many bytes, for the next call: it finds the file in `files` of its parameters."""
    room = io.BytesIO()
    if size:  # the whole at once: a buffer that grows would be copied, and memory that was taken never comes back
        room.seek(size - 1)
        room.write(b"\0")
        room.seek(0)
    _given.append((name, room))


def take_part(part: Any) -> None:
    """Take the next bytes of the file that was made room for last; `part` is an array of JavaScript."""
    _given[-1][1].write(part.to_bytes())


def drop_files() -> None:
    """Forget the files that were taken for a call which does not come."""
    _given.clear()


def _params(text: str) -> Any:
    try:
        return loads(text)
    except RecursionError as error:
        raise InputError("params", f"{error}") from None


def handle(method: str, params_json: str) -> str:
    """Answer one call: `{"ok": true, "result": …}` or `{"ok": false, "error": {"field", "message"}}`."""
    files = [(name, room.getvalue()) for name, room in _given]
    _given.clear()
    try:
        if method not in METHODS:
            raise InputError("method", f"{method!r} is not one of {', '.join(METHODS)}")
        module = _modules.get(method) or _modules.setdefault(method, import_module(f"wasm_tools.methods.{method}"))
        with collector_at_rest():  # until all that one answer needs is gone again
            params = _params(params_json)
            if files:
                params["files"] = files
            return json.dumps({"ok": True, "result": module.answer(params, _packs)}, allow_nan=False)
    except InputError as error:
        return json.dumps({"ok": False, "error": {"field": error.field, "message": error.message}})
