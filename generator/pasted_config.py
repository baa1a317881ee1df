"""A config.json in a file, as the commands take it."""

from pathlib import Path

from wasm_tools.models.pasted_config import FIELD, MAX_BYTES, PastedModel, model_of_config
from wasm_tools.workload.traffic import InputError


def read_config(path: Path, precision: str | None = None) -> PastedModel:
    """The model of a file, its precision as given or as stated; raises InputError that names what is wrong with it."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(FIELD, f"{path} cannot be read ({error.strerror})") from None
    return model_of_config(content, precision)
