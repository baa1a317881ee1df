"""What is special about the engine's tests: they run in the browser's Python, too (tests/differential)."""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known."""
    config.addinivalue_line(
        "markers",
        "native(reason): cannot run in Pyodide, which is why it is left out there; `make test-engines` lists it",
    )
