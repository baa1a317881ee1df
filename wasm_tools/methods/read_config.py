"""A pasted config.json, reduced to the shape of a model."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from wasm_tools.models.pasted_config import model_of_config
from wasm_tools.planner.own_things import MAX_NAME
from wasm_tools.planner.scenario import canonical_text


def answer(params: Mapping[str, Any], packs: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ARG001 - as all methods
    """The form field `own_model` of the `text` of a config.json, with what was read in words.

    Raises InputError that says what is wrong with the text.
    """
    text = str(params.get("text", ""))
    model = model_of_config(text)
    shape = {name: value for name, value in asdict(model.shape).items() if value}
    own = {"name": _name(text), "context": model.context, "precision": model.precision, **shape}
    billions = model.shape.parameters / 1e9
    said = (
        f"{own['name']}: {billions:,.4g} B parameters, {model.shape.layers} layers, context {model.context:,},"
        f" weights in {model.precision}"
    )
    return {"fields": {"own_model": canonical_text(own)}, "said": said}


def _name(text: str) -> str:
    """How the file calls itself: the repository, or the architecture."""
    config = json.loads(text)
    names = [config.get("_name_or_path"), *(config.get("architectures") or []), config.get("model_type")]
    said = next((n for n in names if isinstance(n, str) and n.isprintable() and n.strip()), "your model")
    return said.strip().rstrip("/").rpartition("/")[2][:MAX_NAME] or "your model"
