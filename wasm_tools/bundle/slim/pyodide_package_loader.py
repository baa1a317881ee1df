"""In the place of `pyodide._package_loader`: what the runtime asks of it at its start, where nothing is ever installed.

The whole module imports archives, temporary files and what copies trees.
"""

from site import getsitepackages

from pyodide_js import loadedPackages  # type: ignore[import-not-found]  # noqa: F401


class _Place:
    """A path as the runtime reads it, by its text. A bare text would reach it as a string of JavaScript."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __str__(self) -> str:
        return self._text


SITE_PACKAGES = _Place(getsitepackages()[0])
DSO_DIR = _Place("/usr/lib")


def init_loaded_packages() -> None:
    """Note which packages are installed: none."""
