"""`--measured FILE`: outcome files of a reader's own, as measured points of the catalogue of one run."""

from collections.abc import Sequence
from pathlib import Path

from generator.benchmarks.community import with_ids
from generator.options import notes
from generator.registry import Registry
from wasm_tools.outcomes.reading import read_outcomes
from wasm_tools.planner.catalogue import Catalogue
from wasm_tools.planner.own_catalogue import catalogue_of_form
from wasm_tools.planner.own_measurements import FIELD, points_of_outcomes
from wasm_tools.workload.traffic import InputError

FLAG = "--measured"


def measured_catalogue(catalogue: Catalogue, files: Sequence[Path], registry: Registry) -> Catalogue:
    """The catalogue with the outcomes of the files as measured points; what no prediction can rest on is noted.

    Raises InputError that names the file and what is wrong with it.
    """
    points = []
    for path in files:
        try:
            outcomes = [with_ids(o, registry) for o in read_outcomes(path.read_text(encoding="utf-8"))]
            found, left = points_of_outcomes(outcomes, catalogue.models, catalogue.gpus)
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(FLAG, f"{path} cannot be read as UTF-8 text ({error})") from None
        except InputError as error:
            raise InputError(FLAG, f"{path}: {error}") from None
        for words in left:
            notes.print(f"{path}, {words}", style="dim", highlight=False)
        if not found:
            raise InputError(FLAG, f"{path} holds no outcome that a prediction can rest on: {'; '.join(left[:3])}")
        points += found
    try:
        return catalogue_of_form({FIELD: {"points": points}}, catalogue)
    except InputError as error:
        raise InputError(FLAG, error.message) from None
