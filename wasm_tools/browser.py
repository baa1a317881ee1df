"""The engine's entry in the browser: JSON in, JSON out, every refusal in words."""

import json
from importlib import import_module
from typing import Any

from wasm_tools.collector import collector_at_rest
from wasm_tools.methods import plan
from wasm_tools.planner import Catalogue, Question, ranked_plans, ranking_record, read_catalogue
from wasm_tools.workload.traffic import InputError, Slo, Workload

METHODS = (  # each a module of wasm_tools.methods
    "plan", "files", "scenarios", "batch", "compare", "report", "what_if", "curves", "weights", "gpus", "memory",
    "monte_carlo", "simulate", "ask",
    "invoice", "invoice_step", "invoice_stop", "invoice_cells", "invoice_shares", "invoice_export",
    "read_config", "read_nodes", "read_trace",
)  # fmt: skip
# The planner's first answer waits for nothing else: other methods are imported when they are first asked.
_modules: dict[str, Any] = {"plan": plan}
_packs: dict[str, Any] = {}
_given: list[tuple[str, bytes]] = []  # files of the reader for the next call


def load_pack(text: str) -> None:
    """Read a data pack. A pack names itself by its `kind`; the planner's pack becomes a catalogue."""
    pack = json.loads(text)
    kind = pack.get("kind", "planner")
    _packs[kind] = read_catalogue(pack) if kind == "planner" else pack


def rehearse() -> None:
    """Answer a first question, which takes longer than all later ones, before anybody asks."""
    catalogue = _packs.get("planner")
    if isinstance(catalogue, Catalogue):
        workload = Workload(512, 256, 1.0, 2.0, "small")
        ranking_record(ranked_plans(Question(workload, Slo(1000, 50, 20_000)), catalogue))


def set_reporter(report: Any) -> None:
    """Take the function that long runs tell how far they are: `report(stage, done, total)`."""
    _packs["report"] = report


def take_file(name: str, content: Any) -> None:
    """Take a file for the next call, which finds it in `files` of its parameters; `content` is a JavaScript array."""
    _given.append((name, content.to_bytes()))


def drop_files() -> None:
    """Forget the files that were taken for a call which does not come."""
    _given.clear()


def handle(method: str, params_json: str) -> str:
    """Answer one call: `{"ok": true, "result": …}` or `{"ok": false, "error": {"field", "message"}}`."""
    files = list(_given)
    _given.clear()
    try:
        if method not in METHODS:
            raise InputError("method", f"{method!r} is not one of {', '.join(METHODS)}")
        module = _modules.get(method) or _modules.setdefault(method, import_module(f"wasm_tools.methods.{method}"))
        with collector_at_rest():  # until all that one answer needs is gone again
            params = json.loads(params_json)
            if files:
                params["files"] = files
            return json.dumps({"ok": True, "result": module.answer(params, _packs)}, allow_nan=False)
    except InputError as error:
        return json.dumps({"ok": False, "error": {"field": error.field, "message": error.message}})
